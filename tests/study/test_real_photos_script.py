"""`scripts/real_photos.py` with tiny photos: a search, then a training on other weights into the same folder."""

from __future__ import annotations

import csv
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.package import MPackage
from mainstream.paths import ROOT

RECIPE = "0.0001_neighbour_inference_flip_e1"


def ran(place, what, weights, *more):
    words = ["--labels", "labels.csv", "--weights", weights, "--output", "out", "--architecture", "mobilenet-0.25",
             "--size", "32", "--apps", "person", "--splits", "conv_pw_13", *more]  # fmt: skip
    subprocess.run([sys.executable, ROOT / "scripts" / "real_photos.py", what, *words], cwd=place, check=True)


@pytest.mark.slow
def test_a_training_on_other_weights_takes_nothing_of_an_earlier_one_and_ends_with_its_packages(tmp_path):
    rng, rows = np.random.default_rng(0), [("image", "person", "partition")]
    for k in range(32):
        Image.fromarray(rng.integers(100 * (k % 2), 156 + 100 * (k % 2), (32, 32, 3), np.uint8)).save(
            tmp_path / f"{k}.png"
        )
        rows.append((f"{k}.png", k % 2, ("train", "train", "val", "test")[k // 2 % 4]))
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        bases.build("mobilenet-0.25", 32).save_weights(tmp_path / f"{seed}.weights.h5")
    ran(tmp_path, "search", "1.weights.h5", "--rungs", "1x1")
    ran(tmp_path, "train", "2.weights.h5", "--recipes", RECIPE, "--packages", "packages")
    assert len(list((tmp_path / "out" / "checkpoints").glob(f"*/{RECIPE}/person-seed0/split_082.json"))) == 2
    assert [s.layer for s in MPackage.load(tmp_path / "packages/person/seed0").splits] == [
        "conv_pw_13",
        "pooled features",
    ]
