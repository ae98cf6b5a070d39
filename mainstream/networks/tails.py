"""A trained application brought back to life: stem of the base, tail of its M-Package (notebooks 01 and 07).

A package comes from another tenant: its checksums are checked, and its tail is put on no other base than its own.
"""

import io
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import h5py
import numpy as np

from mainstream.data.answers import sure
from mainstream.errors import UserError, unknown
from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.package import Base, MPackage, SplitRecord

BATCH = 64  # images per call
DEEPEST = 12  # groups within groups of a file of weights


class Halves(NamedTuple):
    """The two parts of one application at one split."""

    stem: keras.Model  # prepared images → features
    tail: keras.Model  # features → one logit per image
    record: SplitRecord
    threshold: float


def load_tail(package: MPackage, base: BaseNetwork, split: str) -> Halves:
    """The application at one of its splits (`layer` of the record), on layers of its own: `base` is not changed.

    Raises `UserError`: an unknown split, a package without weights, another base than the one that the package was
    trained on, a tail that is missing, changed, or of another network.
    """
    return next(load_tails([(package, split)], base))


def load_tails(
    wanted: Iterable[tuple[MPackage, str]], base: BaseNetwork, network: keras.Model | None = None,
) -> Iterator[Halves]:  # fmt: skip
    """Applications, each at a split, one after the other; each is good until the next one is asked for.

    Layers are `network`'s, one like the base's (default: built here), for they keep every cut. Raises as `load_tail`.
    """
    network = network or bases.build(base.identity.architecture, base.identity.input_shape[0])
    model = with_head(network)
    points = {p.name: p for p in split_points(model)}
    places = {p.name: p.frozen_layers for p in points.values()}
    for package, split in wanted:
        _require_base(package, base, places)
        record = next((r for r in package.splits if r.layer == split), None)
        if record is None:
            raise unknown("split", split, [r.layer for r in package.splits])
        if record.threshold is None:
            raise UserError(f"'{package.application}' has no threshold at split {split}: nothing can be decided there")
        data = package.tail_data(record)
        network.set_weights(base.network.get_weights())
        stem, tail = cut(model, points[split])
        load_weights(tail, data, f"'{package.application}', {record.tail.file}" if record.tail else "", split)
        yield Halves(stem, tail, record, record.threshold)


def _require_base(package: MPackage, base: BaseNetwork, places: dict[str, int]) -> None:
    """Trained on `base`; each split lies where the base has it: plans reckon with the number, the layer is cut."""
    for field in Base.model_fields:
        mine, theirs = getattr(package.base, field), getattr(base.identity, field)
        if mine != theirs:
            raise UserError(f"'{package.application}' was trained on another base: {field} is {mine}, here {theirs}")
    for record in package.splits:
        if places.get(record.layer) != record.split:
            there = f"split {places[record.layer]}" if record.layer in places else "no layer to cut at"
            raise UserError(
                f"'{package.application}': split {record.split} is said to be at layer {record.layer}, "
                f"which is {there} of {package.base.architecture}"
            )


def load_weights(tail: keras.Model, data: bytes, where: str, split: str) -> None:
    """Puts what a file of weights holds into `tail`. Raises `UserError`, naming `where`: anything that is not its own.

    Spoiled files are refused within this process: whatever a parser raises is caught, a crash of HDF5 would not be.
    """
    try:
        _require_arrays(data, sorted((tuple(w.shape), str(w.dtype)) for w in tail.weights))
        with tempfile.NamedTemporaryFile(suffix=".weights.h5") as private:  # Keras reads files that are named so
            private.write(data)
            private.flush()
            with warnings.catch_warnings(action="error", category=UserWarning):  # of layers that it passes over
                tail.load_weights(private.name)
        if not all(np.isfinite(w).all() for w in tail.get_weights()):
            raise ValueError("some are not finite numbers")
    except Exception as e:  # whatever a parser raises
        reason = " ".join(str(e).split())[:160]
        raise UserError(f"{where}: not the weights of the layers above {split}: {reason}") from e


def _require_arrays(data: bytes, wanted: list[tuple[tuple[int, ...], str]]) -> None:
    """Before an array is read: as many as belong there (Keras passes over others), each as large, all of them inside.

    Keras writes plain arrays. Links, packed or virtual ones could lead to other files, or unpack to gigabytes.
    """
    with h5py.File(io.BytesIO(data)) as opened:
        arrays = list(_arrays(opened))
        if len(arrays) != len(wanted):
            raise ValueError(f"{len(arrays)} arrays where {len(wanted)} belong")
        if sorted((a.shape, str(a.dtype)) for a in arrays) != wanted:
            raise ValueError("arrays of other shapes or types")
        if any(a.external or a.is_virtual for a in arrays):
            raise ValueError("arrays that lie in other files")
        if any(a.chunks for a in arrays):
            raise ValueError("packed arrays")


def _arrays(group: h5py.Group, depth: int = 0) -> Iterator[h5py.Dataset]:
    """Every array below `group`. Raises `ValueError`: a link, or deeper than any network writes (or a circle)."""
    if depth > DEEPEST:
        raise ValueError("groups within groups without end")
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"'{name}' is a link")
        item = group[name]
        yield from _arrays(item, depth + 1) if isinstance(item, h5py.Group) else (item,)


def probabilities(halves: Halves, images: np.ndarray, preprocessing: str) -> np.ndarray:
    """float32 (n,): how sure the application is, for uint8 images of the base's size."""
    found = []
    for start in range(0, len(images), BATCH):
        x = bases.preprocess(images[start : start + BATCH], preprocessing)
        found.append(np.asarray(halves.tail(halves.stem(x, training=False), training=False))[:, 0])
    return sure(np.concatenate(found))
