"""Streams of frames with true time stamps: files, cameras and RTSP through PyAV, folders of pictures, the world.

A frame that cannot be decoded is counted and skipped; a live stream that breaks is opened again, with growing pauses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np

from mainstream.errors import UserError
from streetworld import World

LIVE = ("rtsp://", "rtsps://", "http://", "https://", "/dev/video")
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # before a broken live stream is opened again; then it is given up


class Frame(NamedTuple):
    """One frame of a stream."""

    number: int  # from 0
    time_s: float  # since the stream's first frame
    image: np.ndarray  # uint8 (height, width, 3), RGB


class Source:
    """Frames in order. `fps` is the stream's nominal rate; `live` ones do not wait for whoever reads them.

    corrupt: frames that could not be decoded so far; reconnects: how often a live stream was opened again.
    """

    fps: float
    live = False

    def __init__(self) -> None:
        self.corrupt = 0
        self.reconnects = 0

    def __iter__(self) -> Iterator[Frame]:
        raise NotImplementedError


class VideoSource(Source):
    """A file, a camera device or an RTSP or HTTP address. Raises `UserError` where nothing can be decoded."""

    def __init__(self, url: str | Path, *, on_event: Callable[[str], None] = lambda text: None):
        super().__init__()
        self.url, self._on_event = str(url), on_event
        self.live = self.url.startswith(LIVE)
        with self._open() as container:
            stream = container.streams.video[0]
            self.fps = float(stream.average_rate or stream.guessed_rate or 0)
            if not self.fps > 0 or min(stream.width, stream.height) < 2:
                raise UserError(
                    f"video='{self.url}': {stream.width}×{stream.height} px at {self.fps:g} frames/s cannot be analysed"
                )

    def __iter__(self) -> Iterator[Frame]:
        number, offset, last, pauses = 0, 0.0, 0.0, iter(PAUSES_S)
        while True:
            first: float | None = None
            try:
                with self._open() as container:
                    for seconds, image in self._decoded(container):
                        first = seconds if first is None else first
                        last = max(offset + seconds - first, last)
                        yield Frame(number, last, image)
                        number, pauses = number + 1, iter(PAUSES_S)
            except UserError:
                if not self.live:
                    raise
            if not self.live:
                break
            pause = next(pauses, None)
            if pause is None:
                self._on_event(f"{self.url}: gone; given up after {self.reconnects} attempts")
                return
            self.reconnects, offset = self.reconnects + 1, last + pause
            self._on_event(f"{self.url}: broken; opened again in {pause:g} s")
            time.sleep(pause)
        if not number:
            raise UserError(f"video='{self.url}': no frame could be decoded ({self.corrupt} were corrupt)")

    def _open(self) -> av.container.InputContainer:
        try:
            timeout = 10.0 if self.live else None
            container = av.open(self.url, timeout=timeout)
            if not container.streams.video:
                container.close()
                raise UserError(f"video='{self.url}': holds no video")
        except (OSError, av.FFmpegError) as e:
            raise UserError(f"video='{self.url}': cannot be opened: {e}") from e
        return container

    def _decoded(self, container: av.container.InputContainer) -> Iterator[tuple[float, np.ndarray]]:
        """(seconds, picture); corrupt packets are counted, a broken end of the stream ends it."""
        container.streams.video[0].thread_type = "AUTO"
        packets = container.demux(video=0)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                self.corrupt += 1
                return
            try:
                for frame in packet.decode():
                    if frame.is_corrupt:
                        self.corrupt += 1
                    elif frame.time is not None:
                        yield float(frame.time), frame.to_ndarray(format="rgb24")
            except av.FFmpegError:
                self.corrupt += 1


class FolderSource(Source):
    """Pictures of a folder in the order of their names, `fps` of them a second."""

    def __init__(self, folder: str | Path, fps: float):
        super().__init__()
        self.folder, self.fps = Path(folder), fps
        self._files = sorted(p for p in self.folder.glob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"))
        if not self._files or fps <= 0:
            raise UserError(
                f"frames='{folder}': {len(self._files)} pictures at {fps:g} frames/s; needs some, and fps > 0"
            )

    def __iter__(self) -> Iterator[Frame]:
        number = 0
        for k, file in enumerate(self._files):
            picture = cv2.imread(str(file))
            if picture is None:
                self.corrupt += 1
                continue
            yield Frame(number, k / self.fps, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
            number += 1


class WorldSource(Source):
    """The synthetic world, rendered as it is read."""

    def __init__(self, world: World):
        super().__init__()
        self.world, self.fps = world, world.fps

    def __iter__(self) -> Iterator[Frame]:
        for k in range(len(self.world)):
            yield Frame(k, k / self.fps, self.world.frame(k))
