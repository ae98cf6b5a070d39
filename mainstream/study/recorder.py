"""Asks every application at every split about every frame of video, once (notebook 03)."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from mainstream.data.answers import sure
from mainstream.data.footage import Footage
from mainstream.data.jobs import DASK, each
from mainstream.data.progress import progress
from mainstream.errors import UserError
from mainstream.networks.base import BaseNetwork, preprocess
from mainstream.networks.engines import compile_model, compiler
from mainstream.networks.splits import cut, segments, split_points, with_head
from mainstream.networks.tails import load_tails
from mainstream.package import MPackage
from mainstream.study.replay import Recording, recording_name

BATCH = 32  # frames per call


def record(
    packages: Sequence[MPackage], base: BaseNetwork, footage: Iterable[Footage], *, splits: Sequence[str] | None = None
) -> Recording:
    """Asks every application at every split (default: all of the first package) about every frame.

    footage: pieces at one frame rate, the stream's. On a cluster (`data.jobs`) each application is a job.
    Raises `UserError` as `load_tails`, and for footage of another geometry than an application was trained on.
    """
    layers, pieces = list(splits or (s.layer for s in packages[0].splits)), list(footage)
    for p, piece in product(packages, pieces):
        if p.geometry != piece.geometry:
            raise UserError(f"'{p.application}' was trained on {p.geometry} pictures, footage is {piece.geometry}")
    tails, at = _tails(packages, base, layers)
    size = 1 if os.environ.get(DASK) else len(packages)
    shares = [slice(a, a + size) for a in range(0, len(packages), size)]
    work = [(base, layers, tails[s], at[s], *(piece.images for piece in pieces)) for s in shares]
    answers = each(_answers, work, desc="asking", jobs=1)
    clip: list[np.ndarray] = []
    for piece in pieces:
        clip.append(piece.clip + (clip[-1].max() + 1 if clip else 0))
    of = [{s.layer: s for s in p.splits} for p in packages]
    return Recording(
        apps=np.array([p.application for p in packages]), layers=np.array(layers),
        splits=np.array([of[0][layer].split for layer in layers]), probabilities=np.concatenate(answers),
        thresholds=np.array([[kept[layer].threshold for layer in layers] for kept in of], dtype=float),
        labels=np.stack([np.concatenate([piece.has(p.application) for piece in pieces]) for p in packages]),
        clip=np.concatenate(clip), fps=float(pieces[-1].fps),
    )  # fmt: skip


def save_recordings(together: Recording, packages: Sequence[MPackage], folder: Path) -> list[Recording]:
    """One recording of all packages (`record`), taken apart by training, the lowest seed first, and saved."""
    seeds = np.array([int(p.training.get("seed", 0)) for p in packages])
    parts = []
    for seed in sorted(set(seeds.tolist())):
        mine = seeds == seed
        names = ("apps", "probabilities", "thresholds", "labels")
        parts.append(replace(together, **{name: getattr(together, name)[mine] for name in names}))
        parts[-1].save(folder / recording_name(seed, min(seeds)))
    return parts


Tails = dict[str, list[np.ndarray]]  # of one application: weights by layer, where it is asked


def _tails(packages: Sequence[MPackage], base: BaseNetwork, layers: list[str]) -> tuple[list[Tails], np.ndarray]:
    """Of each application; and where in `layers` it is asked for a split, int (applications, splits).

    Where training has gained nothing, an application is the same network as at the next deeper split: it is asked only
    at the deepest of these, where its own part is smallest.
    """
    index = {p.name: p.index for p in split_points(with_head(base.network))}
    found, at = [], np.zeros((len(packages), len(layers)), int)
    for a, package in enumerate(packages):
        deepest: dict[bytes, int] = {}
        networks, tails = [], []
        for k, halves in enumerate(load_tails([(package, layer) for layer in layers], base)):
            tails.append(halves.tail.get_weights())
            weights = (w.tobytes() for w in [*halves.stem.get_weights(), *tails[k]])
            networks.append(hashlib.sha256(b"".join(weights)).digest())
            deepest[networks[k]] = max(deepest.get(networks[k], k), k, key=lambda k: index[layers[k]])
        at[a] = [deepest[network] for network in networks]
        found.append({layers[k]: tails[k] for k in set(at[a].tolist())})
    return found, at


def _answers(
    base: BaseNetwork, layers: list[str], tails: list[Tails], at: np.ndarray, *clips: np.ndarray
) -> np.ndarray:
    """A job: float32 (applications, splits, frames of all clips), of uint8 images.

    The shared stem, cut at every split, and at every split a tail for every application, compiled for batches. Two
    splits are asked at a time, each on one thread: two threads in one network would mostly wait for each other.
    """
    model = with_head(base.network)
    points = {p.name: p for p in split_points(model) if p.name in layers}
    asked = {layer: mine for layer in layers if (mine := [a for a, t in enumerate(tails) if layer in t])}
    inner = [name for name, p in points.items() if p.index > 0 and name in asked]
    parts = segments(model, inner)[:-1] if inner else []
    stem = [compile_model(part, threads=1, batch=BATCH) for part in parts]
    networks = {
        layer: [*map(compiler(cut(model, points[layer])[1], threads=1, batch=BATCH), [tails[a][layer] for a in mine])]
        for layer, mine in progress(asked.items(), desc="compiling tails", unit="split")
    }
    logits = lambda layer, value: np.stack([tail(value)[:, 0].copy() for tail in networks[layer]])
    batches = [images[k : k + BATCH] for images in clips for k in range(0, len(images), BATCH)]
    answers = np.zeros((*at.shape, sum(map(len, batches))), "float32")
    done = 0
    with ThreadPoolExecutor(2) as pool:
        for images in progress(batches, desc="asking", unit="batch"):
            missing = np.zeros((BATCH - len(images), *images.shape[1:]), images.dtype)
            value = preprocess(np.concatenate([images, missing]), base.identity.preprocessing)
            values = {layer: value for layer in asked if layer not in inner}
            for layer, part in zip(inner, stem, strict=True):
                values[layer] = value = part(value)
            for layer, found in zip(values, pool.map(logits, values, values.values()), strict=True):
                answers[asked[layer], layers.index(layer), done : done + len(images)] = found[:, : len(images)]
            done += len(images)
    return sure(np.take_along_axis(answers, at[..., None], axis=1))
