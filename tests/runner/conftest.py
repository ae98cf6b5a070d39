"""Applications with weights that nobody trained, on the embedded base: what a runner needs to run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from mainstream.networks import base as bases
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.package import Events, MPackage, SplitRecord, Tail
from mainstream.runner.frames import Frame, Source

LAYERS = ("input", "conv_pw_3", "conv_pw_9", "pooled features")


class Noise(Source):
    """48 × 64 px of nothing, 20 frames/s."""

    fps = 20.0

    def __init__(self, seconds: float):
        self._n = round(seconds * self.fps)

    def __iter__(self):
        rng = np.random.default_rng(0)
        for k in range(self._n):
            yield Frame(k, k / self.fps, rng.integers(0, 256, (48, 64, 3), np.uint8))


@pytest.fixture(scope="session")
def noise():
    """Seconds → a source of that length."""
    return Noise


@pytest.fixture(scope="session")
def base() -> BaseNetwork:
    return bases.load_base()


def untrained(base: BaseNetwork, folder: Path, app: str, k: int = 0, layers: tuple[str, ...] = LAYERS) -> MPackage:
    """An application with a random head and tails that are nobody else's, nor the base's.

    The deeper the split, and the higher k, the less accurate it claims to be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model, rng = with_head(base.network), np.random.default_rng(k)  # on the base's own layers, left as they were
    head = model.get_layer("decision")
    kernel, bias = head.get_weights()
    head.set_weights([rng.normal(size=kernel.shape).astype("float32"), 0 * bias])
    records = []
    for point in split_points(model):
        if point.name not in layers:
            continue
        file = folder / f"split_{point.frozen_layers:03d}.weights.h5"
        part = cut(model, point)[1]
        before = part.get_weights()
        part.set_weights([w * rng.uniform(0.97, 1.03, w.shape).astype("float32") for w in before])
        part.save_weights(file)
        part.set_weights(before)
        tail = Tail(file=file.name, sha256=hashlib.sha256(file.read_bytes()).hexdigest())
        tpr = 0.95 - 0.3 * point.fraction - 0.02 * k
        records.append(
            SplitRecord(split=point.frozen_layers, layer=point.name, tpr=tpr, fpr=0.05, threshold=0.5, tail=tail)
        )
    events = Events(length_s=2.0 - 0.3 * k, frequency=0.3, correlation=(0.3,))
    MPackage(application=app, base=base.identity, splits=tuple(records), events=events).save(folder)
    return MPackage.load(folder)


@pytest.fixture(scope="session")
def make_package():
    return untrained


@pytest.fixture(scope="session")
def packages(tmp_path_factory, base) -> dict[str, MPackage]:
    """Four applications on the embedded base."""
    apps = ("cat", "car", "bus", "train")
    return {app: untrained(base, tmp_path_factory.mktemp(app), app, k) for k, app in enumerate(apps)}
