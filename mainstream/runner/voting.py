"""From decisions to detections, frame by frame: the online form of `quality.counted.vote` and `detections`."""

from __future__ import annotations

from typing import NamedTuple


class Detection(NamedTuple):
    """An event as one application saw it: the JSON line of `mainstream stream --events`."""

    app: str
    start_s: float  # first declared frame
    end_s: float  # last declared frame
    confidence: float  # mean probability over the declared frames
    frames_s: tuple[float, ...]  # times of the declared frames


class Voter:
    """One application: a frame is declared when it and the x_vote − 1 looks before it are all positive."""

    def __init__(self, app: str, x_vote: int = 1):
        self.app, self.x_vote = app, x_vote
        self._run = 0  # positives in a row
        self._open: list[tuple[float, float]] = []  # (time, probability) of the declared frames of an open detection

    def see(self, time_s: float, probability: float, positive: bool) -> Detection | None:
        """One decision; returns the detection that it brings to its end, if any."""
        self._run = self._run + 1 if positive else 0
        if self._run >= self.x_vote:
            self._open.append((time_s, probability))
            return None
        return self.close()

    def close(self) -> Detection | None:
        """Ends an open detection (the stream is over, or the plan changes)."""
        if not self._open:
            return None
        times, sure = zip(*self._open, strict=True)
        self._open = []
        return Detection(self.app, times[0], times[-1], sum(sure) / len(sure), times)
