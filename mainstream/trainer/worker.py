"""One process of a training: its jobs, split by split, from the deepest to the shallowest.

Splits are the outer loop, applications and seeds the inner one: the stem's outputs are computed once for all of them.
Each split starts from its deeper neighbour, whose tail has learnt all but one block of what this one has to learn. A
split that frees next to nothing more takes that tail over as it is.
One thread per process, so that results depend neither on the number of processes nor on that of cores.
"""

import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mainstream.data.photos import PARTITIONS
from mainstream.networks import base as bases
from mainstream.networks.backend import tf
from mainstream.networks.splits import POOLED, SplitPoint, cut, segments, split_points, with_head
from mainstream.package import Base
from mainstream.paths import write_text
from mainstream.trainer.checkpoint import Checkpoints, Job
from mainstream.trainer.fit import Part, TailTrainer, fit_head
from mainstream.trainer.frozen import Frozen, asking
from mainstream.trainer.settings import Settings

# Of all weights; a split that frees less is not trained anew. Of 24 such trainings of the embedded base (`conv1` and
# `input`, 4 applications, 3 seeds) 3 gained anything, none more than 0.012 of the validation loss.
LEAST_FREED = 0.003
SAY_S = 2.0  # between two words of how far it is


@dataclass(frozen=True)
class Task:
    """What a process is told. Images and labels lie in files beside `weights`: several processes map the same ones."""

    base: Base
    data: Path  # folder: weights.h5 of the base, {train,val,test,video}_{images,labels}.npy
    root: Path  # of the checkpoints
    jobs: tuple[Job, ...]
    classes: tuple[str, ...]
    splits: tuple[str, ...]  # names, from the input upwards
    settings: Settings


def work(task: Task) -> None:
    """Trains the jobs of `task`; every finished split is a checkpoint. Raises `UserError` when a loss is not finite."""
    one_thread()
    Worker(task).run()


def one_thread() -> None:
    """Deterministic TensorFlow on one thread; only before its first operation in a process."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    tf.get_logger().setLevel("ERROR")  # one compiled graph per split is meant, and need not be warned of


class Worker:
    """The state of `work`: one network, whose weights are set anew for every job."""

    def __init__(self, task: Task):
        self.task = task
        network = bases.build(task.base.architecture, task.base.input_shape[0])
        network.load_weights(task.data / "base.weights.h5")
        self.model = with_head(network)
        self.points = [p for p in split_points(self.model) if p.name in task.splits]
        self.fresh = self.model.get_weights()
        self.stem_seconds: dict[SplitPoint, float] = {}
        self.said = 0.0
        self.images, self.labels = ({}, {})
        for part in (*PARTITIONS, "video"):
            path = task.data / f"{part}_images.npy"
            if path.exists():
                self.images[part] = np.load(path, mmap_mode="r")
                self.labels[part] = np.load(task.data / f"{part}_labels.npy")

    def run(self) -> None:
        """Trains what is not yet there, from the deepest split to the input."""
        todo: list[tuple[SplitPoint, SplitPoint | None, bool]] = []  # the split, where it starts, whether it is trained
        deeper: SplitPoint | None = None
        for point in reversed(self.points):
            freed = deeper.frozen_parameters - point.frozen_parameters if deeper else 0
            trained = deeper is None or freed >= LEAST_FREED * self.model.count_params()
            if not all(Checkpoints(self.task.root, job).finished(point) for job in self.task.jobs):
                todo.append((point, deeper, trained))
            if deeper is None or (trained and self.task.settings.warm_start):
                deeper = point
        frozen: dict[SplitPoint, dict[str, Frozen]] = {}
        for k, (point, deeper, trained) in enumerate(todo):
            if trained and point not in frozen:
                frozen = self._freeze([p for p, _, trained in todo[k:] if trained])
            self._split(point, deeper, frozen.pop(point, {}))

    def _freeze(self, points: list[SplitPoint]) -> dict[SplitPoint, dict[str, Frozen]]:
        """Outputs at the first of `points`, the deepest, and from the same pass at as many more as memory holds."""
        self.model.set_weights(self.fresh)
        limit, flip = self.task.settings.cache_gb * 1e9, self.task.settings.flip
        views = sum(len(x) * (2 if part == "train" and flip else 1) for part, x in self.images.items())
        held = np.cumsum([4 * views * math.prod(n or 1 for n in p.shape) for p in points])
        together = points[: max(1, int((held <= limit).sum()))][::-1]
        below: dict[str, np.ndarray | Frozen] = dict(self.images)
        found: dict[SplitPoint, dict[str, Frozen]] = {}
        for point, stem in zip(together, segments(self.model, together), strict=False):
            started, made, compiled = time.perf_counter(), {}, asking(stem)()
            for part, images in below.items():
                twice = flip and part == "train"
                self._say(point, 0.0, f"frozen outputs of {len(images)} photos up to '{point.name}'")
                made[part] = Frozen(
                    stem, images, self.task.base.preprocessing, limit_bytes=limit, flip=twice, folder=self.task.data,
                    compiled=compiled,
                )  # fmt: skip
                limit -= made[part].bytes if made[part].bytes <= limit else 0
            below, found[point] = {**made}, made
            self.stem_seconds[point] = time.perf_counter() - started
        return found

    def _split(self, point: SplitPoint, deeper: SplitPoint | None, frozen: dict[str, Frozen]) -> None:
        """Trains all jobs at `point`, each from what it has learnt at `deeper`; without `frozen` that is taken over."""
        self.model.set_weights(self.fresh)
        stem, tail = cut(self.model, point)
        below = [w.copy() for w in stem.get_weights()]
        trainer = TailTrainer(tail, self.task.settings)
        stem_seconds = round(self.stem_seconds.get(point, 0.0) / len(self.task.jobs), 3)  # one pass for all of them
        for job in self.task.jobs:
            checkpoints = Checkpoints(self.task.root, job)
            if checkpoints.finished(point):
                continue
            started = time.perf_counter()
            log = self._job(job, point, deeper, trainer, frozen)
            if not all(np.array_equal(a, b) for a, b in zip(stem.get_weights(), below, strict=True)):
                raise RuntimeError(f"'{job.app}', split '{point.name}': training has changed the frozen stem")
            if deeper is not None and min(log, key=lambda line: line["val_loss"])["epoch"] == 0:
                answers = checkpoints.probabilities(deeper)  # nothing was better: still the same network
            else:
                answers = trainer.answers({p: f for p, f in frozen.items() if p != "train"})
            seconds = round(time.perf_counter() - started, 3)
            checkpoints.save(point, tail, answers, {"epochs": log, "seconds": seconds, "stem_seconds": stem_seconds})

    def _job(
        self, job: Job, point: SplitPoint, deeper: SplitPoint | None, trainer: TailTrainer, frozen: dict[str, Frozen]
    ) -> list[dict[str, float]]:
        """Sets the starting weights, trains, and returns the log."""
        self.model.set_weights(self.fresh)
        known = self._start_from(job, deeper) if deeper else None  # the loss on validation of the starting weights
        if known is not None and not frozen:
            return [{"epoch": 0, "train_loss": float("nan"), "val_loss": known}]
        column = self.task.classes.index(job.app)
        train, val = (Part(frozen[part], self.labels[part][:, column]) for part in ("train", "val"))
        if deeper is None and point.name == POOLED:
            self._head(train, val)
            return [{"epoch": 0, "train_loss": float("nan"), "val_loss": trainer.loss(val)}]
        rng = np.random.default_rng([job.seed, column, point.index])
        where = f"'{job.app}', seed {job.seed}, split '{point.name}'"
        epochs = self.task.settings.epochs_at(point.fraction)
        told = f"{where}, epoch {{}} of {math.ceil(epochs)}"
        trainer.heard = lambda done: self._say(point, done, told.format(1 + int(done * math.ceil(epochs))))
        log = trainer.fit(train, val, rng, where, epochs=epochs, loss=known)
        return [line._asdict() for line in log]

    def _say(self, point: SplitPoint, share: float, words: str) -> None:
        """Leaves for the parent how much of a split is done, every few seconds."""
        if (now := time.monotonic()) - self.said >= SAY_S:
            self.said = now
            write_text(self.task.data / f"at-{os.getpid()}.json", json.dumps([point.fraction, share, words]))

    def _start_from(self, job: Job, deeper: SplitPoint) -> float:
        """Takes over what was learnt there; returns its loss on validation."""
        kept = Checkpoints(self.task.root, job)
        cut(self.model, deeper)[1].load_weights(kept.weights(deeper))
        return min(line["val_loss"] for line in kept.log(deeper)["epochs"])

    def _head(self, train: Part, val: Part) -> None:
        rows, val_rows = np.arange(len(train.labels)), np.arange(len(val.labels))
        features, labels = train.frozen(rows), train.labels
        if self.task.settings.flip:
            features = np.concatenate([features, train.frozen(rows, np.ones(len(rows), int))])
            labels = np.concatenate([labels, labels])
        weights = fit_head(features, labels, val.frozen(val_rows), val.labels)
        self.model.get_layer("decision").set_weights(weights)
