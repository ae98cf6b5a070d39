"""The exact scheduler: mixed-integer programming on HiGHS, with a proven gap (design section 4; notebook 04)."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, vstack

from mainstream.errors import UserError
from mainstream.scheduler.problem import Array, Choice, Problem


class Exact(NamedTuple):
    """One choice per application, and how far their objective can be from the best."""

    choices: list[Choice]
    gap: float  # proven: (upper bound − value) ÷ |value|


def optimal(problem: Problem, *, time_limit_s: float = 300.0, rel_gap: float = 1e-9) -> Exact:
    """Best schedule within the budget, or one proven to be within `rel_gap` of it, and the proven gap.

    One binary per application and undominated (split, rate); the best vote goes with each, since votes cost nothing.
    One rate variable per stem segment bounds the rates of its users; the budget is one row. Under max-min the least
    served application is raised first, then the mean with that level kept.

    Raises:
        UserError: the solver found no schedule within `time_limit_s`.
    """
    vote, f1 = problem.best_vote
    a, k, f = np.nonzero(_undominated(problem, f1))
    model = _Model(problem, a, k, f, rel_gap)
    gain = f1[a, k, f]
    if problem.objective == "max-min":
        floor = model.solve(np.zeros(len(a)), gain, time_limit_s, raise_floor=True)
        gap = _gap(floor)
        level = float(-floor.fun) - 1e-9
        result = model.solve(gain * problem.weights[a], gain, time_limit_s, level=level)
    else:
        result = model.solve(gain * problem.weights[a], gain, time_limit_s)
        gap = _gap(result)
    taken = np.flatnonzero(result.x[: len(a)] > 0.5)
    chosen = {int(a[i]): Choice(int(k[i]), int(f[i]), int(vote[a[i], k[i], f[i]])) for i in taken}
    return Exact([chosen[i] for i in range(len(problem.apps))], gap)


def _gap(result: OptimizeResult) -> float:
    return float(max(0.0, result.fun - result.mip_dual_bound) / max(abs(result.fun), 1e-12))


def _undominated(problem: Problem, f1: Array) -> np.ndarray:
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


@contextmanager
def _quiet_stdout() -> Iterator[None]:
    """HiGHS leaves a stray debug line on the C library's standard output now and then; `--json` must stay JSON."""
    sys.stdout.flush()
    flush = ctypes.CDLL(None).fflush
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        flush(None)
        os.dup2(nowhere, 1)
        yield
    finally:
        flush(None)
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)


class _Model:
    """Variables: z (one per candidate), r (one rate per used stem segment), t (the floor; 0 unless max-min)."""

    def __init__(self, problem: Problem, a: np.ndarray, k: np.ndarray, f: np.ndarray, rel_gap: float) -> None:
        self.problem, self.a, self.rel_gap = problem, a, rel_gap
        n, apps = len(a), len(problem.apps)
        fps = np.asarray(problem.fps_options)[f]
        segments = problem.device.segments
        used = np.flatnonzero(segments > 0)
        self.n, self.r = n, len(used)
        width = n + self.r + 1
        one_each = csr_array((np.ones(n), (a, np.arange(n))), shape=(apps, width))
        rows, columns, values = [], [], []
        for j, seg in enumerate(used):  # Σ f·z (those that use the segment) − r ≤ 0, per application
            users = np.flatnonzero(k >= seg)
            rows += [j * apps + a[users], j * apps + np.arange(apps)]
            columns += [users, np.full(apps, n + j)]
            values += [fps[users], -np.ones(apps)]
        stack = (np.concatenate(v) if v else np.zeros(0, dtype=int) for v in (values, rows, columns))
        data, row, column = stack
        shared = csr_array((data, (row, column)), shape=(self.r * apps, width))
        spent = np.concatenate([fps * np.asarray(problem.device.tail)[k], segments[used], [0.0]])
        budget = csr_array(spent[None] / problem.budget)
        self.fixed = [
            LinearConstraint(one_each, 1, 1),
            LinearConstraint(vstack([shared, budget]), -np.inf, np.r_[np.zeros(self.r * apps), 1.0]),
        ]

    def solve(
        self, value: Array, f1: Array, time_limit_s: float, *, raise_floor: bool = False, level: float = -np.inf
    ) -> OptimizeResult:
        """Maximises Σ value·z, or the floor t ≤ F1 of every application; `level`: a floor to keep."""
        width, apps = self.n + self.r + 1, len(self.problem.apps)
        objective = np.zeros(width)
        objective[: self.n] = -value
        constraints = list(self.fixed)
        if raise_floor or level > -np.inf:
            each = csr_array((f1, (self.a, np.arange(self.n))), shape=(apps, width)).tolil()
            each[:, [-1]] = -1.0 if raise_floor else 0.0
            constraints.append(LinearConstraint(each.tocsr(), 0.0 if raise_floor else level, np.inf))
            objective[-1] = -1.0 if raise_floor else 0.0
        upper = np.r_[np.ones(self.n), np.full(self.r, max(self.problem.fps_options)), 1.0]
        integral = np.r_[np.ones(self.n), np.zeros(self.r + 1)]
        options = {"time_limit": time_limit_s, "mip_rel_gap": self.rel_gap}
        with _quiet_stdout():
            result = milp(
                objective, integrality=integral, bounds=Bounds(0, upper), constraints=constraints, options=options
            )
        if result.x is None:
            raise UserError(f"no schedule found: {result.message}")
        return result
