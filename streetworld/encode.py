"""Video files: the world as H.264 with its ground truth beside it. Notebook 07."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from streetworld.errors import WorldError
from streetworld.world import World


def render_video(
    path: str | Path,
    seconds: float = 60.0,
    camera: int = 0,
    seed: int = 0,
    *,
    fps: float = 20.0,
    **world: Any,
) -> tuple[Path, Path]:
    """Write `seconds` of a `World` to `path` (H.264, MP4) and its events to the CSV beside it; returns both paths.

    The CSV has a row `app,start_s,end_s` per event. `world` holds further arguments of `World` (split, events, …).
    Raises `WorldError` for bad arguments.
    """
    path = Path(path)
    if path.suffix.lower() != ".mp4":
        raise WorldError(f"path={str(path)!r}: must end in .mp4")
    film = World(camera, seed, seconds=seconds, fps=fps, **world)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.mp4")
    write_h264(unfinished, film.pictures(), fps=fps, size=film.size)
    table = path.with_suffix(".csv")
    write_intervals(table, film.truth)
    unfinished.replace(path)
    return path, table


def write_h264(
    path: str | Path, frames: Iterator[np.ndarray], *, fps: float, size: tuple[int, int], crf: int = 23
) -> None:
    """Encode RGB `frames` (uint8, size = (width, height), both even) at `fps`; frame i is at i / fps. crf: 0 to 51."""
    if size[0] % 2 or size[1] % 2:
        raise WorldError(f"size={size}: H.264 needs an even width and height")
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        stream.time_base = stream.codec_context.time_base = 1 / rate
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}  # one: the same bytes each time
        for i, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = i, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_intervals(path: str | Path, truth: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Write events as `app,start_s,end_s`, in order of their start."""
    rows = sorted((start, end, app) for app, spans in truth.items() for start, end in spans)
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["app", "start_s", "end_s"])
        table.writerows([app, start, end] for start, end, app in rows)  # not rounded: a frame would change sides
