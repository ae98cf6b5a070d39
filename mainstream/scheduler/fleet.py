"""One box, several cameras: a stem of its own for each, one budget for all (notebook 08).

Applications on different cameras look at different frames, so they share no stem; what cameras share is the budget: a
fleet is a forest, which `solve` plans as one. Seen from the budget it is divided between the cameras. The best Event-F1
of a camera never falls as its budget grows, but it rises in steps (one more frame per second of a whole stem is a large
purchase), so marginal gains may stop before a step that would have paid. Over a grid of budgets dynamic programming
finds the best division exactly, and how far the grid can be from the best division of all is proven (`bound`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mainstream.errors import UserError
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.problem import Array, Problem
from mainstream.scheduler.schedule import solve


class Division(NamedTuple):
    """Steps of the budget that each camera gets, and what the fleet's objective is then."""

    steps: tuple[int, ...]
    value: float


def curve(problem: Problem, step: float, steps: int) -> Array:
    """The best objective of one camera at budgets 0, step, … steps·step; −∞ below its cheapest schedule.

    shape (steps + 1,), never falling; `problem.budget` does not matter. From the top down: a schedule that costs less
    than its budget is the best one for every budget down to its cost, which need not be solved again.
    """
    if not 0 < step < np.inf or steps < 1:
        raise UserError(f"step={step}, steps={steps}: must be above 0 and finite, and at least 1")
    values, least, j = np.full(steps + 1, -np.inf), cost(problem, cheapest(problem)), steps
    while j > 0 and (here := problem.model_copy(update={"budget": j * step})).affordable(least):
        plan = solve(here, "optimal")
        while j > 0 and problem.model_copy(update={"budget": j * step}).affordable(plan.cost):
            values[j] = plan.objective_value
            j -= 1
    return np.maximum.accumulate(values)


def weights(problems: Sequence[Problem]) -> Array:
    """What each camera's objective counts for in the fleet's mean over applications, shape (C,), summing to 1."""
    weighted = problems[0].objective == "weighted"
    raw = np.array([sum(a.weight if weighted else 1.0 for a in p.apps) for p in problems])
    return raw / raw.sum()


def divide(curves: Array, steps: int, weight: Array | None = None) -> Division:
    """The best division of `steps` steps: exact on the grid, by dynamic programming in O(C·steps²).

    Args:
        curves: (C, at least steps + 1), of `curve`, all with one step.
        weight: (C,) of `weights`: the fleet's objective is the weighted sum. None: the least camera's objective
            (max-min). A camera gets no step that buys it nothing.
    Raises `UserError`: curves that end before `steps`, or a budget in which not every camera can run.
    """
    if steps >= curves.shape[1]:
        raise UserError(f"steps={steps}: must be within curves of {curves.shape[1] - 1} steps")
    if (need := int(np.isneginf(curves).sum())) > steps:
        raise UserError(f"steps={steps}: is below the cheapest division, which needs {need}")
    best, taken = np.full(steps + 1, 0.0 if weight is not None else np.inf), []
    i = np.arange(steps + 1)
    rest = i[:, None] - i  # (all so far, this camera): what the cameras before have
    for c, own in enumerate(curves[:, : steps + 1]):
        before = best[np.maximum(rest, 0)]
        both = np.minimum(before, own) if weight is None else before + weight[c] * own
        both[rest < 0] = -np.inf
        taken.append(both.argmax(axis=1))
        best = both.max(axis=1)
    found, left = [], steps
    for own, choice in zip(curves[::-1], taken[::-1], strict=True):
        found.append(int(np.argmax(own >= own[choice[left]] - 1e-12)))
        left -= int(choice[left])
    return Division(tuple(found[::-1]), float(best[steps]))


def marginal_gains(curves: Array, steps: int, weight: Array) -> Division:
    """The rule of thumb: from the least that each camera runs with, step after step to who gains most by one.

    Exact where all curves are concave. Ends where no single step buys anything. Raises as `divide`.
    """
    divide(curves, steps, weight)
    have = np.isneginf(curves).sum(axis=1)
    while have.sum() < steps:
        after = np.minimum(have + 1, curves.shape[1] - 1)
        cameras = np.arange(len(curves))
        gain = weight * (curves[cameras, after] - curves[cameras, have])
        if gain.max() <= 1e-12:
            break
        have[gain.argmax()] += 1
    return evaluate(curves, have, weight)


def evaluate(curves: Array, steps: Sequence[int] | Array, weight: Array | None = None) -> Division:
    """The objective of a given division (−∞ where a camera cannot run); weight as in `divide`."""
    values = curves[np.arange(len(curves)), np.asarray(steps)]
    value = values.min() if weight is None else float(np.sum(weight * values))
    return Division(tuple(int(s) for s in steps), float(value))


def bound(curves: Array, steps: int, weight: Array | None = None) -> float:
    """No division of the budget does better, on the grid or off it: the best with C − 1 more steps.

    Rounding every camera's budget up to the grid adds less than one step for each. Raises as `divide`; the curves have
    to reach C − 1 steps further.
    """
    return divide(curves, steps + len(curves) - 1, weight).value


def forest(problems: Sequence[Problem], budget: float) -> Problem:
    """All cameras as one problem, every zone with a stem of its own: what `solve` finds is the best plan of the fleet.

    Each camera's own budget does not matter. Raises `UserError`: no camera, or cameras that differ in more than their
    applications.
    """
    if len({p.model_dump_json(exclude={"apps", "budget"}) for p in problems}) != 1:
        raise UserError("problems: need at least one camera; all of one device, rates, votes, form and objective")
    zone = lambda c, app: f"camera {c}" + (app.zone and f" {app.zone}")
    apps = [app.model_copy(update={"zone": zone(c, app)}) for c, p in enumerate(problems) for app in p.apps]
    return problems[0].model_copy(update={"apps": tuple(apps), "budget": budget})
