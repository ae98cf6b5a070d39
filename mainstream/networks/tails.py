"""A trained application brought back to life: stem of the base, tail of its M-Package (notebooks 01 and 07).

A package comes from another tenant: its checksums are checked, and its tail is put on no other base than its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from mainstream.data import rates
from mainstream.errors import UserError, unknown
from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.package import Base, MPackage, SplitRecord

BATCH = 64  # images per call


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
    return next(load_tails(package, base, [split]))


def load_tails(package: MPackage, base: BaseNetwork, splits: Sequence[str]) -> Iterator[Halves]:
    """The application at several splits, one after the other; each is good until the next one is asked for.

    All of them use the same layers. Raises as `load_tail`.
    """
    for field in Base.model_fields:
        mine, theirs = getattr(package.base, field), getattr(base.identity, field)
        if mine != theirs:
            raise UserError(f"'{package.application}' was trained on another base: {field} is {mine}, here {theirs}")
    network = bases.build(base.identity.architecture, base.identity.input_shape[0])
    model = with_head(network)
    points = {p.name: p for p in split_points(model)}
    _require_places(package, {p.name: p.frozen_layers for p in points.values()})
    for split in splits:
        record = next((r for r in package.splits if r.layer == split), None)
        if record is None:
            raise unknown("split", split, [r.layer for r in package.splits])
        if record.threshold is None:
            raise UserError(f"'{package.application}' has no threshold at split {split}: nothing can be decided there")
        file = package.tail_file(record)
        network.set_weights(base.network.get_weights())
        stem, tail = cut(model, points[split])
        _load_weights(tail, file, split)
        yield Halves(stem, tail, record, record.threshold)


def _require_places(package: MPackage, places: dict[str, int]) -> None:
    """Every split that a package claims lies where its base has it: plans reckon with the number, the layer is cut."""
    for record in package.splits:
        if places.get(record.layer) != record.split:
            there = f"split {places[record.layer]}" if record.layer in places else "no layer to cut at"
            raise UserError(
                f"'{package.application}': split {record.split} is said to be at layer {record.layer}, "
                f"which is {there} of {package.base.architecture}"
            )


def _load_weights(tail: keras.Model, file: Path, split: str) -> None:
    try:
        _require_arrays(file, sorted(tuple(w.shape) for w in tail.weights))
        tail.load_weights(file)
        if not all(np.isfinite(w).all() for w in tail.get_weights()):
            raise ValueError("some are not finite numbers")
    except (ValueError, OSError, KeyError, TypeError) as e:
        raise UserError(f"{file}: not the weights of the layers above {split}: {' '.join(str(e).split())[:160]}") from e


def _require_arrays(file: Path, shapes: list[tuple[int, ...]]) -> None:
    """Before anything is read: as many arrays as belong there (Keras passes over others), each as large, all inside."""
    arrays: list[h5py.Dataset] = []
    with h5py.File(file) as opened:
        opened.visititems(lambda name, item: arrays.append(item) if isinstance(item, h5py.Dataset) else None)
        if len(arrays) != len(shapes):
            raise ValueError(f"{len(arrays)} arrays where {len(shapes)} belong")
        if sorted(a.shape for a in arrays) != shapes:
            raise ValueError("arrays of other shapes")
        if any(a.external or a.is_virtual for a in arrays):
            raise ValueError("arrays that lie in other files")


def probabilities(halves: Halves, images: np.ndarray, preprocessing: str) -> np.ndarray:
    """float32 (n,): how sure the application is, for uint8 images of the base's size."""
    found = []
    for start in range(0, len(images), BATCH):
        x = bases.preprocess(images[start : start + BATCH], preprocessing)
        found.append(np.asarray(halves.tail(halves.stem(x, training=False), training=False))[:, 0])
    return rates.sure(np.concatenate(found))
