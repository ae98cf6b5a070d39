"""Figures of a new application: its photos, its accuracy by split, its mistakes, what it said on a stream.

Notebook 09 and the report of `mainstream new-app`, which is that notebook's page.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from mainstream.data.geometry import LETTERBOX, edges, fitted
from mainstream.data.photos import Photos
from mainstream.package import MPackage, Zone
from mainstream.runner.network import Member
from mainstream.runner.report import Report
from mainstream.study import curves
from mainstream.study.figures.look import colour_of
from mainstream.study.figures.output import Drawing

SHOWN = 8  # photos per row
TRUTH, DETECTED = "#999999", "#009E73"


def samples(photos: Photos, app: str, counts: pd.DataFrame, *, seed: int = 0) -> Drawing:
    """Photos with the application's class and without it, drawn from all partitions: is this what was meant?

    counts: what each partition has (`material.counts`: with, without).
    """
    rng, fig = np.random.default_rng(seed), plt.figure(figsize=(11, 3.4))
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
    fig.suptitle(f"'{app}': photos as the network gets them", fontsize=11, parse_math=False)
    caption = (
        "{with_it} photos with '{app}' and {without} without, of which {learnt} and {learnt_without} are learnt from; "
        "the rest chooses thresholds and counts."
    )
    numbers = {"with_it": counts["with"].sum(), "without": counts["without"].sum(), "app": app,
               "learnt": counts["with"].iloc[0], "learnt_without": counts["without"].iloc[0]}  # fmt: skip
    return Drawing(fig, counts, "What the network learns from", "measured", caption, numbers)


def zone(app: str, frame: np.ndarray, part: Zone, size: int) -> Drawing:
    """A frame of the camera, uint8 (height, width, 3), with the zone in it, and what the network of `size` px gets."""
    height, width = frame.shape[:2]
    left, top, right, bottom = edges(part, width, height)
    fig = plt.figure(figsize=(8, 3.6))
    whole, seen = fig.subplots(1, 2, width_ratios=[width / height, 1])
    whole.imshow(frame)
    whole.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec=colour_of(app), lw=2.5))
    seen.imshow(fitted(frame, size, LETTERBOX, part))
    for ax, title in ((whole, "the camera's picture"), (seen, "what the network gets")):
        ax.set_axis_off()
        ax.set_title(title, fontsize=9)
    caption = "'{app}' sees {wide} by {high} px of the camera's {width} by {height}, {share:.0%} of the picture."
    numbers = {"wide": right - left, "high": bottom - top, "width": width, "height": height, "share": part.w * part.h}
    data = pd.DataFrame([{"app": app, **part._asdict(), **numbers}])
    return Drawing(fig, data, "The zone", "measured", caption, {"app": app, **numbers})


def accuracy(package: MPackage) -> Drawing:
    """Balanced accuracy at every split with 95% intervals: on photos and, where there is one, on video."""
    fig, table, colour = plt.figure(), curves.table([package], "measured"), colour_of(package.application)
    ax = fig.subplots()
    for on, label, style in (("images", "held-out photos", "o-"), ("video", "held-out video", "s--")):
        part = table[table.on == on]
        ax.plot(part["index"], part.accuracy, style, ms=4, color=colour, label=label if len(part) else None)
        ax.fill_between(part["index"], part.low, part.high, alpha=0.15, color=colour, lw=0)
    layers = [s.layer for s in package.splits]
    ax.axhline(0.5, color=TRUTH, lw=0.8, label="chance")
    ax.set_xticks(range(len(layers)), layers, rotation=45, ha="right", fontsize=8)
    label = "split point: the layers up to it are frozen and can be shared"
    ax.set(ylabel="balanced accuracy", ylim=(0.4, 1.02), xlabel=label)
    ax.legend(fontsize=8)
    worth = table[table.on == table.on.iloc[-1]].accuracy  # of video, where there is one
    caption = "On held-out {on} balanced accuracy is {first:.3f} split at '{shallow}', {last:.3f} at '{deep}'.{bands}"
    numbers = {"on": "video" if package.splits[0].video else "photos", "first": worth.iloc[0], "last": worth.iloc[-1],
               "shallow": layers[0], "deep": layers[-1],
               "bands": " Bands: 95% intervals." * bool(table.low.notna().any())}  # fmt: skip
    return Drawing(fig, table, "Accuracy by split", "measured", caption, numbers)


def wrong(photos: Photos, app: str, probabilities: np.ndarray, threshold: float) -> Drawing | None:
    """The held-out photos that it was most sure of and wrong about; None where it was right about all."""
    held = photos.has(app)
    table = pd.DataFrame({
        "photo": [Path(file).name for file in photos.files], "shows_it": held, "probability": probabilities,
        "margin": np.where(held, threshold - probabilities, probabilities - threshold),
    })  # fmt: skip
    table = table[(probabilities >= threshold) != held].sort_values("margin", ascending=False)
    if table.empty:
        return None
    fig = plt.figure(figsize=(11, 2.0))
    for ax in (axes := fig.subplots(1, SHOWN)):
        ax.set_axis_off()
    for ax, row in zip(axes, table.itertuples(), strict=False):
        ax.imshow(photos.images[row.Index])
        said = f"{'missed' if row.shows_it else 'false alarm'}: {row.probability:.2f}"
        ax.set_title(f"{said}\n{row.photo[-18:]}", fontsize=7, pad=2, parse_math=False)
    caption = (
        "Of {photos} held-out photos it was wrong about {wrong}, surest of those shown first; the number is how likely "
        "'{app}' was to it. A wrong label is mended in its folder; a kind of photo that it does not know is added."
    )
    numbers = {"photos": len(photos), "wrong": len(table), "app": app}
    return Drawing(fig, table, "Wrong answers", "measured", caption, numbers)


def timeline(
    app: str, report: Report, members: Sequence[Member], truth: Mapping[str, Sequence[tuple[float, float]]],
    found: pd.DataFrame, model_f1: float,
) -> Drawing:  # fmt: skip
    """For each application: when its object was in view, what each look said, what it detected.

    found: `held_out.count_stream` of each. model_f1: what `app` was promised.
    """
    fig, table = plt.figure(figsize=(11, 1.3 * len(members) + 1.2)), report.table()
    axes = fig.subplots(len(members), 1, sharex=True, squeeze=False)[:, 0]
    for ax, m in zip(axes, members, strict=True):
        spans = truth.get(m.app, [])
        ax.broken_barh([(a, b - a) for a, b in spans], (0, 1), color=TRUTH, alpha=0.35, lw=0, label="in view (truth)")
        mine = table[table.app == m.app]
        ax.plot(mine.time_s, mine.probability, ".", ms=3, color=colour_of(m.app), label="probability at each look")
        threshold = next(s.threshold for s in m.package.splits if s.layer == m.layer)
        if threshold is not None:
            ax.axhline(threshold, color="k", lw=0.6, ls=":", label="threshold")
        alarms = [(d.start_s, max(d.end_s - d.start_s, 0.3)) for d in report.detections if d.app == m.app]
        ax.broken_barh(alarms, (1.08, 0.14), color=DETECTED, label="detected")
        ax.set(ylim=(-0.05, 1.3), yticks=[0, 1], xlim=(0, max(report.stream_s, 1)))
        ax.set_ylabel(m.app, parse_math=False)
        ax.set_title(f"split {m.layer}, {m.fps:g} looks/s, X = {m.x_vote}", fontsize=8, loc="right", pad=2)
    axes[-1].set_xlabel("seconds of the stream")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=8)
    own = found.set_index("app").loc[app]
    caption = (
        "'{app}' found {found} of {events} events and gave a false alarm in {false} of {empty_windows} empty windows: "
        "Event-F1 {f1:.3f}, where the model had said {model_f1:.3f}."
    )
    counted = {name: own[name] for name in ("found", "events", "false", "empty_windows", "f1")}
    data = found.loc[:, ~found.columns.str.endswith("_interval")]
    numbers = {"app": app, "model_f1": model_f1, **counted}
    return Drawing(fig, data, "Your application on your video", "executed", caption, numbers)
