"""Held-out video as the trainer measures on it: frames, labels, and which clip each frame is from (design section 5).

Not to be confused with training photos: neighbouring frames resemble each other, which is what ρ is about. Clips of the
synthetic world: `mainstream.rendered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mainstream.errors import UserError, unknown

Interval = tuple[float, float]


@dataclass(frozen=True)
class Footage:
    """Frames at equal steps of time from one or several clips."""

    images: np.ndarray  # uint8 (n, height, width, 3), RGB
    labels: np.ndarray  # bool (n, classes)
    classes: tuple[str, ...]
    clip: np.ndarray  # int (n,): frames of one clip are consecutive
    fps: float  # analysed frames per second

    def has(self, name: str) -> np.ndarray:
        """bool (n,): does `name` hold? Raises `UserError` for an unknown class."""
        if name not in self.classes:
            raise unknown("class", name, self.classes)
        return self.labels[:, self.classes.index(name)]

    def intervals(self, name: str) -> list[list[Interval]]:
        """When `name` holds, for each clip: (start_s, end_s) from the clip's start. Raises as `has`."""
        return clip_intervals(self.has(name), self.clip, self.fps)


def clips(clip: np.ndarray) -> list[slice]:
    """The frames of each clip, from the clip of each frame."""
    edges = np.flatnonzero(np.diff(clip, prepend=-1, append=-1))
    return [slice(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]


def clip_intervals(flags: np.ndarray, clip: np.ndarray, fps: float) -> list[list[Interval]]:
    """Unbroken stretches of bool (n,) frames of each clip, (start_s, end_s) from the clip's start."""
    found = []
    for part in clips(clip):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags[part].astype(np.int8), [0]])))
        found.append([(float(a) / fps, float(b) / fps) for a, b in edges.reshape(-1, 2)])
    return found


def file_footage(
    video: str | Path, truth: Mapping[str, Sequence[Interval]], *, fps: float = 4.0, size: int = 128
) -> Footage:
    """A video file analysed about `fps` times a second by its own time stamps, with intervals of truth in seconds.

    Raises `UserError`: a file that cannot be read, or truth for nothing.
    """
    import av

    if not truth:
        raise UserError(f"video='{video}': no application has a column of truth")
    images: list[np.ndarray] = []
    times: list[float] = []
    try:
        with av.open(str(video)) as container:
            for frame in container.decode(video=0):
                time = float(frame.time or 0.0)
                if not times or time >= times[-1] + 1 / fps - 1e-6:
                    rgb = frame.to_ndarray(format="rgb24")
                    images.append(resized(rgb, size))
                    times.append(time)
    except (OSError, av.FFmpegError) as e:
        raise UserError(f"video='{video}': {e}") from e
    if not images:
        raise UserError(f"video='{video}': has no frames")
    at = np.array(times)[:, None]
    labels = [((at >= [a for a, _ in spans]) & (at < [b for _, b in spans])).any(1) for spans in truth.values()]
    return joined([(np.stack(images), np.stack(labels, 1))], list(truth), fps)


def resized(image: np.ndarray, size: int) -> np.ndarray:
    """`size` × `size` px, as footage and streams get it: halved while that is not too small, then interpolated.

    Hardly another picture than averaging over areas at once, which takes several times as long.
    """
    while min(image.shape[:2]) >= 2 * size:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = cv2.resize(image, half, interpolation=cv2.INTER_AREA)
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)


def joined(clips: Sequence[tuple[np.ndarray, np.ndarray]], apps: Sequence[str], fps: float) -> Footage:
    """Clips, each images and labels (n, applications), one after the other."""
    number = np.repeat(np.arange(len(clips)), [len(images) for images, _ in clips])
    images, labels = (np.concatenate(part) for part in zip(*clips, strict=True))
    return Footage(images, labels, tuple(apps), number, fps)
