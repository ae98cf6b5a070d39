"""Outputs of the frozen stem: computed once per split, shared by every application and seed that is trained there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mainstream.networks.backend import keras
from mainstream.networks.base import preprocess
from mainstream.networks.engines import Compiled, compile_each, in_batches

BATCH = 32  # images per call of a network that is only asked


class Pixels:
    """What a stem begins with: uint8 `images` (n, height, width, 3) prepared for the network, by row."""

    def __init__(self, images: np.ndarray, preprocessing: str):
        self._images, self._preprocessing = images, preprocessing

    def __len__(self) -> int:
        return len(self._images)

    def __call__(self, rows: np.ndarray, view: np.ndarray | None = None) -> np.ndarray:
        """float32 (len(rows), height, width, 3); `view` 1 is the mirror image, per row (default: none is)."""
        images = self._images[rows]
        if view is not None and view.any():
            images = np.where(view[:, None, None, None] == 1, images[:, :, ::-1], images)
        return preprocess(images, self._preprocessing)


class Frozen:
    """What a stem makes of `below`, by row; kept in memory where `limit_bytes` allow, else computed on demand.

    below: the images, or the outputs of a shallower split, which a stem may begin with instead: the same bits. The stem
    is compiled with the weights that it has now (OpenVINO: a third of TensorFlow's time), for one thread. With `flip`,
    each image has a second view, its mirror image.
    """

    def __init__(self, stem: keras.Model, below: Pixels | Frozen, *, limit_bytes: float, flip: bool = False):
        self._below, self._n = below, len(below)
        self._stem = asked(stem) if stem.weights or isinstance(below, Frozen) else None  # None: `below` itself
        views = 2 if flip else 1
        self.bytes = views * self._n * size_of(stem.output_shape) if self._stem else 0
        self._kept: np.ndarray | None = None
        if 0 < self.bytes <= limit_bytes:
            kept = np.empty((views, self._n, *stem.output_shape[1:]), "float32")
            for view in range(views):
                for start in range(0, self._n, BATCH):
                    rows = np.arange(start, min(start + BATCH, self._n))
                    kept[view, rows] = self._compute(rows, np.full(len(rows), view))
            self._kept = kept
            del self._below  # the memory may be needed

    def __len__(self) -> int:
        return self._n

    def __call__(self, rows: np.ndarray, view: np.ndarray | None = None) -> np.ndarray:
        """float32 (len(rows), …): the stem's output for these rows; `view` 1 is the mirror image, per row."""
        view = np.zeros(len(rows), int) if view is None else view
        return self._compute(rows, view) if self._kept is None else self._kept[view, rows]

    def _compute(self, rows: np.ndarray, view: np.ndarray) -> np.ndarray:
        x = self._below(rows, view)
        return x if self._stem is None else in_batches(self._stem, x, BATCH)


def size_of(shape: Sequence[int | None]) -> int:
    """Bytes that one image's output of this shape (the batch first) takes."""
    return 4 * math.prod(n or 1 for n in shape[1:])


def asked(model: keras.Model) -> Compiled:
    """`model` as it is now, compiled for batches of BATCH on one thread: the same bits on any number of cores."""
    return compile_each(model, [model.get_weights()], threads=1, batch=BATCH)[0]
