"""Networks drawn layer by layer, from the image at the bottom to the answer on top (notebook 00).

A layer here is a segment between neighbouring split points; its state says where its weights come from.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from mainstream.study.figures.look import colour_of, small_multiples
from mainstream.study.figures.output import Drawing

RANDOM, BASE, FROZEN, TRAINED = "random", "the base's", "frozen", "trained"
SHADES = {RANDOM: "white", BASE: "#c9c9c9", FROZEN: "#555555"}
WIDTH, HEIGHT, GAP = 0.62, 0.78, 0.9  # of a layer, and between stem and tails, in layers


class Tower(NamedTuple):
    """One network: its name, the state of each layer from the input on, the application that it is trained for."""

    title: str
    states: Sequence[str]
    app: str = ""


def _layer(ax: Axes, x: float, y: float, state: str, app: str) -> None:
    colour = SHADES.get(state) or (colour_of(app) if app else "#0072B2")
    style = "round,pad=0,rounding_size=0.12"
    box = (x - WIDTH / 2, y + (1 - HEIGHT) / 2)
    ax.add_patch(FancyBboxPatch(box, WIDTH, HEIGHT, boxstyle=style, fc=colour, ec="0.35", lw=0.8, mutation_aspect=3))


def _ends(ax: Axes, x: float, top: int, app: str) -> None:
    ax.text(x, -0.35, "image", ha="center", va="top", fontsize=8.5, color="0.3")
    ax.text(x, top + 0.3, f"{app}?" if app else "which class?", ha="center", va="bottom", fontsize=9,
            color=colour_of(app) if app else "0.3")  # fmt: skip


def _room(ax: Axes, top: int, left: float, right: float) -> None:
    ax.set(xlim=(left, right), ylim=(-1.6, top + 1.6))
    ax.set_axis_off()


def _data(towers: Sequence[Tower], layers: Sequence[str]) -> pd.DataFrame:
    rows = [(t.title.replace("\n", " "), t.app, name, state)
            for t in towers for name, state in zip(layers, t.states, strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=["network", "app", "layer", "state"])


def fine_tuning(
    layers: Sequence[str], scratch: Sequence[bool], splits: Mapping[str, int], moved: Mapping[str, Sequence[bool]]
) -> Drawing:
    """A network trained from random weights, and two applications made from such a base, step by step.

    scratch: which layers a pass of training changed. splits: application → index of its split point. moved:
    application → which layers fine-tuning changed.
    """
    n = len(layers)
    frozen = lambda k: [FROZEN] * k + [BASE] * (n - 1 - k) + [RANDOM]
    towers = [
        Tower("begin with\nrandom weights", [RANDOM] * n),
        Tower("compare answers with\nlabels, change, repeat", [TRAINED if m else RANDOM for m in scratch]),
        Tower("base network,\ntrained by somebody", [BASE] * n),
    ]
    for number, (app, k) in enumerate(splits.items(), 1):
        towers += [Tower("#1: copy its weights,\na new classifier", frozen(0), app)] if number == 1 else []
        towers.append(Tower(f"#{number}: freeze\nthe lower layers", frozen(k), app))
        towers.append(Tower(f"#{number}: train\nthe rest", [TRAINED if m else FROZEN for m in moved[app]], app))
    fig, axes = small_multiples(len(towers), size=(1.55, 4.4))
    for ax, tower in zip(axes, towers, strict=True):
        for k, state in enumerate(tower.states):
            _layer(ax, 0, k, state, tower.app)
        _ends(ax, 0, n, tower.app)
        _room(ax, n, -0.65, 0.65)
        ax.set_title(tower.title, loc="center", fontsize=9.5)
    for y, part in ((n / 2 - 1, "layers"), (n - 2, "features"), (n - 1, "classifier")):
        axes[0].text(-0.4, y + 0.5, part, ha="right", va="center", fontsize=8.5)
    kept = {app: sum(not m for m in changed) for app, changed in moved.items()}
    caption = (
        "White: random; blue: trained from there, {scratch} of {n} layers in one pass; light: the base's; dark: "
        "frozen; coloured: trained for the application. After fine-tuning the first still has {first} of the base's "
        "{n} layers, bit for bit; the second, {second}."
    )
    first, second = kept.values()
    numbers = {"scratch": sum(scratch), "first": first, "second": second, "n": n}
    title = "Training a network, and fine-tuning it twice"
    return Drawing(fig, _data(towers, layers), title, "measured", caption, numbers)


def two_as_run(layers: Sequence[str], splits: Mapping[str, int]) -> Drawing:
    """Two fine-tuned networks beside each other, and as they are run: one stem up to the shallower split."""
    n, shared = len(layers), min(splits.values())
    towers = [Tower(app, [FROZEN] * k + [TRAINED] * (n - k), app) for app, k in splits.items()]
    fig, (apart, merged) = small_multiples(2, size=(4.2, 4.6))
    for x, tower in enumerate(towers):
        for y, state in enumerate(tower.states):
            _layer(apart, x, y, state, tower.app)
            if y >= shared:
                _layer(merged, x, y + GAP, state, tower.app)
            elif x == 0:
                _layer(merged, 0.5, y, state, tower.app)
        _ends(apart, x, n, tower.app)
        merged.text(x, n + GAP + 0.3, f"{tower.app}?", ha="center", fontsize=9, color=colour_of(tower.app))
        merged.plot([0.5, 0.5, x, x], [shared, *[shared + GAP / 2] * 2, shared + GAP], color="0.35", lw=1.5, zorder=0)
    merged.text(0.5, -0.35, "image", ha="center", va="top", fontsize=8.5, color="0.3")
    merged.text(0.5 + WIDTH / 2 + 0.1, shared / 2, "stem,\nonce per frame", va="center", fontsize=9)
    for ax, title in zip((apart, merged), ("two networks", "as Mainstream runs them"), strict=True):
        _room(ax, n + 1, -0.5, 1.5)
        ax.set_title(title, loc="center")
    caption = (
        "Up to '{layer}' both compute the same, so it is computed once: {run} layers per frame instead of {all}. "
        "The second application's further frozen layers (dark, on the right) are shared with nobody here."
    )
    numbers = {"layer": layers[shared - 1], "run": 2 * n - shared, "all": 2 * n}
    return Drawing(fig, _data(towers, layers), "Two networks as they are run", "model", caption, numbers)
