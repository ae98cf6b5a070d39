"""Figures of what the study stops short of: newer networks and memory (notebook 08; its fleets: `fleets`)."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from mainstream.data.recorded import records
from mainstream.study.figures.look import OTHERS, log_ticks, shades, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

NETWORKS = [*(to_hex(c) for c in plt.get_cmap("Dark2").colors), *OTHERS]  # type: ignore[attr-defined]
NONE = 0.5  # where "none" stands on a logarithmic axis of applications


def backbones(segments: pd.DataFrame, menus: pd.DataFrame, applications: int) -> Drawing:
    """Where the time of each network lies, and what sharing it buys `applications` of them.

    segments: of `backbones.compare`. menus: of `backbones.summary`, with whole_ms.
    """
    fig, [left, right] = small_multiples(2, size=(4.8, 4.0), sharex=False, sharey=False)
    for colour, (name, part) in zip(NETWORKS, segments.groupby("network", sort=False), strict=False):
        speedup = applications / (part.time_below + applications * (1 - part.time_below))
        left.plot(100 * part.parameters_below, 100 * part.time_below, "o-", ms=3.5, color=colour, label=str(name))
        right.plot(_passed(part["index"]), speedup, "o-", ms=3.5, color=colour, label=str(name))
    left.set(xlabel="parameters frozen (%)", ylabel="time shared (%)", title="Where the time lies")
    right.set(xlabel="split points passed (%)", ylabel="frame rate, times that of none shared")
    right.set_title(f"What it buys {applications} applications")
    log_ticks(right, [t for t in (1, 2, 4, 8, 16, 32) if t <= applications], "y")
    shared_legend(fig, [left, right])
    coarse, one_piece = menus.set_index("network").coarsest, menus.whole_ms / menus.ms
    half = ", ".join(f"{100 * m.parameters_at_half:.0f}% ({m.network})" for m in records(menus))
    caption = (
        "Half of the time can be shared with {half} of the parameters frozen. The coarsest step of a menu holds "
        "{least:.0f}% ({fine}) to {most:.0f}% ({rough}) of the time. One piece takes {low:.2f} to {high:.2f} times the "
        "sum of its segments (half of the repeats of a segment lie within {spread:.0%} of each other)."
    )
    spread = ((segments.q75_ms - segments.q25_ms) / segments.segment_ms).median()
    numbers = {"half": half, "least": 100 * coarse.min(), "fine": coarse.idxmin(), "most": 100 * coarse.max(),
               "rough": coarse.idxmax(), "low": one_piece.min(), "high": one_piece.max(), "spread": spread}  # fmt: skip
    return Drawing(fig, segments, "Backbones of today", "measured", caption, numbers)


def memory(by_count: pd.DataFrame, fits: Mapping[str, pd.Series], limit_mb: float) -> Drawing:
    """Megabytes of the first network over its splits, and how many applications of each network a limit holds.

    by_count: of `footprints.by_count`, with its network. fits: of `footprints.fits`, by network.
    """
    first = str(by_count.network.iloc[0])
    mine = by_count[by_count.network == first]
    fig, [left, right] = small_multiples(2, size=(4.8, 4.2), sharex=False, sharey=False)
    alone = mine.groupby("applications").alone_mb.first()
    for colour, (n, part) in zip(shades(len(alone)), mine.groupby("applications"), strict=True):
        left.plot(part["index"], part.mb, "o-", ms=3, color=colour, label=f"{n}")
        left.axhline(alone[n], color=colour, lw=0.9, ls="--")
    left.axhline(limit_mb, color="0.4", lw=0.8, ls=":")
    left.text(0, limit_mb * 1.03, f"{limit_mb:g} MB", color="0.4", fontsize=9)
    left.set(xlabel="split point", ylabel="MB", title=f"{first}, by number of applications")
    left.set_ylim(alone.min() / 1.6, max(alone.max(), limit_mb) * 1.5)
    log_ticks(left, alone.round(1), "y")
    left.legend(ncols=3, loc="upper left", title="applications (dashed: not sharing)", bbox_to_anchor=(0, -0.16))
    for colour, (name, fit) in zip(NETWORKS, fits.items(), strict=False):
        right.plot(_passed(fit.index), fit.clip(lower=NONE), "o-", ms=3.5, color=colour, label=name)
    empty = " (0.5: none)" if any((fit == 0).any() for fit in fits.values()) else ""
    right.set(xlabel="split points passed (%)", ylabel=f"applications{empty}")
    right.set_title(f"How many fit into {limit_mb:g} MB")
    log_ticks(right, [10**k for k in range(6) if 10**k <= max(fit.max() for fit in fits.values())], "y")
    right.legend(ncols=2, loc="upper left", bbox_to_anchor=(0, -0.16))
    said = ", ".join(f"{fit.iloc[0]} and {fit.iloc[len(fit) // 2]} ({name})" for name, fit in fits.items())
    worse = mine[(mine["index"] > 0) & (mine.applications > 1) & (mine.mb > mine.alone_mb)]
    caption = (
        "Without sharing and at the middle split fit {said}. At {worse} of the {splits} splits of {first} the features "
        "handed over outweigh the weights saved for some number of applications above one."
    )
    numbers = {"said": said, "worse": worse["index"].nunique(), "splits": mine["index"].nunique() - 1, "first": first}
    return Drawing(fig, by_count, "Memory against the split point", "model", caption, numbers)


def _passed(index: pd.Series | pd.Index) -> np.ndarray:
    """How much of a network's menu of splits is passed, in percent."""
    return 100 * np.asarray(index, float) / max(index)
