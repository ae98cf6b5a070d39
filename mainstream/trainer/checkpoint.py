"""What a training leaves behind, split by split: weights of the tail, what it says of held-out photos, its log.

A split is finished when its `.json` is there and the other files agree with it; the `.json` is written last.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mainstream.networks.backend import keras
from mainstream.networks.splits import SplitPoint
from mainstream.paths import read_text, write_text, written

WEIGHTS, ANSWERS = ".weights.h5", ".npz"


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
        return self._file(point, WEIGHTS)

    def finished(self, point: SplitPoint) -> bool:
        """Trained, and its files whole; what a kill or a full disk has cut short counts as not there."""
        try:
            kept = self.log(point)
            return all(checksum(self._file(point, suffix)) == kept[suffix] for suffix in (WEIGHTS, ANSWERS))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def written(self, point: SplitPoint) -> bool:
        """As `finished`, without a look into the files: for progress bars."""
        return self._file(point, ".json").exists()

    def log(self, point: SplitPoint) -> dict[str, Any]:
        """Epochs and seconds; SHA-256 of the other files, by suffix."""
        return json.loads(read_text(self._file(point, ".json")))

    def probabilities(self, point: SplitPoint) -> dict[str, np.ndarray]:
        """The network's answers on held-out images: float32 arrays 'val', 'test' and, with footage, 'video'."""
        with np.load(self._file(point, ANSWERS), allow_pickle=False) as file:
            return dict(file)

    def save(self, point: SplitPoint, tail: keras.Model, answers: dict[str, np.ndarray], log: dict[str, Any]) -> None:
        """Everything of one split; a kill at any moment leaves either a finished split or an unfinished one."""
        with written(self.weights(point)) as part:
            tail.save_weights(part, overwrite=True)
        with written(self._file(point, ANSWERS)) as part:
            np.savez(part, **answers)  # type: ignore[arg-type]
        sums = {suffix: checksum(self._file(point, suffix)) for suffix in (WEIGHTS, ANSWERS)}
        write_text(self._file(point, ".json"), json.dumps({**sums, **log}, indent=1))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
