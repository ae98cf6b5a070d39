"""Nested sampling: the frames of a lower rate are a subset of those of every higher one.

Only so is the cost of a shared segment the highest rate among its users: were the frames chosen one by one, the stem
would run on their union.
"""

import math
from collections import deque
from collections.abc import Iterable

from mainstream.errors import UserError

_ROUNDING = 1e-6  # of a slot: time stamps are rational numbers kept as floats
_KNOWN = 32  # frames by which the usual gap between two is known
_NEXT = 1.9  # usual gaps within which a frame follows the one before it, none missing between
_FASTER = 1.1  # than the stream by how much a rate may be and yet be kept
_LATE = 1.75  # slots


class Ladder:
    """Rates in descending order; the time of each is cut into slots, of which every one takes its first frame.

    The highest rate's slots are cut by time stamps, so that variable frame rates do no harm, and what dropped frames
    missed is not made up for by a burst; those of every lower rate are even shares of the next higher one's. The first
    frame is everybody's.

    Near the stream's own rate a stamp that is a little early would leave a slot empty. So a frame that follows the one
    before it, with none missing, takes the slot whose turn it is, up to `_LATE` slots after it began: such a look is
    late by a frame at most, not lost. Stamps at even steps never need it.

    passed_over: rate → slots without a look right before the last frame, if it was due: frames dropped, or missing.
    """

    def __init__(self, rates: Iterable[float]):
        self.rates = tuple(sorted({float(r) for r in rates}, reverse=True))
        if not self.rates or not 0 < self.rates[-1] <= self.rates[0] < math.inf:
            raise UserError(f"rates={list(self.rates)}: needs at least one, each above 0")
        self.passed_over = dict.fromkeys(self.rates, 0)
        self._slots = [0] * len(self.rates)  # the last slot of each rate that was taken, from 1
        self._times: deque[float] = deque(maxlen=_KNOWN)  # of the last frames
        self._start = 0.0

    def lowest_due(self, time_s: float) -> float | None:
        """The lowest rate whose turn it is at the frame of this time: who has it, or a higher one, looks at it.

        None: nobody does. Times must not descend.
        """
        slot, due, self.passed_over = self._slot(time_s), None, dict.fromkeys(self.rates, 0)
        for k, rate in enumerate(self.rates):
            if k:
                slot = math.floor((slot - 1) * rate / self.rates[k - 1] + _ROUNDING) + 1
            if slot <= self._slots[k]:
                break
            self.passed_over[rate] = slot - self._slots[k] - 1
            self._slots[k], due = slot, rate
        return due

    def _slot(self, time_s: float) -> int:
        """The highest rate's slot that a frame of this time is in, or may still take."""
        if not self._times:
            self._start = time_s
        before = self._times or (time_s,)
        gap, usual = time_s - before[-1], (before[-1] - before[0]) / max(len(before) - 1, 1)
        self._times.append(time_s)
        now = (time_s - self._start) * self.rates[0] + _ROUNDING
        turn = self._slots[0] + 1
        waited = now - (turn - 1)  # slots since the turn began
        if 1 <= waited <= _LATE and gap <= _NEXT * usual and usual * self.rates[0] <= _FASTER:
            return turn
        return math.floor(now) + 1
