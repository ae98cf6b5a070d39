"""The model's witness: a Monte-Carlo of the same assumptions, which shares checks of arguments alone (notebook 03)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstream.errors import UserError
from mainstream.quality.analytical import frames_seen
from mainstream.quality.chain import RANGES, checked, checked_votes


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
    length_cv: float = 0.0,
    lasting: float = 0.0,
    memory_s: float = 0.0,
    lasting_empty: float = 0.0,
    memory_empty_s: float = 0.0,
    follows_event: float = 0.0,
) -> Simulated:
    """Plays `windows` windows of length L, a share `event_frequency` of them holding an event.

    Each window meets the analysed frames at multiples of 1/fps after a random phase. Each analysed frame repeats
    the outcome before it with probability `correlation`, and is drawn afresh otherwise: the same chain as the
    model's, stated the other way round. A window is declared when `x_vote` consecutive outcomes are positive.

    With `memory_s` it repeats with probability e^(−1/(fps·memory_s)) instead; with `lasting` each event draws a TPR of
    its own, with `length_cv` a length. With `follows_event` the looks before a window are played too: of an empty
    stretch before an event, of an event before that share of empty windows, of the same stretch before the others.

    Returns:
        Estimates of Event-recall, Event-precision and F1 (NaN where undefined), and what they were counted on.
    Raises:
        UserError: an argument outside its range, named with its value, fps above stream_fps, windows < 1, or
            a correlation with what stands in its place.
    """
    checked(**{name: value for name, value in locals().items() if name in RANGES})
    checked_votes(x_vote, "consistent")
    frames_seen(fps, stream_fps=stream_fps, event_length_s=event_length_s)
    if windows < 1:
        raise UserError(f"windows must be at least 1, not {windows}")
    if correlation and (memory_s or memory_empty_s or follows_event):
        raise UserError("correlation: not with memory_s, memory_empty_s or follows_event; use the memories")
    rng = np.random.default_rng(seed)
    holds_event = rng.random(windows) < event_frequency
    rates, repeats, spans = (np.full(windows, float(v)) for v in (fpr, correlation, event_length_s))
    rates[holds_event], before = tpr, None
    if length_cv:
        spans[holds_event] *= rng.gamma(length_cv**-2, length_cv**2, int(holds_event.sum()))
    if memory_s or memory_empty_s:
        repeats = _repeats(fps, np.where(holds_event, memory_s, memory_empty_s))
    if lasting or lasting_empty:
        rates = _own(rng, rates, np.where(holds_event, lasting, lasting_empty))
    if follows_event:
        after = ~holds_event & (rng.random(windows) < follows_event)
        others = _own(rng, np.where(after, tpr, fpr), np.where(after, lasting, lasting_empty))
        same = ~holds_event & ~after
        before = _Before(np.where(same, rates, others), _repeats(fps, np.where(after, memory_s, memory_empty_s)), same)
    declared = _declared(rng, rates, fps * spans, repeats, x_vote, before)
    events, alarms, hits = int(holds_event.sum()), int(declared.sum()), int((declared & holds_event).sum())
    recall = hits / events if events else float("nan")
    precision = hits / alarms if alarms else float("nan")
    f1 = 2 * hits / (events + alarms) if events + alarms else float("nan")
    return Simulated(recall, precision, f1, events, alarms)


class _Before(NamedTuple):
    """Looks before each window: their rate and memory, and whether the same stretch goes on into the window."""

    rate: NDArray[np.float64]
    repeats: NDArray[np.float64]
    same: NDArray[np.bool_]


def _own(rng: np.random.Generator, mean: NDArray[np.float64], lasting: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates drawn from Beta distributions of these means, `lasting` being their intra-class correlation."""
    drawn = mean.copy()
    varied = (lasting > 0) & (mean > 0) & (mean < 1)
    total = 1 / lasting[varied] - 1
    drawn[varied] = rng.beta(mean[varied] * total, (1 - mean[varied]) * total)
    return drawn


def _repeats(fps: float, memory_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that a look repeats what the one before it said."""
    return np.where(memory_s > 0, np.exp(-1 / np.maximum(fps * memory_s, 1e-12)), 0.0)


def _declared(
    rng: np.random.Generator,
    rate: NDArray[np.float64],
    span: NDArray[np.float64],
    repeats: NDArray[np.float64],
    x_vote: int,
    before: _Before | None,
) -> NDArray[np.bool_]:
    """Which windows see `x_vote` positives in a row; `span` is the window's length in analysed frames."""
    first = rng.random(rate.size)  # position of the first analysed frame, in frame periods after the start
    run = np.zeros(rate.size, dtype=int)
    outcome = np.zeros(rate.size, dtype=bool)
    declared = np.zeros(rate.size, dtype=bool)
    for i in range(1 - x_vote if before else 0, int(np.ceil(span.max())) + 1):
        now, again = (before.rate, before.repeats) if before and i < 0 else (rate, repeats)
        fresh = rng.random(rate.size) < now
        joined = np.full(rate.size, i > 1 - x_vote if before else i > 0) & (before.same if before and i == 0 else True)
        repeat = joined & (rng.random(rate.size) < again) if joined.any() else joined
        outcome = np.where(repeat, outcome, fresh)
        run = np.where(outcome, run + 1, 0)
        declared |= (i >= 0) & (first + i < span) & (run >= x_vote)
    return declared
