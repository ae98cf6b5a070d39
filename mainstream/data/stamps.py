"""Time stamps as a player would understand them: what goes back, leaps, is missing or lies is mended by its neighbours.

Plain numbers in, plain numbers out; `mainstream.data.video` brings them from files. Design section 5.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

import numpy as np

T = TypeVar("T")
AHEAD = 8  # stamps looked at beyond one, and the most places by which a decoder's order differs from a player's


def mended(
    stamped: Iterable[tuple[T, float | None, float | None]],
    *,
    step: float,
    back: float,
    leap: float,
    ahead: int = AHEAD,
) -> Iterator[tuple[T, float | None]]:
    """When what comes in the order of decoding is shown; None where that has to be made.

    A stamp that leaves the line which those after it keep to is put back into it. Where all that follow lie more than
    `back` seconds before (films put together, counters that start again) or `leap` after, they go on a `step` later.

    Args:
        stamped: what, the seconds to go by, and those of showing.
        step: usual seconds between two.
        ahead: how many are read in advance; 0 for live streams.
    """
    rest, waiting = iter(stamped), deque[tuple[T, float | None, float | None]]()
    offset, top, far = 0.0, None, 2 * AHEAD * step
    while True:
        waiting.extend(islice(rest, ahead + 1 - len(waiting)))
        if not waiting:
            return
        what, stamp, shown = waiting.popleft()
        behind = 0.0 if stamp is None or shown is None else shown - stamp
        later = [t + offset for _, t, _ in waiting if t is not None]
        if stamp is None:
            yield what, None if shown is None else shown + offset
            continue
        stamp += offset
        if top is not None and not top - back <= stamp <= top + far:
            alone = 2 * sum(-back <= t - top <= min(far + AHEAD * step, abs(t - stamp)) for t in later) > len(later)
            if alone or stamp < top - back or stamp > top + max(leap, far):
                offset += 0 if alone else top + step - stamp
                stamp = top + step
        top = stamp if top is None else max(top, stamp)
        latest = max([stamp, *(t for t in later if t <= top + max(leap, far))]) + max(1.0, far)
        yield what, stamp + behind if -step < behind and stamp + behind <= latest else None


def in_order(
    stamped: Iterable[tuple[T, float | None]], *, step: float, dense: bool, ahead: int = AHEAD
) -> Iterator[tuple[T, float]]:
    """Stamps in the order of showing, ascending: each gets the smallest of those about it, whoever's it was.

    Missing ones come a `step` after the one before. Of several with one stamp only the first is shown, unless `dense`:
    then the file counts its frames without saying when they are shown, and every one of them is.
    """
    stamps: list[float] = []
    shown, waiting, last, top = -np.inf, deque[T](), -step, -step
    for item in chain(stamped, [None]):
        if item is not None:
            top = item[1] if item[1] is not None else max(top, last) + step
            waiting.append(item[0])
            heapq.heappush(stamps, top)
        while waiting and (item is None or len(waiting) > ahead):
            what, time = waiting.popleft(), heapq.heappop(stamps)
            if time <= shown + 1e-9:
                if not dense:
                    continue
                time = shown + step
            shown = last = time
            yield what, time


def rate_of(stamps: Sequence[float] | np.ndarray) -> float:
    """Frames per second that stamps in seconds show, long pauses and steps back left out; 0 where they show none."""
    steps = np.diff(stamps)
    steps = steps[steps > 1e-6]
    if not len(steps):
        return 0.0
    return float(1 / steps[steps <= 5.5 * np.median(steps)].mean())


def stated_rate(measured: float, stated: Sequence[float]) -> float:
    """A rate that is stated, where the stamps bear it out within 2%; else the measured one."""
    for rate in stated:
        if rate > 0 and abs(rate - measured) <= 0.02 * measured:
            return rate
    return float(f"{measured:.4g}")
