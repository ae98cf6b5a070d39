"""What a training leaves behind, split by split: weights of the tail, what it says of held-out photos, its log.

A split is finished when its `.json` is there and the weights agree with it; the `.json` is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mainstream.networks.backend import keras
from mainstream.networks.splits import SplitPoint


class Job(NamedTuple):
    """One application, trained from one seed."""

    app: str
    seed: int


class Checkpoints:
    """The folder of one job: `root/<app>-seed<seed>/split_<frozen layers>.{weights.h5,npz,json}`."""

    def __init__(self, root: Path, job: Job):
        self.folder = root / f"{job.app}-seed{job.seed}"

    def _file(self, point: SplitPoint, suffix: str) -> Path:
        return self.folder / f"split_{point.frozen_layers:03d}{suffix}"

    def weights(self, point: SplitPoint) -> Path:
        """The file with the tail's weights."""
        return self._file(point, ".weights.h5")

    def finished(self, point: SplitPoint) -> bool:
        """Trained, and its files whole."""
        path = self._file(point, ".json")
        if not path.is_file() or not self.weights(point).is_file():
            return False
        return checksum(self.weights(point)) == self.log(point)["sha256"]

    def written(self, point: SplitPoint) -> bool:
        """As `finished`, without a look into the files: for progress bars."""
        return self._file(point, ".json").exists()

    def log(self, point: SplitPoint) -> dict[str, Any]:
        """sha256 of the weights, epochs, seconds."""
        return json.loads(self._file(point, ".json").read_text(encoding="utf-8"))

    def probabilities(self, point: SplitPoint) -> dict[str, np.ndarray]:
        """The network's answers on held-out images: float32 arrays 'val', 'test' and, with footage, 'video'."""
        with np.load(self._file(point, ".npz"), allow_pickle=False) as file:
            return dict(file)

    def save(self, point: SplitPoint, tail: keras.Model, answers: dict[str, np.ndarray], log: dict[str, Any]) -> None:
        """Everything of one split; a kill at any moment leaves either a finished split or an unfinished one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "partial.weights.h5"
        tail.save_weights(partial, overwrite=True)
        os.replace(partial, self.weights(point))
        with (self.folder / "partial.npz").open("wb") as file:
            np.savez(file, **answers)  # type: ignore[arg-type]
        os.replace(self.folder / "partial.npz", self._file(point, ".npz"))
        text = json.dumps({"sha256": checksum(self.weights(point)), **log}, indent=1)
        (self.folder / "partial.json").write_text(text, encoding="utf-8")
        os.replace(self.folder / "partial.json", self._file(point, ".json"))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
