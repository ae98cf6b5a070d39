"""What a fair objective costs: mean, weighted and max-min over the same problems (notebook 08)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from mainstream.scheduler import Problem, solve
from mainstream.scheduler.problem import OBJECTIVES, Array


def jain(values: Sequence[float] | Array) -> float:
    """Jain's index of values ≥ 0: 1 when all are equal, 1/n when one has everything (or there is nothing to share)."""
    found = np.asarray(values, dtype=float)
    squares = float(found @ found)
    return float(found.sum() ** 2 / (len(found) * squares)) if squares > 0 else 1 / len(found)


def objectives(
    problems: Sequence[Problem], schedulers: Sequence[str] = ("greedy", "optimal"), *, jobs: int = 2
) -> pd.DataFrame:
    """Each problem under each objective by each scheduler.

    Columns: problem, n_apps, budget, scheduler, objective, mean, weighted, least (Event-F1), jain (of Event-F1s), and
    least_share: the smallest F1 as a share of what that application would get with the device for itself.
    """
    work = [(i, p, o, s) for i, p in enumerate(problems) for o in OBJECTIVES for s in schedulers]
    return pd.DataFrame(Parallel(n_jobs=jobs)(delayed(_one)(*w) for w in work))


def _one(number: int, problem: Problem, objective: str, scheduler: str) -> dict[str, object]:
    f1 = np.array([u.f1 for u in solve(problem.model_copy(update={"objective": objective}), scheduler).units])
    alone = problem.best_vote[1].max(axis=(1, 2))
    return {
        "problem": number, "n_apps": len(f1), "budget": problem.budget, "scheduler": scheduler, "objective": objective,
        "mean": f1.mean(), "weighted": np.average(f1, weights=[a.weight for a in problem.apps]), "least": f1.min(),
        "jain": jain(f1), "least_share": np.divide(f1, alone, out=np.ones_like(f1), where=alone > 0).min(),
    }  # fmt: skip


def price(rows: pd.DataFrame, objective: str = "max-min") -> pd.DataFrame:
    """What `objective` gives up in mean F1 and gains for the least served, against the mean by the same scheduler.

    rows: of `objectives`. Columns: problem, scheduler, budget, given_up, least_gains.
    """
    key = ["problem", "scheduler", "budget"]
    wide = rows.pivot(index=key, columns="objective", values=["mean", "least"])
    return pd.DataFrame({
        "given_up": wide["mean"]["mean"] - wide["mean"][objective],
        "least_gains": wide["least"][objective] - wide["least"]["mean"],
    }).reset_index()  # fmt: skip
