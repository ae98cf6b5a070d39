"""Outputs of the frozen stem: computed once per split, shared by every application and seed that is trained there."""

import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mainstream.networks.backend import keras
from mainstream.networks.base import preprocess
from mainstream.networks.engines import Compiled, compiler

BATCH = 32  # images per call of a network that is only asked
ROOM = 2.0  # times the size of a file of outputs that must be free on its disk


def in_batches(call: Compiled, x: np.ndarray) -> np.ndarray:
    """`call`, compiled for BATCH, on any number of inputs (n, …): float32 (n, …) of one's own.

    The last batch is filled up with zeros: one graph, and the same bits for an input whatever their number.
    """
    full = np.pad(x, [(0, -len(x) % BATCH)] + [(0, 0)] * (x.ndim - 1))
    return np.concatenate([call(full[k : k + BATCH]).copy() for k in range(0, len(full), BATCH)])[: len(x)]


class Frozen:
    """What the stem makes of `images`, by row: kept in memory where `limit_bytes` allow, else on the disk of `folder`
    where there is room, else computed on demand.

    `images` may be the outputs at a shallower split, of which `stem` goes on: the same bits. The stem is `compiled`
    with the weights that it has now, by default here (OpenVINO: a third of TensorFlow's time), for one thread. With
    `flip`, each image has a second view, its mirror image.
    """

    def __init__(
        self, stem: keras.Model, images: "np.ndarray | Frozen", preprocessing: str, *, limit_bytes: float,
        flip: bool = False, folder: Path | None = None, compiled: Compiled | None = None,
    ):  # fmt: skip
        self._images, self._preprocessing, self._n = images, preprocessing, len(images)
        self._stem = (compiled or asking(stem)()) if stem.weights or isinstance(images, Frozen) else None
        shape = tuple(stem.output_shape[1:])
        views = 2 if flip else 1
        self.bytes = 4 * math.prod(shape) * self._n * views if self._stem else 0
        self._kept: np.ndarray | _OnDisk | None = None
        fits = self.bytes <= limit_bytes
        if self.bytes and (fits or (folder and ROOM * self.bytes < shutil.disk_usage(folder).free)):
            size = (views, self._n, *shape)
            kept: Any = np.empty(size, "float32") if fits or folder is None else _OnDisk(size, folder)
            for view in range(views):
                for start in range(0, self._n, BATCH):
                    rows = np.arange(start, min(start + BATCH, self._n))
                    kept[view, rows] = self._compute(rows, np.full(len(rows), view))
            self._kept = kept
            del self._images  # a shallower split's outputs may be given up

    def __len__(self) -> int:
        return self._n

    def __call__(self, rows: np.ndarray, view: np.ndarray | None = None) -> np.ndarray:
        """float32 (len(rows), …): the stem's output for these rows; `view` 1 is the mirror image, per row."""
        view = np.zeros(len(rows), int) if view is None else view
        return self._compute(rows, view) if self._kept is None else self._kept[view, rows]

    def _compute(self, rows: np.ndarray, view: np.ndarray) -> np.ndarray:
        if isinstance(self._images, Frozen):
            x = self._images(rows, view)
        else:
            images = self._images[rows]
            if view.any():
                images = np.where(view[:, None, None, None] == 1, images[:, :, ::-1], images)
            x = preprocess(images, self._preprocessing)
        return x if self._stem is None else in_batches(self._stem, x)


class _OnDisk:
    """float32 (views, n, …) in a file that nobody else sees, read row by row: one that is mapped would fill memory."""

    def __init__(self, shape: tuple[int, ...], folder: Path):
        self._n, self._row, self._bytes = shape[1], shape[2:], 4 * math.prod(shape[2:])
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with its process, however that ends)

    def __setitem__(self, place: tuple[int, np.ndarray], values: np.ndarray) -> None:
        view, rows = place  # rows that follow each other
        self._file.seek((view * self._n + int(rows[0])) * self._bytes)
        self._file.write(np.ascontiguousarray(values).data)

    def __getitem__(self, place: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        found = np.empty((len(place[1]), *self._row), "float32")
        for one, view, row in zip(found, *place, strict=True):
            self._file.seek((int(view) * self._n + int(row)) * self._bytes)
            self._file.readinto(one.data.cast("B"))  # type: ignore[attr-defined]
        return found


def asking(model: keras.Model) -> Callable[[], Compiled]:
    """Compiles `model` as it is at each call, for BATCH images on one thread: the same bits on any number of cores."""
    return compiler(model, threads=1, batch=BATCH)
