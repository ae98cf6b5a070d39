"""Generic pictures and the pretraining of a base on them, in miniature."""

from __future__ import annotations

import json

import numpy as np
import probe
import pytest
from generic import HEADS, SHAPE_NAMES, generic_images
from pretrain import CHECKPOINT, main, pretrain

from mainstream.errors import UserError
from mainstream.networks import base as bases
from streetworld import APPS

TINY = {"images": 96, "size": 32, "batch": 16, "held_out": 32, "log_every": 32, "seed": 3}


def test_pictures_depend_on_seed_and_number_alone():
    images, labels = generic_images(12, seed=4, size=48)
    again, same = generic_images(5, seed=4, size=48, start=7)
    assert np.array_equal(images[7:], again) and np.array_equal(labels[7:], same)
    other, _ = generic_images(12, seed=5, size=48)
    assert not np.array_equal(images, other)
    assert labels.shape == (12, 3) and (labels < list(HEADS.values())).all()


def test_no_class_is_one_of_the_applications():
    words = {word for app in APPS for word in app.split("_")} | {"person", "dog", "animal", "truck", "van"}
    assert HEADS["shape"] >= 50 and not words & {w for name in SHAPE_NAMES for w in name.split()}


def test_difficulty_changes_the_picture_but_not_what_it_shows():
    easy, hard = (generic_images(40, seed=1, size=64, difficulty=d) for d in (0.0, 1.0))
    assert not np.array_equal(easy[0], hard[0])
    with pytest.raises(UserError, match="difficulty=2: must be from 0 to 1"):
        generic_images(1, difficulty=2)


@pytest.mark.slow  # as all of pretraining here: no run of the kit does it, the base lies ready
def test_interrupted_pretraining_ends_with_the_same_weights(tmp_path):
    whole = pretrain(tmp_path / "whole", command="this", progress=False, **TINY)

    def stop(row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(tmp_path / "parts", progress=False, on_log=stop, **TINY)
    assert (tmp_path / "parts" / CHECKPOINT).exists()
    with pytest.raises(UserError, match=r"unfinished run with seed=3"):
        pretrain(tmp_path / "parts", progress=False, **{**TINY, "seed": 4})
    resumed = pretrain(tmp_path / "parts", command="this", progress=False, **TINY)
    assert resumed["weights"] == whole["weights"] and resumed["held_out"] == whole["held_out"]
    assert not (tmp_path / "parts" / CHECKPOINT).exists()
    logs = [(tmp_path / p / "training_log.csv").read_text() for p in ("whole", "parts")]
    assert logs[0] == logs[1] and len(logs[0].splitlines()) == 4
    assert json.loads((tmp_path / "whole" / "base.json").read_text())["command"] == "this"
    network = bases.build("mobilenet-0.25", 32)
    bases.load_weights(network, tmp_path / "whole" / whole["file"], "mobilenet-0.25")
    assert bases.weights_hash(network) == whole["weights"]


@pytest.mark.parametrize(
    ("options", "named"),
    [({"images": 8}, "images=8: less than one batch"), ({"size": 50}, "size"), ({"epochs": 3}, "epochs")],
)
def test_bad_options_are_named(tmp_path, options, named):
    with pytest.raises(UserError, match=named):
        pretrain(tmp_path, **{**TINY, **options})
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_loss_not_finite_stops(tmp_path):
    with pytest.raises(UserError, match=r"the loss is not finite; .*smaller learning rate than 1e\+30"):
        pretrain(tmp_path, progress=False, **{**TINY, "learning_rate": 1e30})


def test_probe_finds_what_features_hold_and_nothing_where_they_hold_nothing():
    rng = np.random.default_rng(0)
    labels = rng.random((400, 1)) < 0.5
    images = rng.integers(0, 100, (400, 32, 32, 3), dtype=np.uint8)
    images[labels[:, 0], :, :, 0] += 100
    network = probe.random_network("mobilenet-0.25", 32, 0)
    split = lambda y: probe.Stills(("red",), (images[:250], y[:250]), (images[250:], y[250:]))
    assert probe.probe(network, split(labels))["red"] > 0.8
    assert 0.35 < probe.probe(network, split(rng.permutation(labels)))["mean"] < 0.65
    with pytest.raises(UserError, match=r"images of \(32, 32, 3\)"):
        probe.probe(probe.random_network("mobilenet-0.25", 64, 0), split(labels))


@pytest.mark.slow
def test_embedded_features_transfer():
    world = probe.stills(train=900, val=500)
    embedded = bases.load_base()
    chance = [probe.probe(probe.random_network("mobilenet-0.25", 128, seed), world)["mean"] for seed in range(3)]
    assert probe.probe(embedded.network, world)["mean"] > max(chance) + 0.05


def test_a_base_is_not_replaced_by_accident(tmp_path):
    (tmp_path / "base.json").write_text("{}")
    with pytest.raises(SystemExit, match=r"^pretrain: [^\n]*--force[^\n]*$"):
        main(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["base.json"]
