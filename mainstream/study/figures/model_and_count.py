"""Figures of the model held against something: the record, what networks said (notebook 03)."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from mainstream.study.figures.look import FORMS, colour_of, identity, label, small_multiples
from mainstream.study.figures.output import Drawing

SERIES = {"independent": ("#8aa4bd", 3.6), "as counted": ("#1a1a1a", 1.5)}  # colour, line width
RINGS = (1, 2, 5, 10, 20, 30, 50, 70, 100, 150, 200, 250, 300)  # strides of the record that are drawn


def recall_by_sampling(data: pd.DataFrame) -> Drawing:
    """Recall over strides, the record's (rings) and the model's, both forms.

    data: of `recomputed.sampling_against_record`.
    """
    fig, axes = small_multiples(data.app.nunique(), size=(4.7, 3.5))
    for ax, (app, rows) in zip(axes, data.groupby("app", sort=False), strict=True):
        for (series, form), part in rows.groupby(["series", "form"], sort=False):
            colour, width = SERIES[str(series)]
            ax.plot(part.stride, part.model, FORMS[str(form)], color=colour, lw=width)
            seen = part[part.stride.isin(RINGS)]
            ax.plot(seen.stride, seen.recorded, "o", mfc="none", mec=colour, ms=4 + 1.5 * width)
        ax.set(title=app, xlabel="one frame in so many is analysed", xscale="log", ylim=(0, 1.05))
        ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes[0].set_ylabel("Event-recall")
    keys = [Line2D([], [], color=c, lw=w, label=f"{name} looks" if w > 2 else name) for name, (c, w) in SERIES.items()]
    keys += [Line2D([], [], color="0.4", ls=FORMS[form], label=label(form)) for form in data.form.unique()]
    keys += [Line2D([], [], marker="o", mfc="none", mec="0.3", ls="", label="the record")]
    fig.legend(handles=keys, loc="outside lower center", ncols=5)
    mean = data.groupby(["form", "app", "series"]).error.mean().groupby("form").max()
    caption = (
        "On the study's own counts the mean error over the strides is at most {ours:.3f} by the consistent form and up "
        "to {theirs:.2f} by the published one."
    )
    numbers = {"ours": mean["consistent"], "theirs": mean["as_published"]}
    return Drawing(fig, data, "Recall against sampling, recorded and modelled", "published", caption, numbers)


def correlation_by_lag(data: pd.DataFrame) -> Drawing:
    """How long decisions remember: ρ by the time between two looks, and a chain's. data: app, lag_s, rho, chain."""
    fig, [ax] = small_multiples(1, size=(6.4, 3.8))
    for app, part in data.groupby("app", sort=False):
        ax.plot(part.lag_s, part.rho, "o-", color=colour_of(str(app)), label=str(app))
        ax.plot(part.lag_s, part.chain, ":", color=colour_of(str(app)))
    ax.set(xlabel="seconds between two looks", ylabel="correlation ρ of hits", ylim=(0, 1))
    ax.legend(title="dotted: a chain's")
    lag = min(data.lag_s, key=lambda s: abs(s - 0.5))
    there = data[np.isclose(data.lag_s, lag)]
    caption = (
        "Looks {lag:.2g} s apart have hits that correlate by {real:.2f} on average; a chain with the same ρ between "
        "neighbouring frames has {chain:.2f} there."
    )
    numbers = {"lag": lag, "real": there.rho.mean(), "chain": there.chain.mean()}
    return Drawing(fig, data, "Memory of real decisions", "executed", caption, numbers)


def predicted_and_counted(data: pd.DataFrame) -> Drawing:
    """A dot for each application, split, rate and X: by three forms of the model, and counted.

    data: rows of `fitted.against_count`, nothing left out of a form.
    """
    fig, axes = small_multiples(data.form.nunique(), size=(3.7, 3.8))
    for ax, (form, part) in zip(axes, data.groupby("form", sort=False), strict=True):
        identity(ax)
        dots = ax.scatter(part.model_f1, part.f1, s=7, alpha=0.6, c=part.fps, cmap="viridis", linewidth=0)
        ax.set(title=f"{label(str(form))}: {part.error.abs().mean():.3f} off", xlabel="Event-F1 by the model")
        ax.set(xlim=(0, 1), ylim=(0, 1))
    axes[0].set_ylabel("Event-F1 counted")
    fig.colorbar(dots, ax=axes, label="analysed frames/s")
    by = data.groupby("form").error
    caption = (
        "Mean distance from the count over {rows} combinations: {consistent:.3f} by the consistent form, "
        "{heterogeneous:.3f} by the heterogeneous one, {as_published:.3f} as published; at up to {few:g} frames/s, "
        "with its sign, {slow_consistent:+.3f}, {slow_heterogeneous:+.3f} and {slow_as_published:+.3f}."
    )
    few = max(2, data.fps.min())
    slow = data[data.fps <= few].groupby("form").error.mean()
    numbers = by.agg(lambda e: e.abs().mean()).to_dict() | {f"slow_{form}": e for form, e in slow.items()}
    numbers |= {"rows": by.size().iloc[0], "few": few}
    return Drawing(fig, data, "Predicted and counted Event-F1", "executed", caption, numbers)
