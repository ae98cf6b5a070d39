"""Recipes for fine-tuning that the kit's trainer has no setting for, on top of it; used by `real_photos.py`."""

from __future__ import annotations

from itertools import product

import numpy as np
from PIL import Image

from mainstream.networks.backend import keras
from mainstream.trainer import Settings
from mainstream.trainer.fit import TailTrainer
from mainstream.trainer.frozen import Frozen

CROPS = 5  # of each photo, beside the photo itself
VIEWS = ("none", "flip", "crops")
CHOICES = ((1e-5, 3e-5, 1e-4, 3e-4, 1e-3), ("base", "neighbour"), ("inference", "norm"), VIEWS)
TODAY = (1e-4, "neighbour", "inference", "flip")  # of `Settings.photos`: always among those drawn


class Recipe(Settings):
    """Settings, and what the kit's trainer has no setting for."""

    norm: bool = False  # batch normalisation of the tail in training mode, its statistics learnt
    crops: int = 0  # random crops and colours of each photo, drawn beforehand so that frozen outputs can be kept

    @classmethod
    def of(cls, rate: float, start: str, norm: str, views: str, epochs: int) -> Recipe:
        """As `CHOICES` have it; patience is half of the epochs."""
        return cls(
            learning_rate=rate, warm_start=start == "neighbour", norm=norm == "norm", flip=views != "none",
            crops=CROPS * (views == "crops"), epochs=epochs, patience=max(2, epochs // 2), negatives=3.0,
        )  # fmt: skip

    @classmethod
    def named(cls, name: str) -> Recipe:
        """The recipe whose `name` it is."""
        rate, start, norm, views, epochs = name.split("_")
        return cls.of(float(rate), start, norm, views, int(epochs.removeprefix("e")))

    @property
    def views(self) -> str:
        """none, flip, or crops with flip."""
        return "crops" if self.crops else "flip" if self.flip else "none"

    @property
    def name(self) -> str:
        """For folders, tables and the command line."""
        start, norm = "neighbour" if self.warm_start else "base", "norm" if self.norm else "inference"
        return f"{self.learning_rate:g}_{start}_{norm}_{self.views}_e{self.epochs:g}"


class Views(Frozen):
    """Frozen outputs of each photo and of random crops of it: one of them is drawn whenever the photo is asked for."""

    def __init__(self, stem: keras.Model, images: np.ndarray, how: str, recipe: Recipe):
        self.photos, self.crops, self.rng = len(images), recipe.crops, np.random.default_rng(0)
        stacked = np.concatenate([images, *(cropped(images, self.rng) for _ in range(recipe.crops))])
        super().__init__(stem, stacked, how, limit_bytes=5e9, flip=recipe.flip)

    def __len__(self) -> int:
        return self.photos

    def __call__(self, rows: np.ndarray, view: np.ndarray | None = None) -> np.ndarray:
        """As `Frozen`, of the photo itself or a crop of it."""
        return super().__call__(rows + self.photos * self.rng.integers(0, self.crops + 1, len(rows)), view)


def cropped(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8, the shape of `images`: a square of 60–100% of each side, brightness and colours changed by up to 20%."""
    size, found = images.shape[1], np.empty_like(images)
    for k, image in enumerate(images):
        side = size * rng.uniform(0.6, 1)
        left, top = rng.uniform(0, size - side, 2)
        box = (left, top, left + side, top + side)
        crop = np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR, box), "float32")
        found[k] = np.clip(crop * rng.uniform(0.8, 1.2) * rng.uniform(0.9, 1.1, 3), 0, 255)
    return found


class Trainer(TailTrainer):
    """The kit's, with batch normalisation in training mode where the recipe says so."""

    def __init__(self, tail: keras.Model, recipe: Recipe):
        super().__init__(tail, recipe)
        self.norm = recipe.norm
        for layer in tail.layers:
            if self.norm and hasattr(layer, "momentum"):
                layer.momentum = 0.9  # an epoch has some 30 batches: 0.99 would hardly move the statistics


def drawn() -> list[tuple]:
    """All of `CHOICES` in an order drawn once for ever, today's recipe first."""
    every = list(product(*CHOICES))
    return [TODAY, *(every[k] for k in np.random.default_rng(0).permutation(len(every)) if every[k] != TODAY)]
