"""Footage of video files: frames at equal steps of a film's own time, with intervals of truth.

Apart from `footage`, so that what only holds or counts footage needs no reader of video.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mainstream.data.footage import Footage, Interval, joined
from mainstream.data.geometry import LETTERBOX, fitted
from mainstream.data.progress import progress
from mainstream.data.stamps import rate_of, stated_rate
from mainstream.data.video import Video
from mainstream.errors import UserError
from mainstream.package import Geometry, Zone

LARGEST = 4 << 30  # bytes of frames that are kept
ROUNDING_S = 1e-6


def file_footage(
    video: str | Path,
    truth: Mapping[str, Sequence[Interval]],
    *,
    fps: float = 4.0,
    size: int = 128,
    start_s: float = 0.0,
    end_s: float = np.inf,
    video_fps: float | None = None,
    zone: Zone | None = None,
) -> Footage:
    """A video file, or a part, analysed about `fps` times a second by its own time stamps, with truth in its seconds.

    The footage's rate is the one that was reached. video_fps: of a film without time stamps. zone: all that is seen.
    Raises `UserError`: as `sampled_frames`, or truth for nothing.
    """
    if not truth:
        raise UserError(f"video='{video}': no application has a column of truth")
    images, times = sampled_frames(
        video, fps=fps, size=size, start_s=start_s, end_s=end_s, video_fps=video_fps, zone=zone
    )
    labels = [held(spans, times) for spans in truth.values()]
    return joined([(images, np.stack(labels, 1))], list(truth), reached_fps(times, fps), LETTERBOX)


def held(spans: Sequence[Interval], times: np.ndarray) -> np.ndarray:
    """bool (n,): does any [start, end) hold at these seconds? A hair before its start is rounding."""
    at = np.asarray(times)[:, None] + ROUNDING_S
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
    zone: Zone | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Frames from `start_s` up to `end_s`, `fps` of them a second (fewer where the video has fewer), and their times.

    Time is cut into slots of 1/fps, of which each gives its first frame (one that comes half a frame early counts): the
    rate holds on average whatever the video's own. Returns uint8 (n, size, size, 3) RGB and seconds (n,), zero being
    where a player starts. video_fps: the rate of a film without time stamps. zone: what of each frame is taken.
    Raises `UserError`: as `Video`, no frame in that time, or more than 4 GiB of them.
    """
    images: list[np.ndarray] = []
    times: list[float] = []
    taken = -1
    with Video(video, fps=video_fps) as film:
        if film.live:
            raise UserError(f"video='{video}': a live stream has no end; record it first")
        early = 0.5 / film.fps
        for time, picture in progress(film, desc="frames", unit="frame"):
            if time >= end_s - ROUNDING_S:
                break
            slot = int(np.floor((time + early) * fps + 1e-6))
            if time >= start_s - ROUNDING_S and slot > taken:
                images.append(fitted(picture(), size, geometry, zone))
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
    with Video(video, fps=fps) as film:
        return film.seconds()
