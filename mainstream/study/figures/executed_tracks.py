"""The figures of notebook 05 about our own applications: modelled and executed, by event length, and the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mainstream.study.figures.look import COLOURS, FORMS, LABELS, label, log_ticks, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

LEVELS = (2, 5, 10, 28)


def executed(tracks: Any) -> Drawing:
    """Event-F1 of every system by the model and as counted, with 95% intervals (`executed.headline`)."""
    fig, (model, counted) = small_multiples(2, size=(4.5, 3.6))
    for k, (system, rows) in enumerate(tracks.groupby("system", sort=False)):
        look: dict[str, Any] = {"color": COLOURS[system], "label": LABELS[system]}
        model.plot(rows.n_apps, rows.model, "o-", lw=4.0 - 0.8 * k, ms=8 - 1.2 * k, **look)
        bars = [rows.executed - rows.low, rows.high - rows.executed]
        counted.errorbar(rows.n_apps * 1.04 ** (k - 1.5), rows.executed, bars, fmt="o-", **look)
    for ax, title in ((model, "measured: the model"), (counted, "executed: counted")):
        log_ticks(ax, sorted(tracks.n_apps.unique()))
        ax.set(title=title, xlabel="applications", ylim=(0, 1))
    model.set_ylabel("Event-F1")
    shared_legend(fig, [model])
    text = (
        "At {best.n_apps} applications Mainstream's optimal schedule has a counted Event-F1 of {best.executed:.3f} "
        "(the model: {best.model:.3f}), {best.over_no_sharing:.2f} times No Sharing and {best.over_max_sharing:.2f} "
        "times Max Sharing."
    )
    best = tracks[tracks.system == "optimal"].set_index("n_apps", drop=False).loc[tracks.n_apps.max()]
    return Drawing(fig, tracks, "Our own applications, modelled and executed", "executed", text, {"best": best})


def executed_ratios(best: pd.DataFrame) -> Drawing:
    """The optimal schedule's ratio over each baseline, counted and as the model promised it (index: n_apps)."""
    fig, axes = small_multiples(2, size=(4.5, 3.4), sharey=False)
    said = {}
    for ax, base in zip(axes, ("no_sharing", "max_sharing"), strict=True):
        value, low, high = (best[f"over_{base}{end}"] for end in ("", "_low", "_high"))
        bars = [value - low, high - value]
        ax.errorbar(best.index, value, bars, fmt="o-", color=COLOURS["mainstream"], label="executed")
        ax.plot(best.index, best[f"model_over_{base}"], "s--", color="0.5", label="the model")
        ax.axhline(1, color="k", lw=0.8)
        log_ticks(ax, list(best.index))
        ax.set(title=f"over {LABELS[base]}", xlabel="applications")
        said[base] = {n: f"{value[n]:.2f} [{low[n]:.2f}, {high[n]:.2f}]" for n in best.index}
    axes[0].set_ylabel("Event-F1 ratio, optimal schedule")
    shared_legend(fig, axes[:1])
    first, last = best.index[0], best.index[-1]
    text = (
        "Executed, optimal over No Sharing: {few} with {first} application{s}, {many} with {last}; over Max Sharing: "
        "{few_max} and {many_max}."
    )
    numbers = {
        "few": said["no_sharing"][first], "many": said["no_sharing"][last], "few_max": said["max_sharing"][first],
        "many_max": said["max_sharing"][last], "first": first, "last": last, "s": "" if first == 1 else "s",
    }  # fmt: skip
    return Drawing(fig, best.reset_index(), "Executed ratios", "executed", text, numbers)


def executed_by_length(by_length: Any, planned: str = "heterogeneous") -> Drawing:
    """Optimal over No Sharing by event length: counted (planned by one form), and what each form promised."""
    fig, axes = small_multiples(by_length.n_apps.nunique(), size=(3.7, 3.4))
    for ax, (n, rows) in zip(axes, by_length.groupby("n_apps"), strict=True):
        for form, part in rows.groupby("form"):
            promised = part.model_over_no_sharing
            ax.plot(part.event_length_s, promised, FORMS[form], color="0.4", label=f"promised: {label(form)}")
        done = rows[rows.form == planned]
        bars = [done.over_no_sharing - done.over_no_sharing_low, done.over_no_sharing_high - done.over_no_sharing]
        look: dict[str, Any] = {"color": COLOURS["mainstream"], "label": "counted", "zorder": 3}
        ax.errorbar(done.event_length_s, done.over_no_sharing, bars, fmt="o", **look)
        log_ticks(ax, sorted(rows.event_length_s.round(2).unique()))
        ax.set(yscale="log", title=f"{n} applications", xlabel="mean event length, seconds")
    axes[0].set_ylabel("Event-F1, optimal over No Sharing")
    axes[0].set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes[0].minorticks_off()
    shared_legend(fig, axes[:1])
    promise, low, high = (
        by_length[c] for c in ("model_over_no_sharing", "over_no_sharing_low", "over_no_sharing_high")
    )
    inside = by_length[(promise >= low) & (promise <= high)].form.value_counts()
    short = by_length[by_length.n_apps == by_length.n_apps.max()]
    short = short[short.speed == short.speed.max()].set_index("form")
    counted = short.loc[planned]
    text = (
        "Counted at {c.n_apps:.0f} applications and events of {c.event_length_s:.2f} s: {c.over_no_sharing:.2f} "
        "[{c.over_no_sharing_low:.2f}, {c.over_no_sharing_high:.2f}] times No Sharing; promised {promised}. Of {n} "
        "points each, a promise lies inside the interval of its own plan at {inside}."
    )
    each = lambda value: ", ".join(f"{value(form)} ({label(form)})" for form in FORMS)
    numbers = {"c": counted, "n": len(by_length) // len(FORMS),
               "promised": each(lambda form: f"{short.model_over_no_sharing[form]:.2f}"),
               "inside": each(lambda form: inside.get(form, 0))}  # fmt: skip
    return Drawing(fig, by_length, "Executed over event lengths", "executed", text, numbers)


def ratio_map(everywhere: Any, counts: Sequence[int], lengths: Sequence[float]) -> Drawing:
    """The modelled ratio over No Sharing on applications × event length, one panel per form, one colour scale."""
    fig, axes = small_multiples(2, size=(5.0, 3.8))
    top, x, y = max(everywhere.ratio.max(), 28), np.arange(len(counts)) + 0.5, np.arange(len(lengths)) + 0.5
    said = {}
    for ax, (form, table) in zip(axes, everywhere.groupby("form", sort=False), strict=True):
        grid = table.pivot(index="event_length_s", columns="n_apps", values="ratio")
        picture = ax.pcolormesh(np.arange(len(x) + 1), np.arange(len(y) + 1), grid, norm="log", cmap="viridis",
                                vmin=1, vmax=top)  # fmt: skip
        for (row, column), ratio in np.ndenumerate(grid.to_numpy()):
            look: dict[str, Any] = {"ha": "center", "va": "center", "color": "w" if ratio < 8 else "k", "fontsize": 9}
            ax.text(column + 0.5, row + 0.5, f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}", **look)
        if min(grid.shape) > 1:
            ax.contour(x, y, grid, levels=LEVELS, colors="#C44E52", linewidths=1)
        ax.set(title=label(str(form)), xlabel="applications")
        ax.set_xticks(x, [str(n) for n in counts])
        ax.set_yticks(y, [f"{length:g}" for length in grid.index])
        ax.grid(False)
        most = table.loc[table.ratio.idxmax()]
        said[form] = f"{most.ratio:.1f} at {most.n_apps} applications and events of {most.event_length_s:g} s"
    axes[0].set_ylabel("event length, seconds")
    bar = fig.colorbar(picture, ax=axes, label="Event-F1, optimal ÷ No Sharing", ticks=[1, 2, 5, 10, 20], format="%g")
    bar.minorticks_off()
    text = "Largest factor on the map: in consistent units {consistent}; as published {as_published}."
    title = "Where the ratio to No Sharing passes 2, 5, 10, 28"
    return Drawing(fig, everywhere, title, "measured", text, said)
