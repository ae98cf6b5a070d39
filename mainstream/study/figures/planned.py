"""A plan as its tree and the bar of its cost, drawn anew at every move of the playground (notebook 04)."""

from __future__ import annotations

from matplotlib.figure import Figure

from mainstream.scheduler import Problem, Schedule
from mainstream.scheduler.explain import cost_parts
from mainstream.study.figures import diagrams
from mainstream.study.figures.look import LABELS, sheet

WIDTH = 9.8  # inches
LABELS_AT = 7.2  # inches: where the leaves end and their labels begin


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
