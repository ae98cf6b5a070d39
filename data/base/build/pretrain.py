"""Pretraining of the embedded base network on generic pictures (`generic`). Design section 6.

This script made `data/base`; the probe that judges a base is `probe`. One thread trains, a second process draws;
every picture is used once. The same seed on the same machine gives the same weights to the last bit, whether or not the
run was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from generic import HEADS, generic_images
from generic.drawer import Batch, batches
from generic.learner import Learner, chance, schedule
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tqdm import tqdm

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks.backend import keras, tf
from mainstream.package import one_line
from mainstream.paths import BASE

CHECKPOINT, LOG, RECORD = "checkpoint.npz", "training_log.csv", "base.json"
HELD_OUT = 1 << 40  # number of the first held-out picture: no run gets there


class Options(BaseModel):
    """What can be chosen about a pretraining."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: int = Field(default=320_000, ge=1, lt=HELD_OUT)  # rounded down to whole batches
    seed: int = Field(default=0, ge=0)
    alpha: float = 0.25  # width of the MobileNet
    size: int = Field(default=128, ge=32, le=256, multiple_of=32)  # px
    batch: int = Field(default=32, ge=2, le=4096)
    learning_rate: float = Field(default=3e-3, gt=0, allow_inf_nan=False)  # the highest, after warm-up
    weight_decay: float = Field(default=1e-4, ge=0, allow_inf_nan=False)
    held_out: int = Field(default=2000, ge=1)  # pictures
    log_every: int = Field(default=10_000, ge=1)  # pictures between two lines of the log, each with a checkpoint


def pretrain(
    output: str | Path = BASE,
    *,
    command: str = "",
    progress: bool = True,
    on_log: Callable[[dict[str, float]], None] = lambda row: None,
    **options: Any,
) -> dict[str, Any]:
    """Trains a base network and writes `mobilenet-0.25-128.weights.h5`, `training_log.csv`, `base.json` to `output`.

    Interrupted, it goes on from its last checkpoint in `output` when called again with the same options. Returns what
    `base.json` holds. TensorFlow is set to one thread where it has not started yet.

    Args:
        command: what to record as the way to make this again.
        on_log: called with each new line of the log, after its checkpoint; may raise to stop.
        options: the fields of `Options`: images, seed, alpha, size (px), batch, learning_rate …

    Raises:
        UserError: options that make no sense, an unfinished run of other options in `output`, a loss not finite.
    """
    try:
        chosen = Options.model_validate(options)
    except ValidationError as e:
        raise UserError(f"pretraining: {one_line(e)}") from e
    if chosen.images < chosen.batch:
        raise UserError(f"images={chosen.images}: less than one batch of {chosen.batch}")
    run = Run(Path(output), chosen, progress, on_log)
    run.train()
    return run.finish(command)


class Run:
    """One pretraining: the learner, how far it is, and its log."""

    def __init__(self, output: Path, options: Options, progress: bool, on_log: Callable[[dict[str, float]], None]):
        self.output, self.options, self.progress, self.on_log = output, options, progress, on_log
        one_thread()
        keras.utils.set_random_seed(options.seed % 2**32)
        self.architecture = f"mobilenet-{options.alpha}"
        self.learner = Learner(bases.build(self.architecture, options.size), options.weight_decay, options.seed)
        self.done, self.seconds = 0, 0.0  # steps, s
        self.log: list[dict[str, float]] = []
        self.output.mkdir(parents=True, exist_ok=True)
        self._resume()
        self.held_out: Batch = generic_images(options.held_out, seed=options.seed, size=options.size, start=HELD_OUT)

    def train(self) -> None:
        """From where it stands to the end."""
        o = self.options
        steps, every = o.images // o.batch, max(1, o.log_every // o.batch)
        losses: list[np.ndarray] = []
        bar = tqdm(total=steps * o.batch, initial=self.done * o.batch, unit=" images", disable=not self.progress)
        started = time.perf_counter()
        with bar:
            for batch in batches(self.done, steps, batch=o.batch, seed=o.seed, size=o.size):
                rate = o.learning_rate * schedule(self.done / steps)
                losses.append(self.learner.step(batch, rate))
                self.done += 1
                bar.update(o.batch)
                if self.done % every and self.done < steps:
                    continue
                self.seconds, started = self.seconds + time.perf_counter() - started, time.perf_counter()
                row = self._row(np.mean(losses, axis=0), rate)
                losses.clear()
                bar.set_postfix_str(f"loss {row['loss']:.3f}, held-out shape {row['accuracy_shape']:.3f}")
                self._save()
                self.on_log(row)

    def finish(self, command: str) -> dict[str, Any]:
        """Writes weights, log and record; the checkpoint goes."""
        o, network = self.options, self.learner.network
        file = self.output / f"{self.architecture}-{o.size}.weights.h5"
        partial = self.output / f"partial.{file.name}"
        network.save_weights(partial, overwrite=True)
        os.replace(partial, file)
        pd.DataFrame(self.log).to_csv(self.output / LOG, index=False, float_format="%.6g")
        accuracy, by_chance = self.learner.accuracy(self.held_out), chance(self.held_out[1])
        record = {
            **bases.identify(network, self.architecture).model_dump(),
            "file": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "held_out": {h: {"accuracy": round(accuracy[h], 4), "chance": round(by_chance[h], 4)} for h in HEADS},
            "options": o.model_dump(),
            "images_seen": self.done * o.batch,
            "seconds": round(self.seconds),
            "command": command,
            "versions": {p: version(p) for p in ("tensorflow", "keras", "numpy", "opencv-python-headless")},
            "python": platform.python_version(),
        }
        text = json.dumps(record, indent=1) + "\n"
        _replace(self.output / RECORD, lambda p: p.write_text(text, encoding="utf-8"))
        (self.output / CHECKPOINT).unlink(missing_ok=True)
        return json.loads(text)

    def _row(self, losses: np.ndarray, rate: float) -> dict[str, float]:
        """One line of the log: mean losses since the last one, accuracy on held-out pictures now."""
        if not np.isfinite(losses).all():
            raise UserError(
                f"step {self.done}: the loss is not finite; delete {self.output / CHECKPOINT} and run again with a "
                f"smaller learning rate than {self.options.learning_rate:g}"
            )
        row: dict[str, float] = {"step": self.done, "images": self.done * self.options.batch, "learning_rate": rate}
        row |= {"loss": float(losses.sum())} | {f"loss_{h}": float(v) for h, v in zip(HEADS, losses, strict=True)}
        row |= {f"accuracy_{h}": v for h, v in self.learner.accuracy(self.held_out).items()}
        self.log.append(row)
        return row

    def _save(self) -> None:
        where = {"options": self.options.model_dump(), "done": self.done, "seconds": self.seconds, "log": self.log}
        state = {f"array_{k:04d}": value for k, value in enumerate(self.learner.state())}

        def write(path: Path) -> None:
            with path.open("wb") as file:
                np.savez(file, where=np.array(json.dumps(where)), **state)  # type: ignore[arg-type]

        _replace(self.output / CHECKPOINT, write)

    def _resume(self) -> None:
        path = self.output / CHECKPOINT
        if not path.exists():
            return
        with np.load(path, allow_pickle=False) as file:
            where = json.loads(str(file["where"]))
            state = [file[name] for name in sorted(file.files) if name != "where"]
        now = self.options.model_dump()
        other = [f"{k}={v}" for k, v in where["options"].items() if now.get(k) != v]
        if other:
            raise UserError(f"{path}: left by an unfinished run with {', '.join(other)}; finish that one or delete it")
        self.learner.restore(state)
        self.done, self.seconds, self.log = where["done"], where["seconds"], where["log"]


def one_thread() -> None:
    """Deterministic TensorFlow, on one thread if it has not started yet."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:  # started already
        pass
    tf.config.experimental.enable_op_determinism()


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Writes beside `path`, then moves there: a kill leaves the old file or the new one."""
    partial = path.with_name(f"partial.{path.name}")
    write(partial)
    os.replace(partial, path)


def main(
    output: Annotated[Path, typer.Option(help="Where weights, log and base.json go.", show_default="data/base")] = BASE,
    images: Annotated[int, typer.Option(help="Generic pictures to draw, each used once.")] = 320_000,
    seed: Annotated[int, typer.Option(help="Seed.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace a base that is there.")] = False,
) -> None:
    """Pretrain the embedded base network on drawn pictures (12 minutes on two cores)."""
    words = ["python data/base/build/pretrain.py"]
    words += [f"--images {images}"] * (images != 320_000) + [f"--seed {seed}"] * (seed != 0)
    try:
        if (output / RECORD).exists() and not (output / CHECKPOINT).exists() and not force:
            raise UserError(
                f"{output / RECORD}: there is a base already; --force replaces it, --output puts another elsewhere"
            )
        record = pretrain(output, images=images, seed=seed, command=" ".join(words))
    except UserError as e:
        sys.exit(f"pretrain: {e}")
    print(f"{output / record['file']}: held-out accuracy on shapes {record['held_out']['shape']['accuracy']:.3f}")


if __name__ == "__main__":
    typer.run(main)
