"""Tails of packages that come from somebody else: claims are held against the base, weights are checked."""

from __future__ import annotations

import hashlib

import h5py
import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.networks.base import load_base
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.networks.tails import load_tail
from mainstream.package import MPackage, SplitRecord, Tail


def again(opened, **options):
    """The first array made anew in its file."""
    names = []
    opened.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    shape = options.pop("shape", opened[names[0]].shape)
    del opened[names[0]]
    opened.create_dataset(names[0], shape, "f4", **options)


def elsewhere(opened):
    """The first array in another file, as HDF5 can."""
    again(opened, external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])


def linked(opened, link):
    """The first array stays, at another place, where Keras does not look; a link is where it does."""
    names = []
    opened.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    opened.move(names[0], "aside")
    opened[names[0]] = link


def circle(opened):
    """A group that holds itself."""
    opened["again"] = opened["/"]


FAR = {"split": 12, "layer": "input", "tpr": 0.9, "fpr": 0.1}  # one more split of the package: not the one that is used


@pytest.fixture(scope="module")
def base():
    return load_base()


@pytest.fixture
def make(base, tmp_path):
    """A package with a tail of the base's own head; `spoil` changes the weights, `refile` their file."""

    def made(spoil=lambda weights: weights, refile=lambda opened: None, before=(), **changes):
        model = with_head(base.network)
        point = next(p for p in split_points(model) if p.frozen_layers == 81)
        tail = cut(model, point)[1]
        tail.set_weights(spoil(tail.get_weights()))
        tail.save_weights(tmp_path / "split_081.weights.h5")
        with h5py.File(tmp_path / "split_081.weights.h5", "a") as opened:
            refile(opened)
        checksum = hashlib.sha256((tmp_path / "split_081.weights.h5").read_bytes()).hexdigest()
        record = {
            "split": point.frozen_layers, "layer": point.name, "tpr": 0.9, "fpr": 0.1, "threshold": 0.5,
            "tail": Tail(file="split_081.weights.h5", sha256=checksum), **changes,
        }  # fmt: skip
        records = (*(SplitRecord(**r) for r in before), SplitRecord(**record))
        MPackage(application="cat", base=base.identity, splits=records).save(tmp_path)
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
        ({"before": [FAR]}, "split 12 is said to be at layer input, which is "),
        ({"before": [FAR | {"layer": "block_9"}]}, "which is no layer to cut at of"),
        ({"refile": lambda opened: again(opened, shape=(10**6, 10**6), chunks=(64, 64))}, "arrays of other shapes"),
        ({"refile": lambda opened: again(opened, chunks=(16, 1), compression="gzip")}, "packed arrays"),
        ({"refile": lambda opened: linked(opened, h5py.SoftLink("/aside"))}, "is a link"),
        ({"refile": lambda opened: linked(opened, h5py.ExternalLink("/etc/hostname", "/x"))}, "is a link"),
        ({"refile": circle}, "without end"),
        ({"refile": elsewhere}, "arrays that lie in other files"),
        ({"spoil": lambda weights: [w * np.nan for w in weights]}, "not finite"),
        ({"spoil": lambda weights: [w + np.inf for w in weights]}, "not finite"),
    ],
)
def test_claims_and_weights_are_checked(make, base, changes, said):
    package, layer = make(**changes)
    with pytest.raises(UserError, match=said) as found:
        load_tail(package, base, layer)
    assert "\n" not in str(found.value)


def test_what_was_checked_is_what_is_loaded(make, base, monkeypatch):
    """A tail exchanged between the check of its sum and the reading of its arrays is not the one that runs."""
    package, layer = make()
    checked = load_tail(package, base, layer).tail.get_weights()
    file = package._directory / "split_081.weights.h5"
    read = MPackage.tail_data

    def exchanged_after(self, record):
        data = read(self, record)
        file.write_bytes(b"something else")
        return data

    monkeypatch.setattr(MPackage, "tail_data", exchanged_after)
    loaded = load_tail(package, base, layer).tail.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(checked, loaded, strict=True))


@pytest.mark.parametrize("name", ["split_081.weights.h5", "mpackage.json"])
def test_a_package_brings_its_own_files(make, base, tmp_path, name):
    _, layer = make()
    elsewhere = (tmp_path / name).rename(tmp_path / f"moved-{name}")
    (tmp_path / name).symlink_to(elsewhere)
    with pytest.raises(UserError, match="is a link"):
        load_tail(MPackage.load(tmp_path), base, layer)
