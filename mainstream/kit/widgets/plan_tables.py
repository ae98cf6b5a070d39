"""What the playground says of a plan, in tables and a sentence (notebook 04)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mainstream.scheduler import Problem, Schedule
from mainstream.scheduler.explain import cost_shares, next_moves


def plan_table(problem: Problem, plan: Schedule) -> pd.DataFrame:
    """One row per application: its events, its split, rate and votes, what they give, and what it answers for.

    Columns: app, event_length_s, event_frequency, correlation, split, fps, x_vote, f1, recall, precision, cost
    (units/s, `explain.cost_shares`), cost_share; zone, where there are several.
    """
    events = ["event_length_s", "event_frequency", "correlation"]
    rows = [
        {"app": u.app, **{e: getattr(a, e) for e in events}, **u.__dict__}
        for a, u in zip(problem.apps, plan.units, strict=True)
    ]
    costs = cost_shares(problem, plan.choices)
    table = pd.DataFrame(rows).assign(cost=costs, cost_share=costs / costs.sum())
    return table if problem.zone.any() else table.drop(columns="zone")


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
