"""Trainings by recipe, over the kit's own trainer: checkpointed split by split; used by `real_photos.py`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from photo_recipes import CROPS, VIEWS, Recipe, Trainer, Views

from mainstream.data import rates
from mainstream.data.answers import decide
from mainstream.data.photos import Photos
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import POOLED, SplitPoint, cut, split_points, with_head
from mainstream.study import curves
from mainstream.trainer.checkpoint import Checkpoints, Job
from mainstream.trainer.fit import Epoch, Part, fit_head
from mainstream.trainer.frozen import Frozen


class Run(NamedTuple):
    """One training: of an application from a seed, by a recipe."""

    recipe: Recipe
    job: Job


class Lab:
    """One network, its photos, and the checkpoints below `root`: `<recipe>/<app>-seed<n>/split_<frozen layers>`."""

    def __init__(self, base: BaseNetwork, photos: Photos, splits: Sequence[str], asked: Sequence[str], root: Path):
        self.base, self.photos, self.root, self.asked = base, photos, root, asked
        self.model = with_head(base.network)
        self.fresh = self.model.get_weights()
        self.points = [p for p in split_points(self.model) if p.name in (*splits, POOLED)]
        self.heads: dict[tuple[str, str], list[np.ndarray]] = {}

    def kept(self, run: Run) -> Checkpoints:
        """Where a training leaves its splits."""
        return Checkpoints(self.root / run.recipe.name, run.job)

    def train(self, runs: Sequence[Run]) -> None:
        """All of them, from the deepest split to the shallowest; a stem's outputs are computed once for all."""
        todo = [(p, r) for p in self.points for r in runs if not self.kept(r).finished(p)]
        total, done, began = sum(_work(p, r) for p, r in todo), 0.0, time.time()
        for point, views in product(reversed(self.points), VIEWS):
            here = [r for r in runs if r.recipe.views == views and (point, r) in todo]
            for run, trainer, parts in self._ready(point, here):
                started = time.time()
                log = self._one(run, point, trainer, parts)
                answers = trainer.answers({part: parts[part] for part in self.asked})
                lines = {"epochs": [line._asdict() for line in log], "seconds": round(time.time() - started, 2)}
                self.kept(run).save(point, trainer.tail, answers, lines)
                done += _work(point, run)
                left = (time.time() - began) * (total - done) / done / 60
                loss = f"{log[0].val_loss:.4f} → {min(line.val_loss for line in log):.4f}"
                who = f"{point.name} {run.recipe.name} {run.job.app} {run.job.seed}"
                print(f"{time.strftime('%X')} {who}: {loss}, {lines['seconds']:.0f} s; {left:.0f} min left", flush=True)

    def _ready(self, point: SplitPoint, here: Sequence[Run]) -> Iterator[tuple[Run, Trainer, dict[str, Frozen]]]:
        """Each of `here`, whose views are alike, with a trainer and the frozen outputs of every part."""
        if not here:
            return
        self.model.set_weights(self.fresh)
        stem, tail = cut(self.model, point)
        how, images = self.base.identity.preprocessing, {p: self.photos.part(p).images for p in ("train", *self.asked)}
        parts = {p: Frozen(stem, images[p], how, limit_bytes=3e9) for p in self.asked}
        parts["train"] = Views(stem, images["train"], how, here[0].recipe)
        for norm in (False, True):
            trainer = None
            for run in (r for r in here if r.recipe.norm == norm):
                trainer = trainer or Trainer(tail, run.recipe)
                trainer.settings = run.recipe
                yield run, trainer, parts

    def _one(self, run: Run, point: SplitPoint, trainer: Trainer, parts: dict[str, Frozen]) -> list[Epoch]:
        recipe, (app, seed) = run
        train, val = (Part(parts[part], self.photos.part(part).has(app)) for part in ("train", "val"))
        self.model.set_weights(self.fresh)
        parts["train"].rng = np.random.default_rng([seed, point.index])
        if point.name == POOLED:
            self.model.get_layer("decision").set_weights(self._head(recipe.views, app, train, val))
            return [Epoch(0, float("nan"), trainer.loss(val))]
        deeper = self.points[self.points.index(point) + 1] if recipe.warm_start else self.points[-1]
        cut(self.model, deeper)[1].load_weights(self.kept(run).weights(deeper))
        rng = np.random.default_rng([seed, self.photos.classes.index(app), point.index])
        return trainer.fit(train, val, rng, f"'{app}', {recipe.name}, {point.name}")

    def _head(self, views: str, app: str, train: Part, val: Part) -> list[np.ndarray]:
        """The head alone, solved once for all recipes with these views; a photo counts once per view."""
        if (views, app) not in self.heads:
            n, of_each = len(train.labels), {"none": 1, "flip": 2, "crops": 2 * (CROPS + 1)}[views]
            rows, turned = np.tile(np.arange(n), of_each), np.repeat(np.arange(of_each) % 2, n)
            features, asked = train.frozen(rows, turned), val.frozen(np.arange(len(val.labels)))
            self.heads[views, app] = fit_head(features, train.labels[rows], asked, val.labels)
        return self.heads[views, app]

    def loss(self, run: Run, point: SplitPoint) -> float:
        """The lowest on validation, nats."""
        return min(line["val_loss"] for line in self.kept(run).log(point)["epochs"])

    def said(self, run: Run, point: SplitPoint) -> dict[str, np.ndarray]:
        """bool (photos,) per part: decisions by the threshold that validation chose."""
        answers = self.kept(run).probabilities(point)
        threshold = rates.best_threshold(answers["val"], self.photos.part("val").has(run.job.app))
        return {part: decide(answers[part], threshold) for part in self.asked}

    def table(self, runs: Sequence[Run]) -> pd.DataFrame:
        """One row per finished training and split: epochs, losses (nats), rates."""
        rows = []
        for run, point in product(runs, self.points):
            if not self.kept(run).finished(point):
                continue
            log = self.kept(run).log(point)
            best = min(log["epochs"], key=lambda line: line["val_loss"])
            row = {"recipe": run.recipe.name, "app": run.job.app, "seed": run.job.seed, "index": point.index,
                   "layer": point.name, "epochs": len(log["epochs"]) - 1, "best_epoch": best["epoch"],
                   "val_loss": best["val_loss"], "seconds": log["seconds"]}  # fmt: skip
            for part, said in self.said(run, point).items():
                there = self.photos.part(part).has(run.job.app)
                tpr, fpr = said[there].mean(), said[~there].mean()
                row |= {f"{part}_tpr": tpr, f"{part}_fpr": fpr,
                        f"{part}_accuracy": curves.balanced_accuracy(tpr, fpr)[0]}  # fmt: skip
            rows.append(row)
        return pd.DataFrame(rows).round(5)


def _work(point: SplitPoint, run: Run) -> float:
    """Rough cost, for the remaining time shown."""
    return (0.05 + (1 - point.fraction) ** 2) * (run.recipe.epochs if point.name != POOLED else 1)
