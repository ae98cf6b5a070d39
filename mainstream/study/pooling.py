"""One budget divided: between cameras, by rules beside one another; between tenants, by objectives (notebook 08)."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from mainstream.data.jobs import each
from mainstream.scheduler import Problem, fleet, solve
from mainstream.scheduler.fleet import Division
from mainstream.scheduler.problem import OBJECTIVES, Array

COARSE = 8.0  # units/s: a step of the budget for one camera; finer for more, as `fleet.bound` needs C − 1 more steps


def curves(cameras: Sequence[Problem], step: float, steps: int) -> Array:
    """The best objective of every camera at budgets 0, step, … steps·step: `fleet.curve`, shape (C, steps + 1)."""
    return np.array(each(fleet.curve, [(camera, step, steps) for camera in cameras], desc="curves"))


def dealt(crowd: Problem, cameras: Sequence[int], budgets: Sequence[float]) -> pd.DataFrame:
    """The applications of one problem dealt out to so many cameras, each budget divided as well as it can be.

    budgets: multiples of `COARSE`. Returns: cameras, budget, f1, bound (no division of the budget does better).
    """
    rows = []
    for c in cameras:
        dealt_to = [crowd.model_copy(update={"apps": crowd.apps[k::c]}) for k in range(c)]
        step, weight = COARSE / c, fleet.weights(dealt_to)
        own = curves(dealt_to, step, round(max(budgets) / step) + c)
        for budget in budgets:
            steps = round(budget / step)
            best = fleet.divide(own, steps, weight).value
            rows.append({"cameras": c, "budget": budget, "f1": best, "bound": fleet.bound(own, steps, weight)})
    return pd.DataFrame(rows)


def curve_table(own: Array, step: float, apps: Sequence[int]) -> pd.DataFrame:
    """Curves as rows where a camera can run: camera, n_apps, budget, f1."""
    rows = [(k, apps[k], step * j, value) for (k, j), value in np.ndenumerate(own) if np.isfinite(value)]
    return pd.DataFrame(rows, columns=["camera", "n_apps", "budget", "f1"])


def divisions(own: Array, weight: Array, steps: int) -> Mapping[str, Division]:
    """Four rules for dividing `steps` steps: equal parts; the least that each camera runs with and the rest by size;
    step after step to who gains most; and the best of all, by dynamic programming."""
    least = np.isneginf(own).sum(axis=1)
    return {
        "equal": fleet.evaluate(own, [steps // len(own)] * len(own), weight),
        "by size": fleet.evaluate(own, least + np.floor((steps - least.sum()) * weight + 1e-9).astype(int), weight),
        "marginal gains": fleet.marginal_gains(own, steps, weight),
        "pooled": fleet.divide(own, steps, weight),
    }


def compared(
    pool: Sequence[Problem], own: Array, fleets: Sequence[Sequence[int]], totals: Sequence[int], step: float
) -> pd.DataFrame:
    """`divisions` of every fleet (places of its cameras in the pool) at every total in which an equal part is enough.

    totals: in steps. Returns: fleet, budget, rule, f1, bound.
    """
    rows = []
    for (number, who), total in product(enumerate(fleets), totals):
        mine, weight = own[list(who)], fleet.weights([pool[k] for k in who])
        if total >= np.isneginf(mine).sum(axis=1).max() * len(who):
            best = fleet.bound(mine, total, weight)
            for rule, found in divisions(mine, weight, total).items():
                rows.append({"fleet": number, "budget": step * total, "rule": rule, "f1": found.value, "bound": best})
    return pd.DataFrame(rows)


def jain(values: Sequence[float] | Array) -> float:
    """Jain's index of values ≥ 0: 1 when all are equal, 1/n when one has everything (or there is nothing to share)."""
    found = np.asarray(values, dtype=float)
    squares = float(found @ found)
    return float(found.sum() ** 2 / (len(found) * squares)) if squares > 0 else 1 / len(found)


def objectives(problems: Sequence[Problem]) -> pd.DataFrame:
    """Each problem under each objective, by greedy and optimal.

    Columns: problem, n_apps, budget, scheduler, objective, mean, weighted, least (Event-F1), jain (of Event-F1s), and
    least_share: the smallest F1 as a share of what that application would get with the device for itself.
    """
    work = [(i, p, o, s) for i, p in enumerate(problems) for o in OBJECTIVES for s in ("greedy", "optimal")]
    return pd.DataFrame(each(_under_objective, work, desc="scheduling"))


def _under_objective(number: int, problem: Problem, objective: str, scheduler: str) -> dict[str, object]:
    f1 = np.array([u.f1 for u in solve(problem.model_copy(update={"objective": objective}), scheduler).units])
    alone = problem.best_vote[1].max(axis=(1, 2))
    return {
        "problem": number, "n_apps": len(f1), "budget": problem.budget, "scheduler": scheduler, "objective": objective,
        "mean": f1.mean(), "weighted": np.average(f1, weights=[a.weight for a in problem.apps]), "least": f1.min(),
        "jain": jain(f1), "least_share": np.divide(f1, alone, out=np.ones_like(f1), where=alone > 0).min(),
    }  # fmt: skip


def price(rows: pd.DataFrame) -> pd.DataFrame:
    """What max-min gives up in mean F1 and gains for the least served, against the mean by the same scheduler.

    rows: of `objectives`. Columns: problem, scheduler, budget, given_up, least_gains.
    """
    key = ["problem", "scheduler", "budget"]
    wide = rows.pivot(index=key, columns="objective", values=["mean", "least"])
    return pd.DataFrame({
        "given_up": wide["mean"]["mean"] - wide["mean"]["max-min"],
        "least_gains": wide["least"]["max-min"] - wide["least"]["mean"],
    }).reset_index()  # fmt: skip
