"""Held-out video as the trainer measures on it: frames, labels, and which clip each frame is from (design section 5).

Not to be confused with training photos: neighbouring frames resemble each other, which is what ρ is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

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


def world_footage(
    apps: Sequence[str],
    *,
    cameras: Sequence[int],
    seeds: Iterable[int],
    seconds: float = 45.0,
    fps: float = 4.0,
    split: str = "test",
    size: int = 128,
    jobs: int = 2,
) -> Footage:
    """One clip of the synthetic world per camera and seed (another day each), analysed `fps` times a second.

    fps must divide the world's 20 frames/s. Raises `UserError` as `World`, and for unknown applications.
    """
    from mainstream.video.world import APPS, World

    for app in apps:
        if app not in APPS:
            raise unknown("application", str(app), APPS)
    stride = 20.0 / fps if fps > 0 else 0.5
    if stride < 1 or stride != int(stride):
        raise UserError(f"fps={fps}: must divide the world's 20 frames per second")

    def clip(camera: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        world = World(camera, seed, seconds=seconds, split=split, width=size, height=size)
        chosen = range(0, len(world), int(stride))
        columns = [APPS.index(app) for app in apps]
        return np.stack([world.frame(i) for i in chosen]), world.presence[::int(stride)][:, columns]

    places = [(camera, seed) for seed in seeds for camera in cameras]
    clips = Parallel(jobs)(delayed(clip)(camera, seed) for camera, seed in places)
    return _joined(clips, apps, fps)


def file_footage(
    video: str | Path, truth: Mapping[str, Sequence[Interval]], *, fps: float = 4.0, size: int = 128
) -> Footage:
    """A video file analysed about `fps` times a second by its own time stamps, with intervals of truth in seconds.

    Raises `UserError`: a file that cannot be read, or truth for nothing.
    """
    import av
    import cv2

    if not truth:
        raise UserError(f"video='{video}': no application has a column of truth")
    images, times = [], []
    try:
        with av.open(str(video)) as container:
            for frame in container.decode(video=0):
                time = float(frame.time or 0.0)
                if not times or time >= times[-1] + 1 / fps - 1e-6:
                    rgb = frame.to_ndarray(format="rgb24")
                    images.append(cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA))
                    times.append(time)
    except (OSError, av.FFmpegError) as e:
        raise UserError(f"video='{video}': {e}") from e
    if not images:
        raise UserError(f"video='{video}': has no frames")
    at = np.array(times)[:, None]
    labels = [((at >= [a for a, _ in spans]) & (at < [b for _, b in spans])).any(1) for spans in truth.values()]
    return _joined([(np.stack(images), np.stack(labels, 1))], list(truth), fps)


def _joined(clips: Sequence[tuple[np.ndarray, np.ndarray]], apps: Sequence[str], fps: float) -> Footage:
    number = np.repeat(np.arange(len(clips)), [len(images) for images, _ in clips])
    images, labels = (np.concatenate(part) for part in zip(*clips, strict=True))
    return Footage(images, labels, tuple(apps), number, fps)
