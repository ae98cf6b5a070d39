"""The figure of notebook 01 that puts sources beside each other: our world, real photos, the study's record."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mainstream.study.figures.finetuning import SPLIT_AXIS
from mainstream.study.figures.look import APPLICATIONS, colour_of, label, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing, Track

BOTH: tuple[Track, ...] = ("measured", "published")


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
