"""Questions of who runs the box: how many tenants get an Event-F1 that they can live with, and what all would need."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint

from mainstream.errors import UserError
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.optimal import PROVEN, Model, undominated
from mainstream.scheduler.problem import Choice, Problem
from mainstream.scheduler.schedule import EXACT, Schedule, as_schedule, system


@dataclass(frozen=True)
class Fit:
    """The largest set of applications that all have an F1 of `floor` or more within the budget; proven."""

    floor: float
    budget: float
    schedule: Schedule | None = field(repr=False)  # of those that fit; of as large sets, the largest weighted sum
    left_out: tuple[str, ...]  # the others, those out of reach among them
    out_of_reach: dict[str, float]  # application → the best F1 that it has at any budget, below the floor
    least_budget: float | None  # for all that are within reach; None where none is

    def to_json(self) -> dict[str, Any]:
        """What `mainstream schedule --floor --json` prints."""
        schedule = self.schedule and self.schedule.to_json()
        return {**asdict(self), "schedule": schedule, "fit": len(self.schedule.units) if self.schedule else 0}


def fit(problem: Problem, floor: float, scheduler: str = "optimal") -> Fit:
    """How many applications, and which, can all have an F1 of `floor` within the budget, by integer programming.

    scheduler: `optimal`, or a baseline as the system that they run on. Raises `UserError`: another one, which proves
    nothing, a floor that is none, or as `optimal`.
    """
    if scheduler not in EXACT:
        raise UserError(f"floor={floor:g}: {scheduler} proves nothing; {', '.join(EXACT)} do")
    if not 0 < floor <= 1:
        raise UserError(f"floor={floor:g}: must be above 0 and at most 1")
    asked = system(problem, scheduler)
    f1 = asked.best_vote[1]
    keep = undominated(asked, f1) & (f1 >= floor)
    best = zip((a.name for a in asked.apps), f1.max(axis=(1, 2)).tolist(), strict=True)
    within = np.flatnonzero(keep.any(axis=(1, 2)))
    choices: dict[int, Choice] = {}
    if len(within):  # as many as the budget has room for; of as many, those of the largest sum
        model = Model(asked, f1, keep)
        members, linked = model.rows
        some = LinearConstraint(members.A, 0, members.ub)
        choices = model.within(1 + model.gain / 2, [some, linked], PROVEN)[0]  # Σ model.gain is 1 at most
    return Fit(
        floor=floor, budget=problem.budget,
        schedule=as_schedule(_only(problem, choices), list(choices.values()), scheduler=scheduler, gap=0.0)
        if choices else None,
        left_out=tuple(app.name for a, app in enumerate(problem.apps) if a not in choices),
        out_of_reach={name: value for name, value in best if value < floor},
        least_budget=_least_budget(asked, floor, within) if len(within) else None,
    )  # fmt: skip


def _only(problem: Problem, apps: Iterable[int]) -> Problem:
    return problem.model_copy(update={"apps": tuple(problem.apps[a] for a in apps)})


def _least_budget(problem: Problem, floor: float, within: np.ndarray) -> float:
    """For these applications, all at the floor; the solver reckons in shares of a budget, so of one of that size."""
    all_of = _only(problem, within)
    all_of = all_of.model_copy(update={"budget": cost(all_of, cheapest(all_of)) or 1.0})
    f1 = all_of.best_vote[1]
    return cost(all_of, Model(all_of, f1, undominated(all_of, f1) & (f1 >= floor)).cheapest())
