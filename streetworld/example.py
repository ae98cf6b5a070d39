"""A small example to try an application on: photos, in folders and as a table, a video and its CSV (notebook 09)."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from PIL import Image

from streetworld.encode import render_video
from streetworld.errors import WorldError, unknown
from streetworld.objects import APPS
from streetworld.stills import still_images
from streetworld.traffic import EventSpec

OTHER = "other"
FREQUENCY = 0.35  # of the application's events in the video: a busier day than usual, so that a short one has some
SHARE = 0.5  # of photos with the object on its way, as in a folder that somebody has collected


class Example(NamedTuple):
    """Paths of what was drawn."""

    photos: Path  # photos/<app>/*.jpg and photos/other/*.jpg
    table: Path  # the same photos with a column for each of the world's applications: image,<app>,…
    video: Path
    truth: Path


def render_example(
    folder: str | Path, app: str = "cat", *, photos: int = 800, seconds: float = 180.0, seed: int = 0, height: int = 160
) -> Example:
    """Draws `photos` stills `height` px high of one camera, and a video (10 fps) of a later day.

    The CSV has the events of all the world's applications. Raises `WorldError`: an unknown application, a folder that
    holds something else, or as `still_images` and `World`.
    """
    if app not in APPS:
        raise unknown("application", app, APPS)
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise WorldError(f"'{folder}': is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    events = {app: EventSpec(3.0, FREQUENCY)}
    with TemporaryDirectory(dir=folder, prefix=".drawn-") as place:  # interrupted, the folder is empty again
        made = Path(place)
        video, truth = render_video(made / "street.mp4", seconds, camera=0, seed=seed, fps=10.0, events=events)
        images, labels = still_images(APPS, photos, cameras=[0], seed=seed, size=(4 * height // 3, height), share=SHARE)
        for name in (app, OTHER):
            (made / "photos" / name).mkdir(parents=True, exist_ok=True)
        shows_it = labels[:, APPS.index(app)]
        files = [f"photos/{app if shown else OTHER}/{k:05d}.jpg" for k, shown in enumerate(shows_it)]
        for file, image in zip(files, images, strict=True):
            Image.fromarray(image).save(made / file, quality=92)
        with open(made / "photos.csv", "w", newline="", encoding="utf-8") as table:
            rows = [[file, *map(int, row)] for file, row in zip(files, labels, strict=True)]
            csv.writer(table).writerows([["image", *APPS], *rows])
        for drawn in made.iterdir():
            drawn.rename(folder / drawn.name)
    return Example(folder / "photos", folder / "photos.csv", folder / video.name, folder / truth.name)
