"""What tails that are due together take, as measured, and plans that spend what this saves (notebook 07).

Schedulers add tails up one by one, which is never less: a plan of theirs fits. And what they find for a budget that is
larger by the most that together can save, no plan surpasses: the proof stays, with a wider gap.
"""

from collections import Counter
from dataclasses import replace

import numpy as np

from mainstream.scheduler import Device, InfeasibleSchedule, Problem, Schedule, Scheduler, cheapest_schedule, solve

FEW, MANY = 2, 8  # tails at once, as measured: `Device.together`
STEP = 0.95  # of the budget, at most, that the next try may have


def tails_ms(device: Device, split: int, n: int) -> float:
    """n tails of split number `split`, due at once; one by one on a device that says nothing of that."""
    one_by_one = n * device.tail[split]
    if n == 1 or not device.together:
        return one_by_one
    lanes, *measured = device.together[split]
    full = -(-n // lanes) * lanes  # side by side, a last few take as long as if they were complete
    return min(one_by_one, float(np.interp(full, (FEW, MANY), measured)) * max(full / MANY, 1.0))


def solve_together(problem: Problem, scheduler: str | Scheduler) -> Schedule:
    """As `solve`, tails charged as measured together: of the budgets from the largest that could be saved down to the
    real one, the first whose plan fits. `gap` is proven against the largest. Raises as `solve`."""
    device, numbers = problem.device, range(1, len(problem.apps) + 1)
    if not device.together:
        return solve(problem, scheduler)
    ratios = [n * t / tails_ms(device, k, n) for k, t in enumerate(device.tail) if t for n in numbers]
    room, plans = problem.budget * max(ratios, default=1.0), []
    least = cheapest_schedule(problem, scheduler).cost  # one by one: below it there is nothing to try
    while True:
        try:
            plans.append(plan := solve(problem.model_copy(update={"budget": room}), scheduler))
        except InfeasibleSchedule:
            return solve(problem, scheduler)  # says so, of the budget that was asked for
        due = Counter((u.zone, c.split, u.fps) for u, c in zip(plan.units, plan.choices, strict=True)).items()
        cost = plan.cost - sum(fps * (n * device.tail[k] - tails_ms(device, k, n)) for (_, k, fps), n in due)
        if problem.affordable(cost):
            break
        room = max(problem.budget, least * (room > least), min(STEP * room, problem.budget * plan.cost / cost))
    most = plans[0].objective_value * (1 + (plans[0].gap or 0.0))
    gap = None if plan.gap is None else max(0.0, most / max(plan.objective_value, 1e-12) - 1)
    return replace(plan, cost=cost, budget=problem.budget, gap=gap, seconds=sum(p.seconds for p in plans))
