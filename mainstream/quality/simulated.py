"""The model's witness: a Monte-Carlo of the same assumptions that shares no code with `quality` (notebook 03)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Simulated(NamedTuple):
    """Estimates from `windows` simulated windows, and how many of them held an event or were declared."""

    recall: float
    precision: float
    f1: float
    events: int
    declared: int


def simulate_events(
    tpr: float,
    fpr: float,
    fps: float,
    *,
    stream_fps: float,
    event_length_s: float,
    event_frequency: float,
    correlation: float = 0.0,
    x_vote: int = 1,
    windows: int = 20_000,
    seed: int = 0,
) -> Simulated:
    """Plays `windows` windows of length L, a share `event_frequency` of them holding an event.

    Each window meets the analysed frames at multiples of 1/fps after a random phase. Each analysed frame repeats
    the outcome before it with probability `correlation`, and is drawn afresh otherwise: the same chain as the
    model's, stated the other way round. A window is declared when `x_vote` consecutive outcomes are positive.

    Returns:
        Estimates of Event-recall, Event-precision and F1 (NaN where undefined), and what they were counted on.
    Raises:
        ValueError: fps above stream_fps, or windows < 1.
    """
    if fps > stream_fps:
        raise ValueError(f"fps {fps:g} is above stream_fps {stream_fps:g}: no stream gives more frames")
    if windows < 1:
        raise ValueError(f"windows must be at least 1, not {windows}")
    rng = np.random.default_rng(seed)
    holds_event = rng.random(windows) < event_frequency
    declared = _declared(rng, np.where(holds_event, tpr, fpr), fps * event_length_s, correlation, x_vote)
    events, alarms, hits = int(holds_event.sum()), int(declared.sum()), int((declared & holds_event).sum())
    recall = hits / events if events else float("nan")
    precision = hits / alarms if alarms else float("nan")
    f1 = 2 * hits / (events + alarms) if events + alarms else float("nan")
    return Simulated(recall, precision, f1, events, alarms)


def _declared(
    rng: np.random.Generator, rate: NDArray[np.float64], span: float, correlation: float, x_vote: int
) -> NDArray[np.bool_]:
    """Which windows see `x_vote` positives in a row; `span` is the window's length in analysed frames."""
    first = rng.random(rate.size)  # position of the first analysed frame, in frame periods after the start
    run = np.zeros(rate.size, dtype=int)
    outcome = np.zeros(rate.size, dtype=bool)
    declared = np.zeros(rate.size, dtype=bool)
    for i in range(int(np.ceil(span)) + 1):
        inside = first + i < span
        fresh = rng.random(rate.size) < rate
        repeat = (rng.random(rate.size) < correlation) if i else np.zeros(rate.size, dtype=bool)
        outcome = np.where(repeat, outcome, fresh)
        run = np.where(outcome, run + 1, 0)
        declared |= inside & (run >= x_vote)
    return declared
