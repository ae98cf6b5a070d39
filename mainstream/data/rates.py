"""Numbers from answers: decision thresholds, TPR and FPR with intervals, correlation by lag, event frequency.

Design sections 3 and 5. Everything here works on probabilities that the networks gave to held-out images.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

from mainstream.data import memory
from mainstream.data.answers import decide
from mainstream.data.footage import Footage
from mainstream.data.memory import LAGS_S
from mainstream.package import Events, VideoRates
from mainstream.quality.counted import empty_windows

RESAMPLES = 1000
Interval = tuple[float, float] | None  # none where nothing says how far chance reaches


class Rates(NamedTuple):
    """Counted rates with 95% intervals, if any."""

    tpr: float
    fpr: float
    positives: int
    negatives: int
    tpr_interval: Interval
    fpr_interval: Interval


def best_threshold(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Threshold with the highest balanced accuracy by `decide`; of several, the one nearest to 0.5.

    Middles between neighbouring values, or the upper one where no float32 lies between. Chosen on validation images,
    never on those that the rates are counted on.
    """
    p = np.asarray(probabilities, np.float32)
    values = np.unique(p)
    middle = ((values[1:].astype(float) + values[:-1]) / 2).astype(np.float32)
    between = np.concatenate([[np.float32(0)], np.where(middle > values[:-1], middle, values[1:]), [np.float32(1)]])
    positives, negatives = np.sort(p[labels]), np.sort(p[~labels])
    tpr = 1 - np.searchsorted(positives, between, side="left") / len(positives)
    fpr = 1 - np.searchsorted(negatives, between, side="left") / len(negatives)
    value = tpr - fpr
    best = between[value >= value.max() - 1e-12]
    return float(best[np.argmin(np.abs(best - 0.5))])


def count_rates(probabilities: np.ndarray, labels: np.ndarray, threshold: float) -> Rates:
    """TPR and FPR with Wilson's intervals, which hold for independent images (not for frames of one clip)."""
    said = decide(probabilities, threshold)
    hits, alarms = int(said[labels].sum()), int(said[~labels].sum())
    n, m = int(labels.sum()), int((~labels).sum())
    return Rates(hits / n, alarms / m, n, m, wilson(hits, n), wilson(alarms, m))


def clip_rates(probabilities: np.ndarray, labels: np.ndarray, threshold: float, clip: np.ndarray) -> Rates:
    """TPR and FPR over frames of video, whose neighbours are not independent.

    Intervals from drawing whole clips anew; of a single clip, its events, and its empty stretches in blocks as long as
    an event. Of few clips they are too narrow: of 20 they hold the rate 92 times in 100, of 8 87, of 4 78 (LOG).
    Where all answer alike, so no draw differs, Wilson's over them; none where fewer than two are.
    """
    said = decide(probabilities, threshold)
    unit = clip if len(np.unique(clip)) > 1 else _blocks(labels)
    _, unit = np.unique(unit, return_inverse=True)
    counts = np.stack([np.bincount(unit, of) for of in (said & labels, labels, said & ~labels, ~labels)], 1).astype(int)
    drawn = counts[np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))].sum(1)
    hits, n, alarms, m = (int(v) for v in counts.sum(0))
    limits: list[Interval] = []
    for k in (0, 2):
        units = int((counts[:, k + 1] > 0).sum())
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = middle(drawn[:, k] / drawn[:, k + 1]) if units > 1 else (0.0, 1.0)
        limits.append(None if units < 2 else wilson(round(low * units), units) if low == high else (low, high))
    return Rates(hits / max(n, 1), alarms / max(m, 1), n, m, *limits)


def _blocks(labels: np.ndarray) -> np.ndarray:
    """Number of each frame's block, int (n,): an event is one, an empty stretch is cut into blocks as long as those."""
    edges = np.flatnonzero(np.diff(labels.astype(np.int8), prepend=-1, append=-1))
    starts, lengths = edges[:-1], np.diff(edges)
    events = lengths[labels[starts]]
    longest = max(1, int(np.median(events))) if events.size else len(labels)
    cuts = [start + k for start, n in zip(starts, lengths, strict=True) for k in range(0, n, longest)
            if k == 0 or not labels[start]]  # fmt: skip
    return np.searchsorted(cuts, np.arange(len(labels)), side="right")


def correlation(found: memory.Pairs) -> list[float]:
    """ρ at lags 1, 2, … analysed frames: how a hit goes with a hit that many frames later in the same event.

    Pairs lie in one unbroken stretch of frames with the object. Negative estimates are 0 (the model knows no other), as
    is ρ where every frame is a hit, or none.
    """
    if found.alike:
        return [0.0] * found.pairs.shape[1]
    return [float(value) for value in np.clip(found.correlation()[found.pairs.any(0)], 0, 1)] or [0.0]


def on_video(probabilities: np.ndarray, footage: Footage, app: str, threshold: float) -> VideoRates:
    """TPR and FPR over frames, ρ at every lag of whole frames up to `LAGS_S`, and what looks remember."""
    present, said = footage.has(app), decide(probabilities, threshold)
    counted = clip_rates(probabilities, present, threshold, footage.clip)
    lags = max(1, int(LAGS_S * footage.fps))
    events, empty = (memory.pairs(said, present, footage.clip, inside, lags) for inside in (True, False))
    return VideoRates(
        **counted._asdict(), correlation=tuple(correlation(events)), fps=footage.fps,
        clips=len(np.unique(footage.clip)),
        memory=memory.measured(events, footage.fps), memory_empty=memory.measured(empty, footage.fps),
    )  # fmt: skip


def events_on_video(footage: Footage, app: str, splits: Sequence[VideoRates]) -> Events:
    """L and π as the video has them; ρ is the mean over the splits, lag by lag."""
    length = event_length_s(footage, app)
    lags = min(len(s.correlation) for s in splits)
    mean = tuple(float(np.mean([s.correlation[k] for s in splits])) for k in range(lags))
    lengths = [end - start for spans in footage.intervals(app) for start, end in spans]
    windows, after = _empty_windows(footage, app, length)
    return Events(
        length_s=length, frequency=event_frequency(footage, app, length), correlation=mean, lag_s=1 / footage.fps,
        length_cv=float(np.std(lengths) / length), follows_event=after / windows if windows else 0.0,
    )  # fmt: skip


def event_length_s(footage: Footage, app: str) -> float:
    """L: mean length in seconds of unbroken stretches with the object; those cut off by a clip's end count too."""
    lengths = [end - start for spans in footage.intervals(app) for start, end in spans]
    return float(np.mean(lengths)) if lengths else 0.0


def event_frequency(footage: Footage, app: str, length_s: float) -> float:
    """π: events ÷ (events + empty windows of about `length_s` seconds between them), as `count_events` cuts them."""
    events, windows = sum(map(len, footage.intervals(app))), _empty_windows(footage, app, length_s)[0]
    return events / (events + windows) if events + windows else 0.0


def _empty_windows(footage: Footage, app: str, length_s: float) -> tuple[int, int]:
    """Empty windows of all clips, and how many of them begin where an event ends."""
    frames = np.bincount(footage.clip)
    found = [
        (len(cut := empty_windows(spans, length_s, n / footage.fps)), sum(a in {e for _, e in spans} for a, _ in cut))
        for spans, n in zip(footage.intervals(app), frames[frames > 0], strict=True)
    ]
    return sum(n for n, _ in found), sum(after for _, after in found)


def wilson(k: int, n: int) -> tuple[float, float]:
    """95% limits of a share, k of n (n ≥ 1)."""
    interval = binomtest(k, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def middle(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled values; of a ratio, in the draws where it is defined."""
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)
