"""What can be chosen about a training, and the identity by which a killed one is found again."""

import hashlib
import json
from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstream.data.footage import Footage
from mainstream.data.photos import Photos
from mainstream.errors import UserError, one_line
from mainstream.package import Base

VERSION = 5  # of the algorithm: another number lets old checkpoints lie


class Settings(BaseModel):
    """How every split is trained. Values are checked; `Settings.read` turns a complaint into a `UserError`.

    Augmentation is a mirror image, and only before the frozen part: both views of each photo go through the stem once
    and are kept, which random crops or colours would forbid. Fixed cameras need none (`flip=False`): a mirrored street
    is a street that no camera sees, and the world draws as many fresh pictures as one asks for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: float = Field(default=3, ge=0.1, le=1000)  # at most, per split; one epoch: see `negatives`
    deep_epochs: float = Field(default=1.0, ge=1)  # up to this many times as many epochs for tails of few layers
    patience: int = Field(default=2, ge=1)  # epochs without a better validation loss before a split is left
    batch: int = Field(default=32, ge=1, le=4096)
    learning_rate: float = Field(default=4e-4, gt=0, allow_inf_nan=False)  # the highest, after warm-up
    weight_decay: float = Field(default=1e-4, ge=0, allow_inf_nan=False)
    negatives: float = Field(default=2.0, ge=1)  # an epoch: the rarer class whole, this many times as many of the other
    flip: bool = False
    warm_start: bool = True  # False: every split starts from the base and the deepest split's head
    cache_gb: float = Field(default=2.5, ge=0)  # per process; larger stem outputs lie on the disk, if it has room

    def epochs_at(self, fraction: float) -> float:
        """Epochs where this share of the layers is frozen: a short tail learns slowly, its epochs cost little."""
        return self.epochs * min(self.deep_epochs, 1 / max(1 - fraction, 1e-9))

    @classmethod
    def photos(cls, **values: object) -> Self:
        """For photos of anything and a base that knows much already; `values` replace single settings."""
        return cls.read(**{"learning_rate": 1e-4, "negatives": 1.5, "flip": True, "epochs": 2, "patience": 1, **values})

    @classmethod
    def world(cls, **values: object) -> Self:
        """For the synthetic world and the embedded base; settled on its training and validation data."""
        return cls.read(**{"learning_rate": 4e-3, "epochs": 1, "deep_epochs": 4.0, **values})

    @classmethod
    def read(cls, **values: object) -> Self:
        """Checked settings. Raises `UserError` naming the first bad value."""
        try:
            return cls.model_validate(values)
        except ValidationError as e:
            raise UserError(f"training settings: {one_line(e)}") from e


def identity(
    base: Base, photos: Photos, settings: Settings, splits: Sequence[str], footage: Footage | None = None
) -> str:
    """16 hex digits that change with anything that changes what is learnt or asked: base, data, settings, splits.

    Not with `cache_gb`, nor with the number of processes: results do not depend on them.
    """
    digest = hashlib.sha256()
    chosen = settings.model_dump(exclude={"cache_gb"})
    digest.update(json.dumps([VERSION, base.model_dump(), chosen, photos.classes, list(splits)]).encode())
    arrays = [photos.images, photos.labels, photos.partition.astype("S8")]
    for array in arrays + ([footage.images] if footage else []):
        digest.update(f"{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
