"""Fleets of cameras: the same applications on more of them, and rules that divide one budget (notebook 08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from mainstream.scheduler import Problem, fleet
from mainstream.scheduler.fleet import Division
from mainstream.scheduler.problem import Array

COARSE = 8.0  # units/s: a step of the budget for one camera; finer for more, as `fleet.bound` needs C − 1 more steps


def curves(cameras: Sequence[Problem], step: float, steps: int, *, jobs: int = 2) -> Array:
    """The best objective of every camera at budgets 0, step, … steps·step: `fleet.curve`, shape (C, steps + 1)."""
    return np.array(Parallel(n_jobs=jobs)(delayed(fleet.curve)(camera, step, steps) for camera in cameras))


def dealt(crowd: Problem, cameras: Sequence[int], budgets: Sequence[float], *, jobs: int = 2) -> pd.DataFrame:
    """The applications of one problem dealt out to so many cameras, each budget divided as well as it can be.

    budgets: multiples of `COARSE`. Returns: cameras, budget, f1, bound (no division of the budget does better).
    """
    rows = []
    for c in cameras:
        each = [crowd.model_copy(update={"apps": crowd.apps[k::c]}) for k in range(c)]
        step, weight = COARSE / c, fleet.weights(each)
        own = curves(each, step, round(max(budgets) / step) + c, jobs=jobs)
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
        "by size": fleet.evaluate(own, least + np.floor((steps - least.sum()) * weight).astype(int), weight),
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
