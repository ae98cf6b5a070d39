"""Brute force, the oracle: every schedule, one by one, with a cost written out plainly."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from mainstream.errors import UserError
from mainstream.scheduler.problem import App, Choice, Problem


def exhaustive(problem: Problem) -> list[Choice]:
    """The best schedule by trying all; UserError where none is within the budget."""
    k_n, f_n, x_n = len(problem.device.split), len(problem.fps_options), len(problem.x_options)
    menus = [
        [Choice(k, f, x) for k in range(k_n) if problem.allowed[a, k] for f in range(f_n) for x in range(x_n)]
        for a in range(len(problem.apps))
    ]
    f1 = problem.table.f1
    best = None
    for choices in itertools.product(*menus):
        if not problem.affordable(plain_cost(problem, choices)):
            continue
        scores = [f1[a, c.split, c.fps, c.x_vote] for a, c in enumerate(choices)]
        mean = sum(w * s for w, s in zip(problem.weights, scores, strict=True))
        rank = (min(scores), mean) if problem.objective == "max-min" else (mean, 0.0)
        if best is None or rank > best[0]:
            best = (rank, choices)
    if best is None:
        raise UserError(f"no schedule fits the budget {problem.budget:g}")
    return list(best[1])


def plain_cost(problem: Problem, choices: tuple[Choice, ...], apps: Sequence[App] | None = None) -> float:
    """The cost of section 4 in loops, independent of `cost.cost`. apps: who chooses, where it is not all of them."""
    zones = [app.zone for app in (problem.apps if apps is None else apps)]
    device, total, below = problem.device, 0.0, 0.0
    for choice in choices:
        total += problem.fps_options[choice.fps] * device.tail[choice.split]
    for segment, stem in enumerate(device.stem):
        for zone in set(zones):  # a stem of its own for each
            mine = [c for c, its_own in zip(choices, zones, strict=True) if its_own == zone]
            rates = [problem.fps_options[c.fps] for c in mine if c.split >= segment]
            total += (stem - below) * max(rates, default=0.0)
        below = stem
    return total
