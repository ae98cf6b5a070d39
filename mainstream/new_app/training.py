"""How a new application is trained: at which splits, with which settings, and about how long it takes."""

from __future__ import annotations

import time

import numpy as np

from mainstream.backend import tf
from mainstream.base import BaseNetwork, preprocess
from mainstream.new_app.material import Material
from mainstream.new_app.request import Request
from mainstream.photos import Photos
from mainstream.splits import SplitPoint, split_points, with_head
from mainstream.trainer import Settings

QUICK_SPLITS = 4
STEPS_WANTED = 60  # batches per split at least, however few the photos: what the world's settings were settled with
MOST_EPOCHS = 20
PARALLEL, SETUP_S = 1.6, 2.0  # a training process has one thread; building and compiling one split


def chosen_splits(base: BaseNetwork, quick: bool) -> list[SplitPoint]:
    """All split points of the base; with `quick` a few, from the first to the last."""
    points = split_points(with_head(base.network))
    places = np.linspace(0, len(points) - 1, QUICK_SPLITS).round().astype(int) if quick else range(len(points))
    return [points[int(k)] for k in places]


def settings_for(photos: Photos, request: Request) -> Settings:
    """As the base was settled with, but at least `STEPS_WANTED` batches per split: few photos make short epochs.

    All epochs are gone through, the learning rate falling to 0, and the best on validation is kept. No still of a
    fixed camera is mirrored.
    """
    rare = min(photos.part("train").labels.sum(), (~photos.part("train").labels).sum())
    chosen = Settings.world() if request.base == "embedded" else Settings.photos()
    batches = max(1.0, rare * (1 + chosen.negatives) / chosen.batch)
    epochs = int(np.clip(np.ceil(STEPS_WANTED / batches), chosen.epochs, MOST_EPOCHS))
    flip = request.images is not None and request.base != "embedded"
    epochs = max(1, epochs // 3) if request.quick else epochs
    return chosen.model_copy(update={"epochs": epochs, "patience": 4 * epochs, "flip": flip})


def training_seconds(
    base: BaseNetwork, photos: Photos, settings: Settings, points: list[SplitPoint], material: Material
) -> float:
    """A guess from a timed forward pass: frozen parts once, tails three passes per photo and epoch (there and back)."""
    batch = preprocess(photos.images[:16], base.identity.preprocessing)
    call = tf.function(lambda x: base.network(x, training=False))
    call(batch)
    started = time.perf_counter()
    call(batch)
    one = (time.perf_counter() - started) / len(batch) * PARALLEL
    held = int((photos.partition != "train").sum()) + (len(material.measured.images) if material.measured else 0)
    train_part = photos.part("train")
    rare = int(min(train_part.labels.sum(), (~train_part.labels).sum()))
    frozen = len(photos) * (1 + settings.flip) + held
    passes = 0.0
    for p in points:
        above = 1 - p.fraction
        passes += frozen * p.fraction
        passes += settings.epochs_at(p.fraction) * 3 * rare * (1 + settings.negatives) * above + 2 * held * above
    return one * passes + SETUP_S * len(points)
