"""The synthetic world as the trainer takes it: stills to train on, clips to measure on (design section 6; notebook 01).

Training, validation and test share cameras, but neither seeds, hours, weather nor individuals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed

from mainstream.data.footage import Footage, joined
from mainstream.data.geometry import LETTERBOX, SQUEEZED, fitted
from mainstream.data.photos import PARTITIONS, Photos
from mainstream.errors import UserError, unknown
from streetworld import APPS, SEEN, World, still_images
from streetworld.cameras import HEIGHT, WIDTH

WORLD_FPS = 20.0
Pictures = TypeVar("Pictures", Photos, Footage)
PIECE = 100  # stills drawn by one call


def world_photos(
    apps: Sequence[str],
    *,
    cameras: Sequence[int] = SEEN,
    train: int = 3000,
    val: int = 800,
    test: int = 1200,
    seed: int = 0,
    size: int = 128,
    jobs: int = 2,
) -> Photos:
    """Stills of every partition, `size` × `size` px. The pictures do not depend on `jobs` (processes).

    Raises `UserError` as `still_images`.
    """
    known(apps)
    wanted = dict(zip(PARTITIONS, (train, val, test), strict=True))
    for name, n in wanted.items():
        if n < 1:
            raise UserError(f"{name}={n}: must be at least one still")
    pieces = [(part, k, min(PIECE, n - k)) for part, n in wanted.items() for k in range(0, n, PIECE)]
    drawn = Parallel(jobs)(
        delayed(still_images)(list(apps), n, cameras=cameras, seed=_piece_seed(seed, k), size=size, split=part)
        for part, k, n in pieces
    )
    images, labels = (np.concatenate(column) for column in zip(*drawn, strict=True))
    partition = np.repeat([part for part, _, _ in pieces], [n for _, _, n in pieces])
    files = tuple(f"world/{part}/{k + i:05d}" for part, k, n in pieces for i in range(n))
    return Photos(images, labels, tuple(apps), files, partition)


def known(apps: Sequence[str]) -> None:
    """Raises `UserError` for the first name that the world has no application of; before any process is started."""
    for app in apps:
        if app not in APPS:
            raise unknown("application", str(app), APPS)


def _piece_seed(seed: int, start: int) -> int:
    """Another seed for every piece of a partition."""
    return seed * 10**6 + start


def world_footage(
    apps: Sequence[str],
    *,
    cameras: Sequence[int] = SEEN,
    seeds: Iterable[int] = (0,),
    seconds: float = 45.0,
    fps: float = 4.0,
    split: str = "test",
    size: int = 128,
    jobs: int = 2,
) -> Footage:
    """One clip of the world per camera and seed (another day each), analysed `fps` times a second.

    fps must divide the world's 20 frames/s. Raises `UserError` as `World`, and for unknown applications.
    """
    known(apps)
    stride = WORLD_FPS / fps if fps > 0 else 0.5
    if stride < 1 or stride != int(stride):
        raise UserError(f"fps={fps}: must divide the world's {WORLD_FPS:g} frames per second")
    places = [(camera, seed) for seed in seeds for camera in cameras]
    clips = Parallel(jobs)(
        delayed(_clip)(camera, seed, apps, seconds, split, size, int(stride)) for camera, seed in places
    )
    return joined(clips, apps, fps)


def _clip(
    camera: int, seed: int, apps: Sequence[str], seconds: float, split: str, size: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    world = World(camera, seed, seconds=seconds, split=split, width=size, height=size)
    images = []
    for i in range(len(world)):
        world.seen(i)
        if i % stride == 0:
            images.append(world.frame(i))
    return np.stack(images), world.presence[::stride][:, [APPS.index(app) for app in apps]]


def letterboxed(data: Pictures) -> Pictures:
    """The world's square pictures (4:3, squeezed) as photos and real video are: aspect kept, padded (notebook 09).

    Applications trained on them can share a stem with those of one's own photos.
    """
    size = data.images.shape[1]
    wide = (fitted(image, (size * HEIGHT // WIDTH, size), SQUEEZED) for image in data.images)
    return replace(data, images=np.stack([fitted(image, size, LETTERBOX) for image in wide]), geometry=LETTERBOX)
