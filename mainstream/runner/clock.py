"""Two clocks: real time with a bounded queue, and an emulated device (design section 5).

Both hand out the frames that are to be worked on, in order, and push the oldest waiting one out when the queue is full.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from mainstream.runner.sources import Frame, Source

QUEUE = 4  # frames that may wait


class Clock(Protocol):
    """Frames of a source as they come up for work. `worked` tells what the last one cost the device."""

    dropped: int
    frames: int

    def arrivals(self, source: Source) -> Iterator[Frame]:
        """The frames to work on, in order; the time between two of them is the work on the first."""
        ...

    def worked(self, milliseconds: float) -> None:
        """Says what the last frame cost the device, by its profile."""
        ...


class Unhurried:
    """Every frame, as fast as it goes: for files that are analysed after the fact."""

    def __init__(self) -> None:
        self.dropped = self.frames = 0

    def arrivals(self, source: Source) -> Iterator[Frame]:
        """Every frame of the source."""
        for frame in source:
            self.frames += 1
            yield frame

    def worked(self, milliseconds: float) -> None:
        """Nothing waits."""


class Wall:
    """Real time: a thread reads the source (files at their own pace), the queue holds `QUEUE` frames."""

    def __init__(self, queue: int = QUEUE):
        self.dropped = self.frames = 0
        self._limit = queue
        self._waiting: deque[Frame] = deque()
        self._ready = threading.Condition()
        self._done = False
        self._stop = threading.Event()
        self._failure: BaseException | None = None

    def arrivals(self, source: Source) -> Iterator[Frame]:
        """Frames as they become due; those that waited too long are dropped. Raises what the source raised."""
        reader = threading.Thread(target=self._read, args=(source,), daemon=True, name="frames")
        reader.start()
        try:
            while True:
                with self._ready:
                    self._ready.wait_for(lambda: self._waiting or self._done)
                    if not self._waiting:
                        break
                    frame = self._waiting.popleft()
                yield frame
        finally:
            self._stop.set()
            reader.join(timeout=1.0)
        if self._failure:
            raise self._failure

    def worked(self, milliseconds: float) -> None:
        """Real time passes by itself."""

    def _read(self, source: Source) -> None:
        start = time.monotonic()
        try:
            for frame in source:
                if not source.live and (ahead := start + frame.time_s - time.monotonic()) > 0:
                    self._stop.wait(ahead)
                if self._stop.is_set():
                    break
                with self._ready:
                    self.frames += 1
                    if len(self._waiting) >= self._limit:
                        self._waiting.popleft()
                        self.dropped += 1
                    self._waiting.append(frame)
                    self._ready.notify()
        except BaseException as e:
            self._failure = e
        finally:
            with self._ready:
                self._done = True
                self._ready.notify()


class Virtual:
    """An emulated device: frames arrive by their time stamps and work takes its profiled time. Deterministic.

    slowdown: how many times longer work takes at a second of the stream, other programs being busy, say.
    """

    def __init__(self, queue: int = QUEUE, slowdown: Callable[[float], float] = lambda time_s: 1.0):
        self.dropped = self.frames = 0
        self._slowdown = slowdown
        self._limit = queue
        self._free_s = 0.0  # when the device has done its work so far
        self._now_s = 0.0  # when the frame last handed out was begun

    def arrivals(self, source: Source) -> Iterator[Frame]:
        """Frames that the emulated device would have got to, by its own time."""
        waiting: deque[Frame] = deque()
        for frame in source:
            self.frames += 1
            while waiting and max(self._free_s, waiting[0].time_s) <= frame.time_s:
                yield self._begin(waiting.popleft())
            if len(waiting) >= self._limit:
                waiting.popleft()
                self.dropped += 1
            waiting.append(frame)
        while waiting:
            yield self._begin(waiting.popleft())

    def worked(self, milliseconds: float) -> None:
        """The device is busy for so long, times the slowdown at that second."""
        self._free_s = self._now_s + milliseconds / 1e3 * self._slowdown(self._now_s)

    def _begin(self, frame: Frame) -> Frame:
        self._now_s = self._free_s = max(self._free_s, frame.time_s)
        return frame
