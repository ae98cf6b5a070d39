"""The chain behind the analytical model: how often runs of hits occur, and which arguments it takes (section 3).

Used inside `quality`. No table here holds more than `TABLE_ELEMENTS` numbers, whatever is asked.
"""

from collections import deque
from typing import Any, Literal, TypedDict, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mainstream.errors import UserError

Form = Literal["consistent", "as_published", "heterogeneous"]
Array = NDArray[np.float64]
TABLE_ELEMENTS = 8_000_000  # the largest table of run probabilities held at once (64 MB)
MOST_LOOKS = 200_000  # at one event; more count as that many, so that no length asks for hours or gigabytes


def seen_by(fps: Array, stream_fps: Array, length: Array, form: Form) -> Array:
    """Mean number of analysed frames that meet an event; `UserError` for rates above the stream's."""
    if form not in get_args(Form):
        raise UserError(f"form must be one of {', '.join(get_args(Form))}, not {form!r}")
    if form == "as_published":
        return length * fps * fps / stream_fps
    fps, stream_fps = np.broadcast_arrays(fps, stream_fps)
    if np.any(fps > stream_fps * (1 + 1e-12)):
        worst = np.unravel_index(np.argmax(fps - stream_fps), fps.shape)
        raise UserError(f"fps {fps[worst]:g} is above stream_fps {stream_fps[worst]:g}: no stream gives more frames")
    return length * fps


def declared_of(p: Array, rho: Array, seen: Array, votes: NDArray[np.int64], form: Form) -> Array:
    """P(at least `votes` hits in a row among n), mixed over n = ⌊seen⌋ and ⌊seen⌋+1. Vote 0: 'no voting'."""
    p, rho, seen = *np.broadcast_arrays(p, rho), np.minimum(seen, MOST_LOOKS)
    low = np.floor(seen + 1e-9).astype(np.int64)  # 0.3 × 10 is 3 frames, whatever binary fractions say
    share = np.clip(seen - low, 0, 1)
    wanted = np.unique([low, low + 1])
    item, low, share, which = np.broadcast_arrays(np.arange(p.size).reshape(p.shape), low, share, votes)
    result = np.empty(item.shape)
    for x in np.unique(votes) if result.size else ():
        chunk = max(1, TABLE_ELEMENTS // (wanted.size + min(int(x), int(wanted[-1]))))
        for start in range(0, p.size, chunk):
            part = slice(start, start + chunk)
            here = (which == x) & (item >= start) & (item < start + chunk)
            column, n, w = item[here] - start, low[here], share[here]
            table = _run_table(p.ravel()[part], rho.ravel()[part], wanted, int(x), form)
            row = np.searchsorted(wanted, n)
            result[here] = (1 - w) * table[row, column] + w * table[row + 1, column]
    return result


def _run_table(p: Array, rho: Array, wanted: NDArray[np.int64], x: int, form: Form) -> Array:
    """`table[j, i]` = P(a run of ≥ x hits within the first `wanted[j]` outcomes) for chain i; ascending, from 0.

    First-passage form of the small Markov chain. With m[n] = P(no run yet, outcome n a miss):
    a first run ends at n when outcome n−x was such a miss and x hits followed. The last x of m are kept.
    """
    hit_hit = p + (1 - p) * rho
    miss_miss = (1 - p) + p * rho
    if form == "as_published" and x == 0:  # no voting: any hit; the chain conditions only after a miss
        x = 1
    elif form == "as_published":  # voting: the chain conditions only after a hit
        miss_miss = 1 - p
    table, run = np.zeros((wanted.size, p.size)), hit_hit ** (x - 1)
    rows = {int(n): j for j, n in enumerate(wanted)}
    done, miss, before = np.zeros(p.size), 1 - p, deque[Array](maxlen=x)
    for n in range(1, int(wanted[-1]) + 1):
        if n > 1:
            miss = miss * miss_miss + (1 - done - miss) * (1 - hit_hit)
        if n == x:
            done = p * run
        elif n > x:
            done = done + before[0] * (1 - miss_miss) * run
        before.append(miss)
        if n in rows:
            table[rows[n]] = done
    return np.minimum(table, 1.0)


RANGES = {
    "tpr": (0.0, 1.0), "fpr": (0.0, 1.0), "correlation": (0.0, 1.0), "event_frequency": (0.0, 1.0),
    "length_cv": (0.0, 10.0), "lasting": (0.0, 0.999), "lasting_empty": (0.0, 0.999), "memory_s": (0.0, 1e6),
    "memory_empty_s": (0.0, 1e6), "follows_event": (0.0, 1.0),
    "fps": (0.0, np.inf), "stream_fps": (0.0, np.inf), "event_length_s": (0.0, np.inf), "window_s": (0.0, np.inf),
    "duration_s": (0.0, 1e12), "times": (-1e12, 1e12), "truth": (-1e12, 1e12), "x_vote": (0, 2.0**53),
}  # fmt: skip


def checked(**arguments: Any) -> list[Array]:
    """The arguments as float arrays, each inside its range; else a `UserError` naming argument and value."""
    checked = []
    for name, value in arguments.items():
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise UserError(f"{name} must be numbers, not {value!r}") from None
        low, high = RANGES[name]
        positive = high == np.inf
        good = np.isfinite(array) & ((array > low) if positive else (array >= low)) & (array <= high)
        if not np.all(good):
            rule = "a positive number" if positive else f"a number from {low:g} to {high:g}"
            raise UserError(f"{name} must be {rule}, not {np.atleast_1d(array)[~np.atleast_1d(good)][0]:g}")
        checked.append(array)
    return checked


def checked_votes(x_vote: Any, form: Form) -> NDArray[np.int64]:
    """Votes as integers; `None` becomes 0 and is allowed in the published form only."""
    raw = np.asarray(x_vote, dtype=object)
    none = np.array([v is None for v in raw.ravel()], dtype=bool).reshape(raw.shape)
    if none.any() and form != "as_published":
        raise UserError('x_vote None (no voting) exists only with form="as_published"; use x_vote=1')
    (votes,) = checked(x_vote=np.where(none, 0, raw))
    if np.any((votes != np.floor(votes)) | (votes < ~none)):
        raise UserError(f"x_vote must be whole numbers of at least 1, not {x_vote}")
    return votes.astype(np.int64)


class Differences(TypedDict, total=False):
    """How events differ and how looks remember; all 0 by default, which is the consistent form with ρ = 0.

    length_cv: coefficient of variation of event lengths.
    lasting, memory_s: α, 0 ≤ α < 1, and τ in seconds, of looks at one event.
    lasting_empty, memory_empty_s: the same of looks at one empty stretch.
    follows_event: φ, the share of empty windows that follow an event directly. Above 0, a run of positives that began
        before a window counts on inside it; at 0 every window begins anew.
    """

    length_cv: ArrayLike
    lasting: ArrayLike
    memory_s: ArrayLike
    lasting_empty: ArrayLike
    memory_empty_s: ArrayLike
    follows_event: ArrayLike


def checked_differences(form: Form, correlation: Array, given: Differences) -> dict[str, Array]:
    """All of `Differences` as float arrays in the heterogeneous form; nothing in the others, which take none."""
    if form != "heterogeneous":
        if given:
            raise UserError(f'{next(iter(given))}: only with form="heterogeneous"')
        return {}
    if np.any(correlation != 0):
        raise UserError('correlation: not with form="heterogeneous"; use lasting and memory_s')
    names = tuple(Differences.__annotations__)
    if wrong := given.keys() - set(names):
        raise TypeError(f"unknown argument {sorted(wrong)[0]!r}")
    values: dict[str, Any] = dict.fromkeys(names, 0.0) | dict(given)
    return dict(zip(names, checked(**{name: values[name] for name in names}), strict=True))
