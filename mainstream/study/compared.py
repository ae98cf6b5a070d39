"""Schedulers beside one another, and greedy's moves with their names (notebook 04): tidy tables, nothing drawn."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mainstream.errors import UserError
from mainstream.scheduler import InfeasibleSchedule, Problem, solve


def compare_schedulers(problems: Iterable[Problem], schedulers: Sequence[str]) -> pd.DataFrame:
    """Notebook 04: each problem by each scheduler; a system that cannot meet the budget gets F1 0, marked so."""
    rows = []
    for i, problem in enumerate(problems):
        for name in schedulers:
            row = {"problem": i, "n_apps": len(problem.apps), "budget": problem.budget, "system": name}
            try:
                s = solve(problem, name)
            except InfeasibleSchedule:
                rows.append({**row, "f1": 0.0, "value": 0.0, "feasible": False})
                continue
            row |= {"f1": s.mean_f1, "value": s.objective_value, "cost": s.cost, "gap": s.gap}
            rows.append({**row, "seconds": s.seconds, "feasible": True})
    return pd.DataFrame(rows)


def gaps(compared: pd.DataFrame) -> pd.DataFrame:
    """Notebook 04: per problem of `compare_schedulers`: n_apps, gap (optimal − greedy, F1), greedy_s, optimal_s."""
    wide = compared.pivot(index=["problem", "n_apps"], columns="system", values=["f1", "seconds"]).reset_index()
    return pd.DataFrame({
        "n_apps": wide.n_apps, "gap": wide.f1.optimal - wide.f1.greedy, "greedy_s": wide.seconds.greedy,
        "optimal_s": wide.seconds.optimal,
    })  # fmt: skip


def moves_table(problem: Problem, taken: Iterable[Any]) -> pd.DataFrame:
    """Notebook 04: greedy's moves (app, old and new (split, rate), benefit, cost) by name, numbered from 1.

    Returns: app, split, new_split (frozen layers), fps, new_fps, benefit, cost, ratio (inf: it costs nothing).
    Raises `UserError` where it took none.
    """
    names, layers = [app.name for app in problem.apps], problem.device.split
    rows = [
        {"app": names[m.app], "split": layers[m.old[0]], "new_split": layers[m.new[0]], "fps": m.old[1],
         "new_fps": m.new[1], "benefit": m.benefit, "cost": m.cost}
        for m in taken
    ]  # fmt: skip
    if not rows:
        raise UserError(f"budget={problem.budget:g}: pays for the cheapest schedule and no move of greedy; allow more")
    table = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="move"))
    return table.assign(ratio=np.where(table.cost > 1e-9, table.benefit / table.cost.clip(lower=1e-9), np.inf))
