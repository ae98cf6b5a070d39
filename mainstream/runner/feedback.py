"""From measured to profiled latency: looks cost more or less than the profile says, and plans follow (notebook 07).

A mean, not a median: a neighbour on the processor may hold up some looks and leave others alone.
"""

from collections import deque

from mainstream.scheduler import Schedule

MEAN_S = 3.0  # seconds of the stream that the running mean is of
MARGIN = 1.3  # how many times more, or less, than planned with looks must cost …
SLOWER_S, FASTER_S = 6.0, 12.0  # … and for how long without a break: to plan for less is urgent, for more it is not
WORTH = 0.01  # of the objective, that a plan must add to one that still fits: what a change of plans may cost


class Feedback:
    """The running mean of measured over profiled time of looks, and the factor that plans are made with.

    Every look counts with the time that its segments should take: the mean is of the device's time. `SLOWER_S` is
    twice `MEAN_S`: two means that share no look must agree.
    """

    def __init__(self) -> None:
        self.factor = self.mean = 1.0  # what plans are made with, and what looks show
        self._looks: deque[tuple[float, float, float]] = deque()  # second, measured and profiled ms
        self._off: tuple[bool, float] | None = None  # slower (or faster) than planned with, and since when

    def begin(self) -> None:
        """Another stream: its times begin anew, the device is the same."""
        self._looks.clear()
        self._off = None

    def see(self, time_s: float, measured_ms: float, profiled_ms: float, follow: bool = True) -> str:
        """What all who looked at one frame took; why plans are to `follow` it from now on, if it is time, else ""."""
        self._looks.append((time_s, measured_ms, profiled_ms))
        while self._looks[0][0] <= time_s - MEAN_S:
            self._looks.popleft()
        _, measured, profiled = map(sum, zip(*self._looks, strict=True))
        self.mean = measured / profiled if profiled else 1.0
        slower = self.mean > self.factor
        if not follow or max(self.mean / self.factor, self.factor / max(self.mean, 1e-9)) < MARGIN:
            self._off = None
        elif self._off is None or self._off[0] != slower:
            self._off = slower, time_s
        if self._off is None or time_s - self._off[1] < (SLOWER_S if slower else FASTER_S):
            return ""
        before, self.factor, self._off = self.factor, self.mean, None
        return f"looks take {self.factor:.2f} times as long as profiled, planned with {before:.2f}"


def worth_changing(old: Schedule, new: Schedule) -> bool:
    """Should a plan for the device as it is now replace the one that runs? Where that still fits, only for `WORTH`."""
    if old.cost <= new.budget:
        return new.objective_value >= old.objective_value + WORTH
    return new.choices != old.choices
