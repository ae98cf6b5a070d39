"""Why a schedule looks as it does: who pays for what, what each application would do next, what more budget buys.

Used by the playground of notebook 04 (`mainstream/kit/widgets/playground.py`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mainstream.scheduler.cost import cost, segment_rates, splits_and_rates
from mainstream.scheduler.greedy import State, per_cost
from mainstream.scheduler.problem import Array, Choice, Problem
from mainstream.scheduler.schedule import Schedule, solve


def next_moves(problem: Problem, choices: Sequence[Choice]) -> pd.DataFrame:
    """The best next move of each application: another split and rate (with its best vote) for itself alone.

    Best is the highest gain in F1 per added cost; a gain that costs nothing comes before all others. Under the
    objective `weighted` the gain counts with the application's weight, relative to the average weight.

    Returns one row per application, in order: app, split, fps, x_vote, gain (of its F1), added_cost, per_cost
    (inf: it costs nothing), affordable (within the budget, as things stand). NaN where no move raises its F1.
    """
    vote, f1 = problem.best_vote
    extra, now = State(problem, list(choices)).added_cost(), cost(problem, choices)
    rows = []
    for a, (app, c) in enumerate(zip(problem.apps, choices, strict=True)):
        gain = f1[a] - problem.table.f1[a, c.split, c.fps, c.x_vote]
        score = np.where(gain > 1e-12, per_cost(problem, gain, extra[a]), -np.inf)
        k, f = np.unravel_index(int(score.argmax()), score.shape)
        if score[k, f] == -np.inf:
            rows.append({"app": app.name, "affordable": False})
            continue
        added = float(extra[a, k, f])
        weighted = float(gain[k, f] * problem.weights[a] * len(problem.apps))
        rows.append({
            "app": app.name, "split": problem.device.split[k], "fps": problem.fps_options[f],
            "x_vote": problem.x_options[vote[a, k, f]], "gain": float(gain[k, f]), "added_cost": added,
            "per_cost": weighted / added if added > 1e-12 * problem.budget else np.inf,
            "affordable": bool(problem.affordable(now + added)),
        })  # fmt: skip
    columns = ["app", "split", "fps", "x_vote", "gain", "added_cost", "per_cost", "affordable"]
    return pd.DataFrame(rows, columns=columns)


def cost_parts(problem: Problem, choices: Sequence[Choice]) -> pd.DataFrame:
    """The cost taken apart: used stem segments, zone by zone from the input on, then the tails in the applications'
    order.

    Returns: part (stem or tail), name (frozen layers at the segment's end and its zone, or the application), fps, cost.
    """
    split, fps = splits_and_rates(problem, choices)
    rates, segments = segment_rates(problem.device, split, fps, problem.zone), problem.device.segments
    zones = sorted({app.zone for app in problem.apps})
    rows = [
        {"part": "stem", "name": f"{problem.device.split[k]} {zones[z]}".strip(), "fps": rates[z, k],
         "cost": rates[z, k] * segments[k]}
        for z, k in np.argwhere(rates * segments > 0)
    ]  # fmt: skip
    for app, k, f in zip(problem.apps, split, fps, strict=True):
        rows.append({"part": "tail", "name": app.name, "fps": f, "cost": f * problem.device.tail[k]})
    return pd.DataFrame(rows)


def cost_shares(problem: Problem, choices: Sequence[Choice]) -> Array:
    """What each application answers for, shape (A,), summing to the schedule's cost.

    Its tail, and of each stem segment of its zone that it uses: every step of the segment's rate is shared equally by
    those who look at least that often. (The Shapley value of the cost: a slow user pays nothing for the fastest one's
    frames.)
    """
    split, fps = splits_and_rates(problem, choices)
    shares = fps * np.asarray(problem.device.tail)[split]
    for zone, k in np.ndindex(problem.zone.max() + 1, len(problem.device.segments)):
        latency, below = problem.device.segments[k], 0.0
        users = (problem.zone == zone) & (split >= k)
        for rate in np.unique(fps[users]):
            payers = users & (fps >= rate)
            shares[payers] += latency * (rate - below) / payers.sum()
            below = float(rate)
    return shares


def with_more_budget(problem: Problem, now: Schedule | None = None, *, factor: float = 1.1) -> pd.DataFrame:
    """The optimal plan beside the optimal plan with `factor` times the budget (`now`: the former, if at hand).

    Returns one row per application: app, split, fps, f1, the same with `_richer`, gain (in F1; may be negative).
    Of plans that are equally good the solver shows one, so splits may change where no F1 does.

    Raises `UserError` where even the larger budget is below the cheapest schedule, or the present one is.
    """
    now = now or solve(problem, "optimal")
    richer = solve(problem.model_copy(update={"budget": problem.budget * factor}), "optimal")
    both = [pd.DataFrame([u.__dict__ for u in s.units])[["app", "split", "fps", "f1"]] for s in (now, richer)]
    table = both[0].merge(both[1].drop(columns="app"), left_index=True, right_index=True, suffixes=("", "_richer"))
    return table.assign(gain=table.f1_richer - table.f1)
