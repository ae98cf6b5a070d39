"""The analytical model: per-frame accuracy and analysed frame rate make Event-F1.

An event of length L seconds is on screen; a classifier looks at `fps` frames of every second. It meets
n = ⌊x⌋ or ⌈x⌉ analysed frames (x = L·fps on average, the phase being random), and the event is found when at
least `x_vote` consecutive analysed frames are positive. Outcomes of consecutive analysed frames form a two-state
Markov chain: stationary hit rate p, lag-one correlation ρ.

Everything broadcasts: a whole application × split × rate × vote table is one call. Used by notebooks 03 to 06.
"""

from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike

from mainstream.quality import heterogeneous
from mainstream.quality.chain import (
    Array,
    Differences,
    Form,
    checked,
    checked_differences,
    checked_votes,
    declared_of,
    seen_by,
)


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
    **differences: Unpack[Differences],
) -> Array:
    """Probability that an event is declared.

    Args:
        tpr: per-frame true-positive rate, 0..1.
        fps: analysed frames per second, 0 < fps ≤ stream_fps (`as_published` allows more: the record has it).
        stream_fps: frames per second of the stream.
        event_length_s: seconds an event stays on screen.
        correlation: lag-one correlation of consecutive outcomes, 0..1.
        x_vote: consecutive positives needed. `None` (only `as_published`): the study's model without voting.
        form: `"consistent"` (frames seen = L·fps), `"as_published"` (L·fps²/stream_fps, the study's), or
            `"heterogeneous"`: events differ and looks remember, as `differences` says (`Differences`; `correlation` is
            not used then, and here no run of positives is inherited from before the event).

    Returns:
        Array of the broadcast shape of all arguments.

    Raises:
        UserError: an argument outside its range or not a number, named with its value.
    """
    return evaluate(
        tpr, 0.0, fps, stream_fps=stream_fps, event_length_s=event_length_s, event_frequency=1.0,
        correlation=correlation, x_vote=x_vote, form=form, **differences,
    ).recall  # fmt: skip


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
    **differences: Unpack[Differences],
) -> Array:
    """Share of declared windows that hold an event: πR / (πR + (1−π)R̃).

    R̃ is the probability of a declaration in an empty window of length L, from `fpr` in place of `tpr`.
    `event_frequency` is π, the share of length-L windows that hold an event. Where nothing can be declared the
    precision is undefined: 0 in the consistent form, 1 in `as_published` (as the study counted it).
    Other arguments and errors as `event_recall`.
    """
    return evaluate(
        tpr, fpr, fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation, x_vote=x_vote, form=form, **differences,
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
    **differences: Unpack[Differences],
) -> Array:
    """Event-F1: harmonic mean of Event-recall and Event-precision; 0 where either is 0.

    Arguments and errors as `event_precision`.
    """
    return evaluate(
        tpr, fpr, fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation, x_vote=x_vote, form=form, **differences,
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
    **differences: Unpack[Differences],
) -> Quality:
    """Event-recall, Event-precision and Event-F1 in one pass (one chain for both rates).

    Arguments and errors as `event_precision`. Used by the scheduler for its whole table.
    """
    p, q, fps, s, length, pi, rho = checked(
        tpr=tpr, fpr=fpr, fps=fps, stream_fps=stream_fps, event_length_s=event_length_s,
        event_frequency=event_frequency, correlation=correlation,
    )  # fmt: skip
    votes = checked_votes(x_vote, form)
    seen = seen_by(fps, s, length, form)
    if others := checked_differences(form, rho, differences):
        recall, false = heterogeneous.declared(p, q, fps, seen, votes, others)
    else:
        axes = max(a.ndim for a in (p, q, rho, seen, votes))
        both = np.stack(np.broadcast_arrays(p, q))  # a new leading axis: events, empty windows
        both = both.reshape(2, *(1,) * (axes + 1 - both.ndim), *both.shape[1:])
        recall, false = declared_of(both, rho, seen, votes, form)
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


def frames_seen(
    fps: ArrayLike, *, stream_fps: ArrayLike, event_length_s: ArrayLike, form: Form = "consistent"
) -> Array:
    """Mean number x of analysed frames that meet an event: L·fps, or L·fps²/stream_fps `as_published`.

    The published form counts the event's length in analysed frames (L·fps) and divides by the stride
    (stream_fps/fps) once more. Errors as `event_recall`. Used by notebooks 03 and 05.
    """
    fps, s, length = checked(fps=fps, stream_fps=stream_fps, event_length_s=event_length_s)
    return seen_by(fps, s, length, form)
