"""The figures of notebook 05 about our own applications: modelled and executed, over trainings and event lengths."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mainstream.study.figures.look import COLOURS, FORMS, LABELS, label, log_ticks, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing


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


def by_length(rows: pd.DataFrame, counts: Sequence[int]) -> Drawing:
    """Optimal over No Sharing by event length for some numbers of applications: counted, and what each form promised.

    rows: `trainings.over_lengths`.
    """
    over: Any = rows[(rows.over == "no_sharing") & rows.n_apps.isin(counts)]
    fig, axes = small_multiples(len(counts), size=(3.7, 3.4))
    for ax, (n, part) in zip(axes, over.groupby("n_apps"), strict=True):
        for form, style in FORMS.items():
            ax.plot(part.event_length_s, part[f"promised_{form}"], style, color="0.4", label=f"promised: {label(form)}")
        look: dict[str, Any] = {"color": COLOURS["mainstream"], "label": "counted", "zorder": 3}
        ax.errorbar(part.event_length_s, part.ratio, _bars(part), fmt="o", **look)
        log_ticks(ax, sorted(part.event_length_s.round(2).unique()))
        ax.set(title=f"{n} applications", xlabel="mean event length, seconds")
    axes[0].set_ylabel("Event-F1, optimal over No Sharing")
    log_ticks(axes[0], [1, 2, 5, 10, 20], "y")
    shared_legend(fig, axes[:1])
    last = over[over.n_apps == max(counts)].dropna(subset="ratio").sort_values("speed").iloc[-1]
    text = (
        "Counted at {c.n_apps:.0f} applications and events of {c.event_length_s:.2f} s, {trainings}: "
        "{c.ratio:.2f} [{c.low:.2f}, {c.high:.2f}] times No Sharing; promised {promised}."
    )
    promised = _each(lambda form: f"{last[f'promised_{form}']:.2f}")
    numbers = {"c": last, "trainings": _trainings(last.trainings), "promised": promised}
    return Drawing(fig, over, "Executed over event lengths", "executed", text, numbers)


def trainings(rows: pd.DataFrame) -> Drawing:
    """The executed ratio over each baseline with its interval over trainings and clips, single trainings, the promise.

    rows: `trainings.over_lengths` at one speed.
    """
    fig, axes = small_multiples(2, size=(4.5, 3.4), sharey=False)
    for ax, (base, part) in zip(axes, rows.groupby("over", sort=False), strict=True):
        ax.errorbar(part.n_apps, part.ratio, _bars(part), fmt="o", color=COLOURS["mainstream"], label="mean, 95%")
        ax.plot(part.n_apps, part.promised_heterogeneous, "s--", ms=4, color="0.5", label="promised")
        ax.vlines(part.n_apps * 1.1, part.lowest, part.highest, color="0.6", lw=4, label="lowest to highest training")
        ax.axhline(1, color="k", lw=0.8)
        log_ticks(ax, list(part.n_apps))
        ax.set(title=f"over {LABELS[str(base)]}", xlabel="applications")
    axes[0].set_ylabel("Event-F1 ratio, optimal schedule")
    shared_legend(fig, axes[:1])
    above = rows[rows.low > 1].groupby("over").size()
    text = (
        "Over {t} the ratio is above 1 with its whole interval at {no} of {n} numbers of applications over "
        "No Sharing and at {most} over Max Sharing. Of its variance, a median of {share:.0%} is left when only "
        "trainings are drawn anew, {days:.0%} when only clips are."
    )
    numbers = {"t": _trainings(rows.trainings.max()), "n": rows.n_apps.nunique(), "no": above.get("no_sharing", 0),
               "most": above.get("max_sharing", 0), "share": rows.from_trainings.median(),
               "days": rows.from_clips.median()}  # fmt: skip
    return Drawing(fig, rows, "Executed ratios over trainings", "executed", text, numbers)


def _trainings(n: float) -> str:
    return "one training" if n == 1 else f"{n:.0f} trainings"


def _bars(rows: Any) -> list[Any]:
    return [rows.ratio - rows.low, (rows.high - rows.ratio).replace(np.inf, 0)]  # an open end is not drawn


def _each(value: Any) -> str:
    return ", ".join(f"{value(form)} ({label(form)})" for form in FORMS)
