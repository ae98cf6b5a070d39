"""Drawings rather than plots: the tree of a shared stem, the bar of its cost (notebooks 00 and 04)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

from mainstream.errors import UserError
from mainstream.study.figures.look import colour_of

TRUNK = "#555555"
STEM_SHADES = ("#555555", "#8a8a8a")  # segments side by side
WIDEST = 12.0  # points: a line at the full rate
NAME_LENGTH = 17  # characters that fit between a leaf and its numbers


def colours(apps: Sequence[str]) -> dict[str, str]:
    """Each application's colour, that of its kind (`colour_of`); of several of a kind the later ones are lighter."""
    found: dict[str, str] = {}
    before: Counter[str] = Counter()
    for app in apps:
        kind = colour_of(app)
        ink = max(0.62 ** before[kind], 0.35)
        red, green, blue = (1 - ink * (1 - part) for part in to_rgb(kind))
        found[app] = to_hex((red, green, blue))
        before[kind] += 1
    return found


def stem_tree(ax: Axes, splits: Mapping[str, int], layers: Sequence[str], *, shared: bool = True) -> None:
    """Applications as branches of one stem: each leaves it at its own split point, and runs its tail alone.

    Args:
        splits: application → index of its split point (0: nothing shared).
        layers: names of the split points, from the input on.
        shared: False draws a network of its own for each, as without sharing.
    Raises `UserError`: no application, or a split that is none of `layers`.
    """
    if not splits or any(not 0 <= k < len(layers) for k in splits.values()):
        raise UserError(
            f"splits={dict(splits)}: needs at least one application, each split from 0 to {len(layers) - 1}"
        )
    branches(ax, splits, len(layers), shared=shared)
    tree_axis(ax, layers, len(splits), room=3.5, below=0.7)


def tree_axis(ax: Axes, layers: Sequence[str], apps: int, *, room: float, below: float, rotation: float = 60) -> None:
    """The axis under a tree, and its limits.

    Args:
        room: on the right, in split points, for the leaves' names where these stand inside.
        below: the trunk, in rows, for its rates.
    """
    ax.set_xticks(range(len(layers)), layers, rotation=rotation, ha="right" if rotation else "center")
    ax.set(yticks=[], xlim=(-0.5, len(layers) + room), ylim=(-below, apps + 0.7))
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)


def branches(
    ax: Axes,
    splits: Mapping[str, int],
    end: int,
    *,
    shared: bool = True,
    rates: Mapping[str, float] | None = None,
    f1: Mapping[str, float] | None = None,
    full_rate: float | None = None,
) -> None:
    """What moves in a tree when a plan changes: trunk, branches and leaves.

    Args:
        splits, shared: as of `stem_tree`.
        end: where the tails end, in split points.
        rates: application → analysed frames/s: the width of its branch, and of the trunk up to its split.
        f1: application → its Event-F1, written at its leaf.
        full_rate: the rate that is drawn widest (the highest of `rates`, unless given).
    """
    order = sorted(splits, key=lambda app: splits[app])  # the first to leave is drawn on top
    colour, dots = colours(list(splits)), []
    if shared:
        _trunk(ax, splits, rates, full_rate)
    for row, app in enumerate(order):
        height, start = len(order) - row, splits[app] if shared else 0
        bend = min(start + 0.8, end)
        path = ([start, bend, end], [0, height, height]) if shared else ([0, end], [height, height])
        width = 3.0 if rates is None else _width(rates[app], rates, full_rate)
        ax.plot(*path, color=colour[app], lw=width, solid_capstyle="round", zorder=2)
        dots.append((start, 0 if shared else height, colour[app]))
        details = [] if rates is None else [f"{rates[app]:g}/s"]
        details += [] if f1 is None else [f"F1 {f1[app]:.2f}"]
        name = app if len(app) <= NAME_LENGTH or not details else app[: NAME_LENGTH - 1] + "…"
        ax.text(end + 0.25, height, name, va="center", color=colour[app])
        if details:
            text = "     ".join(details)
            ax.annotate(text, (end, height), (180, 0), textcoords="offset points", va="center", ha="right")
    x, y, shades = zip(*dots, strict=True)
    ax.scatter(x, y, s=49, color=shades, zorder=3, clip_on=False)


def _trunk(ax: Axes, splits: Mapping[str, int], rates: Mapping[str, float] | None, full_rate: float | None) -> None:
    """One line, or one per run of segments of equal rate, as wide as the fastest application that uses it."""
    deepest = max(splits.values())
    if rates is None:
        if deepest:
            ax.plot([0, deepest], [0, 0], color=TRUNK, lw=6, solid_capstyle="round", zorder=1)
        return
    segment_rates = [max(rates[a] for a, k in splits.items() if k >= seg) for seg in range(1, deepest + 1)]
    start = 0
    for rate, run in groupby(segment_rates):
        stop = start + len(list(run))
        width = _width(rate, rates, full_rate)
        ax.plot([start, stop], [0, 0], color=TRUNK, lw=width, solid_capstyle="butt", zorder=1)
        below = (0.0, -width / 2 - 2)
        style: dict[str, Any] = {"ha": "center", "va": "top", "color": TRUNK, "fontsize": 8}
        ax.annotate(f"{rate:g}/s", ((start + stop) / 2, 0), below, textcoords="offset points", **style)
        start = stop


def _width(rate: float, rates: Mapping[str, float], full_rate: float | None) -> float:
    return max(1.0, WIDEST * rate / (full_rate or max(rates.values())))


def cost_bar(ax: Axes, parts: pd.DataFrame, *, budget: float, apps: Sequence[str], one_device: float) -> None:
    """What a schedule costs, end to end: stem segments in greys, tails in their applications' colours, the budget.

    Args:
        parts: `explain.cost_parts`: part, name, cost (units/s).
        apps: all applications in order, for their colours.
        one_device: units/s of one saturated device, for the labels.
    """
    rows = list(zip(parts.part, parts["name"], parts.cost.astype(float), strict=True))
    ends = np.cumsum([cost for _, _, cost in rows])
    spans = [(float(end) - cost, cost) for end, (_, _, cost) in zip(ends, rows, strict=True)]
    colour = colours(apps)
    shades = [STEM_SHADES[i % 2] if part == "stem" else colour[name] for i, (part, name, _) in enumerate(rows)]
    ax.broken_barh(spans, (-0.3, 0.6), facecolors=shades, edgecolor="white", linewidth=0.4)
    total, stem = float(ends[-1]), sum(cost for part, _, cost in rows if part == "stem")
    text: dict[str, Any] = {"color": TRUNK, "fontsize": 9, "ha": "center"}
    if stem > 0:
        ax.text(stem / 2, -0.42, f"stem {stem:.1f}", va="top", **text)
    ax.text((stem + total) / 2, -0.42, f"tails {total - stem:.1f}", va="top", **text)
    top = bar_top(total, budget)
    ax.plot([budget, budget], [-0.5, 0.5], color="black", lw=1.2, ls="--", zorder=3)
    label = f" budget {budget:.4g} = {budget / one_device:.0%} of a device "
    ax.text(budget, 0.42, label, ha="right" if budget > 0.4 * top else "left", va="bottom", fontsize=9)


def bar_top(cost: float, budget: float) -> float:
    """Where the axis of a cost bar ends: a round number, so that it stands still while the budget moves a little."""
    need = 1.05 * max(cost, budget)
    power = 10.0 ** np.floor(np.log10(need))
    return float(next(step * power for step in (1, 1.5, 2, 3, 4, 5, 7.5, 10) if step * power >= need))


def bar_axis(ax: Axes, top: float) -> None:
    """The axis below a cost bar, up to `top` units/s."""
    ax.set(xlim=(0, top), ylim=(-0.95, 0.95), yticks=[], xlabel="cost (units/s)")
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
