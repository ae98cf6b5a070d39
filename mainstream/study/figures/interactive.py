"""Figures of the interactive cells, drawn anew at every move: the explorer's (notebook 03), the playground's (04)."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mainstream.quality import Form
from mainstream.scheduler import Problem, Schedule
from mainstream.scheduler.explain import cost_parts
from mainstream.study.figures import diagrams
from mainstream.study.figures.look import LABELS
from mainstream.study.setting import FORMS, NAMES, STEP_FPS, VOTES, Setting, View

STYLE: dict[Form, str] = {"consistent": "-", "as_published": "--"}
PARTS = {"f1": ("F1", "black", 2.4), "recall": ("recall", "C0", 1.4), "precision": ("precision", "C1", 1.4)}

WIDTH = 9.8  # inches
LABELS_AT = 7.2  # inches: where the leaves end and their labels begin


def sheet(width: float, height: float, dpi: int = 80) -> Figure:
    """A figure of so many inches that is laid out by hand, which takes half the time, and shown by no cell itself.

    Its engine does nothing: with none at all, matplotlib sets the style's own whenever the figure is saved.
    """
    engine = PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True)
    return Figure(figsize=(width, height), dpi=dpi, layout=engine)


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
            left.plot(setting.rates, getattr(v.rates, part), STYLE[form], color=colour, lw=width)
        left.plot(setting.fps, v.here.f1, mfc="white", **dot)
        middle.plot(setting.rates, v.equal, STYLE[form], color="white", lw=2)
        right.plot(VOTES, v.votes.f1, "o" + STYLE[form], color="black", ms=4)
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
    keys += [Line2D([], [], color="0.4", ls=STYLE[form], label=NAMES[form].lower()) for form in FORMS]
    left.legend(
        handles=keys, ncols=5, loc="lower left", bbox_to_anchor=(-0.02, 0.99), borderpad=0.2, fontsize=8.5,
        handlelength=1.7, handletextpad=0.5, columnspacing=1.1,
    )  # fmt: skip
    for ax in (left, middle):
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


def planned(problem: Problem, plan: Schedule, one_device: float) -> Figure:
    """The tree above, the bar of its cost below; the figure grows with the number of applications.

    Args:
        one_device: units/s of one saturated device.
    """
    layers, splits = problem.device.split, {u.app: problem.device.split.index(u.split) for u in plan.units}
    tree_high, bar_high = 0.27 * len(splits) + 0.6, 1.0
    high = tree_high + bar_high + 1.65
    figure = sheet(WIDTH, high, dpi=85)
    tree = figure.add_axes((0.03, (bar_high + 1.3) / high, (LABELS_AT - 0.3) / WIDTH, tree_high / high))
    bar = figure.add_axes((0.03, 0.55 / high, 1 - 0.06, bar_high / high))
    diagrams.tree_axis(tree, [str(k) for k in layers], len(splits), room=0.1, below=1.1, rotation=0)
    diagrams.branches(
        tree, splits, len(layers), rates={u.app: u.fps for u in plan.units}, f1={u.app: u.f1 for u in plan.units},
        full_rate=problem.stream_fps,
    )  # fmt: skip
    tree.set_xlabel("split point (frozen layers); widths: frames/s")
    title = f"{LABELS[plan.scheduler]}: mean Event-F1 {plan.mean_f1:.3f}"
    tree.text(0, 1.02, title, fontsize=11, transform=tree.transAxes)
    diagrams.bar_axis(bar, diagrams.bar_top(plan.cost, problem.budget))
    parts = cost_parts(problem, plan.choices)
    diagrams.cost_bar(bar, parts, budget=problem.budget, apps=list(splits), one_device=one_device)
    for ax in (tree, bar):
        ax.grid(False)
    return figure
