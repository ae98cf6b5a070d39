"""Counting what really happened: intervals, X-voting, counted Event-F1 (notebooks 03, 05, 07).

Ground truth is a list of `(start_s, end_s)` per application. Decisions are the analysed frames, in order of
time: 1 positive, 0 negative, −1 unknown (left out of the count, as if the frame had not been analysed).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mainstream.errors import UserError
from mainstream.quality.analytical import Quality, harmonic_mean
from mainstream.quality.chain import checked, checked_votes

Interval = tuple[float, float]
MOST_WINDOWS = 1_000_000
Definition = Literal["windows", "segments"]


class EventTally(NamedTuple):
    """What `count_events` counts: which events were found, which alarms were false."""

    found: NDArray[np.bool_]  # per true event: declared inside?
    false: NDArray[np.bool_]  # per empty window (`windows`) or detection (`segments`): a false alarm?
    definition: Definition

    def score(self) -> Quality:
        """Counted Event-recall, Event-precision and Event-F1 of these flags, numbers."""
        numbers: list[Any] = [part.item() for part in self.scored(self.found.sum(), self.false.sum())]
        return Quality(*numbers)

    def scored(self, found: ArrayLike, false: ArrayLike) -> Quality:
        """The same, had so many of the events been found, and of the windows or detections been false."""
        right = found if self.definition == "windows" else np.subtract(self.false.size, false)
        return score(self.found.size, found, right, false)


def score(events: ArrayLike, found: ArrayLike, right: ArrayLike, wrong: ArrayLike) -> Quality:
    """Of counts: events and those found, declared windows (or segments) that were right, and wrong."""
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(np.greater(events, 0), np.divide(found, events), np.nan)
    total = np.add(right, wrong, dtype=float)
    precision = np.divide(right, total, out=np.zeros(total.shape), where=total > 0)
    return Quality(recall, precision, harmonic_mean(np.nan_to_num(recall), precision))


def declared_inside(declared: NDArray[np.bool_], times: ArrayLike, spans: Sequence[Interval]) -> NDArray[np.bool_]:
    """For each [start, end) of `spans`: is any of the looks (…, n) at these ascending times inside declared?"""
    start, end = np.searchsorted(times, np.reshape([*spans], (-1, 2)).T, "left")
    before = so_far(declared)
    return before[..., end] > before[..., start]


def vote(decisions: ArrayLike, x_vote: int = 1) -> NDArray[np.bool_]:
    """X-voting: frame i is *declared* when it and the x_vote − 1 analysed frames before it are all positive.

    `decisions` holds 0 and 1, shape (…, n); returns booleans of the same shape.
    """
    x = int(checked_votes(x_vote, "consistent"))
    positive = np.asarray(decisions, dtype=int) == 1
    running = so_far(positive)
    declared = np.zeros(positive.shape, dtype=bool)
    declared[..., x - 1 :] = running[..., x:] - running[..., :-x] == x
    return declared


def so_far(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of `flags` (…, n) hold before each place: int (…, n + 1), from 0 to their number."""
    return np.cumsum(np.pad(flags, [(0, 0)] * (flags.ndim - 1) + [(1, 0)]), -1)


def detections(times: ArrayLike, declared: ArrayLike) -> list[Interval]:
    """Merges consecutive declared frames into segments [time of the first, time of the last], in seconds."""
    t, flags = np.asarray(times, float), np.asarray(declared, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(float(t[a]), float(t[b - 1])) for a, b in edges.reshape(-1, 2)]


def count_events(
    truth: Sequence[Interval],
    times: ArrayLike,
    decisions: ArrayLike,
    x_vote: int = 1,
    definition: Definition = "windows",
    *,
    window_s: float | None = None,
    duration_s: float | None = None,
) -> Quality:
    """Counted Event-recall, Event-precision and Event-F1.

    Event-recall: share of true events with at least one declared frame inside [start, end).
    Event-precision, `windows`: found events ÷ (found events + declared empty windows), empty stretches being cut
    into windows of about `window_s` (default: the median event length) – what the model assumes.
    Event-precision, `segments`: share of merged detections that overlap a true event.

    Args:
        truth: true intervals in seconds; need not be sorted, must not overlap.
        times: seconds of the analysed frames, ascending, shape (n,).
        decisions: 1, 0 or −1 (unknown) for each, shape (n,).
        x_vote: consecutive positives needed.
        window_s: length of an empty window, seconds.
        duration_s: length of the video, seconds (default: the last of times and truth).
    Returns:
        `Quality` of numbers. Recall is NaN without true events; precision and F1 are 0 where nothing true was declared.
    Raises:
        UserError: shapes that differ, times that do not ascend, intervals that overlap or are none, no numbers.
    """
    return tally_events(truth, times, decisions, x_vote, definition, window_s=window_s, duration_s=duration_s).score()


def tally_events(
    truth: Sequence[Interval],
    times: ArrayLike,
    decisions: ArrayLike,
    x_vote: int = 1,
    definition: Definition = "windows",
    *,
    window_s: float | None = None,
    duration_s: float | None = None,
) -> EventTally:
    """Which events were found and which windows or segments were false; arguments as `count_events`."""
    if definition not in get_args(Definition):
        raise UserError(f"definition must be one of {', '.join(get_args(Definition))}, not {definition!r}")
    events = _checked_truth(truth)
    t, flags = _checked_decisions(times, decisions)
    declared = vote(flags, x_vote)
    found = declared_inside(declared, t, events)
    if definition == "segments":
        segments = detections(t, declared)
        false = np.array([not any(a < e and b >= s for s, e in events) for a, b in segments], dtype=bool)
        return EventTally(found, false, definition)
    window_s = float(np.median([e - s for s, e in events] or 1.0)) if window_s is None else window_s
    duration_s = max([0.0, *t[-1:], *(e for _, e in events)]) if duration_s is None else duration_s
    empty = empty_windows(events, *map(float, checked(window_s=window_s, duration_s=duration_s)))
    return EventTally(found, declared_inside(declared, t, empty), definition)


def empty_windows(truth: Sequence[Interval], window_s: float, duration_s: float) -> list[Interval]:
    """Cuts the stretches between events into equal windows of about `window_s` (to the nearest whole number).

    A stretch shorter than half a window gives none. Raises `UserError` for more than `MOST_WINDOWS`.
    """
    if duration_s > window_s * MOST_WINDOWS:
        raise UserError(f"{duration_s:g} s hold too many windows of {window_s:g} s; at most {MOST_WINDOWS} are counted")
    events = sorted(truth)
    starts = [0.0, *(e for _, e in events)]
    ends = [*(s for s, _ in events), duration_s]
    windows: list[Interval] = []
    for start, end in zip(starts, ends, strict=True):
        n = int(np.floor(max(end - start, 0.0) / window_s + 0.5))
        windows += pairwise(np.linspace(start, end, n + 1).tolist())
    return windows


def bootstrap_events(tally: EventTally, *, samples: int = 1000, seed: int = 0) -> dict[str, Interval]:
    """95% percentile bootstrap intervals of recall, precision and F1, over events and over windows (or segments).

    Where all of one kind are alike, no draw differs from another: the share itself is drawn (Jeffreys' posterior), so
    that 7 of 7 found is no certainty. What was counted is always inside.
    """
    rng = np.random.default_rng(seed)
    drawn = tally.scored(_resampled(rng, tally.found, samples), _resampled(rng, tally.false, samples))
    spans = np.percentile(drawn, [2.5, 97.5], axis=1).T
    held = zip(Quality._fields, spans, tally.score(), strict=True)
    return {name: (float(min(low, here)), float(max(high, here))) for name, (low, high), here in held}


def _resampled(rng: np.random.Generator, flags: NDArray[np.bool_], samples: int) -> NDArray[np.float64]:
    """How many of the flags are set, drawn anew."""
    n, k = flags.size, int(flags.sum())
    share = rng.binomial(n, k / n, samples) / n if 0 < k < n else rng.beta(k + 0.5, n - k + 0.5, samples)
    return n * share


def _checked_truth(truth: Sequence[Interval]) -> list[Interval]:
    events = sorted((float(a), float(b)) for a, b in truth)
    checked(truth=events)
    for a, b in events:
        if b <= a:
            raise UserError(f"a true interval must end after it starts, not ({a:g}, {b:g})")
    for (a, b), (c, d) in zip(events, events[1:], strict=False):
        if c < b:
            raise UserError(f"true intervals overlap: ({a:g}, {b:g}) and ({c:g}, {d:g}); merge them first")
    return events


def _checked_decisions(times: ArrayLike, decisions: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    (t,), flags = checked(times=times), np.asarray(decisions)
    if t.shape != flags.shape or t.ndim != 1:
        raise UserError(f"times {t.shape} and decisions {flags.shape} must be of one length")
    if not np.all(np.diff(t) > 0):
        raise UserError("times of analysed frames must ascend")
    if not np.all(np.isin(flags, (-1, 0, 1))):
        raise UserError("decisions must be 1 (positive), 0 (negative) or -1 (unknown)")
    known = flags != -1
    return t[known], flags[known].astype(np.int64)
