"""The analytical model: per-frame accuracy and analysed frame rate make Event-F1 (design section 3).

An event of length L seconds is on screen; a classifier looks at `fps` frames of every second. It meets
n = ⌊x⌋ or ⌈x⌉ analysed frames (x = L·fps on average, the phase being random), and the event is found when at
least `x_vote` consecutive analysed frames are positive. Outcomes of consecutive analysed frames form a two-state
Markov chain: stationary hit rate p, lag-one correlation ρ.

Everything broadcasts: a whole application × split × rate × vote table is one call. Used by notebooks 03 to 06.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Form = Literal["consistent", "as_published"]
Array = NDArray[np.float64]
_MOST_LOOKS = 20_000  # at one event; more count as that many, so that no length asks for hours or gigabytes
_TABLE_ELEMENTS = 8_000_000  # the largest table of run probabilities held at once (64 MB)


class Quality(NamedTuple):
    """Event-recall, Event-precision and Event-F1, arrays of one shape."""

    recall: Array
    precision: Array
    f1: Array


def event_recall(
    tpr: ArrayLike,
    fps: ArrayLike,
    *,
    stream_fps: ArrayLike,
    event_length_s: ArrayLike,
    correlation: ArrayLike = 0.0,
    x_vote: Any = 1,
    form: Form = "consistent",
) -> Array:
    """Probability that an event is declared.

    Args:
        tpr: per-frame true-positive rate, 0..1.
        fps: analysed frames per second, 0 < fps ≤ stream_fps (`as_published` allows more: the record has it).
        stream_fps: frames per second of the stream.
        event_length_s: seconds an event stays on screen.
        correlation: lag-one correlation of consecutive outcomes, 0..1.
        x_vote: consecutive positives needed. `None` (only `as_published`): the study's model without voting.
        form: `"consistent"` (frames seen = L·fps) or `"as_published"` (L·fps²/stream_fps, the study's).

    Returns:
        Array of the broadcast shape of all arguments.

    Raises:
        ValueError: an argument outside its range or not a number, named with its value.
    """
    p, fps, s, length, rho = _checked(
        tpr=tpr, fps=fps, stream_fps=stream_fps, event_length_s=event_length_s, correlation=correlation
    )
    votes = _checked_votes(x_vote, form)
    return _declared(p, rho, _frames_seen(fps, s, length, form), votes, form)


def event_precision(
    tpr: ArrayLike,
    fpr: ArrayLike,
    fps: ArrayLike,
    *,
    stream_fps: ArrayLike,
    event_length_s: ArrayLike,
    event_frequency: ArrayLike,
    correlation: ArrayLike = 0.0,
    x_vote: Any = 1,
    form: Form = "consistent",
) -> Array:
    """Share of declared windows that hold an event: πR / (πR + (1−π)R̃).

    R̃ is the probability of a declaration in an empty window of length L, from `fpr` in place of `tpr`.
    `event_frequency` is π, the share of length-L windows that hold an event. Where nothing can be declared the
    precision is undefined: 0 in the consistent form, 1 in `as_published` (as the study counted it).
    Other arguments and errors as `event_recall`.
    """
    return evaluate(
        tpr, fpr, fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation, x_vote=x_vote, form=form,
    ).precision  # fmt: skip


def event_f1(
    tpr: ArrayLike,
    fpr: ArrayLike,
    fps: ArrayLike,
    *,
    stream_fps: ArrayLike,
    event_length_s: ArrayLike,
    event_frequency: ArrayLike,
    correlation: ArrayLike = 0.0,
    x_vote: Any = 1,
    form: Form = "consistent",
) -> Array:
    """Event-F1: harmonic mean of Event-recall and Event-precision; 0 where either is 0.

    Arguments and errors as `event_precision`.
    """
    return evaluate(
        tpr, fpr, fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation, x_vote=x_vote, form=form,
    ).f1  # fmt: skip


def evaluate(
    tpr: ArrayLike,
    fpr: ArrayLike,
    fps: ArrayLike,
    *,
    stream_fps: ArrayLike,
    event_length_s: ArrayLike,
    event_frequency: ArrayLike,
    correlation: ArrayLike = 0.0,
    x_vote: Any = 1,
    form: Form = "consistent",
) -> Quality:
    """Event-recall, Event-precision and Event-F1 in one pass (one chain for both rates).

    Arguments and errors as `event_precision`. Used by the scheduler for its whole table.
    """
    p, q, fps, s, length, pi, rho = _checked(
        tpr=tpr, fpr=fpr, fps=fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation,
    )  # fmt: skip
    votes = _checked_votes(x_vote, form)
    seen = _frames_seen(fps, s, length, form)
    axes = max(a.ndim for a in (p, q, rho, seen, votes))
    both = np.stack(np.broadcast_arrays(p, q))  # a new leading axis: events, empty windows
    both = both.reshape(2, *(1,) * (axes + 1 - both.ndim), *both.shape[1:])
    recall, false = _declared(both, rho, seen, votes, form)
    recall, false, pi = np.broadcast_arrays(recall, false, pi)
    true_share, false_share = pi * recall, (1 - pi) * false
    undefined = 1.0 if form == "as_published" else 0.0
    declared = true_share + false_share
    precision = np.divide(true_share, declared, out=np.full(declared.shape, undefined), where=declared > 0)
    return Quality(recall, precision, harmonic_mean(recall, precision))


def harmonic_mean(recall: ArrayLike, precision: ArrayLike) -> Array:
    """F1 of recall and precision, 0 where both are 0."""
    r, p = np.broadcast_arrays(np.asarray(recall, float), np.asarray(precision, float))
    total = r + p
    return np.divide(2 * r * p, total, out=np.zeros(total.shape), where=total > 0)


def mean_of_f1s(recall: ArrayLike, precision: ArrayLike) -> float:
    """Average over applications: the mean of their F1s (the later sweep, the schedulers, and our default)."""
    return float(np.mean(harmonic_mean(recall, precision)))


def f1_of_means(recall: ArrayLike, precision: ArrayLike) -> float:
    """Average over applications: F1 of mean recall and mean precision (the headline record's way)."""
    return float(harmonic_mean(np.mean(np.asarray(recall)), np.mean(np.asarray(precision))))


def frames_seen(
    fps: ArrayLike, *, stream_fps: ArrayLike, event_length_s: ArrayLike, form: Form = "consistent"
) -> Array:
    """Mean number x of analysed frames that meet an event: L·fps, or L·fps²/stream_fps `as_published`.

    The published form counts the event's length in analysed frames (L·fps) and divides by the stride
    (stream_fps/fps) once more. Errors as `event_recall`. Used by notebooks 03 and 05.
    """
    fps, s, length = _checked(fps=fps, stream_fps=stream_fps, event_length_s=event_length_s)
    return _frames_seen(fps, s, length, form)


def _frames_seen(fps: Array, stream_fps: Array, length: Array, form: Form) -> Array:
    if form not in get_args(Form):
        raise ValueError(f"form must be one of {', '.join(get_args(Form))}, not {form!r}")
    if form == "as_published":
        return length * fps * fps / stream_fps
    if np.any(fps > stream_fps * (1 + 1e-12)):
        fps_b, s_b = np.broadcast_arrays(fps, stream_fps)
        worst = np.unravel_index(np.argmax(fps_b - s_b), fps_b.shape)
        raise ValueError(f"fps {fps_b[worst]:g} is above stream_fps {s_b[worst]:g}: no stream gives more frames")
    return length * fps


def _declared(p: Array, rho: Array, seen: Array, votes: NDArray[np.int64], form: Form) -> Array:
    """P(at least `votes` hits in a row among n), mixed over n = ⌊seen⌋ and ⌊seen⌋+1. Vote 0: 'no voting'."""
    p, rho = np.broadcast_arrays(p, rho)
    seen = np.minimum(seen, _MOST_LOOKS)
    low = np.floor(seen + 1e-9).astype(np.int64)  # 0.3 × 10 is 3 frames, whatever binary fractions say
    share = np.clip(seen - low, 0, 1)
    item, low, share, which = np.broadcast_arrays(np.arange(p.size).reshape(p.shape), low, share, votes)
    result = np.empty(item.shape)
    chunk = max(1, _TABLE_ELEMENTS // (int(low.max(initial=0)) + 2))
    for x in np.unique(votes):
        for start in range(0, p.size, chunk):
            part = slice(start, start + chunk)
            here = (which == x) & (item >= start) & (item < start + chunk)
            column, n, w = item[here] - start, low[here], share[here]
            table = _run_table(p.ravel()[part], rho.ravel()[part], int(n.max(initial=0)) + 1, int(x), form)
            result[here] = (1 - w) * table[n, column] + w * table[n + 1, column]
    return result


def _run_table(p: Array, rho: Array, n_max: int, x: int, form: Form) -> Array:
    """`table[n, i]` = P(a run of ≥ x hits within the first n outcomes) for chain i; shape (n_max+1, len(p)).

    First-passage form of the small Markov chain. With m[n] = P(no run yet, outcome n a miss):
    a first run ends at n when outcome n−x was such a miss and x hits followed.
    """
    hit_hit = p + (1 - p) * rho
    miss_miss = (1 - p) + p * rho
    if form == "as_published" and x == 0:  # no voting: any hit; the chain conditions only after a miss
        x = 1
    elif form == "as_published":  # voting: the chain conditions only after a hit
        miss_miss = 1 - p
    run = hit_hit ** (x - 1)
    done = np.zeros((n_max + 1, p.size))
    miss = np.zeros((n_max + 1, p.size))
    if n_max >= 1:
        miss[1] = 1 - p
    for n in range(1, n_max + 1):
        if n > 1:
            last_hit = 1 - done[n - 1] - miss[n - 1]
            miss[n] = miss[n - 1] * miss_miss + last_hit * (1 - hit_hit)
        if n == x:
            done[n] = p * run
        elif n > x:
            done[n] = done[n - 1] + miss[n - x] * (1 - miss_miss) * run
    return np.minimum(done, 1.0)


_RANGES = {
    "tpr": (0.0, 1.0), "fpr": (0.0, 1.0), "correlation": (0.0, 1.0), "event_frequency": (0.0, 1.0),
    "fps": (0.0, np.inf), "stream_fps": (0.0, np.inf), "event_length_s": (0.0, np.inf),
}  # fmt: skip


def _checked(**arguments: ArrayLike) -> list[Array]:
    """The arguments as float arrays, each inside its range; else a ValueError naming argument and value."""
    checked = []
    for name, value in arguments.items():
        array = np.asarray(value, dtype=float)
        low, high = _RANGES[name]
        positive = high == np.inf
        good = np.isfinite(array) & ((array > low) if positive else (array >= low)) & (array <= high)
        if not np.all(good):
            rule = "a positive number" if positive else f"a number from {low:g} to {high:g}"
            raise ValueError(f"{name} must be {rule}, not {np.atleast_1d(array)[~np.atleast_1d(good)][0]:g}")
        checked.append(array)
    return checked


def _checked_votes(x_vote: Any, form: Form) -> NDArray[np.int64]:
    """Votes as integers; `None` becomes 0 and is allowed in the published form only."""
    none = [v is None for v in np.asarray(x_vote, dtype=object).ravel()]
    if any(none) and form != "as_published":
        raise ValueError('x_vote None (no voting) exists only with form="as_published"; use x_vote=1')
    raw = np.asarray(x_vote, dtype=object)
    votes = np.array([0 if v is None else v for v in raw.ravel()], dtype=float).reshape(raw.shape)
    real = ~np.array(none).reshape(raw.shape)
    if not np.all(np.isfinite(votes)) or np.any((votes != np.floor(votes)) | ((votes < 1) & real)):
        raise ValueError(f"x_vote must be whole numbers of at least 1, not {x_vote}")
    return votes.astype(np.int64)
