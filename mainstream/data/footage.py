"""Held-out video as the trainer measures on it: frames, labels, and which clip each frame is from.

Not to be confused with training photos: neighbouring frames resemble each other, which is what ρ is about. Clips of the
synthetic world: `mainstream.data.rendered`; of video files: `mainstream.data.filmed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mainstream.data.geometry import SQUEEZED
from mainstream.errors import unknown
from mainstream.package import Geometry
from mainstream.quality.counted import Interval


@dataclass(frozen=True)
class Footage:
    """Frames at equal steps of time from one or several clips."""

    images: np.ndarray  # uint8 (n, height, width, 3), RGB
    labels: np.ndarray  # bool (n, classes)
    classes: tuple[str, ...]
    clip: np.ndarray  # int (n,): frames of one clip are consecutive
    fps: float  # analysed frames per second
    geometry: Geometry = SQUEEZED

    def has(self, name: str) -> np.ndarray:
        """bool (n,): does `name` hold? Raises `UserError` for an unknown class."""
        return self.labels[:, column(self.classes, name)]

    def intervals(self, name: str) -> list[list[Interval]]:
        """When `name` holds, for each clip: (start_s, end_s) from the clip's start. Raises as `has`."""
        return clip_intervals(self.has(name), self.clip, self.fps)


def column(classes: Sequence[str], name: str) -> int:
    """Where a class is among these. Raises `UserError` where it is not."""
    if name not in classes:
        raise unknown("class", name, classes)
    return classes.index(name)


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


def joined(
    clips: Sequence[tuple[np.ndarray, np.ndarray]], apps: Sequence[str], fps: float, geometry: Geometry = SQUEEZED
) -> Footage:
    """Clips, each images and labels (n, applications), one after the other."""
    number = np.repeat(np.arange(len(clips)), [len(images) for images, _ in clips])
    images, labels = (np.concatenate(part) for part in zip(*clips, strict=True))
    return Footage(images, labels, tuple(apps), number, fps, geometry)
