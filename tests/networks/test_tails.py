"""Tails of packages that come from somebody else: claims are held against the base, weights are checked."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.networks.base import load_base
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.networks.tails import load_tail
from mainstream.package import MPackage, SplitRecord, Tail


@pytest.fixture(scope="module")
def base():
    return load_base()


@pytest.fixture
def make(base, tmp_path):
    """A package of one split with a tail of the base's own head; `spoil` changes the tail's weights first."""

    def made(spoil=lambda weights: weights, **changes):
        model = with_head(base.network)
        point = next(p for p in split_points(model) if p.frozen_layers == 81)
        tail = cut(model, point)[1]
        tail.set_weights(spoil(tail.get_weights()))
        tail.save_weights(tmp_path / "split_081.weights.h5")
        checksum = hashlib.sha256((tmp_path / "split_081.weights.h5").read_bytes()).hexdigest()
        record = {
            "split": point.frozen_layers, "layer": point.name, "tpr": 0.9, "fpr": 0.1, "threshold": 0.5,
            "tail": Tail(file="split_081.weights.h5", sha256=checksum), **changes,
        }  # fmt: skip
        MPackage(application="cat", base=base.identity, splits=(SplitRecord(**record),)).save(tmp_path)
        return MPackage.load(tmp_path), record["layer"]

    return made


def test_a_good_tail_is_loaded(make, base):
    package, layer = make()
    halves = load_tail(package, base, layer)
    assert halves.threshold == 0.5 and halves.tail.input_shape[1:] == halves.stem.output_shape[1:]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"split": 82}, r"split 82 is said to be at layer .*, which is split 81 of mobilenet"),
        ({"layer": "input"}, "split"),
        ({"threshold": None}, "no threshold at split"),
        ({"spoil": lambda weights: [w * np.nan for w in weights]}, "not finite"),
        ({"spoil": lambda weights: [w + np.inf for w in weights]}, "not finite"),
    ],
)
def test_claims_and_weights_are_checked(make, base, changes, said):
    package, layer = make(**changes)
    with pytest.raises(UserError, match=said) as found:
        load_tail(package, base, layer)
    assert "\n" not in str(found.value)
