"""The talk's greedy rule, and the one of the study's code (notebook 04)."""

import numpy as np

from mainstream.scheduler.cost import cheapest, device_cost, segment_rates
from mainstream.scheduler.problem import Array, Choice, Problem


def greedy(problem: Problem) -> list[Choice]:
    """From the cheapest schedule, repeatedly take the affordable move with the best benefit per cost.

    A move gives one application another split and rate (with its best vote). Benefit: the weighted gain in F1;
    under max-min only the weakest application that can still be helped moves. A gain that costs nothing comes first.
    """
    _, f1 = problem.best_vote
    state = State(problem, cheapest(problem))
    for _ in range(f1.size):  # every move strictly raises one application's F1: it ends
        extra = state.added_cost()
        gain = np.where(f1 > -np.inf, f1 - state.f1(f1)[:, None, None], -np.inf) * problem.weights[:, None, None]
        good = (gain > 1e-12) & problem.affordable(state.cost + extra)
        if problem.objective == "max-min" and good.any():
            weakest = min(np.flatnonzero(good.any(axis=(1, 2))), key=state.f1(f1).__getitem__)
            good &= (np.arange(len(f1)) == weakest)[:, None, None]
        if not good.any():
            break
        score = np.where(good, per_cost(problem, gain, extra), -np.inf)
        a, k, f = np.unravel_index(int(score.argmax()), score.shape)
        state.move(int(a), int(k), int(f))
    return state.choices()


def greedy_as_published(problem: Problem) -> list[Choice]:
    """The rule of the study's code: a witness that gives back the recorded schedules, not advice.

    Start at (deepest split, lowest rate). A changed (split, rate) of one application is a candidate when it strictly
    lowers that application's loss 1 − F1; take the affordable one with the highest loss ÷ (rate × latency from the
    split on); stop when there is none. It is the loss that is divided, not the gain, so it creeps upward in the
    cheapest small steps. A start above the budget is kept, silently, as the record has it.
    """
    _, f1 = problem.best_vote
    deepest = [int(np.flatnonzero(row)[-1]) for row in problem.allowed]
    state = State(problem, [Choice(k, 0, 0) for k in deepest])
    fps, tail = np.asarray(problem.fps_options), np.asarray(problem.device.tail)
    ratio = (1 - f1) / np.maximum(fps * tail[:, None], 1e-300)  # a tail may cost nothing
    while True:
        better = (f1 > state.f1(f1)[:, None, None] + 1e-12) & (ratio > 0)
        good = better & problem.affordable(state.cost + state.added_cost())
        if not good.any():
            break
        # First among equals: applications in order, then rates, then splits, both ascending.
        ordered = np.where(good, ratio, -np.inf).transpose(0, 2, 1)
        a, f, k = np.unravel_index(int(ordered.argmax()), ordered.shape)
        state.move(int(a), int(k), int(f))
    return state.choices()


def per_cost(problem: Problem, gain: Array, extra: Array) -> Array:
    """Gain in F1 per added cost, in shares of the budget: what costs nothing, or saves, comes before all else."""
    return gain / np.maximum(extra / problem.budget, 1e-12)


class State:
    """Current splits and rates (indices), and the added cost of every move in one array operation."""

    def __init__(self, problem: Problem, start: list[Choice]) -> None:
        self.problem = problem
        self.k = np.array([c.split for c in start])
        self.f = np.array([c.fps for c in start])
        self.fps = np.asarray(problem.fps_options)
        self.tail = np.asarray(problem.device.tail)
        self.members = [np.flatnonzero(problem.zone == zone) for zone in range(problem.zone.max() + 1)]

    def move(self, app: int, k: int, f: int) -> None:
        """Application number `app` goes to split k and rate f (indices)."""
        self.k[app], self.f[app] = k, f

    def f1(self, table: Array) -> Array:
        """What the applications have now, shape (A,), of a table (A, K, F)."""
        return table[np.arange(len(self.k)), self.k, self.f]

    def choices(self) -> list[Choice]:
        """With the best vote of each."""
        vote, _ = self.problem.best_vote
        return [Choice(int(k), int(f), int(vote[a, k, f])) for a, (k, f) in enumerate(zip(self.k, self.f, strict=True))]

    @property
    def cost(self) -> float:
        """Of the schedule as it is now, in the budget's unit."""
        return device_cost(self.problem.device, self.k, self.fps[self.f], self.problem.zone)

    def added_cost(self) -> Array:
        """Cost of moving application a to (split k, rate f), less today's cost; shape (A, K, F)."""
        segments = self.problem.device.segments
        rates = self.fps[self.f]
        used = rates[:, None] * (self.k[:, None] >= np.arange(len(segments)))  # (A, K): a's demand on each segment
        others = np.empty_like(used)  # the demand of all others in a's zone
        for members in self.members:
            ranked = np.sort(used[members], axis=0)
            second = ranked[-2] if len(members) > 1 else 0.0
            others[members] = np.where(used[members] < ranked[-1], ranked[-1], second)
        with_app = np.maximum(others[:, :, None], self.fps) * segments[None, :, None]  # (A, segment, F)
        without = others * segments
        above = without.sum(axis=1, keepdims=True) - np.cumsum(without, axis=1)  # segments past the split
        stem = np.cumsum(with_app, axis=1) + above[:, :, None]
        now = self.tail[self.k] * rates
        zone = self.problem.zone
        stem_now = (segment_rates(self.problem.device, self.k, rates, zone) @ segments)[zone]
        return stem + self.tail[None, :, None] * self.fps - (now + stem_now)[:, None, None]
