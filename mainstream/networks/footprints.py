"""What a network needs in memory when applications share its stem, counted from its weights and shapes (notebook 08).

Weights of the stem are there once, those of a tail once for every application; at each split the stem leaves one
frame's features for the tails to read. Not counted: the features inside stem and tails while these run, what an engine
adds (its code, other layouts of the weights, buffers), and the frame itself. Megabytes are 10⁶ bytes.
"""

import math
from collections.abc import Sequence

import pandas as pd

from mainstream.errors import UserError
from mainstream.networks.backend import keras
from mainstream.networks.splits import split_points

MEGABYTE = 1e6


def by_split(model: keras.Model, *, bytes_per_number: int = 4) -> pd.DataFrame:
    """Megabytes of `model` cut at each of its split points.

    Columns: index, layer, frozen_layers, stem_mb and tail_mb (weights), handed_mb (features of one frame from stem to
    tails; 0 at split 0, where every application reads the frame). bytes_per_number: 4 for float32, 1 for int8.
    Raises as `split_points`.
    """
    size, rows = bytes_per_number / MEGABYTE, []
    for p in split_points(model):
        handed = math.prod(d or 1 for d in p.shape) if p.index else 0
        rows.append({
            "index": p.index, "layer": p.name, "frozen_layers": p.frozen_layers, "stem_mb": p.frozen_parameters * size,
            "tail_mb": (model.count_params() - p.frozen_parameters) * size, "handed_mb": handed * size,
        })  # fmt: skip
    return pd.DataFrame(rows)


def plan_mb(table: pd.DataFrame, splits: Sequence[int]) -> float:
    """Megabytes of applications at these splits (one index each): the stem up to the deepest, every tail, features.

    table: of `by_split`. Raises `UserError`: no application, or a split that the network does not have.
    """
    if not len(splits) or not set(splits) <= set(table.index):
        raise UserError(f"splits={list(splits)}: needs at least one application, each split from 0 to {len(table) - 1}")
    branches = sorted(set(splits))
    tails, handed = table.tail_mb[list(splits)].sum(), table.handed_mb[branches].sum()
    return float(table.stem_mb[branches[-1]] + tails + handed)


def by_count(table: pd.DataFrame, counts: Sequence[int]) -> pd.DataFrame:
    """Megabytes of n applications that all split at one point: index, layer, applications, mb and alone_mb.

    alone_mb: the same applications without sharing, a whole network each.
    """
    rows = [
        (k, table.layer[k], n, plan_mb(table, [k] * n), plan_mb(table, [0] * n)) for n in counts for k in table.index
    ]
    return pd.DataFrame(rows, columns=["index", "layer", "applications", "mb", "alone_mb"])


def fits(table: pd.DataFrame, limit_mb: float) -> pd.Series:
    """How many applications that all split at one point fit into `limit_mb`, by index (0: not even one)."""
    room = limit_mb - table.stem_mb - table.handed_mb
    return (room / table.tail_mb).clip(lower=0).astype(int)
