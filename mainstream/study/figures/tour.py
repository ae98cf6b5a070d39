"""Figures of notebook 00: the tenants, a frame's way, where its time goes, what sharing saves."""

from collections.abc import Mapping, Sequence
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import FancyBboxPatch, Rectangle

from mainstream.study.figures import diagrams
from mainstream.study.figures.look import COLOURS, colour_of, small_multiples
from mainstream.study.figures.output import Drawing
from streetworld import World

ONCE, NETWORK = "#8a8a8a", "#0072B2"  # paid once per frame; paid once per network
ENGINES = {"predict": "network, model.predict", "keras": "network, TensorFlow graph", "openvino": "network, OpenVINO"}
SHARING = (COLOURS["no_sharing"], COLOURS["mainstream"], COLOURS["max_sharing"])


def tenants(world: World, apps: Sequence[str], moment: int) -> Drawing:
    """One frame with what each tenant looks for in it, and when each has an event in the whole clip (the truth)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.3), width_ratios=(1, 1.15))
    left.imshow(world.frame(moment))
    left.set_axis_off()
    boxes = [(app, box) for app, box in world.boxes(moment) if app in apps]
    for app, (x, y, width, height) in boxes:
        left.add_patch(Rectangle((x, y), width, height, fill=False, lw=2.5, ec=colour_of(app)))
        label = {"boxstyle": "square,pad=0.15", "fc": colour_of(app), "ec": "none"}
        left.text(min(max(x, 4), 555), y - 4, app, color="white", fontsize=9, va="bottom", bbox=label)
    for row, app in enumerate(apps):
        spans = [(start, end - start) for start, end in world.truth[app]]
        right.broken_barh(spans, (row - 0.3, 0.6), color=colour_of(app))
    right.axvline(moment / world.fps, color="k", lw=1, ls=":")
    right.set_yticks(range(len(apps)), apps)
    right.invert_yaxis()
    right.grid(axis="y", visible=False)
    right.set(xlabel="seconds of the stream", xlim=(0, world.seconds))
    rows = [(app, start, end) for app in apps for start, end in world.truth[app]]
    numbers = {"apps": len(apps), "seconds": world.seconds, "events": len(rows), "at": moment / world.fps,
               "here": len({app for app, _ in boxes})}  # fmt: skip
    caption = (
        "Left: {here} of {apps} tenants have something to report in the frame at {at:.2f} s (dotted on the right). "
        "Right: their {events} events in {seconds:.0f} s. All of them look at the same frames."
    )
    data = pd.DataFrame(rows, columns=["app", "start_s", "end_s"])
    return Drawing(fig, data, "Four tenants of one camera", "model", caption, numbers)


def pipeline(world: World, moment: int, small: np.ndarray, packets: float, costs: pd.DataFrame) -> Drawing:
    """The stations of a frame, left to right, and below them milliseconds of each, with quartiles.

    small: RGB after resizing. packets: bytes of film per frame. costs: of `throughput.pipeline_costs`.
    """
    fig = plt.figure(figsize=(12, 5.4))
    above, below = cast("list[SubFigure]", fig.subfigures(2, 1, height_ratios=(1, 1.05)))
    _stations(above, world, moment, small, packets)
    ax = below.subplots()
    shades = [NETWORK if s in ENGINES else ONCE for s in costs.stage]
    spread = [costs.median_ms - costs.q25_ms, costs.q75_ms - costs.median_ms]
    ax.barh([ENGINES.get(s, s) for s in costs.stage], costs.median_ms, xerr=spread, color=shades, error_kw={"lw": 1})
    for row, (middle, high) in enumerate(zip(costs.median_ms, costs.q75_ms, strict=True)):
        ax.text(high, row, f"  {middle:.1f} ms", va="center", fontsize=9)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel="milliseconds per frame", xlim=(0, 1.15 * costs.q75_ms.max()))
    cost = costs.set_index("stage").median_ms
    before, tenants = cost["decode"] + cost["resize"], 8
    share = {f"{name}_share": cost[name] / (before + cost[name]) for name in cost.index.intersection(list(ENGINES))}
    caption = (
        "Of one frame's time the network takes {openvino_share:.0%} in OpenVINO, {keras_share:.0%} as a TensorFlow "
        "graph and {predict_share:.0%} through model.predict. Decoding and resizing ({before:.1f} ms, grey) happen "
        "once; {tenants} tenants without sharing need the network {tenants} times: {all:.0%} of the time in OpenVINO. "
        "The network gets {pixels:.0%} of the decoded pixels. Bars: medians, with quartiles."
    )
    every, pixels = tenants * cost["openvino"], small.shape[0] * small.shape[1] / (world.frame(moment).size / 3)
    numbers = {**share, "before": before, "tenants": tenants, "all": every / (before + every), "pixels": pixels}
    return Drawing(fig, costs, "The pipeline, and where the time of a frame goes", "measured", caption, numbers)


def _stations(place: SubFigure, world: World, moment: int, small: np.ndarray, packets: float) -> None:
    """Camera, decoding, resizing, network, application: what each gives."""
    frame = world.frame(moment)
    app, start, end = next((a, *spans[0]) for a, spans in world.truth.items() if spans)
    stations = [
        ("camera", f"{packets / 1000:.1f} kB per frame", None),
        ("decode", "{1} × {0} px".format(*frame.shape), frame),
        ("resize", "{1} × {0} px".format(*small.shape), small),
        ("network", "one number", None),
        ("application", f"{app}: {start:.1f} to {end:.1f} s", None),
    ]
    axes = place.subplots(1, len(stations), gridspec_kw={"wspace": 0.18})
    for ax, (name, gives, picture) in zip(axes, stations, strict=True):
        ax.set(xlim=(0, 1), ylim=(0, 1), box_aspect=0.75)
        ax.set_axis_off()
        if picture is None:
            _box(ax, name, f"{world.fps:g} frames/s\nH.264" if name == "camera" else "events")
        else:
            height = 1.0 if name == "decode" else 0.75
            width = height * 0.75 * picture.shape[1] / picture.shape[0]
            ax.imshow(picture, extent=(0.5 - width / 2, 0.5 + width / 2, 0.5 - height / 2, 0.5 + height / 2))
            ax.set(xlim=(0, 1), ylim=(0, 1), aspect="auto")
        ax.set_title(name, loc="center", weight="bold", fontsize=11)
        ax.text(0.5, -0.06, gives, ha="center", va="top", fontsize=9, color="0.3", transform=ax.transAxes)
    for ax in axes[:-1]:
        arrow = {"arrowstyle": "-|>", "color": "0.3", "lw": 1.4}
        ax.annotate("", (1.2, 0.5), (1.0, 0.5), xycoords="axes fraction", arrowprops=arrow, annotation_clip=False)


def _box(ax: Axes, name: str, inside: str) -> None:
    """A station without a picture: the network as a row of layers, the others as a plain box."""
    if name == "network":
        for k in range(7):
            height = 0.8 - 0.09 * k
            ax.add_patch(Rectangle((0.1 + 0.115 * k, 0.5 - height / 2), 0.09, height, fc=NETWORK, alpha=0.85))
        return
    style = "round,pad=0,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch((0.12, 0.25), 0.76, 0.5, boxstyle=style, fc="#EAF3FA", ec="0.5"))
    ax.text(0.5, 0.5, inside, ha="center", va="center", fontsize=10)


def trees(views: Mapping[str, tuple[Mapping[str, int], bool]], layers: Sequence[str]) -> Drawing:
    """Ways to share. views: title → (application → index of its split, is the stem shared?)."""
    fig, axes = small_multiples(len(views), size=(4.6, 3.4))
    marked = sorted({0, *(k for splits, _ in views.values() for k in splits.values())})
    for ax, (title, (splits, shared)) in zip(axes, views.items(), strict=True):
        diagrams.tree(ax, splits, len(layers), shared=shared)
        diagrams.tree_axis(ax, layers, len(splits), room=3.5, below=0.7)
        ax.set_title(title)
    axes[0].set_xticks(marked, [layers[k] for k in marked])  # an axis for all
    rows = [(view, app, layers[k]) for view, (splits, _) in views.items() for app, k in splits.items()]
    caption = (
        "Grey: the stem, computed once per frame. Coloured: what each application computes alone, from the dot at its "
        "split point on. {apps} applications on a network of {n} split points."
    )
    numbers = {"apps": len(next(iter(views.values()))[0]), "n": len(layers)}
    data = pd.DataFrame(rows, columns=["view", "app", "split"])
    return Drawing(fig, data, "No, partial and full sharing", "model", caption, numbers)


def sharing_saves(scaling: pd.DataFrame) -> Drawing:
    """Milliseconds per frame against applications: predicted_ms as lines, measured_ms as rings, one per `sharing`."""
    fig, ax = plt.subplots(figsize=(7.5, 4))
    for colour, (name, part) in zip(SHARING, scaling.groupby("sharing", sort=False), strict=False):
        ax.plot(part.applications, part.predicted_ms, color=colour)
        ax.plot(part.applications, part.measured_ms, "o", ms=7, mfc="none", color=colour)
        end = part.iloc[-1]
        ax.annotate(str(name), (end.applications, end.measured_ms), (10, 0), textcoords="offset points",
                    va="center", color=colour)  # fmt: skip
    ax.set_xticks(sorted(scaling.applications.unique()))
    ax.set(xlabel="applications", ylabel="milliseconds per frame", xlim=(0, None), ylim=(0, None))
    most = scaling[scaling.applications == scaling.applications.max()].measured_ms.to_numpy()
    caption = (
        "Lines: predicted from the segments; rings: measured, {low:.2f} to {high:.2f} times that. {n} applications "
        "take {none:.1f} ms per frame without sharing and {full:.1f} ms when all but the last layer is shared: "
        "{times:.1f} times less, at the price of accuracy."
    )
    off = scaling.measured_ms / scaling.predicted_ms
    numbers = {"n": scaling.applications.max(), "none": most[0], "full": most[-1], "times": most[0] / most[-1],
               "low": off.min(), "high": off.max()}  # fmt: skip
    return Drawing(fig, scaling, "What sharing saves", "measured", caption, numbers)
