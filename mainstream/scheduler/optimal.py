"""The exact scheduler: integer programming on HiGHS, with a proven gap (notebook 04)."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, vstack

from mainstream.errors import UserError
from mainstream.scheduler.cost import cost, device_cost, splits_and_rates
from mainstream.scheduler.problem import SLACK, Array, Choice, Problem

PROVEN = 1e-9  # the relative gap at which a proof is called complete
TIME_LIMIT_S = 300.0  # for each question to the solver
ROW, VALUE = 1e2, 1e3  # budget and objective in the solver: its tolerance of 1e-6 is then 1e-8 and 1e-9 (see `within`)


class Exact(NamedTuple):
    """One choice per application, and how far their objective can be from the best."""

    choices: list[Choice]
    gap: float  # proven: (upper bound − value) ÷ |value|


def optimal(problem: Problem, *, rel_gap: float = PROVEN) -> Exact:
    """Best schedule within the budget, or one proven to be within `rel_gap` of it, and the proven gap.

    Applications that are equal to the scheduler are one kind, whose members are counted. One whole number per kind
    and undominated (split, rate) says how many of it choose that; the best vote goes with each, since votes cost
    nothing. One binary per zone, stem segment and rate says whether the segment runs there at least so often; the
    budget is one row for all. Under max-min the highest F1 that all can have is found first, then the best mean with
    that kept.

    Raises:
        UserError: the solver found no schedule within `TIME_LIMIT_S`.
    """
    _, f1 = problem.best_vote
    keep = undominated(problem, f1) & _affordable_alone(problem, f1)
    if problem.objective == "max-min":
        keep &= f1 >= _highest_floor(problem, f1, keep)
    return Model(problem, f1, keep).best(rel_gap)


def _highest_floor(problem: Problem, f1: Array, keep: np.ndarray) -> float:
    """The highest F1 that every application can have at once, by bisection over the F1s that there are."""
    levels = np.unique(f1[keep])
    levels = levels[levels <= np.where(keep, f1, -np.inf).max(axis=(1, 2)).min()]
    low, high = 0, len(levels)  # levels[low] is within the budget, levels[high] is not
    while high - low > 1:
        middle = (low + high) // 2
        choices = Model(problem, f1, keep & (f1 >= levels[middle])).cheapest()
        low, high = (middle, high) if problem.affordable(cost(problem, choices)) else (low, middle)
    return float(levels[low])


def _affordable_alone(problem: Problem, f1: Array) -> np.ndarray:
    """Which (A, K, F) fit into the budget when all others pay for no more than their cheapest tails."""
    fps, tail, stem = (np.asarray(v) for v in (problem.fps_options, problem.device.tail, problem.device.stem))
    least = np.where(np.isfinite(f1[:, :, 0]), tail, np.inf).min(axis=1) * fps[0]
    return (tail + stem)[:, None] * fps + (least.sum() - least)[:, None, None] <= problem.budget * (1 + 2 * SLACK)


def undominated(problem: Problem, f1: Array) -> np.ndarray:
    """Which (A, K, F) can be in an optimal schedule.

    (k', f') beats (k, f) when f' ≤ f, its F1 is no less, and even if it paid alone for every segment that k does not
    use, it would cost no more. Of equals the first stays.
    """
    fps, tail, stem = (np.asarray(v) for v in (problem.fps_options, problem.device.tail, problem.device.stem))
    k, f = (v.ravel() for v in np.meshgrid(np.arange(len(tail)), np.arange(len(fps)), indexing="ij"))
    alone = fps[f] * tail[k]
    # worst-case cost of replacing column j by row i: its tail, plus segments between the two splits
    replaced = alone[:, None] + fps[f][:, None] * np.maximum(stem[k][:, None] - stem[k], 0)
    no_dearer = (fps[f][:, None] <= fps[f]) & (replaced <= alone * (1 + 1e-12))
    keep = np.zeros((len(f1), k.size), dtype=bool)
    for app, values in enumerate(f1.reshape(len(f1), -1)):
        beats = no_dearer & (values[:, None] >= values) & np.isfinite(values)[:, None]
        mutual = beats & beats.T & (np.arange(k.size)[:, None] > np.arange(k.size))
        beats &= ~mutual  # of two that beat each other, the earlier one stays
        np.fill_diagonal(beats, False)
        keep[app] = np.isfinite(values) & ~beats.any(axis=0)
    return keep.reshape(f1.shape)


class Model:
    """Whole numbers: y, how many of a kind take a candidate; w (0 or 1), a segment runs at least at a rate."""

    def __init__(self, problem: Problem, f1: Array, keep: np.ndarray) -> None:
        self.problem = problem
        alike = np.stack([problem.weights, problem.zone], axis=1)
        worth = np.concatenate([np.where(keep, f1, -1.0).reshape(len(f1), -1), alike], axis=1)
        _, first, inverse, self.count = np.unique(
            worth, axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        self.members = [np.flatnonzero(inverse.ravel() == kind) for kind in range(len(first))]
        self.kind, self.k, self.f = np.nonzero(keep[first])
        self.gain = (f1 * problem.weights[:, None, None])[first[self.kind], self.k, self.f]
        segments = problem.device.segments / problem.budget
        fps, tail = np.asarray(problem.fps_options), np.asarray(problem.device.tail) / problem.budget
        self.used = np.flatnonzero(segments > 0)
        self.zone = problem.zone[first]
        self.n, shape = len(self.k), (problem.zone.max() + 1, len(self.used), len(fps))
        self.w = self.n + np.arange(np.prod(shape)).reshape(shape)
        self.width = self.n + self.w.size
        steps = segments[self.used][:, None] * np.diff(fps, prepend=0.0)
        self.spent = np.concatenate([fps[self.f] * tail[self.k], np.tile(steps.ravel(), shape[0])])
        self.upper = np.r_[self.count[self.kind], np.ones(self.w.size)].astype(float)
        each = csr_array((np.ones(self.n), (self.kind, np.arange(self.n))), shape=(len(first), self.width))
        linked = vstack([self._links(kind) for kind in range(len(first))] + [self._ordered()])
        self.rows = [LinearConstraint(each, self.count, self.count), LinearConstraint(linked, -np.inf, 0)]

    def _links(self, kind: int) -> csr_array:
        """Those of a kind that use a segment at some rate or faster are at most its members, and none without w."""
        mine, w = np.flatnonzero(self.kind == kind), self.w[self.zone[kind]]
        k, f, rate = self.k[mine], self.f[mine], np.arange(w.shape[1])[:, None]
        deep = k >= self.used[:, None]
        ends = deep & (k < np.r_[self.used[1:], np.iinfo(int).max][:, None])
        # rows that `_ordered` and the row of the next segment or rate do not already imply
        needed = (deep[:, None] & (f == rate)).any(-1) & (ends[:, None] & (f >= rate)).any(-1)
        users = (deep[:, None] & (f >= rate))[needed]
        row, column = np.nonzero(users)
        n = np.arange(len(users))
        data = np.r_[np.ones(len(row)), np.full(len(n), -float(self.count[kind]))]
        place = (np.r_[row, n], np.r_[mine[column], w[needed]])
        return csr_array((data, place), shape=(len(n), self.width))

    def _ordered(self) -> csr_array:
        """A segment runs no more often than the one below it, and at a rate only where it does at the lower one."""
        more, less = (np.concatenate([a.ravel(), b.ravel()]) for a, b in (
            (self.w[:, 1:], self.w[:, :, 1:]), (self.w[:, :-1], self.w[:, :, :-1])))  # fmt: skip
        n = np.arange(len(more))
        data = np.r_[np.ones(len(n)), -np.ones(len(n))]
        return csr_array((data, (np.r_[n, n], np.r_[more, less])), shape=(len(n), self.width))

    def cheapest(self) -> list[Choice]:
        """The schedule of least cost."""
        result = self.ask(-self.spent * VALUE, self.rows, PROVEN)
        return list(self._choices(np.rint(result.x[: self.n]).astype(int)).values())

    def best(self, rel_gap: float) -> Exact:
        """The schedule with the highest weighted sum of F1s within the budget."""
        choices, value, bound = self.within(self.gain, self.rows, rel_gap)
        return Exact(list(choices.values()), max(0.0, bound - value) / max(value, 1e-12))

    def within(
        self, gain: Array, rows: list[LinearConstraint], rel_gap: float
    ) -> tuple[dict[int, Choice], float, float]:
        """Choices with the largest Σ gain·y within the budget, by application; their sum, and what none can surpass.

        The solver rounds rows: should a schedule pass that costs a hair too much, the budget is tightened by a hair,
        and at last by more than the solver's tolerance; where that leaves none, the cheapest is taken. With a budget
        row a hundred times as large, which rounds less, HiGHS took a schedule that was not the best for it in one of
        1,800 such problems and found none in another.
        """
        gain, bound = np.r_[gain, np.zeros(self.w.size)] * VALUE, np.inf
        for limit in (1 + SLACK / 2, 1 - 1e-7, 1 - 4e-6):
            row = LinearConstraint(csr_array(np.minimum(self.spent[None], 1e3) * ROW), -np.inf, limit * ROW)
            try:
                result = self.ask(gain, [*rows, row], rel_gap)
            except UserError:
                if limit > 1:  # as it was asked for
                    raise
                result = self.ask(-self.spent * VALUE, rows, PROVEN)
            bound = float(-result.mip_dual_bound) if limit > 1 else bound
            taken = np.rint(result.x[: self.n]).astype(int)
            choices = self._choices(taken)
            which, zone = splits_and_rates(self.problem, list(choices.values())), self.problem.zone[list(choices)]
            if not choices or self.problem.affordable(device_cost(self.problem.device, *which, zone)):
                break
        return choices, float(gain[: self.n] @ taken), bound

    def ask(self, gain: Array, rows: list[LinearConstraint], rel_gap: float) -> OptimizeResult:
        """Whole numbers from 0 to `upper` with the largest Σ gain·x."""
        result = milp(
            -gain, integrality=np.ones(self.width), bounds=Bounds(0, self.upper), constraints=rows,
            options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": rel_gap},
        )  # fmt: skip
        if result.x is None:
            raise UserError(f"no schedule found: {result.message}")
        return result

    def _choices(self, taken: np.ndarray) -> dict[int, Choice]:
        """One choice per application that has one, in order; of equal ones, the first take the earlier candidates."""
        vote, _ = self.problem.best_vote
        found: dict[int, Choice] = {}
        for kind, members in enumerate(self.members):
            mine = np.flatnonzero(self.kind == kind)
            for app, i in zip(members, np.repeat(mine, taken[mine]), strict=False):
                k, f = int(self.k[i]), int(self.f[i])
                found[int(app)] = Choice(k, f, int(vote[app, k, f]))
        return dict(sorted(found.items()))
