"""Held-out video as the trainer measures on it: frames, labels, and which clip each frame is from (design section 5).

Not to be confused with training photos: neighbouring frames resemble each other, which is what ρ is about. Clips of the
synthetic world: `mainstream.data.rendered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from mainstream.data.geometry import LETTERBOX, SQUEEZED, fitted
from mainstream.errors import UserError, unknown
from mainstream.package import Geometry

Interval = tuple[float, float]


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
    video: str | Path,
    truth: Mapping[str, Sequence[Interval]],
    *,
    fps: float = 4.0,
    size: int = 128,
    geometry: Geometry = LETTERBOX,
) -> Footage:
    """A video file analysed about `fps` times a second by its own time stamps, with intervals of truth in seconds.

    Raises `UserError`: a file that cannot be read, or truth for nothing.
    """
    if not truth:
        raise UserError(f"video='{video}': no application has a column of truth")
    images, times = sampled_frames(video, fps=fps, size=size, geometry=geometry)
    labels = [held(spans, times) for spans in truth.values()]
    return joined([(images, np.stack(labels, 1))], list(truth), fps, geometry)


def held(spans: Sequence[Interval], times: np.ndarray) -> np.ndarray:
    """bool (n,): does any [start, end) hold at these seconds?"""
    at = np.asarray(times)[:, None]
    return np.any((at >= [a for a, _ in spans]) & (at < [b for _, b in spans]), axis=1)


def sampled_frames(
    video: str | Path,
    *,
    fps: float,
    size: int,
    start_s: float = 0.0,
    end_s: float = np.inf,
    geometry: Geometry = LETTERBOX,
) -> tuple[np.ndarray, np.ndarray]:
    """Frames from `start_s` up to `end_s`, `fps` of them a second (fewer where the video has fewer), and their times.

    Time is cut into slots of 1/fps, of which each gives its first frame: the rate holds on average whatever the video's
    own. Returns uint8 (n, size, size, 3) RGB and seconds (n,) from the video's first frame. Raises `UserError`: a file
    that cannot be read, or no frame in that time.
    """
    import av

    images: list[np.ndarray] = []
    times: list[float] = []
    first, taken = None, -1
    try:
        with av.open(str(video)) as container:
            bar = tqdm(container.decode(video=0), desc="frames", unit="frame", leave=False, disable=None)
            for frame in bar:
                first = float(frame.time or 0.0) if first is None else first
                time = float(frame.time or 0.0) - first
                if time >= end_s:
                    break
                slot = int(np.floor(time * fps + 1e-6))
                if time >= start_s and slot > taken:
                    images.append(fitted(frame.to_ndarray(format="rgb24"), size, geometry))
                    times.append(time)
                    taken = slot
    except (OSError, av.FFmpegError, IndexError) as e:
        raise UserError(f"video='{video}': {e}") from e
    if not images:
        raise UserError(f"video='{video}': has no frames" + (f" from {start_s:g} s on" if start_s else ""))
    return np.stack(images), np.array(times)


def video_seconds(video: str | Path) -> float:
    """Length of a file by the time stamps of its packets. Raises `UserError` for what cannot be read as a video."""
    import av

    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            ends = [(p.pts, p.pts + (p.duration or 0)) for p in container.demux(stream) if p.pts is not None]
            unit = float(stream.time_base or 0)
    except (OSError, av.FFmpegError, IndexError) as e:
        raise UserError(f"video='{video}': not a video that can be read: {e}") from e
    if not ends or not unit:
        raise UserError(f"video='{video}': has no frames")
    return (max(end for _, end in ends) - min(start for start, _ in ends)) * unit


def joined(
    clips: Sequence[tuple[np.ndarray, np.ndarray]], apps: Sequence[str], fps: float, geometry: Geometry = SQUEEZED
) -> Footage:
    """Clips, each images and labels (n, applications), one after the other."""
    number = np.repeat(np.arange(len(clips)), [len(images) for images, _ in clips])
    images, labels = (np.concatenate(part) for part in zip(*clips, strict=True))
    return Footage(images, labels, tuple(apps), number, fps, geometry)
