"""Streams of frames from files, cameras and addresses.

A frame that cannot be decoded is counted and skipped; a live stream that breaks is opened again, with growing pauses.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain, repeat
from pathlib import Path

from mainstream.data.video import Video
from mainstream.errors import UserError
from mainstream.runner.frames import Frame, Source, SourceLost

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # before a broken live stream is opened again; the last one over and over
RECONNECT_S = 15.0


class VideoSource(Source):
    """A file, a camera device or an address, as `mainstream.data.video` reads it, opened once.

    A live stream that breaks is opened again, with growing pauses; its time goes on by the clock. A film that an
    address plays from its beginning again has ended.

    Args:
        fps: of a film without time stamps.
        reconnect_s: so long a live stream may be gone before that is an error (inf: for ever).
    Raises:
        UserError: as `Video`; nothing could be decoded; at the end of a live stream that has been gone too long.
    """

    def __init__(
        self,
        url: str | Path,
        *,
        fps: float | None = None,
        reconnect_s: float = RECONNECT_S,
        on_event: Callable[[str], None] = lambda text: None,
    ):
        self.url, self._said, self._reconnect_s, self._on_event = str(url), fps, reconnect_s, on_event
        self._opened: Video | None = Video(url, fps=fps)
        self.live, self.fps, self._first = self._opened.live, self._opened.fps, self._opened.first_packet()

    def __iter__(self) -> Iterator[Frame]:
        video, self._opened = self._opened or Video(self.url, fps=self._said), None
        number, offset, time_s, before = 0, 0.0, 0.0, 0
        self.corrupt = self.reconnects = 0
        while True:
            with video:
                for shown in video:
                    self.corrupt, time_s = before + video.corrupt, offset + shown.time_s
                    yield Frame(number, time_s, cache(shown.picture))
                    number += 1
            self.corrupt = before = before + video.corrupt
            if not self.live:
                break
            gone = time.monotonic()
            if (again := self._again(gone)) is None:
                break
            video, offset = again, time_s + time.monotonic() - gone
        if not number:
            raise UserError(f"video='{self.url}': no frame could be decoded ({self.corrupt} were corrupt)")

    def _again(self, gone: float) -> Video | None:
        """The live stream once more; None where it has ended. Raises `UserError`: it stays away."""
        for pause in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            if time.monotonic() + pause - gone > self._reconnect_s:
                said = f"gone for {time.monotonic() - gone:.0f} s; given up after {self.reconnects} attempts"
                self._on_event(f"{self.url}: {said}")
                self.lost = f"video='{self.url}': {said}"
                raise SourceLost(self.lost)
            self.reconnects += 1
            self._on_event(f"{self.url}: broken; opened again in {pause:g} s")
            time.sleep(pause)
            with suppress(UserError):
                video = Video(self.url, fps=self._said)
                if video.plays_again(self._first):
                    return None
                return video
        return None
