"""Truth of a zone from boxes: a table of the MOT Challenge says where everybody is, this when somebody is in a zone.

A row is frame (from 1), identity, left, top, width, height in px, and may go on; where a seventh column says 0, the
annotators did not want the box counted. A box is in a zone while its centre is: a rule for boxes of any size, by which
nobody is in two zones that merely touch, nor lost between them.
"""

from pathlib import Path

import numpy as np

from mainstream.data.video import Video
from mainstream.errors import UserError
from mainstream.package import Zone
from mainstream.paths import read_text
from mainstream.quality.counted import Interval

MOST_FRAMES = 10_000_000  # a day at 100 frames/s; a table of more is a mistake
BEYOND = 0.05  # of all centres that may lie outside the picture: people who are leaving it


def read_boxes(path: str | Path) -> np.ndarray:
    """float64 (n, 3): frame, and centre of the box in px, of all boxes that count.

    Raises `UserError`: as `read_text`; a cell that is no number, too few columns, a frame that is none, a box without
    an area, no box at all.
    """
    needs = "needs frame,id,left,top,width,height in numbers, without a line of names"
    text = read_text(path)
    try:
        lines = [line for line in text.splitlines() if line.strip()]
        rows = np.loadtxt(lines, delimiter=",", comments=None, ndmin=2) if lines else np.empty((0, 6))
    except ValueError as e:
        raise UserError(f"{path}: {e}; {needs}") from e
    if rows.size == 0 or rows.shape[1] < 6:
        raise UserError(f"{path}: {'has no row' if rows.size == 0 else f'has {rows.shape[1]} columns'}; {needs}")
    if rows.shape[1] > 6:
        rows = rows[rows[:, 6] != 0]
    frame, left, top, width, height = rows[:, [0, 2, 3, 4, 5]].T
    numbered = (frame >= 1) & (frame <= MOST_FRAMES) & (frame % 1 == 0)
    good = np.isfinite(rows[:, :6]).all(axis=1) & numbered & (np.minimum(width, height) > 0)
    if not good.all():
        shown = ", ".join(f"{v:g}" for v in rows[np.argmin(good), :6])
        raise UserError(f"{path}: {shown}: needs a frame from 1 to {MOST_FRAMES}, and a width and height above 0")
    return np.stack([frame, left + width / 2, top + height / 2], axis=1)


def film_of(video: str | Path, fps: float | None = None) -> tuple[np.ndarray, tuple[int, int]]:
    """Seconds at which each frame is shown and at which the last one ends, (n + 1,), and (width, height) of a frame.

    fps: of a film without time stamps. Raises `UserError` as `Video`, and where a frame cannot be decoded.
    """
    times: list[float] = []
    size = (0, 0)
    with Video(video, fps=fps) as film:
        if film.live:
            raise UserError(f"video='{video}': a live stream has no end; record it first")
        for time_s, picture in film:
            if not times:
                height, width = picture().shape[:2]
                size = (width, height)
            times.append(time_s)
        if not times:
            raise UserError(f"video='{video}': has no frames")
        if film.corrupt:
            lost = f"{film.corrupt} frames cannot be decoded, so that those behind them have other numbers"
            raise UserError(f"video='{video}': {lost}; --fps and --picture do without it")
        return np.array([*times, times[-1] + 1 / film.fps]), size


def zone_intervals(
    boxes: np.ndarray, zone: Zone | None, size: tuple[int, int], times: np.ndarray, where: str = "boxes"
) -> list[Interval]:
    """When a centre is in the zone, (start_s, end_s) each: from a frame's time to that of the first frame without one.

    boxes: of `read_boxes`. size: (width, height) of the picture that they are in, px. times: as `film_of` has them.
    Raises `UserError`: boxes of another picture, or of frames that the film has not.
    """
    x, y = boxes[:, 1] / size[0], boxes[:, 2] / size[1]
    if ((x < 0) | (x > 1) | (y < 0) | (y > 1)).mean() > BEYOND:
        far = f"{boxes[:, 1].max():.0f} and {boxes[:, 2].max():.0f} px"
        raise UserError(f"{where}: reach {far}, the picture has {size[0]}x{size[1]}; --picture says which theirs is")
    if (last := int(boxes[:, 0].max(initial=0))) >= len(times):
        raise UserError(f"{where}: name frame {last}, but the film has {len(times) - 1}")
    left, top, width, height = zone or Zone(0, 0, 1, 1)
    right, bottom = round(left + width, 9), round(top + height, 9)  # 0.1 + 0.2 is where a zone begins at 0.3
    inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    held = np.zeros(len(times) + 1, np.int8)  # by frame, from 1
    held[boxes[inside, 0].astype(int)] = 1
    edges = np.flatnonzero(np.diff(held)).reshape(-1, 2)
    return [(float(times[a]), float(times[b])) for a, b in edges]
