"""One look for every figure: the style, fixed colours, names for people, and the few axes that many figures share."""

import re
from collections.abc import Iterable
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

from mainstream.paths import STYLE

# One colour per system, everywhere (Okabe–Ito, safe for colour-blind readers).
COLOURS = {
    "no_sharing": "#D55E00",
    "max_sharing": "#E69F00",
    "mainstream": "#0072B2",
    "greedy": "#56B4E9",
    "greedy_as_published": "#CC79A7",
    "optimal": "#009E73",
}
LABELS = {
    "no_sharing": "No Sharing",
    "max_sharing": "Max Sharing",
    "mainstream": "Mainstream",
    "greedy": "Mainstream, greedy",
    "greedy_as_published": "Mainstream, greedy as published",
    "optimal": "Mainstream, optimal",
    "as_published": "as published",
    "consistent": "consistent units",
    "heterogeneous": "heterogeneous events",
    "f1": "Event-F1",
    "recall": "Event-recall",
    "precision": "Event-precision",
    "tpr": "TPR",
    "fpr": "FPR",
}
# One colour per kind of application, everywhere; none of them is a system's.
APPLICATIONS = {
    "pedestrian": "#7B4EA3", "car": "#2F9AA0", "cat": "#B5651D", "flower": "#D6437F", "bus": "#5B7B1E",
    "train": "#44546A", "dog": "#8C6D31", "person": "#7B4EA3",
}  # fmt: skip
OTHERS = [to_hex(c) for c in plt.get_cmap("tab20b").colors]  # type: ignore[attr-defined]
FORMS = {"consistent": "-", "heterogeneous": "-.", "as_published": "--"}  # line styles of the model's forms


def use_style() -> None:
    """Applies `paper.mplstyle` to all figures that follow, and lets tables show what is in a cell whole."""
    plt.style.use(STYLE)
    pd.set_option("display.max_colwidth", None)


def colour_of(name: str) -> str:
    """The colour of a system or of an application ('cat 2', 'cats-6': as 'cat'); any other name has one of its own."""
    kind = re.sub(r"[ -]\d+$", "", name)
    known = COLOURS | APPLICATIONS
    return known.get(kind) or known.get(kind.removesuffix("s")) or OTHERS[sum(map(ord, kind)) % len(OTHERS)]


def shades(number: int) -> list[str]:
    """So many colours from dark to light, for curves whose parameter has an order: votes, TPRs, sizes."""
    return [to_hex(c) for c in plt.get_cmap("viridis")(np.linspace(0, 0.88, number))]


def label(name: str) -> str:
    """What a person reads where the code says `as_published`, `f1` or `max_sharing`."""
    return LABELS.get(name, name.replace("_", " "))


def small_multiples(
    panels: int, *, columns: int = 0, size: tuple[float, float] = (3.3, 3.1), **options: Any
) -> tuple[Figure, list[Axes]]:
    """`panels` equal axes in rows of `columns` (0: one row), with shared axes; places that stay empty are taken out.

    size: of one panel, in inches. options: as of `plt.subplots`.
    """
    columns = min(columns or panels, panels)
    rows = -(-panels // columns)
    shared: dict[str, Any] = {"sharex": True, "sharey": True} | options
    fig, grid = plt.subplots(rows, columns, figsize=(size[0] * columns, size[1] * rows), squeeze=False, **shared)
    for ax in grid.flat[panels:]:
        ax.remove()
    return fig, list(grid.flat[:panels])


def identity(ax: Axes, low: float = 0.0, high: float = 1.0) -> None:
    """The line on which two quantities agree, on a square panel."""
    ax.plot([low, high], [low, high], color="0.6", lw=0.8, zorder=0)
    ax.set_aspect("equal")


def shared_legend(fig: Figure, axes: Iterable[Axes], **options: Any) -> None:
    """One legend for all panels, below them; what several panels name alike stands there once."""
    named: dict[str, Any] = {}
    for ax in axes:
        handles, labels = ax.get_legend_handles_labels()
        named |= {text: handle for handle, text in zip(handles, labels, strict=True) if text not in named}
    where: dict[str, Any] = {"loc": "outside lower center", "ncols": 4} | options
    fig.legend(list(named.values()), list(named), **where)


def lines(ax: Axes, data: pd.DataFrame, x: str, y: str, hue: str = "system") -> None:
    """One line per system in the system's own colour; `data` is tidy, rows of one x are averaged.

    Lines get thinner from one system to the next: where systems agree, all of them stay visible.
    """
    for i, name in enumerate(k for k in COLOURS if k in set(data[hue])):
        rows = data[data[hue] == name].groupby(x)[y].mean()
        ax.plot(
            rows.index, rows.to_numpy(), marker="o", color=COLOURS[name], label=LABELS[name],
            lw=4.0 - 0.8 * i, ms=8 - 1.2 * i,
        )  # fmt: skip
    ax.set(xlabel=x.replace("_", " "), ylabel=label(y))


def curves(
    ax: Axes, data: pd.DataFrame, x: str, y: str, by: str, name: str = "{}", style: str = "-",
    among: Iterable[float] = (), **look: Any,
) -> None:  # fmt: skip
    """A line for each value of column `by`, from dark to light, labelled by `name` with the value in it.

    among: the values of all panels of a figure, where one of them may lack some: a colour means the same in each.
    """
    values = sorted({*among} or {*data[by]})
    colours = dict(zip(values, shades(len(values)), strict=True))
    for value, part in data.groupby(by):
        ax.plot(part[x], part[y], style, color=colours[value], label=name.format(value), **look)


def log_ticks(ax: Axes, values: Iterable[float], axis: Literal["x", "y"] = "x") -> None:
    """A logarithmic axis over numbers of applications, seconds, ratios: plain numbers at `values`, and none between."""
    ax.set(**{f"{axis}scale": "log"})
    ticks, which = list(values), ax.xaxis if axis == "x" else ax.yaxis
    which.set_ticks(ticks, [f"{v:,g}" for v in ticks])
    ax.minorticks_off()


def sheet(width: float, height: float, dpi: int = 80) -> Figure:
    """A figure of so many inches that is laid out by hand, which takes half the time, and shown by no cell itself.

    Its engine does nothing: with none at all, matplotlib sets the style's own whenever the figure is saved.
    """
    engine = PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True)
    return Figure(figsize=(width, height), dpi=dpi, layout=engine)
