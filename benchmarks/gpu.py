"""The same training on the processor and on a GPU: seconds as ratios, and how far apart what was learnt is: JSON.

Three ways, each in processes of its own: the processor, and the GPU twice (same answers to the bit?). `--beside`
lets the processor work while the GPU does, where there are cores for both.
Photos and labels as `mainstream train --labels`; without `--weights` the network knows nothing, and only times count.
Exits with 1 where there is no GPU, or balanced accuracy on test photos differs by more than `WITHIN` on average.

    benchmarks/gpu.py --labels L.csv --weights W.h5 --apps cat car --splits conv_pw_9 "pooled features"
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mainstream.data.datasets import list_table
from mainstream.kit.doctor import answer, machine
from mainstream.networks.backend import keras
from mainstream.networks.base import BaseNetwork, build, identify, load_base
from mainstream.paths import ROOT
from mainstream.trainer import Settings, train

WITHIN = 0.01  # of balanced accuracy
WAYS: dict[str, dict[str, str]] = {"processor": {"CUDA_VISIBLE_DEVICES": "-1"}, "gpu": {}, "gpu again": {}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=Path, required=True, help="table of labels; photos in `images` beside it")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--architecture", default="mobilenet-1.0")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--apps", nargs="+", required=True)
    parser.add_argument("--splits", nargs="+")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--beside", action="store_true", help="the processor's training runs beside the others")
    parser.add_argument("--way", help=argparse.SUPPRESS)  # a process of this program's own
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    return one(given) if given.way else compare(given)


def one(given: argparse.Namespace) -> int:
    """One way's training, in the environment that it was started in."""
    if given.weights:
        base = load_base("imagenet", weights=given.weights, architecture=given.architecture, size=given.size)
    else:
        keras.utils.set_random_seed(0)  # the same weights in every way
        network = build(given.architecture, given.size)
        base = BaseNetwork(network, identify(network, given.architecture))
    photos, settings = list_table(given.labels).decode(given.size), Settings.photos(epochs=given.epochs)
    jobs = len(given.apps) * len(given.seeds)
    train(given.apps, photos, base, given.place, settings=settings, seeds=given.seeds, splits=given.splits,
          jobs=jobs, checkpoints=given.place / "checkpoints")  # fmt: skip
    return 0


def compare(given: argparse.Namespace) -> int:
    """Every way, one after the other, and what they have in common. Raises `SystemExit`: no GPU, or one failed."""
    gpu = next(check for check in machine(ROOT, 0, 0) if check.what == "GPU")
    if not answer(gpu)[0]:
        raise SystemExit("TensorFlow finds no GPU: nothing to compare the processor with")
    found: dict[str, Any] = {"device": gpu.look(), "wall_s": {}}
    with tempfile.TemporaryDirectory() as folder:
        places = {way: Path(folder, way.replace(" ", "_")) for way in given.ways}
        waiting: dict[str, tuple[float, subprocess.Popen[bytes]]] = {}
        for way, place in places.items():
            call = [sys.executable, __file__, *sys.argv[1:], "--way", way, "--place", str(place)]
            waiting[way] = (time.time(), subprocess.Popen(call, env={**os.environ, **WAYS[way]}))
            if not (given.beside and way == "processor"):
                ended(way, waiting, found)
        for way in list(waiting):
            ended(way, waiting, found)
        tables = {way: pd.read_csv(place / "training.csv") for way, place in places.items()}
        found["stem_s"] = {way: round(float(table.stem_seconds.sum()), 1) for way, table in tables.items()}
        found["tail_s"] = {way: round(float(table.seconds.sum()), 1) for way, table in tables.items()}
        reference, *others = places
        worst = 0.0
        for way in others:
            found[f"{way} against {reference}"] = told = against(places[way], places[reference])
            worst = max(worst, abs(told["accuracy"]))
            told["tail_seconds_ratio"] = round(found["tail_s"][reference] / found["tail_s"][way], 2)
        if {"gpu", "gpu again"} <= set(places):
            found["same answers twice"] = against(places["gpu again"], places["gpu"])["bits"]
        found["splits"] = by_split(tables)
    print(json.dumps(found, indent=1))
    return int(worst > WITHIN)


def ended(way: str, waiting: dict[str, tuple[float, subprocess.Popen[bytes]]], found: dict[str, Any]) -> None:
    """Waits for a way's process. Raises `SystemExit` when it failed."""
    started, process = waiting.pop(way)
    if process.wait():
        raise SystemExit(f"{way}: exit {process.returncode}")
    found["wall_s"][way] = round(time.time() - started, 1)


def against(one: Path, other: Path) -> dict[str, Any]:
    """Differences between two ways: probabilities on test photos (`bits`: none at all), balanced accuracy."""
    apart, bits, gains = [], True, []
    for answers in sorted(one.glob("checkpoints/**/split_*.npz")):
        twin = other / answers.relative_to(one)
        a, b = (np.load(path)["test"] for path in (answers, twin))
        apart.append(np.abs(a - b))
        bits &= bool((a == b).all())
    for package in sorted(one.glob("**/mpackage.json")):
        a, b = (balanced(path) for path in (package, other / package.relative_to(one)))
        gains.append(a - b)
    gain = np.concatenate(gains)
    return {
        "probabilities_mean": float(np.mean(apart).round(5)), "probabilities_max": float(np.max(apart).round(5)),
        "bits": bits, "accuracy": float(gain.mean().round(4)),
        "accuracy_worst_split": float(np.abs(gain).max().round(4)),
    }  # fmt: skip


def balanced(package: Path) -> np.ndarray:
    """Balanced accuracy on test photos, by split."""
    return np.array([(s["tpr"] + 1 - s["fpr"]) / 2 for s in json.loads(package.read_text())["splits"]])


def by_split(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """Mean seconds of a tail's training, by split and way."""
    return {way: table.groupby("layer", sort=False).seconds.mean().round(2).to_dict() for way, table in tables.items()}


if __name__ == "__main__":
    sys.exit(main())
