"""Accuracy-against-split tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from mainstream.errors import UserError
from mainstream.package import Base, MPackage, SplitRecord
from mainstream.paths import REFERENCE
from mainstream.study import curves, published


def package(app: str, accuracies: dict[int, float], losses: dict[int, float], seed: int = 0) -> MPackage:
    splits = [
        SplitRecord(split=k, layer=f"l{k}", tpr=a, fpr=1 - a, tpr_interval=(a - 0.02, a + 0.02),
                    fpr_interval=(0.98 - a, 1.02 - a))
        for k, a in accuracies.items()
    ]  # fmt: skip
    base = Base(architecture="a", input_shape=(1, 1, 3), preprocessing="x", weights="record:x")
    training = {"seed": seed, "val_loss": {str(k): v for k, v in losses.items()}}
    return MPackage(application=app, base=base, splits=tuple(splits), training=training)


def test_interval_of_balanced_accuracy_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    wilson = lambda k, n: tuple(binomtest(int(k), n).proportion_ci(method="wilson"))
    covered = 0
    for _ in range(400):
        a, b = rng.binomial(120, 0.9), rng.binomial(300, 0.15)
        _, low, high = curves.balanced_accuracy(a / 120, b / 300, wilson(a, 120), wilson(b, 300))
        covered += low <= (0.9 + 0.85) / 2 <= high
    assert 0.92 <= covered / 400 <= 0.98


def test_best_split_is_the_one_that_validation_chooses_and_the_deepest_of_equals():
    one = package("cat", {0: 0.80, 9: 0.95, 81: 0.90}, {0: 0.3, 9: 0.5, 81: 0.4})
    flat = package("car", {0: 0.91, 9: 0.90, 81: 0.90}, {0: 0.4, 9: 0.4, 81: 0.4})
    won = curves.gains(curves.table([one, flat], "t")).set_index("app")
    assert won.best_layer["cat"] == "l0" and won.gain["cat"] == pytest.approx(-0.10)
    assert won.best_layer["car"] == "l81" and won.gain["car"] == 0
    assert (won.low < won.gain).all() and (won.gain < won.high).all()


def test_seeds_are_averaged_and_their_spread_kept():
    two = [package("cat", {0: a}, {0: 0.1}, seed) for seed, a in enumerate((0.8, 0.9))]
    [row] = curves.over_seeds(curves.table(two, "t")).itertuples()
    assert (row.accuracy, row.seeds) == (pytest.approx(0.85), 2)
    assert row.seed_sd == pytest.approx(np.std([0.8, 0.9], ddof=1))


def test_record_has_nine_applications_and_no_intervals():
    table = curves.table(published.mpackages("2018-05").values(), "published")
    assert table.app.nunique() == 9 and table["index"].nunique() == 16 and table.low.isna().all()
    won = curves.gains(table[table.frozen_layers <= 81]).set_index("app")  # the whole head is trained up to there
    assert (won.gain >= 0).all() and won.gain["cats"] == pytest.approx(0.02, abs=0.005)


def test_real_photos_are_complete_and_say_where_they_came_from():
    packages = curves.load_packages(REFERENCE / "real_photos")
    assert len(packages) == 18 and all(len(p.splits) == 16 for p in packages)
    assert {p.application for p in packages} == {"person", "car", "cat", "bus", "train", "flower"}
    assert all("ImageNet" in p.source and all(s.tail is None for s in p.splits) for p in packages)
    assert len({p.base.weights for p in packages}) == 1
    assert curves.gains(curves.table(packages, "real")).best.mean() >= 0.90


def test_no_packages_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no mpackage\.json"):
        curves.load_packages(tmp_path)


def test_a_copy_of_a_package_beside_it_is_not_counted_twice(tmp_path):
    for seed in (0, 1):
        package("cat", {0: 0.9}, {0: 0.1}, seed).save(tmp_path / f"seed{seed}")
    assert len(curves.load_packages(tmp_path)) == 2
    package("cat", {0: 0.9}, {0: 0.1}).save(tmp_path / "seed0 copy")
    with pytest.raises(UserError, match="seed0: its application, of that seed, is in another folder too"):
        curves.load_packages(tmp_path)
