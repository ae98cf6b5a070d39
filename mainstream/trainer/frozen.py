"""Outputs of the frozen stem: computed once per split, shared by every application and seed that is trained there."""

from __future__ import annotations

import math

import numpy as np

from mainstream.networks.backend import keras, tf
from mainstream.networks.base import preprocess

BATCH = 64  # images per call of the stem


class Frozen:
    """What the stem makes of `images`, by row; kept in memory where `limit_bytes` allow, else computed on demand.

    The stem runs in inference mode, always. With `flip`, each image has a second view, its mirror image.
    """

    def __init__(
        self, stem: keras.Model, images: np.ndarray, preprocessing: str, *, limit_bytes: float, flip: bool = False
    ):
        self._images, self._preprocessing = images, preprocessing
        self._identity = not stem.weights
        self._call = tf.function(lambda x: stem(x, training=False))
        shape = tuple(stem.output_shape[1:])
        views = 2 if flip else 1
        self.bytes = 0 if self._identity else 4 * math.prod(shape) * len(images) * views
        self._kept: np.ndarray | None = None
        if 0 < self.bytes <= limit_bytes:
            kept = np.empty((views, len(images), *shape), "float32")
            for view in range(views):
                for start in range(0, len(images), BATCH):
                    rows = np.arange(start, min(start + BATCH, len(images)))
                    kept[view, rows] = self._compute(rows, np.full(len(rows), view))
            self._kept = kept

    def __call__(self, rows: np.ndarray, view: np.ndarray | None = None) -> np.ndarray:
        """float32 (len(rows), …): the stem's output for these rows; `view` 1 is the mirror image, per row."""
        view = np.zeros(len(rows), int) if view is None else view
        return self._compute(rows, view) if self._kept is None else self._kept[view, rows]

    def _compute(self, rows: np.ndarray, view: np.ndarray) -> np.ndarray:
        images = self._images[rows]
        images = np.where(view[:, None, None, None] == 1, images[:, :, ::-1], images)
        x = preprocess(images, self._preprocessing)
        return x if self._identity else self._padded(x)

    def _padded(self, x: np.ndarray) -> np.ndarray:
        """Always BATCH images a call: one compiled graph, and the same bits whatever the number of rows."""
        found = []
        for start in range(0, len(x), BATCH):
            part = x[start : start + BATCH]
            full = np.concatenate([part, np.zeros((BATCH - len(part), *x.shape[1:]), "float32")])
            found.append(np.asarray(self._call(full))[: len(part)])
        return np.concatenate(found)
