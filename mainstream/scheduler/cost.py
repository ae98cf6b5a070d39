"""What a schedule costs.

cost = Σ_app f·tail(split) + Σ_segment latency · max{f of the applications whose split is at or above it}
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mainstream.scheduler.problem import Array, Choice, Device, Problem


def cost(problem: Problem, choices: Sequence[Choice]) -> float:
    """Compute time per second of a schedule, in the budget's unit: every tail at its own rate, every stem segment
    once, at the highest rate among the applications that still share it. One choice per application, in order."""
    return device_cost(problem.device, *splits_and_rates(problem, choices))


def splits_and_rates(problem: Problem, choices: Sequence[Choice]) -> tuple[Array, Array]:
    """Index of the split and looks per second of each application, shape (A,) each."""
    return np.array([c.split for c in choices]), np.asarray(problem.fps_options)[[c.fps for c in choices]]


def device_cost(device: Device, split: Array, fps: Array) -> float:
    """The same of the applications' splits (indices) and rates, shape (A,) each."""
    return float(np.asarray(device.tail)[split] @ fps) + float(device.segments @ segment_rates(device, split, fps))


def segment_rates(device: Device, split: Array, fps: Array) -> Array:
    """Rate at which each stem segment runs, shape (K,): nested sampling makes the maximum true."""
    uses = split[:, None] >= np.arange(len(device.split))
    # An application on its own full network pays nothing to the stem: segment 0 at split 0 has latency 0.
    return (fps[:, None] * uses).max(axis=0)


def cheapest(problem: Problem) -> list[Choice]:
    """The schedule of least cost: all at the lowest rate, the best of the stems that are as deep as some split k."""
    tail = np.where(problem.allowed, np.asarray(problem.device.tail), np.inf)
    best: tuple[float, Array] | None = None
    for depth in range(tail.shape[1]):
        split = tail[:, : depth + 1].argmin(axis=1)
        if not np.isfinite(tail[np.arange(len(split)), split]).all():
            continue
        total = tail[np.arange(len(split)), split].sum() + problem.device.stem[int(split.max())]
        if best is None or total < best[0]:
            best = (float(total), split)
    assert best is not None  # depth K−1 allows every split that an application has
    vote, _ = problem.best_vote
    return [Choice(int(k), 0, int(vote[a, k, 0])) for a, k in enumerate(best[1])]
