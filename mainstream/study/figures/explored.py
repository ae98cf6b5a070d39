"""One setting of the model in three panels, drawn anew at every move of the explorer (notebook 03)."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mainstream.quality import Form
from mainstream.study.figures.look import FORMS as STYLES
from mainstream.study.figures.look import sheet
from mainstream.study.setting import FORMS, NAMES, STEP_FPS, VOTES, Setting, View

PARTS = {"f1": ("F1", "black", 2.4), "recall": ("recall", "C0", 1.4), "precision": ("precision", "C1", 1.4)}


def explored(setting: Setting, views: dict[Form, View]) -> Figure:
    """Left: F1, recall and precision against the rate. Middle: F1 over rate and TPR, with all that gives the F1 of
    here. Right: F1 against votes. Solid: the consistent form, dashed: as published."""
    figure = sheet(12.5, 3.5)
    left, middle, right = figure.subplots(1, 3, width_ratios=(5, 4.4, 2.6))
    figure.subplots_adjust(left=0.045, right=0.99, bottom=0.145, top=0.9, wspace=0.2)
    dot = {"marker": "o", "ms": 9, "mec": "#D55E00", "mew": 2, "ls": ""}
    half = STEP_FPS / 2
    extent = (half, setting.stream_fps + half, -0.025, 1.025)
    picture = middle.imshow(
        views["consistent"].map, extent=extent, vmin=0, vmax=1, origin="lower", aspect="auto", cmap="viridis",
        interpolation="bilinear",
    )  # fmt: skip
    left.axvline(setting.fps, color="0.6", lw=0.8)
    for form, v in views.items():
        for part, (_, colour, width) in PARTS.items():
            left.plot(setting.rates, getattr(v.rates, part), STYLES[form], color=colour, lw=width)
        left.plot(setting.fps, v.here.f1, mfc="white", **dot)
        middle.plot(setting.rates, v.equal, STYLES[form], color="white", lw=2)
        right.plot(VOTES, v.votes.f1, "o" + STYLES[form], color="black", ms=4)
        right.plot(setting.x_vote, v.here.f1, mfc="none", **dot)
    middle.plot(setting.fps, setting.tpr, mfc="white", clip_on=False, **dot)
    middle.grid(False)
    left.set(xlabel="analysed frames/s", xlim=(0, setting.stream_fps), ylim=(-0.02, 1.02))
    middle.set(xlabel="analysed frames/s", ylabel="TPR", xlim=(0, setting.stream_fps), ylim=(0, 1))
    middle.set_title("F1, consistent form (lines: same F1 as here)")
    right.set(xlabel="votes X", xlim=(0.5, VOTES[-1] + 0.5), ylim=(-0.02, 1.02), xticks=VOTES)
    right.set_title("F1 against votes")
    figure.colorbar(picture, ax=middle, pad=0.02, aspect=30)
    keys = [Line2D([], [], color=c, lw=w, label=label) for label, c, w in PARTS.values()]
    keys += [Line2D([], [], color="0.4", ls=STYLES[form], label=NAMES[form].lower()) for form in FORMS]
    left.legend(
        handles=keys, ncols=5, loc="lower left", bbox_to_anchor=(-0.02, 0.99), borderpad=0.2, fontsize=8.5,
        handlelength=1.7, handletextpad=0.5, columnspacing=1.1,
    )  # fmt: skip
    for ax in (left, middle):
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure
