"""Asks every application at every split about every frame of video, once (notebook 03)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from mainstream.data.answers import sure
from mainstream.data.footage import Footage
from mainstream.data.progress import progress
from mainstream.errors import UserError
from mainstream.networks.base import BaseNetwork, preprocess
from mainstream.networks.engines import compile_each
from mainstream.networks.splits import cut, segments, split_points, with_head
from mainstream.networks.tails import load_tails
from mainstream.package import MPackage
from mainstream.study.replay import Recording, recording_name

BATCH = 32  # frames per call


def record(
    packages: Sequence[MPackage], base: BaseNetwork, footage: Iterable[Footage], *, splits: Sequence[str] | None = None
) -> Recording:
    """Asks every application at every split (default: all of the first package) about every frame.

    footage: any number of pieces at one frame rate, the stream's.
    Raises `UserError` as `load_tails`, and for footage of another geometry than an application was trained on.
    """
    layers = list(splits or (s.layer for s in packages[0].splits))
    networks = _Networks(packages, base, layers)
    answers, labels, rate = [], [], 0.0
    clips: list[np.ndarray] = []
    for piece in footage:
        for p in packages:
            if p.geometry != piece.geometry:
                raise UserError(f"'{p.application}' was trained on {p.geometry} pictures, footage is {piece.geometry}")
        answers.append(networks.ask(piece.images))
        labels.append(np.stack([piece.has(p.application) for p in packages]))
        clips.append(piece.clip + (clips[-1].max() + 1 if clips else 0))
        rate = piece.fps
    of = [{s.layer: s for s in p.splits} for p in packages]
    return Recording(
        apps=np.array([p.application for p in packages]), layers=np.array(layers),
        splits=np.array([of[0][layer].split for layer in layers]), probabilities=np.concatenate(answers, axis=2),
        thresholds=np.array([[kept[layer].threshold for layer in layers] for kept in of], dtype=float),
        labels=np.concatenate(labels, axis=1), clip=np.concatenate(clips), fps=float(rate),
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


class _Networks:
    """The shared stem, cut at every split, and at every split a tail for every application, compiled for batches.

    Where training has gained nothing, an application is the same network as at the next deeper split: it is asked only
    at the deepest of these, where its own part is smallest. Two splits are asked at a time, each on one thread: two
    threads in one network would mostly wait for each other.
    """

    def __init__(self, packages: Sequence[MPackage], base: BaseNetwork, layers: list[str]):
        model, self._how = with_head(base.network), base.identity.preprocessing
        points = {p.name: p for p in split_points(model) if p.name in layers}
        self._pool = ThreadPoolExecutor(2)
        tails: dict[str, dict[int, list[np.ndarray]]] = {layer: {} for layer in layers}  # by application
        self._at = np.zeros((len(packages), len(layers)), int)  # where in `layers` an application is asked for a split
        for a, package in enumerate(packages):
            deepest: dict[bytes, int] = {}
            networks = []
            for k, halves in enumerate(load_tails([(package, layer) for layer in layers], base)):
                tails[layers[k]][a] = halves.tail.get_weights()
                networks.append(_digest([*halves.stem.get_weights(), *tails[layers[k]][a]]))
                deepest[networks[k]] = max(deepest.get(networks[k], k), k, key=lambda k: points[layers[k]].index)
            self._at[a] = [deepest[network] for network in networks]
        for k, layer in enumerate(layers):
            tails[layer] = {a: weights for a, weights in tails[layer].items() if self._at[a, k] == k}
        self._asked = {layer: list(mine) for layer, mine in tails.items() if mine}
        inner = [name for name, p in points.items() if p.index > 0 and name in self._asked]
        parts = segments(model, inner)[:-1] if inner else []
        compiled = (compile_each(part, [part.get_weights()], threads=1, batch=BATCH)[0] for part in parts)
        self._stem = dict(zip(inner, compiled, strict=True))
        self._tail = {
            layer: compile_each(cut(model, points[layer])[1], list(tails.pop(layer).values()), threads=1, batch=BATCH)
            for layer in progress(list(self._asked), desc="compiling tails", unit="split")
        }
        self._layers = layers

    def ask(self, images: np.ndarray) -> np.ndarray:
        """float32 (applications, splits, frames)."""
        answers = np.concatenate([self._batch(images[k : k + BATCH]) for k in range(0, len(images), BATCH)], axis=2)
        return sure(np.take_along_axis(answers, self._at[..., None], axis=1))

    def _batch(self, images: np.ndarray) -> np.ndarray:
        """As `ask`, before the logistic function, where an application is asked; elsewhere 0."""
        missing = np.zeros((BATCH - len(images), *images.shape[1:]), images.dtype)
        value = preprocess(np.concatenate([images, missing]), self._how)
        values = {layer: value for layer in self._asked if layer not in self._stem}
        for layer, stem in self._stem.items():
            values[layer] = value = stem(value)
        answers = np.zeros((*self._at.shape, BATCH), "float32")
        for layer, logits in zip(values, self._pool.map(self._answers, values, values.values()), strict=True):
            answers[self._asked[layer], self._layers.index(layer)] = logits
        return answers[..., : len(images)]

    def _answers(self, layer: str, value: np.ndarray) -> np.ndarray:
        return np.stack([tail(value)[:, 0].copy() for tail in self._tail[layer]])


def _digest(weights: Sequence[np.ndarray]) -> bytes:
    """Equal for equal weights."""
    return hashlib.sha256(b"".join(w.tobytes() for w in weights)).digest()
