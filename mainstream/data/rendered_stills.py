"""Stills of the synthetic world, to train on (notebook 01). Its clips: `rendered`."""

from collections.abc import Sequence

import numpy as np

from mainstream.data.jobs import each
from mainstream.data.photos import PARTITIONS, Photos
from mainstream.data.rendered import known
from mainstream.errors import UserError
from streetworld import SEEN, still_images

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

    def piece(part: str, start: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        of_piece = seed * 10**6 + start  # another seed for every piece of a partition
        return still_images(list(apps), n, cameras=cameras, seed=of_piece, size=size, split=part)

    drawn = each(piece, pieces, desc="drawing")
    images, labels = (np.concatenate(column) for column in zip(*drawn, strict=True))
    partition = np.repeat([part for part, _, _ in pieces], [n for _, _, n in pieces])
    files = tuple(f"world/{part}/{k + i:05d}" for part, k, n in pieces for i in range(n))
    return Photos(images, labels, tuple(apps), files, partition)
