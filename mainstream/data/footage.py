"""Held-out video as the trainer measures on it: frames, labels, and which clip each frame is from (design section 5).

Not to be confused with training photos: neighbouring frames resemble each other, which is what ρ is about. Clips of the
synthetic world: `mainstream.data.rendered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mainstream.data.geometry import LETTERBOX, SQUEEZED, fitted
from mainstream.data.progress import progress
from mainstream.data.stamps import rate_of, stated_rate
from mainstream.errors import UserError, unknown
from mainstream.package import Geometry

Interval = tuple[float, float]
LARGEST = 4 << 30  # bytes of frames that are kept
ROUNDING_S = 1e-6


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
    video_fps: float | None = None,
) -> Footage:
    """A video file analysed about `fps` times a second by its own time stamps, with intervals of truth in seconds.

    The footage's rate is the one that was reached. video_fps: of a film without time stamps.
    Raises `UserError`: as `sampled_frames`, or truth for nothing.
    """
    if not truth:
        raise UserError(f"video='{video}': no application has a column of truth")
    images, times = sampled_frames(video, fps=fps, size=size, geometry=geometry, video_fps=video_fps)
    labels = [held(spans, times) for spans in truth.values()]
    return joined([(images, np.stack(labels, 1))], list(truth), reached_fps(times, fps), geometry)


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
    video_fps: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Frames from `start_s` up to `end_s`, `fps` of them a second (fewer where the video has fewer), and their times.

    Time is cut into slots of 1/fps, of which each gives its first frame (one that comes half a frame early counts): the
    rate holds on average whatever the video's own. Returns uint8 (n, size, size, 3) RGB and seconds (n,), zero being
    where a player starts. video_fps: the rate of a film without time stamps.
    Raises `UserError`: as `Video`, no frame in that time, or more than 4 GiB of them.
    """
    images: list[np.ndarray] = []
    times: list[float] = []
    taken = -1
    from mainstream.data.video import Video  # PyAV is not in the base of dependencies; tables of footage need none

    with Video(video, fps=video_fps) as film:
        if film.live:
            raise UserError(f"video='{video}': a live stream has no end; record it first")
        early = 0.5 / film.fps
        for time, picture in progress(film, desc="frames", unit="frame"):
            if time >= end_s - ROUNDING_S:
                break
            slot = int(np.floor((time + early) * fps + 1e-6))
            if time >= start_s - ROUNDING_S and slot > taken:
                images.append(fitted(picture(), size, geometry))
                times.append(time)
                taken = slot
                if len(images) * images[0].nbytes > LARGEST:
                    raise UserError(f"video='{video}': {fps:g} frames/s are over 4 GiB at {time:.0f} s; ask for fewer")
    if not images:
        raise UserError(f"video='{video}': has no frames" + (f" from {start_s:g} s on" if start_s else ""))
    return np.stack(images), np.array(times)


def reached_fps(times: np.ndarray, fps: float) -> float:
    """What of the `fps` asked for frames at these seconds have: less where the video has less."""
    if len(times) < 2 or len(times) >= (times[-1] - times[0]) * fps:
        return fps
    return min(fps, stated_rate(rate_of(times), ()))


def video_seconds(video: str | Path, *, fps: float | None = None) -> float:
    """Length of a film as a player has it. fps: of one without time stamps. Raises `UserError` as `Video`."""
    from mainstream.data.video import Video

    with Video(video, fps=fps) as film:
        return film.seconds()


def joined(
    clips: Sequence[tuple[np.ndarray, np.ndarray]], apps: Sequence[str], fps: float, geometry: Geometry = SQUEEZED
) -> Footage:
    """Clips, each images and labels (n, applications), one after the other."""
    number = np.repeat(np.arange(len(clips)), [len(images) for images, _ in clips])
    images, labels = (np.concatenate(part) for part in zip(*clips, strict=True))
    return Footage(images, labels, tuple(apps), number, fps, geometry)
