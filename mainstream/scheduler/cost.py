"""What a schedule costs.

cost = Σ_app f·tail(split) + Σ_zone Σ_segment latency · max{f of the zone's applications whose split is at or above it}
"""

from collections.abc import Sequence

import numpy as np

from mainstream.scheduler.problem import Array, Choice, Device, Problem, Zones


def cost(problem: Problem, choices: Sequence[Choice]) -> float:
    """Compute time per second of a schedule, in the budget's unit: every tail at its own rate, every stem segment
    once for each zone, at the highest rate among the applications that still share it there. One choice per
    application, in order."""
    return device_cost(problem.device, *splits_and_rates(problem, choices), problem.zone)


def splits_and_rates(problem: Problem, choices: Sequence[Choice]) -> tuple[Array, Array]:
    """Index of the split and looks per second of each application, shape (A,) each."""
    return np.array([c.split for c in choices]), np.asarray(problem.fps_options)[[c.fps for c in choices]]


def device_cost(device: Device, split: Array, fps: Array, zone: Zones | int = 0) -> float:
    """The same of the applications' splits (indices), rates and zones (`Problem.zone`), shape (A,) each."""
    rates = segment_rates(device, split, fps, zone)
    return float(np.asarray(device.tail)[split] @ fps) + float((rates @ device.segments).sum())


def segment_rates(device: Device, split: Array, fps: Array, zone: Zones | int = 0) -> Array:
    """Rate at which each stem segment runs in each zone, shape (Z, K): nested sampling makes the maximum true."""
    rates = np.zeros((int(np.max(zone)) + 1, len(device.split)))
    # An application on its own full network pays nothing to the stem: segment 0 at split 0 has latency 0.
    uses = split[:, None] >= np.arange(len(device.split))
    np.maximum.at(rates, np.broadcast_to(zone, len(split)), fps[:, None] * uses)
    return rates


def cheapest(problem: Problem) -> list[Choice]:
    """The schedule of least cost: all at the lowest rate; in every zone the best stem that is as deep as some split."""
    tail, stem = np.where(problem.allowed, np.asarray(problem.device.tail), np.inf), np.asarray(problem.device.stem)
    split = np.empty(len(tail), int)
    for zone in range(problem.zone.max() + 1):
        mine = tail[problem.zone == zone]  # of depths, one allows every split that an application has
        depths = [mine[:, : depth + 1].argmin(axis=1) for depth in range(len(stem))]
        totals = [mine[np.arange(len(mine)), k].sum() + stem[k.max()] for k in depths]
        split[problem.zone == zone] = depths[int(np.argmin(totals))]
    vote, _ = problem.best_vote
    return [Choice(int(k), 0, int(vote[a, k, 0])) for a, k in enumerate(split)]
