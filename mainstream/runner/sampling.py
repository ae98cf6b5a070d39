"""Nested sampling: the frames of a lower rate are a subset of those of every higher one (design section 5).

Only so is the cost of a shared segment the highest rate among its users: were the frames chosen one by one, the stem
would run on their union.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from mainstream.errors import UserError

_ROUNDING = 1e-6  # of a frame: time stamps are rational numbers kept as floats


class Ladder:
    """Rates in descending order; the time of each is cut into slots, of which every one takes its first frame.

    The highest rate's slots are cut by time stamps, so that variable frame rates do no harm, and what dropped frames
    missed is not made up for by a burst; those of every lower rate are even shares of the next higher one's. The first
    frame is everybody's.
    """

    def __init__(self, rates: Iterable[float]):
        self.rates = tuple(sorted({float(r) for r in rates}, reverse=True))
        if not self.rates or self.rates[-1] <= 0:
            raise UserError(f"rates={list(self.rates)}: needs at least one, each above 0")
        self._slots = [0] * len(self.rates)  # the last slot of each rate that was taken, from 1
        self._start: float | None = None

    def lowest_due(self, time_s: float) -> float | None:
        """The lowest rate whose turn it is at the frame of this time: who has it, or a higher one, looks at it.

        None: nobody does. Times must not descend.
        """
        if self._start is None:
            self._start = time_s
        slot = math.floor((time_s - self._start) * self.rates[0] + _ROUNDING) + 1
        due = None
        for k, rate in enumerate(self.rates):
            if k:
                slot = math.floor((slot - 1) * rate / self.rates[k - 1] + _ROUNDING) + 1
            if slot <= self._slots[k]:
                break
            self._slots[k], due = slot, rate
        return due
