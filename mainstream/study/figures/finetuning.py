"""Figures of notebook 01: what our applications see, what each split costs them, and that beside other sources."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mainstream.data.photos import Photos
from mainstream.study.figures.look import APPLICATIONS, colour_of, label, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

STILLS_EACH = 3
SPLIT_AXIS = "split point (0: nothing frozen)"


def stills(test: Photos, apps: Sequence[str]) -> Drawing:
    """A column of test stills per application, with its object alone in view, and one with nothing in view."""
    alone = test.labels.sum(1) == 1
    columns = [(app, np.flatnonzero(test.has(app) & alone)) for app in apps]
    columns.append(("none of them", np.flatnonzero(~test.labels.any(1))))
    fig, axes = plt.subplots(STILLS_EACH, len(columns), figsize=(2 * len(columns), 6.2), squeeze=False)
    for column, (title, places) in zip(axes.T, columns, strict=True):
        column[0].set_title(title, parse_math=False)
        for ax, k in zip(column, places, strict=False):
            ax.imshow(test.images[k])
    for ax in axes.flat:
        ax.set_axis_off()
    data = pd.DataFrame({"app": apps, "test_stills": len(test), "positives": test.labels.sum(0)})
    caption = (
        "Test stills at the {size} px that the network gets; each application has to tell its object from everything "
        "else in view."
    )
    return Drawing(fig, data, "What the network sees", "measured", caption, {"size": test.images.shape[1]})


def synthetic_curves(summary: pd.DataFrame, carried: pd.DataFrame) -> Drawing:
    """Accuracy against split of each application: on stills, on video, and on cameras never seen (hollow).

    summary: of `curves.over_seeds`. carried: of `on_video.carried`, at some of the splits.
    """
    apps = list(summary.app.unique())
    fig, axes = small_multiples(len(apps), size=(2.9, 3.6))
    for ax, app in zip(axes, apps, strict=True):
        colour = colour_of(app)
        for on, style, name in (("images", "o-", "test stills"), ("video", "o--", "test video")):
            part = summary[(summary.app == app) & (summary.on == on)]
            ax.plot(part["index"], part.accuracy, style, ms=4, color=colour, label=name if len(part) else "")
            ax.fill_between(part["index"], part.low, part.high, alpha=0.15, color=colour, lw=0)
        far = carried[carried.app == app]
        spread = [far.unseen - far.low, far.high - far.unseen]
        unseen = "never seen" if len(far) else ""
        ax.errorbar(far["index"], far.unseen, spread, fmt="s", mfc="white", ms=6, lw=1, color="0.2", label=unseen)
        ax.set_title(app, parse_math=False)
        ax.legend(loc="lower left", fontsize=8, handlelength=3)
        ax.set_xlabel(SPLIT_AXIS, fontsize=9)
    axes[0].set_ylabel("balanced accuracy")
    mean = summary.groupby(["on", "index"]).accuracy.mean()
    first, last = summary["index"].min(), summary["index"].max()
    layers = dict(zip(summary["index"], summary.layer, strict=True))
    ends = {"shallow": layers[first], "deep": layers[last]}
    there = carried.groupby("index")[["seen", "unseen"]].mean()
    if carried.empty:  # of photos
        caption = (
            "Mean balanced accuracy on test photos is {still_first:.3f} split at '{shallow}' and {still_last:.3f} at "
            "'{deep}'. 95% intervals."
        )
        numbers = {**ends, "still_first": mean["images", first], "still_last": mean["images", last]}
        return Drawing(fig, summary, "Photos: accuracy against split", "measured", caption, numbers)
    caption = (
        "Mean balanced accuracy is {video_first:.3f} on test video split at '{shallow}' and {video_last:.3f} at "
        "'{deep}'; on stills {still_first:.3f} and {still_last:.3f}. On cameras never seen (squares) it is "
        "{far_first:.3f} at the shallowest of their splits, where it is {near_first:.3f} on an application's own, and "
        "{far_last:.3f} and {near_last:.3f} at the deepest. 95% intervals."
    )
    numbers = {
        **ends, "video_first": mean["video", first], "video_last": mean["video", last],
        "still_first": mean["images", first], "still_last": mean["images", last],
        "far_first": there.unseen.iloc[0], "near_first": there.seen.iloc[0],
        "far_last": there.unseen.iloc[-1], "near_last": there.seen.iloc[-1],
    }  # fmt: skip
    return Drawing(fig, summary, "Synthetic world: accuracy against split", "measured", caption, numbers)


def side_by_side(panels: Mapping[str, pd.DataFrame]) -> Drawing:
    """Accuracy against split, a panel per source (`curves.over_seeds`); the last one is the record."""
    fig, axes = small_multiples(len(panels), size=(4.1, 4.6))
    lowest = min(0.5, *(part.accuracy.min() for part in panels.values()))
    for ax, (title, part) in zip(axes, panels.items(), strict=True):
        for app, line in part.groupby("app", sort=False):
            colour = colour_of(str(app))
            ax.plot(line["index"], line.accuracy, marker="o", ms=3.5, color=colour, label=_one(str(app)))
            if line.low.notna().all():
                ax.fill_between(line["index"], line.low, line.high, alpha=0.13, color=colour, lw=0)
        ax.set(title=title, xlabel=SPLIT_AXIS, ylim=(lowest - 0.01, 1.01))
    axes[0].set_ylabel("balanced accuracy")
    shared_legend(fig, axes, ncols=8)
    fall = {name: part.groupby("index").accuracy.mean() for name, part in panels.items()}
    ends = "; ".join(f"{name}: {v.iloc[0]:.3f} → {v.iloc[-1]:.3f}" for name, v in fall.items())
    caption = (
        "Mean balanced accuracy from the shallowest split to the deepest. {ends} ({head:.3f} while the whole head is "
        "trained). Bands: 95% intervals, which the record does not have."
    )
    data = pd.concat(panels, names=["panel"]).reset_index(0)
    numbers = {"ends": ends, "head": list(fall.values())[-1].iloc[-2]}
    return Drawing(fig, data, "Accuracy against split, source by source", ("measured", "published"), caption, numbers)


def _one(app: str) -> str:
    """The record's 'cats' are a 'cat' in the legend."""
    one = app.removesuffix("s")
    return one if one in APPLICATIONS else label(app)
