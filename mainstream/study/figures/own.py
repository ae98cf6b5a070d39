"""Figures of a new application: its photos, its accuracy by split, what it said on a stream.

Onto a figure of any size for `mainstream new-app`, and as drawings for notebook 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mainstream.data.photos import Photos
from mainstream.package import MPackage
from mainstream.runner.network import Member
from mainstream.runner.report import Report
from mainstream.study import curves
from mainstream.study.figures.look import colour_of
from mainstream.study.figures.output import Drawing

SHOWN = 8  # photos per row
TRUTH, DETECTED = "#999999", "#009E73"


def samples(fig: Figure, photos: Photos, app: str, *, seed: int = 0) -> None:
    """Photos with the application's class and without it, drawn from all partitions: is this what was meant?"""
    rng = np.random.default_rng(seed)
    axes = fig.subplots(2, SHOWN)
    for row, (wanted, word) in enumerate(((True, "with"), (False, "without"))):
        places = np.flatnonzero(photos.has(app) == wanted)
        for ax, k in zip(axes[row], sorted(rng.permutation(places)[:SHOWN]), strict=False):
            ax.imshow(photos.images[k])
            ax.set_title(str(photos.partition[k]), fontsize=7, pad=2, color="0.35")
        for ax in axes[row]:
            ax.set_axis_off()
        axes[row, 0].text(
            -0.12, 0.5, f"{word}\n{len(places)} photos", rotation=90, ha="right", va="center", fontsize=9,
            transform=axes[row, 0].transAxes,
        )  # fmt: skip
    fig.suptitle(f"'{app}': photos as the network gets them", fontsize=11)


def wrong(fig: Figure, photos: Photos, app: str, probabilities: np.ndarray, threshold: float) -> None:
    """The held-out photos that it was most sure of and wrong about: a label to mend, or a kind of photo to add."""
    held = photos.has(app)
    margin = np.where(held, threshold - probabilities, probabilities - threshold)
    worst = [k for k in np.argsort(-margin)[:SHOWN] if margin[k] > 0 or (not held[k] and margin[k] == 0)]
    for ax in (axes := fig.subplots(1, SHOWN)):
        ax.set_axis_off()
    for ax, k in zip(axes, worst, strict=False):
        ax.imshow(photos.images[k])
        said = f"{'missed' if held[k] else 'false alarm'}: {probabilities[k]:.2f}"
        ax.set_title(f"{said}\n{Path(photos.files[k]).name[-18:]}", fontsize=7, pad=2)


def accuracy(fig: Figure, package: MPackage, chosen: str = "") -> None:
    """Balanced accuracy at every split: on photos with 95% intervals and, where there is one, on video.

    Frames of one video depend on each other and have no interval.
    """
    ax, table, colour = fig.subplots(), curves.table([package], "measured"), colour_of(package.application)
    for on, label, style in (("images", "held-out photos", "o-"), ("video", "held-out video", "s--")):
        part = table[table.on == on]
        if part.empty:
            continue
        x = part["index"]
        ax.plot(x, part.accuracy, style, ms=4, color=colour, label=label)
        if on == "images":
            ax.fill_between(x, part.low, part.high, alpha=0.15, color=colour, lw=0)
    layers = [s.layer for s in package.splits]
    if chosen in layers:
        ax.axvline(layers.index(chosen), color=TRUTH, lw=1, ls=":", label="chosen by the schedule")
    ax.axhline(0.5, color=TRUTH, lw=0.8)
    ax.set_xticks(range(len(layers)), layers, rotation=45, ha="right", fontsize=8)
    ax.set(
        ylabel="balanced accuracy",
        ylim=(0.4, 1.02),
        xlabel="split point: the layers up to it are frozen and can be shared",
    )
    ax.legend(fontsize=8)


def timeline(
    fig: Figure, report: Report, members: Sequence[Member], truth: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    """For each application: when its object was in view, what each look said, what it detected."""
    axes = fig.subplots(len(members), 1, sharex=True, squeeze=False)[:, 0]
    table = report.table()
    for ax, m in zip(axes, members, strict=True):
        spans = truth.get(m.app, [])
        ax.broken_barh([(a, b - a) for a, b in spans], (0, 1), color=TRUTH, alpha=0.35, lw=0, label="in view (truth)")
        mine = table[table.app == m.app]
        ax.plot(mine.time_s, mine.probability, ".", ms=3, color=colour_of(m.app), label="probability at each look")
        threshold = next(s.threshold for s in m.package.splits if s.layer == m.layer)
        if threshold is not None:
            ax.axhline(threshold, color="k", lw=0.6, ls=":", label="threshold")
        found = [(d.start_s, max(d.end_s - d.start_s, 0.3)) for d in report.detections if d.app == m.app]
        ax.broken_barh(found, (1.08, 0.14), color=DETECTED, label="detected")
        ax.set(ylim=(-0.05, 1.3), yticks=[0, 1], xlim=(0, max(report.stream_s, 1)))
        ax.set_ylabel(m.app)
        ax.set_title(f"split {m.layer}, {m.fps:g} looks/s, X = {m.x_vote}", fontsize=8, loc="right", pad=2)
    axes[-1].set_xlabel("seconds of the stream")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=8)


def material_drawing(photos: Photos, app: str, counts: pd.DataFrame) -> Drawing:
    """`samples`, with what each partition has (`material.counts`: with, without)."""
    samples(fig := plt.figure(figsize=(11, 3.4)), photos, app)
    caption = (
        "{with_it} photos with '{app}' and {without} without, of which {learnt} and {learnt_without} are learnt from; "
        "the rest chooses thresholds and counts."
    )
    numbers = {"with_it": counts["with"].sum(), "without": counts["without"].sum(), "app": app,
               "learnt": counts["with"].iloc[0], "learnt_without": counts["without"].iloc[0]}  # fmt: skip
    return Drawing(fig, counts, "What the network learns from", "measured", caption, numbers)


def accuracy_drawing(package: MPackage, splits: pd.DataFrame) -> Drawing:
    """`accuracy`, with the rates on video by split (layer, video_tpr, video_fpr)."""
    accuracy(fig := plt.figure(), package)
    worth = (splits.video_tpr + 1 - splits.video_fpr) / 2
    caption = "On held-out video balanced accuracy is {first:.3f} split at '{shallow}' and {last:.3f} at '{deep}'."
    numbers = {"first": worth.iloc[0], "last": worth.iloc[-1],
               "shallow": splits.layer.iloc[0], "deep": splits.layer.iloc[-1]}  # fmt: skip
    return Drawing(fig, splits, "Accuracy by split", "measured", caption, numbers)


def timeline_drawing(
    app: str, report: Report, members: Sequence[Member], truth: Mapping[str, Sequence[tuple[float, float]]],
    found: pd.DataFrame, model_f1: float,
) -> Drawing:  # fmt: skip
    """`timeline`, with what was counted: `held_out.count_stream` of each. model_f1: what `app` was promised."""
    timeline(fig := plt.figure(figsize=(11, 1.3 * len(members) + 1.2)), report, members, truth)
    own = found.set_index("app").loc[app]
    caption = (
        "'{app}' found {found} of {events} events and gave a false alarm in {false} of {empty_windows} empty windows: "
        "Event-F1 {f1:.3f}, where the model had said {model_f1:.3f}."
    )
    counted = {name: own[name] for name in ("found", "events", "false", "empty_windows", "f1")}
    data = found.loc[:, ~found.columns.str.endswith("_interval")]
    numbers = {"app": app, "model_f1": model_f1, **counted}
    return Drawing(fig, data, "Your application on your video", "executed", caption, numbers)
