"""`solve`: a problem in, a checked schedule out (notebooks 04 to 06)."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from mainstream.errors import UserError, unknown
from mainstream.scheduler.cost import cheapest, cost, device_cost, splits_and_rates
from mainstream.scheduler.greedy import greedy, greedy_as_published
from mainstream.scheduler.optimal import Exact, optimal
from mainstream.scheduler.problem import Choice, Problem
from mainstream.scheduler.protocol import InfeasibleSchedule, Scheduler, checked


@dataclass(frozen=True)
class Unit:
    """What one application does, and what that is worth."""

    app: str
    split: int
    fps: float
    x_vote: int | None
    f1: float
    recall: float
    precision: float
    zone: str = ""


@dataclass(frozen=True)
class Schedule:
    """A schedule within the budget. `gap` is proven for `optimal` and the baselines, None for heuristics.

    one_zone_cost: of several zones, what the same choices would cost if all looked at one and shared its stem.
    """

    scheduler: str
    objective_value: float
    mean_f1: float
    cost: float
    budget: float
    gap: float | None
    seconds: float
    units: tuple[Unit, ...]
    choices: tuple[Choice, ...] = field(repr=False)
    one_zone_cost: float | None = None

    def to_json(self) -> dict[str, Any]:
        """What `mainstream schedule --json` prints; of zones it speaks where there are several."""
        hidden = {"choices"} | ({"zone", "one_zone_cost"} if self.one_zone_cost is None else set())
        return asdict(self, dict_factory=lambda items: {k: v for k, v in items if k not in hidden})


def system(problem: Problem, name: str) -> Problem:
    """The problem as a system may solve it: every application on its own full network (split 0) for `no_sharing`, at
    the deepest split for `max_sharing`; others are bound to none.

    Raises:
        UserError: `no_sharing` on a device without split 0.
    """
    if name == "no_sharing" and problem.device.split[0] != 0:
        raise UserError(f"no_sharing needs split 0 on the device; its first split is {problem.device.split[0]}")
    if name in ("no_sharing", "max_sharing"):
        return problem.restricted(problem.device.split[0 if name == "no_sharing" else -1])
    return problem


EXACT = ("optimal", "no_sharing", "max_sharing")  # the baselines: rates and votes by `optimal`, all at one split
SCHEDULERS: dict[str, Scheduler] = {
    **dict.fromkeys(EXACT, optimal), "greedy": greedy, "greedy_as_published": greedy_as_published,
}  # fmt: skip


def solve(problem: Problem, scheduler: str | Scheduler = "optimal", *, gap: float | None = None) -> Schedule:
    """Runs a scheduler by name, or your own function (`scheduler/protocol.py`), and checks what it returns.

    gap: of `optimal` and the baselines, to stop at once no schedule can be better by more than this share of the value
    found (default: proven to the end); the schedule states the gap that was reached.

    Raises:
        UserError: unknown scheduler; a gap that is none, or with a scheduler that proves nothing.
        InfeasibleSchedule: a `UserError` too; a budget below the cheapest schedule (naming its cost), or the scheduler
            returned something over it or out of the menu.
    """
    if isinstance(scheduler, str) and scheduler not in SCHEDULERS:
        raise unknown("scheduler", scheduler, SCHEDULERS)
    function = SCHEDULERS[scheduler] if isinstance(scheduler, str) else scheduler
    name = scheduler if isinstance(scheduler, str) else getattr(scheduler, "__name__", type(scheduler).__name__)
    if gap is not None:
        if scheduler not in EXACT:
            raise UserError(f"gap={gap:g}: {name} proves none; {', '.join(EXACT)} do")
        if not 0 <= gap < 1:
            raise UserError(f"gap={gap:g}: must be from 0 to below 1 (0.01: within one percent of the best)")
        function = partial(optimal, rel_gap=gap)
    asked = system(problem, scheduler) if isinstance(scheduler, str) else problem.model_copy()  # its own tables
    require_feasible(asked, "" if asked.apps is problem.apps else f" of {name}")
    start = time.perf_counter()
    answer = function(asked)
    seconds = time.perf_counter() - start
    choices, proven = answer if isinstance(answer, Exact) else (answer, None)
    return as_schedule(problem, checked(problem, choices), scheduler=name, gap=proven, seconds=seconds)


def cheapest_schedule(problem: Problem, scheduler: str | Scheduler) -> Schedule:
    """The schedule of least cost that a system may use, whatever the budget."""
    asked = system(problem, scheduler) if isinstance(scheduler, str) else problem
    return as_schedule(problem, cheapest(asked), scheduler="cheapest")


def require_feasible(problem: Problem, whose: str = "") -> None:
    """`InfeasibleSchedule` when even the cheapest schedule is over the budget, with its cost."""
    if not problem.affordable(least := cost(problem, cheapest(problem))):
        raise InfeasibleSchedule(
            f"budget {problem.budget:g} is below the cheapest schedule{whose}, which costs {least:.6g}"
        )


def as_schedule(
    problem: Problem, choices: Sequence[Choice], *, scheduler: str, gap: float | None = None, seconds: float = 0.0
) -> Schedule:
    """A `Schedule` of choices that need not be affordable (the published rule overspends where it cannot help it)."""
    units = []
    for a, (app, c) in enumerate(zip(problem.apps, choices, strict=True)):
        recall, precision, f1 = (float(part[a, c.split, c.fps, c.x_vote]) for part in problem.table)
        rate = problem.fps_options[c.fps]
        fps = int(rate) if rate == int(rate) else rate
        split, x_vote = problem.device.split[c.split], problem.x_options[c.x_vote]
        units.append(Unit(app.name, split, fps, x_vote, f1, recall, precision, app.zone))
    f1s = np.array([u.f1 for u in units])
    return Schedule(
        scheduler=scheduler, objective_value=problem.value(f1s), mean_f1=float(f1s.mean()), gap=gap, seconds=seconds,
        cost=cost(problem, choices), budget=problem.budget, units=tuple(units), choices=tuple(choices),
        one_zone_cost=device_cost(problem.device, *splits_and_rates(problem, choices)) if problem.zone.any() else None,
    )  # fmt: skip
