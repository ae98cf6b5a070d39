"""Drawings rather than plots: the tree of a shared stem (notebooks 00 and 04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from mainstream.errors import UserError

TRUNK = "#555555"


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
    end = len(layers)
    deepest = max(splits.values())
    order = sorted(splits, key=lambda app: splits[app])  # the first to leave is drawn on top
    if shared and deepest:
        ax.plot([0, deepest], [0, 0], color=TRUNK, lw=6, solid_capstyle="round", zorder=1)
    for row, app in enumerate(order):
        height, colour = len(order) - row, f"C{list(splits).index(app) % 10}"
        start = splits[app] if shared else 0
        bend = min(start + 0.8, end)
        path = ([start, bend, end], [0, height, height]) if shared else ([0, end], [height, height])
        ax.plot(*path, color=colour, lw=3, solid_capstyle="round", zorder=2)
        ax.plot([start], [0 if shared else height], "o", color=colour, ms=7, zorder=3)
        ax.text(end + 0.25, height, app, va="center", color=colour)
    ax.set_xticks(range(end), layers, rotation=60, ha="right")
    ax.set(yticks=[], xlim=(-0.5, end + 3.5), ylim=(-0.7, len(order) + 0.7))
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
