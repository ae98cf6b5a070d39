"""What the playground shows of a plan: the tree with its cost, and the tables (notebook 04)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mainstream.kit.widgets.shown import sheet
from mainstream.scheduler import Problem, Schedule
from mainstream.scheduler.explain import cost_parts, cost_shares, next_moves
from mainstream.study.figures import diagrams
from mainstream.study.figures.look import LABELS

WIDTH = 9.8  # inches
LABELS_AT = 7.2  # inches: where the leaves end and their labels begin


def draw(problem: Problem, plan: Schedule, one_device: float) -> Figure:
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


def plan_table(problem: Problem, plan: Schedule) -> pd.DataFrame:
    """One row per application: its events, its split, rate and votes, what they give, and what it answers for.

    Columns: app, event_length_s, event_frequency, correlation, split, fps, x_vote, f1, recall, precision, cost
    (units/s, `explain.cost_shares`), cost_share.
    """
    events = ["event_length_s", "event_frequency", "correlation"]
    rows = [
        {"app": u.app, **{e: getattr(a, e) for e in events}, **u.__dict__}
        for a, u in zip(problem.apps, plan.units, strict=True)
    ]
    costs = cost_shares(problem, plan.choices)
    return pd.DataFrame(rows).assign(cost=costs, cost_share=costs / costs.sum())


def why_table(problem: Problem, plan: Schedule, richer: pd.DataFrame) -> pd.DataFrame:
    """`explain.next_moves` of the plan, beside `explain.with_more_budget`."""
    moves = next_moves(problem, plan.choices)
    return moves.merge(richer.rename(columns={"f1": "f1_optimal"}), on="app", suffixes=("", "_optimal"))


def best_move(problem: Problem, plan: Schedule) -> str:
    """The next move that would buy most, and whether it fits, in a sentence."""
    moves = next_moves(problem, plan.choices)
    if moves.gain.isna().all():
        return "No application would do better elsewhere: more budget buys nothing here."
    best = moves.iloc[int(np.nanargmax(moves.per_cost))]
    left = max(problem.budget - plan.cost, 0.0)
    price = f"for {best.added_cost:.3g} units/s" if best.added_cost > 0 else f"and save {-best.added_cost:.3g} units/s"
    fits = "it fits" if best.affordable else f"it does not fit into the {left:.3g} left"
    move = f"{best.app} to split {best.split:g} at {best.fps:g}/s"
    return f"The best next move, {move}, would gain {best.gain:.2g} F1 {price}; {fits}."
