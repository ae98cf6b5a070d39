"""Two clocks: real time with a bounded queue, and an emulated device.

Both hand out the frames that are to be worked on, in order, and push the oldest waiting one out when the queue is full.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from mainstream.runner.frames import Frame, Source

QUEUE = 4  # frames that may wait
_WAKES_S = 0.2  # how soon a clock notices that it is to stop while no frame comes


class Clock:
    """Frames of a source as they come up for work; may be used for one source after the other.

    frames, dropped: of the source that is, or was last, being read. An `emulated` clock stands still meanwhile.
    """

    emulated = False

    def __init__(self, queue: int = QUEUE) -> None:
        self.dropped = self.frames = 0
        self._limit = queue

    def arrivals(self, source: Source, stop: threading.Event | None = None) -> Iterator[Frame]:
        """The frames to work on, in order; the time between two of them is the work on the first. `stop` ends them."""
        self.dropped = self.frames = 0
        return self._arrivals(source, stop or threading.Event())

    def worked(self, profiled_ms: float, measured_ms: float = 0.0) -> float:
        """Says what the last frame cost, by the device's profile and in fact; returns what it cost by this clock."""
        return measured_ms

    def _arrivals(self, source: Source, stop: threading.Event) -> Iterator[Frame]:
        raise NotImplementedError

    def _queued(self, waiting: deque[Frame], frame: Frame) -> None:
        self.frames += 1
        if len(waiting) >= self._limit:
            waiting.popleft()
            self.dropped += 1
        waiting.append(frame)


class Unhurried(Clock):
    """Every frame, as fast as it goes: for files that are analysed after the fact."""

    def _arrivals(self, source: Source, stop: threading.Event) -> Iterator[Frame]:
        for frame in source:
            if stop.is_set():
                return
            self.frames += 1
            yield frame


class Wall(Clock):
    """Real time: a thread reads the source (files at their own pace), the queue holds `QUEUE` frames.

    What the source raises is raised when its last frame has been handed out.
    """

    def _arrivals(self, source: Source, stop: threading.Event) -> Iterator[Frame]:
        waiting: deque[Frame] = deque()
        ready, gone, failures = threading.Condition(), threading.Event(), list[BaseException]()

        def read() -> None:
            """Until the source ends or `gone` is set; everything that it writes to belongs to this source alone."""
            start = time.monotonic()
            try:
                for frame in source:
                    if not source.live and (ahead := start + frame.time_s - time.monotonic()) > 0:
                        gone.wait(ahead)
                    if gone.is_set():
                        return
                    with ready:
                        self._queued(waiting, frame)
                        ready.notify()
            except BaseException as e:
                failures.append(e)
            finally:
                with ready:
                    gone.set()
                    ready.notify()

        reader = threading.Thread(target=read, daemon=True, name="frames")
        reader.start()
        try:
            while not stop.is_set():
                with ready:
                    ready.wait_for(lambda: waiting or gone.is_set(), timeout=_WAKES_S)
                    frame = waiting.popleft() if waiting else None
                if frame is not None:
                    yield frame
                elif gone.is_set():
                    break
        finally:
            gone.set()
            reader.join(timeout=1.0)
        if failures:
            raise failures[0]


class Virtual(Clock):
    """An emulated device: frames arrive by their time stamps and work takes its profiled time. Deterministic.

    slowdown: how many times longer work takes at a second of the stream, other programs being busy, say.
    """

    emulated = True

    def __init__(self, queue: int = QUEUE, slowdown: Callable[[float], float] = lambda time_s: 1.0):
        super().__init__(queue)
        self._slowdown = slowdown
        self._free_s = 0.0  # when the device has done its work so far
        self._now_s = 0.0  # when the frame last handed out was begun

    def _arrivals(self, source: Source, stop: threading.Event) -> Iterator[Frame]:
        waiting: deque[Frame] = deque()
        self._free_s = self._now_s = 0.0
        for frame in source:
            while waiting and max(self._free_s, waiting[0].time_s) <= frame.time_s:
                yield self._begin(waiting.popleft())
            if stop.is_set():
                return
            self._queued(waiting, frame)
        while waiting:
            yield self._begin(waiting.popleft())

    def worked(self, profiled_ms: float, measured_ms: float = 0.0) -> float:
        """The device is busy for so long as its profile says, times the slowdown at that second."""
        took_ms = profiled_ms * self._slowdown(self._now_s)
        self._free_s = self._now_s + took_ms / 1e3
        return took_ms

    def _begin(self, frame: Frame) -> Frame:
        self._now_s = self._free_s = max(self._free_s, frame.time_s)
        return frame
