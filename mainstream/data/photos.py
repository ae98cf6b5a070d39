"""Photos in memory: decoded, labelled, partitioned. `mainstream.data.datasets` finds them, `pictures` reads one."""

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from mainstream.data.footage import column
from mainstream.data.geometry import LETTERBOX, SQUEEZED, fitted
from mainstream.data.pictures import kinds, read_picture
from mainstream.data.progress import progress
from mainstream.errors import UserError, unknown
from mainstream.package import Geometry

PARTITIONS = ("train", "val", "test")
MAX_UNREADABLE = 0.05


@dataclass(frozen=True)
class Photos:
    """Decoded photos, their labels and where each came from. `part("train")` is one partition of them."""

    images: np.ndarray  # uint8 (n, height, width, 3), RGB
    labels: np.ndarray  # bool (n, classes): several may hold
    classes: tuple[str, ...]
    files: tuple[str, ...]  # relative to the root
    partition: np.ndarray  # str (n,): train, val, test
    unreadable: tuple[str, ...] = ()  # skipped
    left_out: tuple[str, ...] = ()  # files that are no pictures, or none that can be read here
    geometry: Geometry = SQUEEZED

    def __len__(self) -> int:
        return len(self.files)

    def remarks(self) -> list[str]:
        """What a person should know about the files: left out, by kind; unreadable, by name. A line each."""
        unread = ", ".join(self.unreadable[:5]) + (", …" if len(self.unreadable) > 5 else "")
        lines = {"left out": kinds(self.left_out), f"{len(self.unreadable)} cannot be read": unread}
        return [f"{what}: {which}" for what, which in lines.items() if which]

    def part(self, name: str) -> Self:
        """Those of one partition. Raises `UserError` for a name that is none."""
        if name not in PARTITIONS:
            raise unknown("partition", name, PARTITIONS)
        return self.select(np.flatnonzero(self.partition == name))

    def select(self, rows: np.ndarray) -> Self:
        """Those at `rows` (whole numbers), in that order."""
        files = tuple(self.files[k] for k in rows)
        return replace(
            self, images=self.images[rows], labels=self.labels[rows], files=files, partition=self.partition[rows]
        )

    def has(self, name: str) -> np.ndarray:
        """bool (n,): does `name` hold? Raises `UserError` for an unknown class."""
        return self.labels[:, column(self.classes, name)]


@dataclass(frozen=True)
class Listing:
    """Labelled files, none of them opened yet. `decode` reads them."""

    root: Path
    files: tuple[str, ...]  # relative to the root
    labels: np.ndarray  # bool (n, classes)
    classes: tuple[str, ...]
    partition: np.ndarray  # str (n,): train, val, test
    left_out: tuple[str, ...] = ()  # files that are no pictures, or none that can be read here

    def alone(self, name: str, called: str) -> Self:
        """With one class only, under another name. Raises `UserError` for an unknown one."""
        return replace(self, labels=self.labels[:, [column(self.classes, name)]], classes=(called,))

    def decode(self, size: int | tuple[int, int]) -> Photos:
        """Reads the files, two at a time; each fitted whole to `size` (px; or (height, width)).

        Raises:
            UserError: more than 5% cannot be read (fewer are named in a warning and skipped); a partition in which a
                class holds for every image or for none.
        """
        shape = (size, size) if isinstance(size, int) else size
        if min(shape) < 1:
            raise UserError(f"size={size}: must be at least 1 pixel")
        images = np.empty((len(self.files), *shape, 3), np.uint8)

        def read(k: int) -> str | None:
            try:
                images[k] = fitted(read_picture(self.root / self.files[k], 2 * max(shape)), shape, LETTERBOX)
            except Exception as e:  # whatever a parser raises on a damaged file
                return f"{self.files[k]} ({e if isinstance(e, UserError) else type(e).__name__})"
            return None

        with warnings.catch_warnings(), ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
            warnings.simplefilter("ignore")  # of parsers, about files that they read
            results = list(progress(pool.map(read, range(len(self.files))), total=len(self.files), desc="photos"))
        bad = tuple(r for r in results if r)
        found = Photos(
            images, self.labels, self.classes, self.files, self.partition, bad, self.left_out, geometry=LETTERBOX
        )
        if bad:
            message = f"{len(bad)} of {len(self.files)} images in '{self.root}' cannot be read: {', '.join(bad[:5])}"
            message += f" and {len(bad) - 5} more" if len(bad) > 5 else ""
            if len(bad) > MAX_UNREADABLE * len(self.files):
                raise UserError(f"{message}; more than {MAX_UNREADABLE:.0%}: stopped")
            warnings.warn(f"{message}; skipped", stacklevel=3)
            found = found.select(np.flatnonzero([r is None for r in results]))
        return checked(found, self.root)


def checked(photos: Photos, where: str | Path, classes: Sequence[str] = ()) -> Photos:
    """Every class (or each of `classes`) must hold for some and not for others, in each partition.

    Else nothing can be learnt or counted: `UserError`.
    """
    for name in PARTITIONS:
        part = photos.part(name)
        for label in classes or photos.classes:
            held = int(part.has(label).sum())
            if held in (0, len(part)):
                raise UserError(
                    f"'{where}': partition '{name}' has {held} of {len(part)} images with '{label}'; needs some "
                    f"with and some without: add images"
                )
    return photos
