"""Clips of the synthetic world, to measure on (notebooks 01, 03). Its stills: `rendered_stills`.

Training, validation and test share cameras, but neither seeds, hours, weather nor individuals.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from mainstream.data.footage import Footage, joined
from mainstream.data.jobs import each
from mainstream.errors import UserError, unknown
from streetworld import APPS, SEEN, World

WORLD_FPS = 20.0


def known(apps: Sequence[str]) -> None:
    """Raises `UserError` for the first name that the world has no application of; before any process is started."""
    for app in apps:
        if app not in APPS:
            raise unknown("application", str(app), APPS)


def world_footage(
    apps: Sequence[str],
    *,
    cameras: Sequence[int] = SEEN,
    seeds: Iterable[int] = (0,),
    seconds: float = 45.0,
    fps: float = 4.0,
    split: str = "test",
    size: int = 128,
    exposure: float = 1.0,
) -> Footage:
    """One clip of the world per camera and seed (another day each), analysed `fps` times a second.

    fps must divide the world's 20 frames/s. exposure: as of `World`.
    Raises `UserError` as `World`, and for unknown applications.
    """
    known(apps)
    stride = WORLD_FPS / fps if fps > 0 else 0.5
    if stride < 1 or stride != int(stride):
        raise UserError(f"fps={fps}: must divide the world's {WORLD_FPS:g} frames per second")

    def clip(camera: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        world = World(camera, seed, seconds=seconds, split=split, width=size, height=size, exposure=exposure)
        images = np.stack(list(world.pictures(int(stride))))
        return images, world.presence[:: int(stride)][:, [APPS.index(app) for app in apps]]

    places = [(camera, seed) for seed in seeds for camera in cameras]
    return joined(each(clip, places, desc="filming"), apps, fps)
