"""Drawings rather than plots: the tree of a shared stem, a plan as its tree and bar, Mainstream's parts (00, 04)."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from mainstream.scheduler import Problem, Schedule
from mainstream.scheduler.explain import cost_parts
from mainstream.study.figures.look import LABELS, colour_of, sheet
from mainstream.study.figures.output import Drawing
from mainstream.study.published import ONE_DEVICE

TRUNK = "#555555"
STEM_SHADES = ("#555555", "#8a8a8a")  # segments side by side
WIDEST = 12.0  # points: a line at the full rate
NAME_LENGTH = 17  # characters that fit between a leaf and its numbers
WIDTH, LABELS_AT = 9.8, 7.2  # inches: of a plan; where its leaves end and their labels begin


def tree(
    ax: Axes, splits: Mapping[str, int], end: int, *, shared: bool = True,
    rates: Mapping[str, float] | None = None, f1: Mapping[str, float] | None = None, full_rate: float = 1.0,
) -> None:  # fmt: skip
    """Applications as branches of one stem: each leaves it at its own split point, and runs its tail alone.

    Args:
        splits: application → index of its split point (0: nothing shared); end: where the tails end, in split points.
        shared: False draws a network of its own for each, as without sharing.
        rates: application → analysed frames/s: the width of its branch, and of the trunk up to its split.
        f1: application → its Event-F1, written at its leaf beside the rate.
        full_rate: the rate that is drawn widest.
    """
    for k in range(max(splits.values()) if shared else 0):
        rate = max(rates[app] for app in splits if splits[app] > k) if rates else full_rate / 2
        ax.plot([k, k + 1], [0, 0], color=TRUNK, lw=_width(rate, full_rate), solid_capstyle="butt", zorder=1)
    order = sorted(splits, key=lambda app: splits[app])  # the first to leave is drawn on top
    for height, app in zip(range(len(order), 0, -1), order, strict=True):
        start, colour = splits[app] if shared else 0, colour_of(app)
        bend = min(start + 0.8, end)
        path = ([start, bend, end], [0, height, height]) if shared else ([0, end], [height, height])
        width = _width(rates[app], full_rate) if rates else 3.0
        ax.plot(*path, color=colour, lw=width, solid_capstyle="round", zorder=2)
        ax.plot(start, 0 if shared else height, "o", ms=7, color=colour, zorder=3, clip_on=False)
        cut = len(app) > NAME_LENGTH and rates is not None
        name = app[: NAME_LENGTH - 1] + "…" if cut else app
        ax.text(end + 0.25, height, name, va="center", color=colour, parse_math=False)
        if rates and f1:
            text = f"{rates[app]:g}/s     F1 {f1[app]:.2f}"
            ax.annotate(text, (end, height), (180, 0), textcoords="offset points", va="center", ha="right")


def _width(rate: float, full_rate: float) -> float:
    return max(1.0, WIDEST * rate / full_rate)


def tree_axis(ax: Axes, layers: Sequence[str], apps: int, *, room: float, below: float, rotation: float = 60) -> None:
    """The axis under a tree, and its limits.

    Args:
        room: on the right, in split points, for the leaves' names where these stand inside; below: the trunk, in rows.
    """
    ax.set_xticks(range(len(layers)), layers, rotation=rotation, ha="right" if rotation else "center")
    ax.set(yticks=[], xlim=(-0.5, len(layers) + room), ylim=(-below, apps + 0.7))
    ax.spines[["left", "right", "top"]].set_visible(False)


def planned(problem: Problem, plan: Schedule) -> Figure:
    """A plan: the tree above, the bar of its cost below; the figure grows with the number of applications."""
    layers, splits = problem.device.split, {u.app: problem.device.split.index(u.split) for u in plan.units}
    tree_high, bar_high = 0.27 * len(splits) + 0.6, 1.0
    high = tree_high + bar_high + 1.65
    figure = sheet(WIDTH, high, dpi=85)
    above = figure.add_axes((0.03, (bar_high + 1.3) / high, (LABELS_AT - 0.3) / WIDTH, tree_high / high))
    tree_axis(above, [str(k) for k in layers], len(splits), room=0.1, below=0.7, rotation=0)
    rates, f1 = {u.app: u.fps for u in plan.units}, {u.app: u.f1 for u in plan.units}
    tree(above, splits, len(layers), rates=rates, f1=f1, full_rate=problem.stream_fps)
    above.set_xlabel("split point (frozen layers); widths: frames/s")
    title = f"{LABELS[plan.scheduler]}: mean Event-F1 {plan.mean_f1:.3f}"
    above.text(0, 1.02, title, fontsize=11, transform=above.transAxes)
    cost_bar(figure.add_axes((0.03, 0.55 / high, 1 - 0.06, bar_high / high)), problem, plan)
    for ax in figure.axes:
        ax.grid(False)
    return figure


def cost_bar(ax: Axes, problem: Problem, plan: Schedule) -> None:
    """What a plan costs, end to end: stem segments in greys, tails in their applications' colours, the budget."""
    parts, budget = cost_parts(problem, plan.choices), problem.budget
    ends = parts.cost.cumsum()
    stem = parts.part == "stem"
    shades = [STEM_SHADES[i % 2] if grey else colour_of(name) for i, (grey, name) in enumerate(zip(stem, parts["name"],
              strict=True))]  # fmt: skip
    spans = list(zip(ends - parts.cost, parts.cost, strict=True))
    ax.broken_barh(spans, (-0.3, 0.6), facecolors=shades, edgecolor="white", linewidth=0.4)
    total, shared = float(ends.iloc[-1]), float(parts.cost[stem].sum())
    for name, start, end in (("stem", 0.0, shared), ("tails", shared, total)):
        if end > start:
            words = f"{name} {end - start:.1f}"
            ax.text((start + end) / 2, -0.42, words, va="top", ha="center", color=TRUNK, fontsize=9)
    ax.plot([budget, budget], [-0.5, 0.5], color="black", lw=1.2, ls="--", zorder=3)
    top, words = bar_top(total, budget), f" budget {budget:.4g} = {budget / ONE_DEVICE:.0%} of a device "
    ax.text(budget, 0.42, words, ha="right" if budget > 0.4 * top else "left", va="bottom", fontsize=9)
    ax.set(xlim=(0, top), ylim=(-0.95, 0.95), yticks=[], xlabel="cost (units/s)")
    ax.spines[["left", "right", "top"]].set_visible(False)


def bar_top(cost: float, budget: float) -> float:
    """Where the axis of a cost bar ends: a round number, so that it stands still while the budget moves a little."""
    need = 1.05 * max(cost, budget)
    power = 10.0 ** np.floor(np.log10(need))
    return float(next(step * power for step in (1, 1.5, 2, 3, 4, 5, 7.5, 10) if step * power >= need))


# part → when it works, what it takes, what it gives, where in the kit, notebook
PARTS: dict[str, tuple[str, str, str, str, str]] = {
    "M-Trainer": ("once per application", "labelled images, the base network", "an M-Package", "trainer", "01"),
    "M-Package": ("", "rates and weights at every split", "", "package", "01"),
    "Profiler": ("once per device", "the base network", "latency of each stem and tail", "runner.profiler", "02"),
    "M-Scheduler": ("at every change", "packages, latencies, a budget", "split, rate, X of each", "scheduler", "04"),
    "M-Runner": ("on the live stream", "the schedule, frames", "detections", "runner", "07"),
}
PLACES: dict[str, tuple[float, float]] = {
    "M-Trainer": (0, 0.8), "M-Package": (1, 0.8), "Profiler": (2, 0), "M-Scheduler": (2, 0.8), "M-Runner": (3, 0.8),
}  # fmt: skip
ARROWS = (
    ("M-Trainer", "M-Package"), ("M-Package", "M-Scheduler"), ("Profiler", "M-Scheduler"), ("M-Scheduler", "M-Runner"),
)  # fmt: skip
PART = (0.74, 0.5)  # width and height of its box


def parts() -> Drawing:
    """The parts as boxes, arrows from who gives to who takes; left of the line before deployment, right of it after."""
    fig, ax = plt.subplots(figsize=(12, 4.2))
    width, height = PART
    for name, (x, y) in PLACES.items():
        works, takes, gives, module, _ = PARTS[name]
        style = "round,pad=0.02,rounding_size=0.06"
        colour = "#EAF3FA" if name != "M-Package" else "#FFF6E0"
        ax.add_patch(
            FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=style, fc=colour, ec="0.5")
        )
        ax.text(x, y + 0.155, name, ha="center", va="center", weight="bold", fontsize=11)
        lines = [works, f"takes {takes}" if gives else takes, f"gives {gives}" if gives else "", f"mainstream.{module}"]
        text = "\n".join(textwrap.fill(line, 40) for line in lines if line)
        ax.text(x, y - 0.06, text, ha="center", va="center", fontsize=7.5)
    for start, end in ARROWS:
        (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
        sideways, upwards = np.sign(x1 - x0) * (width / 2 + 0.02), np.sign(y1 - y0) * (height / 2 + 0.02)
        tip = {"arrowstyle": "-|>", "color": "0.3", "shrinkA": 0, "shrinkB": 0, "lw": 1.4}
        ax.annotate("", (x1 - sideways, y1 - upwards), (x0 + sideways, y0 + upwards), arrowprops=tip)
    ax.axvline(1.5, color="0.6", lw=0.8, ls=":")
    for x, text in ((1.45, "before deployment, anywhere"), (1.55, "on the edge box")):
        ax.text(x, 1.2, text, ha="right" if x < 1.5 else "left", va="center", fontsize=8.5, color="0.35")
    ax.set(xlim=(-0.42, 3.42), ylim=(-0.32, 1.3))
    ax.set_axis_off()
    caption = (
        "Tenants train alone and hand in packages; only M-Scheduler sees all applications and the device at once, so "
        "how much is shared is decided at deployment."
    )
    rows = [(name, *row) for name, row in PARTS.items()]
    data = pd.DataFrame(rows, columns=["part", "works", "takes", "gives", "module", "notebook"])
    return Drawing(fig, data, "The parts of Mainstream", "model", caption, {})
