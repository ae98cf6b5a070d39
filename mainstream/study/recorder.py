"""Asks every application at every split about every frame of video, once (notebook 03)."""

from __future__ import annotations

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

    Two splits are asked at a time, each on one thread: two threads in one network would mostly wait for each other.
    """

    def __init__(self, packages: Sequence[MPackage], base: BaseNetwork, layers: list[str]):
        model, self._how = with_head(base.network), base.identity.preprocessing
        points = {p.name: p for p in split_points(model) if p.name in layers}
        inner = [name for name, p in points.items() if p.index > 0]
        parts = segments(model, inner)[:-1] if inner else []
        self._layers, self._pool = layers, ThreadPoolExecutor(2)
        compiled = (compile_each(part, [part.get_weights()], threads=1, batch=BATCH)[0] for part in parts)
        self._stem = dict(zip(inner, compiled, strict=True))
        tails: dict[str, list[list[np.ndarray]]] = {layer: [] for layer in layers}
        for package in packages:
            for halves in load_tails(package, base, layers):
                tails[halves.record.layer].append(halves.tail.get_weights())
        self._tail = {
            layer: compile_each(cut(model, points[layer])[1], tails.pop(layer), threads=1, batch=BATCH)
            for layer in progress(layers, desc="compiling tails", unit="split")
        }

    def ask(self, images: np.ndarray) -> np.ndarray:
        """float32 (applications, splits, frames)."""
        answers = np.concatenate([self._batch(images[k : k + BATCH]) for k in range(0, len(images), BATCH)], axis=2)
        return sure(answers)

    def _batch(self, images: np.ndarray) -> np.ndarray:
        missing = np.zeros((BATCH - len(images), *images.shape[1:]), images.dtype)
        value = preprocess(np.concatenate([images, missing]), self._how)
        values = {layer: value for layer in self._layers if layer not in self._stem}
        for layer, stem in self._stem.items():
            values[layer] = value = stem(value)
        logits = self._pool.map(self._answers, self._layers, [values[layer] for layer in self._layers])
        return np.stack(list(logits), axis=1)[..., : len(images)]

    def _answers(self, layer: str, value: np.ndarray) -> np.ndarray:
        return np.stack([tail(value)[:, 0].copy() for tail in self._tail[layer]])
