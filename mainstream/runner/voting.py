"""From decisions to detections, frame by frame: the online form of `quality.counted.vote` and `detections`."""

import json
import math
from typing import NamedTuple

MOST_TIMES = 4096  # kept of one detection: an object may stay in view for days


class Detection(NamedTuple):
    """An event as one application saw it: the JSON line of `mainstream stream --events`.

    Every look stands for the time until the next one: a detection ends when the look after its last declared frame
    came, or was due if that was sooner. So none has length zero.
    """

    app: str
    start_s: float  # first declared frame
    end_s: float
    confidence: float  # mean probability over the declared frames
    frames_s: tuple[float, ...]  # times of the declared frames; of thousands, evenly fewer

    def as_line(self, from_s: float = 0.0) -> str:
        """As JSON, times in milliseconds' rounding and from `from_s` earlier, where only a part was streamed."""
        times = lambda *seconds: [round(t + from_s, 3) for t in seconds]
        start, end = times(self.start_s, self.end_s)
        kept = {"start_s": start, "end_s": end, "confidence": round(self.confidence, 4)}
        return json.dumps({"app": self.app, **kept, "frames_s": times(*self.frames_s)}, ensure_ascii=False)


class Voter:
    """One application: a frame is declared when it and the x_vote − 1 looks before it are all positive.

    look_s: the time that a look stands for, 1 / rate.
    """

    def __init__(self, app: str, x_vote: int = 1, look_s: float = 0.0):
        self.app, self.x_vote, self.look_s = app, x_vote, look_s
        self._run = 0  # positives in a row
        self._times: list[float] = []  # of the declared frames of an open detection
        self._sure, self._count, self._every = 0.0, 0, 1  # sum of their probabilities, how many; every how many is kept

    def see(self, time_s: float, probability: float, positive: bool) -> Detection | None:
        """One decision; returns the detection that it brings to its end, if any."""
        self._run = self._run + 1 if positive else 0
        if self._run < self.x_vote:
            return self.close(time_s)
        if (self._count - 1) % self._every:  # the one before was there for being the last
            self._times.pop()
        self._times.append(time_s)
        if len(self._times) > MOST_TIMES:
            self._times, self._every = self._times[::2], 2 * self._every
        self._sure, self._count = self._sure + probability, self._count + 1
        return None

    def close(self, now_s: float = math.inf) -> Detection | None:
        """Ends an open detection at this time at the latest (the stream is over, or the plan changes)."""
        if not self._times:
            return None
        times, sure = tuple(self._times), self._sure / self._count
        self._times, self._sure, self._count, self._every = [], 0.0, 0, 1
        return Detection(self.app, times[0], max(times[-1], min(times[-1] + self.look_s, now_s)), sure, times)
