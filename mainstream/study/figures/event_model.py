"""Figures of the model: one event, recall term by term, false alarms, what an application can expect (notebook 03)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from mainstream.data.recorded import records
from mainstream.quality import Quality
from mainstream.study.figures.look import colour_of, curves, label, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

MARKS = {  # of a frame: marker, face and edge
    "looked at: hit": ("o", "#1a1a1a", "#1a1a1a"), "looked at: no": ("o", "white", "0.45"),
    "looked at: false alarm": ("X", "#C62828", "#C62828"), "not looked at": ("|", "0.82", "0.82"),
}  # fmt: skip
PARTS = ("recall", "precision", "f1")


def one_event(event: NDArray[np.bool_], answers: Mapping[str, NDArray[np.bool_]], scores: pd.DataFrame) -> Drawing:
    """Which frames of one event are looked at and what is said there: a row for each network and rate.

    event, answers: of every frame, bool (frames,). scores: rows of network, step, fps, recall, precision, f1.
    """
    frame = np.arange(len(event))
    fig, [ax] = small_multiples(1, size=(10.5, 0.48 * len(scores) + 1.3))
    ax.axvspan(frame[event][0] - 0.5, frame[event][-1] + 0.5, color="#FFE9A8", lw=0)
    rows = []
    for y, row in enumerate(records(scores)):
        yes, seen = answers[row.network], frame % row.step == 0
        rows.append(pd.DataFrame(
            {"network": row.network, "fps": row.fps, "frame": frame, "event": event, "looked": seen, "yes": yes}
        ))  # fmt: skip
        said = (seen & yes & event, seen & ~yes, seen & yes & ~event, ~seen)
        for (name, (marker, face, edge)), which in zip(MARKS.items(), said, strict=True):
            at = np.full(which.sum(), y)
            ax.plot(frame[which], at, marker, mfc=face, mec=edge, ms=7, label="_" if y else name)
        for k, part in enumerate(PARTS):
            ax.text(len(event) + 3 + 5 * k, y, f"{getattr(row, part):.2f}", va="center", ha="center")
    for k, part in enumerate(PARTS):
        ax.text(len(event) + 3 + 5 * k, -0.75, label(part).removeprefix("Event-"), ha="center", va="bottom")
    ax.text(frame[event].mean(), -0.75, "the event", ha="center", va="bottom", color="#8a6d00")
    shared_legend(fig, [ax])
    ax.set(xlim=(-1.5, len(event) + 16), ylim=(len(scores) - 0.3, -0.7), xticks=[], xlabel="frames of the stream")
    ax.set_yticks(range(len(scores)), [f"{n}, {f:g}/s" for n, f in zip(scores.network, scores.fps, strict=True)])
    ax.xaxis.set_label_coords(0.4, -0.04)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    best = scores.loc[scores.groupby("network", sort=False).f1.idxmax()]
    caption = "Over many such events the best of these rates is " + " and ".join(
        f"{r.fps:g}/s for the {r.network} network (Event-F1 {r.f1:.2f})" for r in best.itertuples()
    )
    return Drawing(
        fig, pd.concat(rows), "One event, looked at in several ways", "model", caption + "; from {least:.2f} to "
        "{most:.2f} in all.", {"least": scores.f1.min(), "most": scores.f1.max()},
    )  # fmt: skip


def recall(by_rate: pd.DataFrame, by_correlation: pd.DataFrame, event_length_s: float) -> Drawing:
    """Event-recall over the rate for several TPRs (dots: simulated), and over ρ for several votes.

    by_rate: tpr, fps, recall, simulated. by_correlation: x_vote, correlation, recall.
    """
    fig, [left, right] = small_multiples(2, size=(4.9, 3.6), sharex=False)
    curves(left, by_rate, "fps", "recall", "tpr", "TPR {:g}")
    curves(left, by_rate, "fps", "simulated", "tpr", "_{}", "o", ms=3)
    once = 1 / event_length_s
    left.axvline(once, color="0.6", lw=0.8, ls=":")
    left.text(once + 0.15, 0.03, "one look\nper event", color="0.4", fontsize=9)
    left.set(xlabel="analysed frames/s", ylabel="Event-recall", ylim=(0, 1.03))
    left.legend(title="line: model, dot: simulation", loc="lower right")
    curves(right, by_correlation, "correlation", "recall", "x_vote", "X = {}")
    right.set(xlabel="correlation ρ of looks that follow one another")
    right.legend(title="positives in a row")
    high = by_rate[by_rate.tpr == by_rate.tpr.max()]
    ends = by_correlation[by_correlation.correlation.isin([0.0, 1.0])].groupby("x_vote").recall.agg(["first", "last"])
    caption = (
        "At 1 frame/s {share:.0%} of the events of {length:g} s are looked at: even TPR {tpr:g} finds {rare:.2f}. "
        "With one look per event Event-recall is the TPR; at 8 frames/s it is {often:.3f}. Model and simulation differ "
        "by {worst:.3f} at most. As looks become dependent, recall goes from {one[0]:.2f} to {one[1]:.2f} with one "
        "vote and from {many[0]:.2f} to {many[1]:.2f} with {most}: a run of hits is likelier when hits come together."
    )
    at = lambda fps: float(high.recall[np.isclose(high.fps, fps)].item())
    numbers = {"share": min(1, event_length_s), "length": event_length_s, "tpr": high.tpr.max(), "rare": at(1),
               "often": at(8), "worst": (by_rate.recall - by_rate.simulated).abs().max(), "most": ends.index[-1],
               "one": tuple(ends.iloc[0]), "many": tuple(ends.iloc[-1])}  # fmt: skip
    data = pd.concat([by_rate, by_correlation], ignore_index=True)
    return Drawing(fig, data, "Effect of frame rate and of correlation", "model", caption, numbers)


def f1_surface(by_rate: pd.DataFrame, accuracy: NDArray[np.float64], f1: NDArray[np.float64]) -> Drawing:
    """Event-F1 over the rate for several FPRs, and over rate and accuracy (rows: TPR = 1 − FPR); the best rates marked.

    by_rate: fpr, fps, f1, with the rates of the columns of `f1`.
    """
    fig, [left, right] = small_multiples(2, size=(5.2, 3.8), sharey=False)
    best = by_rate.loc[by_rate.groupby("fpr").f1.idxmax()]
    curves(left, by_rate, "fps", "f1", "fpr", "FPR {:g}")
    curves(left, best, "fps", "f1", "fpr", "_{}", "v", ms=8)
    left.set(xlabel="analysed frames/s", ylabel="Event-F1", ylim=(0, 1), title="one TPR, by FPR")
    left.legend(loc="lower right")
    fps = np.unique(by_rate.fps)
    filled = right.contourf(fps, accuracy, f1, levels=np.linspace(0, 1, 21), cmap="viridis")
    tenths = np.arange(0.1, 1, 0.1)
    heights = right.contour(fps, accuracy, f1, levels=tenths, colors="white", linewidths=0.6)
    right.clabel(heights, tenths[4:], fontsize=8, fmt="%.1f")  # lower ones lie at the edge
    ridge = fps[f1.argmax(axis=1)]
    right.plot(ridge, accuracy, color="#D55E00", ls="--", lw=2)
    right.set(xlabel="analysed frames/s", ylabel="per-frame accuracy (TPR = 1 − FPR)")
    right.set_title("both at once (dashed: the best rate)")
    fig.colorbar(filled, ax=right, label="Event-F1", ticks=np.linspace(0, 1, 6))
    low, high = (int(np.abs(accuracy - value).argmin()) for value in (0.7, 0.95))
    rows = [*records(best.iloc[[0, -1]])]
    caption = (
        "With an FPR of {a.fpr:g} the best rate is {a.fps:g} frames/s (F1 {a.f1:.2f}), with {b.fpr:g} it is {b.fps:g} "
        "({b.f1:.2f}): each look at an empty scene is one more chance of a false alarm. At accuracy {low:.2f} F1 is "
        "{f_low:.2f} at best, at {few:g} frames/s; at accuracy {high:.2f} it is {f_high:.2f}, at {many:g}."
    )
    numbers = {"a": rows[0], "b": rows[1], "low": accuracy[low], "f_low": f1[low].max(), "few": ridge[low],
               "high": accuracy[high], "f_high": f1[high].max(), "many": ridge[high]}  # fmt: skip
    table = pd.DataFrame(f1, index=pd.Index(accuracy, name="accuracy"), columns=fps).melt(
        ignore_index=False, var_name="fps", value_name="f1"
    )
    data = pd.concat([by_rate, table.reset_index()], ignore_index=True)
    return Drawing(fig, data, "Effect of false positives, and of accuracy and frame rate", "model", caption, numbers)


def sample_or_specialise(data: pd.DataFrame, tenants: int) -> Drawing:
    """One budget, every split: the rate that it affords, the TPR and the Event-F1. data: app, split, fps, tpr, f1."""
    fig, axes = small_multiples(3, size=(3.5, 3.2), sharey=False)
    data = data.reset_index(drop=True)
    best = data.loc[data.groupby("app", sort=False).f1.idxmax()]
    for app, part in data.groupby("app", sort=False):
        places = range(len(part))
        for ax, column in zip(axes, ("fps", "tpr", "f1"), strict=True):
            colour = "0.35" if column == "fps" else colour_of(str(app))
            ax.plot(places, part[column], "o-", color=colour, label=f"_{app}" if column == "fps" else str(app))
        axes[2].plot(int(part.f1.argmax()), part.f1.max(), "o", ms=13, mfc="none", mec=colour_of(str(app)), mew=2)
    axes[0].set(title="what can be looked at", ylabel="analysed frames/s", ylim=(0, None))
    axes[1].set(title="how well", ylabel="per-frame TPR", ylim=(0, 1.03))
    axes[1].set_xlabel("frozen layers: further right, more shared")
    axes[2].set(title="what comes of it", ylabel="Event-F1", ylim=(0, 1.03))
    for ax in axes:
        ax.set_xticks(places, part.split)
    shared_legend(fig, axes)
    caption = "{tenants} tenants on one budget: " + "; ".join(
        f"{r.app} do best with {r.split:g} layers frozen, {r.fps:.1f} frames/s and Event-F1 {r.f1:.2f}"
        for r in best.itertuples()
    )  # fmt: skip
    return Drawing(fig, data, "Sample more or specialise more", "published", caption + ".", {"tenants": tenants})


def estimate(q: Quality, splits: Sequence[int], fps: NDArray[np.float64], app: str, tenants: int) -> Drawing:
    """What one application can expect from each split (rows) and rate (columns): recall, precision, F1."""
    fig, axes = small_multiples(3, size=(3.7, 3.3))
    for ax, part in zip(axes, PARTS, strict=True):
        picture = ax.imshow(getattr(q, part), norm=Normalize(0, 1), aspect="auto", origin="lower", cmap="viridis")
        ax.set(title=label(part), xlabel="analysed frames/s", xticks=range(0, len(fps), 2))
        ax.set_xticklabels([f"{f:g}" for f in fps[::2]])
        ax.set_yticks(range(len(splits)), [str(s) for s in splits])
        ax.grid(visible=False)
    row, column = map(int, np.unravel_index(q.f1.argmax(), q.f1.shape))
    axes[2].plot(column, row, "o", ms=12, mfc="none", mec="#D55E00", mew=2.5)
    axes[0].set_ylabel("frozen layers")
    fig.colorbar(picture, ax=axes, label="share")
    table = pd.DataFrame([(s, f, *(getattr(q, part)[k, j] for part in PARTS)) for k, s in enumerate(splits)
                          for j, f in enumerate(fps)], columns=["split", "fps", *PARTS])  # fmt: skip
    caption = (
        "{choices} choices for {app} alone, the best at {split} frozen layers and {fps:g} frames/s: Event-F1 {f1:.2f}. "
        "{tenants} such tenants have {all:.0e} joint choices."
    )
    numbers = {"choices": q.f1.size, "app": app, "split": splits[row], "fps": fps[column], "f1": q.f1.max(),
               "tenants": tenants, "all": float(q.f1.size) ** tenants}  # fmt: skip
    return Drawing(fig, table, "Estimating what an application can expect", "published", caption, numbers)
