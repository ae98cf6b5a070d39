"""The figures of notebook 07: a stream that changes, a real camera, looks at one event."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from mainstream.study.figures.look import COLOURS, LABELS, colour_of, identity, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

BIN_S = 2.0  # seconds: looks that were had are counted in these
MARKS: dict[str, dict[str, Any]] = {  # of a look, by what it was worth
    "hit": {"marker": "o", "ms": 4.7},
    "miss": {"marker": "|", "ms": 11.4, "mew": 1.6},
    "hit, afterwards": {"marker": "o", "ms": 4.7, "mfc": "none"},
    "miss, afterwards": {"marker": "|", "ms": 6.3, "mew": 0.8},
    "right no": {"marker": ".", "ms": 2.4, "alpha": 0.6},
    "false alarm": {"marker": "x", "ms": 5.3, "mew": 1.4},
}


def timeline(
    plans: pd.DataFrame, looks: pd.DataFrame, end_s: float, changes: Sequence[tuple[float, str]],
    burst: Sequence[float], dropped: float,
) -> Drawing:  # fmt: skip
    """Rates and splits of every application, plan after plan (`streams.plans`), and the looks that it had.

    Args:
        looks: `Report.table`; end_s: of the stream; changes: second and words of what was asked for.
        burst: from and until when work took longer; dropped: share of the frames.
    """
    fig, (rate, split) = small_multiples(2, columns=1, size=(10, 2.5), sharey=False)
    bins, apps = np.arange(0, end_s + BIN_S, BIN_S), list(plans.app.unique())
    for k, app in enumerate(apps):
        mine, shift = plans[plans.app == app], 1 + 0.03 * (k - (len(apps) - 1) / 2)  # equal lines side by side
        look: dict[str, Any] = {"color": colour_of(app), "baseline": None, "lw": 2.2}
        rate.stairs(mine.fps * shift, [*mine.since_s, end_s], label=app, **look)
        split.stairs(mine.split * shift, [*mine.since_s, end_s], **look)
        had = np.histogram(looks[looks.app == app].time_s, bins)[0] / BIN_S
        there = (bins[:-1] >= mine.since_s.min()) & (bins[1:] <= end_s)
        rate.plot(bins[:-1][there] + BIN_S / 2, had[there] * shift, ".", color=colour_of(app), ms=4)
    for ax in (rate, split):
        ax.axvspan(*burst[:2], color="0.9", zorder=0)
        for at, _ in changes:
            ax.axvline(at, color="0.5", lw=0.8, ls=":")
    for at, words in changes:
        rate.annotate(words, (at, 1.02), xycoords=("data", "axes fraction"), ha="center", fontsize=9)
    rate.annotate("burst", (np.mean(burst[:2]), 0.9), xycoords=("data", "axes fraction"), ha="center", fontsize=9)
    rate.set(ylabel="looks/s", ylim=(0, 1.45 * plans.fps.max()))
    split.set(ylabel="split point\n(higher: shares more)", xlabel="seconds", xlim=(0, end_s), ylim=(0, None))
    handles, names = rate.get_legend_handles_labels()
    handles += [Line2D([], [], color="0.4", lw=2.2), Line2D([], [], color="0.4", ls="", marker=".")]
    fig.legend(handles, [*names, "planned", "looks that it had"], loc="outside lower center", ncols=len(handles))
    by_plan = plans.groupby("since_s")[["fps", "split"]].agg({"fps": "sum", "split": "mean"})
    text = (
        "From plan to plan, looks per second over all applications go {rates}, and the mean split point {splits}; "
        "{dropped:.1%} of the frames were dropped."
    )
    numbers = {"rates": " → ".join(f"{v:g}" for v in by_plan.fps), "dropped": dropped,
               "splits": " → ".join(f"{v:.0f}" for v in by_plan.split)}  # fmt: skip
    return Drawing(fig, plans, "A stream that changes", "executed", text, numbers)


def under_load(kept: pd.DataFrame, looks: pd.DataFrame, load: Sequence[float]) -> Drawing:
    """Looks per second of all applications together, planned and had, of one stream run in several ways.

    Args:
        kept: `streams.looks_kept` of each, and looks: `Report.table` of each, with their system.
        load: from and until when work took how many times longer.
    """
    systems, end_s = list(kept.system.unique()), kept.until_s.max()
    fig, axes = small_multiples(len(systems), columns=1, size=(10, 2.1))
    bins, done = np.arange(0, end_s + 1e-6, BIN_S), {}
    for ax, system in zip(axes, systems, strict=True):
        plans = kept[kept.system == system].groupby("since_s").agg(fps=("planned", "sum"), until=("until_s", "max"))
        ax.stairs(plans.fps, [*plans.index, end_s], baseline=None, color=COLOURS["mainstream"], lw=2.2, label="planned")
        times = looks[looks.system == system].time_s
        had = np.histogram(times, bins - 1e-6)[0] / BIN_S  # a look at a bin's end is the next one's
        ax.plot(bins[:-1] + BIN_S / 2, had, ".", color="black", ms=5, label="had")
        ax.axvspan(*load[:2], color="0.9", zorder=0)
        ax.set(title=system, ylabel="looks/s", ylim=(0, None))
        done[system] = ((times >= load[0]) & (times < load[1])).sum() / (load[1] - load[0])
    axes[-1].set(xlabel=f"seconds (grey: work takes {load[2]:g} times as long)", xlim=(0, end_s))
    shared_legend(fig, axes[:1], ncols=2)
    said = "; ".join(f"{system} {rate:.1f}" for system, rate in done.items())
    text = "Looks per second of all applications that were had while work took {times:g} times as long – {said}."
    numbers = {"times": load[2], "said": said}
    return Drawing(fig, kept, "A neighbour that nobody announced", "executed", text, numbers)


def real_video(grid: pd.DataFrame, rates: pd.DataFrame, frames: int, events: int) -> Drawing:
    """A real camera: accuracy by split on both halves, and the model beside the count, before and after the fact."""
    fig, (accuracy, *panels) = small_multiples(3, size=(3.9, 3.7), sharex=False, sharey=False)
    halves = (("photos", "first half, held out", "0.6"), ("second_half", "second half", "black"))
    for part, name, colour in halves:
        balanced = (rates[f"{part}_tpr"] + 1 - rates[f"{part}_fpr"]) / 2
        accuracy.plot(rates["index"], balanced, "o-", color=colour, label=name)
    accuracy.set(xlabel="split point", ylabel="balanced accuracy", ylim=(0.4, 1), title="One application")
    accuracy.set_xticks(rates["index"][::5])
    accuracy.legend()
    predicted, fitted = "model_f1", "model_f1_same_frames"
    titles = {predicted: "predicted from the first half", fitted: "fitted on the second half"}
    for ax, (column, title) in zip(panels, titles.items(), strict=True):
        identity(ax)
        dots = ax.scatter(grid[column], grid.f1, s=10, alpha=0.6, c=grid.fps, cmap="viridis")
        ax.set(xlabel="Event-F1 of the model", xlim=(0, 1), ylim=(0, 1), title=title)
    panels[0].set_ylabel("Event-F1 counted")
    fig.colorbar(dots, ax=panels, label="looks/s", shrink=0.8)
    off = {column: (grid[column] - grid.f1).abs().mean() for column in titles}
    text = (
        "On {frames} frames with {events} events the model is off by {before:.3f} on average when it predicts from the "
        "first half, and by {after:.3f} with rates of the same frames."
    )
    numbers = {"frames": frames, "events": events, "before": off[predicted], "after": off[fitted]}
    return Drawing(fig, grid, "A real camera", "executed", text, numbers)


def deployment(deployed: pd.DataFrame, spans: Mapping[str, Sequence[tuple[float, float]]]) -> Drawing:
    """Every look at one event by three systems, marked by what it was worth (`streams.deployed`).

    spans: source → when its object was in view.
    """
    sources = list(deployed.source.unique())
    fig, axes = small_multiples(len(sources), columns=1, size=(10, 1.9), sharey=False)
    for ax, source in zip(axes, sources, strict=True):
        rows = deployed[deployed.source == source]
        shown = [s for s in ("no_sharing", "max_sharing", "mainstream") if s in set(rows.system)]
        for (system, verdict), part in rows.groupby(["system", "verdict"]):
            row = np.full(len(part), shown.index(str(system)))
            ax.plot(part.time_s, row, ls="", color=COLOURS[str(system)], **MARKS[str(verdict)])
        for a, b in spans[source]:
            ax.axvspan(a, b, color="0.92", zorder=0)
        ax.set(title=source, ylim=(-0.6, len(shown) - 0.4))
        ax.set_yticks(range(len(shown)), [LABELS[s] for s in shown])
    axes[-1].set_xlabel("seconds (grey: its object is in view; of the record, until it has left)")
    for verdict in [v for v in MARKS if v in set(deployed.verdict)]:
        axes[0].plot([], [], ls="", color="0.3", label=verdict, **MARKS[verdict])
    shared_legend(fig, axes[:1], ncols=6)
    seen = deployed[deployed.in_view].groupby(["source", "system"], sort=False).hit.agg(["size", "sum"])
    said = [
        f"{source}: " + ", ".join(f"{LABELS[s]} {n} ({yes})" for (_, s), n, yes in part.itertuples())
        for source, part in seen.groupby(level=0, sort=False)
    ]
    text = "Looks while the object was in view, and in brackets those that said yes – {said}."
    title = "Looks at one event, deployed"
    return Drawing(fig, deployed, title, ("published", "executed"), text, {"said": "; ".join(said)})
