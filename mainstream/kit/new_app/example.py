"""A small example to try `mainstream new-app` on: photos in a folder per class, a video and its CSV (notebook 09)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from joblib import Parallel, delayed
from PIL import Image

from mainstream.data.intervals import read_intervals
from mainstream.errors import UserError, unknown
from streetworld import APPS, still_images
from streetworld.encode import render_video, write_intervals
from streetworld.traffic import EventSpec

OTHER = "other"
FREQUENCY = 0.35  # of the application's events in the video: a busier day than usual, so that a short one has some
SHARE = 0.5  # of photos with the object on its way, as in a folder that somebody has collected


class Example(NamedTuple):
    """Paths of what was drawn."""

    photos: Path  # photos/<app>/*.jpg and photos/other/*.jpg
    video: Path
    truth: Path


def render_example(
    folder: str | Path, app: str = "cat", *, photos: int = 800, seconds: float = 180.0, seed: int = 0, height: int = 160
) -> Example:
    """Draws `photos` stills `height` px high of one camera of the synthetic world, and a video (10 fps) of a later day.

    The CSV has the events of all the world's applications. Raises `UserError`: an unknown application, a folder that
    holds something else, or as `still_images` and `World`.
    """
    if app not in APPS:
        raise unknown("application", app, APPS)
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"'{folder}': is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    events = {app: EventSpec(3.0, FREQUENCY)}
    (video, table), (images, labels) = Parallel(2)([
        delayed(render_video)(folder / "street.mp4", seconds, camera=0, seed=seed, fps=10.0, events=events),
        delayed(still_images)([app], photos, cameras=[0], seed=seed, size=(4 * height // 3, height), share=SHARE),
    ])  # fmt: skip
    for name in (app, OTHER):
        (folder / "photos" / name).mkdir(parents=True, exist_ok=True)
    for k, (image, (held,)) in enumerate(zip(images, labels, strict=True)):
        Image.fromarray(image).save(folder / "photos" / (app if held else OTHER) / f"{k:05d}.jpg", quality=92)
    kept = {name: spans for name, spans in read_intervals(table).items() if spans}
    write_intervals(table, kept)
    return Example(folder / "photos", video, table)
