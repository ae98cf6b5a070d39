"""Figures of notebook 01 that put sources beside each other: our world, real photos, the study's record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mainstream.study.figures.finetuning import SPLIT_AXIS
from mainstream.study.figures.look import APPLICATIONS, colour_of, label, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing, Track

BOTH: tuple[Track, ...] = ("measured", "published")
NETWORKS = {"mobilenets": "MobileNets", "inception": "InceptionV3", "resnet": "ResNet-50"}


def side_by_side(panels: Mapping[str, pd.DataFrame]) -> Drawing:
    """Accuracy against split, a panel per source (`curves.over_seeds`); the last one is the record."""
    fig, axes = small_multiples(len(panels), size=(4.1, 4.6))
    for ax, (title, part) in zip(axes, panels.items(), strict=True):
        for app, line in part.groupby("app", sort=False):
            colour = colour_of(str(app))
            ax.plot(line["index"], line.accuracy, marker="o", ms=3.5, color=colour, label=_one(str(app)))
            if line.low.notna().all():
                ax.fill_between(line["index"], line.low, line.high, alpha=0.13, color=colour, lw=0)
        ax.set(title=title, xlabel=SPLIT_AXIS, ylim=(0.5, 1.01))
    axes[0].set_ylabel("balanced accuracy")
    shared_legend(fig, axes, ncols=8)
    fall = {name: part.groupby("index").accuracy.mean() for name, part in panels.items()}
    ends = "; ".join(f"{name}: {v.iloc[0]:.3f} → {v.iloc[-1]:.3f}" for name, v in fall.items())
    caption = (
        "Mean balanced accuracy from nothing frozen to the last point. {ends} ({head:.3f} while the whole head is "
        "trained)."
    )
    data = pd.concat(panels, names=["panel"]).reset_index(0)
    numbers = {"ends": ends, "head": list(fall.values())[-1].iloc[-2]}
    return Drawing(fig, data, "Three sources of accuracy against split", BOTH, caption, numbers)


def _one(app: str) -> str:
    """The record's 'cats' are a 'cat' in the legend."""
    one = app.removesuffix("s")
    return one if one in APPLICATIONS else label(app)


def networks(table: pd.DataFrame, frozen: float = 90) -> Drawing:
    """The record's accuracy against the share of frozen layers, relative to a data set's best, a panel per network."""
    groups = list(table.groupby("network", sort=False))
    fig, axes = small_multiples(len(groups), size=(4.1, 4))
    for ax, (network, part) in zip(axes, groups, strict=True):
        for name, line in part.groupby("dataset"):
            ax.plot(
                line.percent_frozen, line.relative, marker="o", ms=3, label=_one(str(name)), color=colour_of(str(name))
            )
        ax.axvline(frozen, color="0.6", lw=0.8, ls=":")
        ax.set(title=NETWORKS.get(str(network), str(network)), xlabel="% of layers frozen", ylim=(0, 1.03))
    axes[0].set_ylabel("top-1 accuracy, share of its best")
    shared_legend(fig, axes, ncols=8)
    upto = table[table.percent_frozen <= frozen].sort_values("percent_frozen")
    kept = upto.groupby(["network", "dataset"]).relative.last().groupby("network").mean()
    caption = "With up to {frozen:.0f}% of the layers frozen (dotted), data sets keep on average {kept}."
    words = ", ".join(f"{v:.0%} of their best accuracy on {NETWORKS.get(str(k), str(k))}" for k, v in kept.items())
    numbers = {"frozen": frozen, "kept": words}
    return Drawing(fig, table, "Recorded curves of three networks", "published", caption, numbers)


def gains(won: pd.DataFrame) -> Drawing:
    """What specialising gains each application over the last layer alone (`curves.gains`), a panel per source."""
    groups = list(won.groupby("track", sort=False))
    rows = max(len(part) for _, part in groups)
    fig, axes = small_multiples(len(groups), size=(3.9, 0.32 * rows + 1.2), sharey=False)
    for ax, (track, part) in zip(axes, groups, strict=True):
        y = np.arange(len(part))
        ax.barh(y, part.gain, color=[colour_of(app) for app in part.app])
        known = part[part.low.notna()]
        spread = [known.gain - known.low, known.high - known.gain]
        ax.errorbar(known.gain, y[part.low.notna()], xerr=spread, fmt="none", color="k", lw=1)
        ax.axvline(0, color="k", lw=0.8)
        ax.set_yticks(y, [label(app) for app in part.app])
        ax.set(title=f"{track} ({part.gain.mean():+.3f})", ylim=(rows - 0.4, -0.6), xlabel="balanced accuracy gained")
        ax.grid(axis="y", visible=False)
    none = won[(won.low <= 0) | (won.gain <= 0.001)]
    means = ", ".join(f"{part.gain.mean():+.3f} ({track})" for track, part in groups)
    caption = "Specialising gains on average {means}. No gain is shown for: {none}."
    names = ", ".join(f"{r.app} ({r.track})" for r in none.itertuples()) or "nobody"
    return Drawing(fig, won, "Where specialising helps", BOTH, caption, {"means": means, "none": names})
