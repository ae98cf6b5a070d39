"""Frames by their time, for the player: of the synthetic world, or of a video file (notebook 07)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from mainstream.errors import UserError
from mainstream.runner.sources import VideoSource
from streetworld import World

WIDTH = 480  # px of the pictures that are shown


class Film:
    """Frames that can be shown in any order.

    times: seconds of each, ascending, shape (n,). numbers: each one's number in the stream, from 0, shape (n,).
    """

    times: np.ndarray
    numbers: np.ndarray

    def picture(self, k: int) -> np.ndarray:
        """Frame `k` of the film: uint8 (height, width, 3), RGB."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.times)

    @property
    def step_s(self) -> float:
        """Seconds from one frame to the next, on average."""
        return float(self.times[-1] - self.times[0]) / max(len(self) - 1, 1) or 1.0

    def at(self, time_s: float) -> int:
        """The first frame at this time or later (the last one, where none is later)."""
        return min(int(np.searchsorted(self.times, time_s - 1e-6)), len(self) - 1)


class WorldFilm(Film):
    """The world, drawn when it is looked at; every frame of it."""

    def __init__(self, world: World):
        self.world = world
        self.numbers = np.arange(len(world))
        self.times = self.numbers / world.fps

    def picture(self, k: int) -> np.ndarray:
        """Frame `k` of the world, drawn now."""
        return shrunk(self.world.frame(int(k)))


class VideoFilm(Film):
    """A video file, decoded once from its beginning to its end and kept as small JPEGs.

    Args:
        fps: at most so many frames per second are kept …
        also: … and those of these numbers (what a runner looked at).
        width: px of the pictures, at most; heights follow.
        at_most_mb: of JPEGs, in memory. A minute of the synthetic world takes about 20 MB.
        video_fps: of a film without time stamps.
    Raises:
        UserError: a file that cannot be decoded, a live stream, frames in `also` that it lacks, too many MB.
    """

    def __init__(
        self,
        video: str | Path,
        *,
        fps: float = 10.0,
        also: Iterable[int] = (),
        width: int = WIDTH,
        at_most_mb: float = 400,
        video_fps: float | None = None,
    ):
        if not fps > 0:
            raise UserError(f"fps={fps:g}: must be above 0")
        wanted, times, numbers, size = set(also), [], [], 0
        self._pictures: list[bytes] = []
        source, taken = VideoSource(video, fps=video_fps), -1
        if source.live:
            raise UserError(f"video='{video}': a live stream has no end to play to; record it first")
        for frame in source:
            slot = int((frame.time_s + 0.5 / source.fps) * fps + 1e-6)
            if slot <= taken and frame.number not in wanted:
                continue
            taken = slot
            self._pictures.append(jpeg(shrunk(frame.image, width)))
            times.append(frame.time_s)
            numbers.append(frame.number)
            size += len(self._pictures[-1])
            if size > at_most_mb * 1e6:
                raise UserError(
                    f"at_most_mb={at_most_mb:g}: reached at {frame.time_s:.0f} s of '{video}'; a smaller fps "
                    f"(now {fps:g}) or width (now {width}) takes less"
                )
        if missing := wanted - set(numbers):
            raise UserError(f"video='{video}': has no frame {min(missing)}, which was looked at; is it another video?")
        self.times, self.numbers = np.array(times), np.array(numbers)

    def picture(self, k: int) -> np.ndarray:
        """Frame `k` of those that were kept."""
        kept = np.frombuffer(self._pictures[k], dtype=np.uint8)
        return cv2.cvtColor(np.asarray(cv2.imdecode(kept, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB)


def shrunk(picture: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """At most `width` px wide, in its own proportions."""
    if picture.shape[1] <= width:
        return picture
    height = max(round(picture.shape[0] * width / picture.shape[1]), 1)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def jpeg(picture: np.ndarray) -> bytes:
    """An RGB picture as a JPEG."""
    return cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def framed(picture: np.ndarray, colour: str, border: int = 8) -> np.ndarray:
    """The picture with a border of `border` px in a colour such as #009E73."""
    whole = np.empty((picture.shape[0] + 2 * border, picture.shape[1] + 2 * border, 3), np.uint8)
    whole[:] = tuple(bytes.fromhex(colour.removeprefix("#")))
    whole[border:-border, border:-border] = picture
    return whole
