"""Figures of notebook 01 about our own applications: what they see, what each split costs them, what training takes."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mainstream.data.photos import Photos
from mainstream.study.figures.look import colour_of, shared_legend, small_multiples
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
        column[0].set_title(title)
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


def one_block_up(ladder: pd.DataFrame, app: str) -> Drawing:
    """The steps of one application's training. ladder: layer, index, accuracy, low, high, val_loss, in order."""
    fig, ax = plt.subplots(figsize=(7.5, 3.8))
    x = np.arange(len(ladder))
    spread = [ladder.accuracy - ladder.low, ladder.high - ladder.accuracy]
    ax.errorbar(x, ladder.accuracy, spread, fmt="o-", capsize=3, color=colour_of(app))
    ax.set_xticks(x, [f"{n}. {layer}" for n, layer in enumerate(ladder.layer, 1)])
    ax.set(xlabel="frozen up to: one step after the other", ylabel="balanced accuracy on test stills")
    ax.axhline(0.5, color="0.6", lw=0.8)
    first, best = ladder.iloc[0], ladder.iloc[int(ladder.val_loss.argmin())]
    caption = (
        "{app}: {first:.3f} with the last layer alone. Validation, which has no say in these numbers, would settle at "
        "'{layer}': {best:.3f}. Where intervals overlap, nothing is shown to be won."
    )
    numbers = {"app": app, "first": first.accuracy, "layer": best.layer, "best": best.accuracy}
    return Drawing(fig, ladder, "Freeze, fit the head, go up", "measured", caption, numbers)


def synthetic_curves(summary: pd.DataFrame) -> Drawing:
    """Accuracy against split of each application, on stills and on video (`curves.over_seeds`)."""
    apps = list(summary.app.unique())
    fig, axes = small_multiples(len(apps), size=(2.9, 3.6))
    for ax, app in zip(axes, apps, strict=True):
        for on, style, name in (("images", "o-", "test stills"), ("video", "o--", "test video")):
            part = summary[(summary.app == app) & (summary.on == on)]
            ax.plot(part["index"], part.accuracy, style, ms=4, color=colour_of(app), label=f"{name}, {app}")
            ax.fill_between(part["index"], part.low, part.high, alpha=0.15, color=colour_of(app), lw=0)
        ax.set_title(app)
        ax.legend([*ax.get_lines()], ["test stills", "test video"], loc="lower left")
        ax.set_xlabel(SPLIT_AXIS, fontsize=9)
    axes[0].set_ylabel("balanced accuracy")
    mean = summary.groupby(["on", "index"]).accuracy.mean()
    first, last = summary["index"].min(), summary["index"].max()
    caption = (
        "Mean balanced accuracy is {video_first:.3f} on test video with everything trained and {video_last:.3f} with "
        "the last layer alone; on stills {still_first:.3f} and {still_last:.3f}. Shaded: 95% intervals."
    )
    numbers = {
        "video_first": mean["video", first], "video_last": mean["video", last],
        "still_first": mean["images", first], "still_last": mean["images", last],
    }  # fmt: skip
    return Drawing(fig, summary, "Synthetic world: accuracy against split", "measured", caption, numbers)


def correlation(lags: pd.DataFrame) -> Drawing:
    """ρ of hits against the time between two looks at one event (`on_video.correlation`)."""
    fig, ax = plt.subplots()
    for app, part in lags.groupby("app", sort=False):
        ax.plot(part.lag_s, part.rho, marker="o", color=colour_of(str(app)), label=app)
    ax.set(xlabel="seconds between two looks", ylabel="correlation ρ of hits", xlim=(0, None), ylim=(-0.03, 1))
    ax.legend()
    nearest, farthest = (lags[lags.lag_s == end].rho for end in (lags.lag_s.min(), lags.lag_s.max()))
    caption = (
        "At {near:.2f} s hits correlate between {low:.2f} and {high:.2f}, at {far:.2f} s between {far_low:.2f} and "
        "{far_high:.2f}: how fast that fades decides what a second look is worth."
    )
    numbers = {"near": lags.lag_s.min(), "low": nearest.min(), "high": nearest.max(), "far": lags.lag_s.max(),
               "far_low": farthest.min(), "far_high": farthest.max()}  # fmt: skip
    return Drawing(fig, lags, "Correlation between looks", "measured", caption, numbers)


def unseen_cameras(carried: pd.DataFrame) -> Drawing:
    """Own cameras (filled) beside cameras never seen (hollow, with intervals), at some splits of each application."""
    apps = list(dict.fromkeys(carried.sort_values(["app", "index"]).app))
    order = carried.drop_duplicates("layer").sort_values("index").layer.tolist()
    fig, axes = small_multiples(len(apps), size=(2.9, 3.6))
    for ax, app in zip(axes, apps, strict=True):
        part = carried[carried.app == app].set_index("layer").loc[order]
        x, colour = np.arange(len(order)), colour_of(app)
        ax.plot(x - 0.1, part.seen, "o", ms=6, color=colour, label="own cameras")
        spread = [part.unseen - part.low, part.high - part.unseen]
        ax.errorbar(x + 0.1, part.unseen, spread, fmt="s", mfc="none", ms=6, lw=1, color=colour, label="never seen")
        ax.set_xticks(x, order, rotation=45, ha="right")
        ax.set(title=app, xlim=(-0.5, len(order) - 0.5))
        ax.legend(loc="lower left")
    axes[0].set_ylabel("balanced accuracy on video")
    mean = carried.groupby("index")[["seen", "unseen"]].mean()
    caption = (
        "At the shallowest of these splits mean balanced accuracy is {first:.2f} on an application's own cameras and "
        "{first_far:.2f} on others; at the deepest {last:.2f} and {last_far:.2f}. Intervals draw whole clips anew."
    )
    numbers = {"first": mean.seen.iloc[0], "first_far": mean.unseen.iloc[0],
               "last": mean.seen.iloc[-1], "last_far": mean.unseen.iloc[-1]}  # fmt: skip
    return Drawing(fig, carried, "Cameras never seen", "measured", caption, numbers)


def cost(seconds: pd.DataFrame) -> Drawing:
    """Seconds per split of one application. seconds: layer, seconds (its tail), stem_share (of the frozen outputs)."""
    fig, ax = plt.subplots(figsize=(8, 3.6))
    ax.bar(seconds.layer, seconds.seconds, color="#0072B2", label="tail, for each application")
    ax.bar(seconds.layer, seconds.stem_share, bottom=seconds.seconds, color="#8a8a8a", label="its share of the stem")
    ax.tick_params(axis="x", rotation=60)
    ax.set(ylabel="seconds per application", xlabel="split point")
    shared_legend(fig, [ax])
    total, full = seconds.seconds.sum() + seconds.stem_share.sum(), seconds.seconds.iloc[0]
    caption = (
        "All {splits} splits of an application take {total:.0f} s of one core: {times:.1f} times the shallowest split "
        "alone, which passes once over the same stills."
    )
    numbers = {"splits": len(seconds), "total": total, "times": total / full}
    return Drawing(fig, seconds, "What training every split costs", "measured", caption, numbers)
