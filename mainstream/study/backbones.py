"""Networks beside one another: where their time lies and what of it can be shared (notebook 08)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.networks.engines import compile_model
from mainstream.networks.splits import segments, split_points
from mainstream.runner.profiler import milliseconds


def compare(
    models: Mapping[str, keras.Model], *, threads: int = 2, repeats: int = 8
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Segments of each network (name → model, named as in `base.ARCHITECTURES`), and milliseconds of the whole ones.

    Rows: network, index, layer, frozen_layers, stem_ms, segment_ms (medians), time_below and parameters_below (shares
    of the network below the split). Each segment runs alone with warm caches; `profiler.segment_costs` has cold ones
    too. Raises as `compile_model` and `split_points`.
    """
    tables, whole = [], {}
    for name, model in models.items():
        points, pixels = split_points(model), bases.ARCHITECTURES[name][2]
        timed = partial(_median_ms, threads=threads, repeats=repeats)
        parts = segments(model, points)[1:]  # the first hands its input through
        table = pd.DataFrame({
            "network": name, "index": [p.index for p in points], "layer": [p.name for p in points],
            "frozen_layers": [p.frozen_layers for p in points],
            "segment_ms": [timed(part, pixels if k == 0 else None) for k, part in enumerate(parts)],
            "parameters_below": [p.frozen_parameters / model.count_params() for p in points],
        })  # fmt: skip
        table["stem_ms"] = table.segment_ms.cumsum() - table.segment_ms
        table["time_below"] = table.stem_ms / table.segment_ms.sum()
        tables.append(table)
        whole[name] = timed(model, pixels)
    return pd.concat(tables, ignore_index=True), whole


def _median_ms(model: keras.Model, pixels: str | None, *, threads: int, repeats: int) -> float:
    """Milliseconds of one frame; pixels: how uint8 images are prepared, None: the input is features."""
    call, rng = compile_model(model, preprocessing=pixels, threads=threads), np.random.default_rng(0)
    shape = (1, *model.input_shape[1:])
    x = rng.integers(0, 256, shape, dtype=np.uint8) if pixels else rng.random(shape, dtype=np.float32)
    return float(np.median(milliseconds(partial(call, x), repeats)))


def summary(costs: pd.DataFrame, applications: int) -> pd.DataFrame:
    """One row per network of `compare`: how fine its menu of splits is, and what sharing buys.

    Columns: network, ms, points, coarsest (largest share of the time between neighbouring splits), half_at (first split
    with half the time below, and its parameters_at_half), full (frame rate of `applications` that share all up
    to the last split, over none shared), half (the same at half_at).
    """
    rows = []
    for name, part in costs.groupby("network", sort=False):
        below = part.time_below.to_numpy()
        middle = min(int(np.searchsorted(below, 0.5)), len(part) - 1)
        gain = lambda share: applications / (share + applications * (1 - share))
        rows.append({
            "network": name, "ms": part.segment_ms.sum(), "points": len(part),
            "coarsest": (part.segment_ms / part.segment_ms.sum()).max(), "half_at": part.layer.iloc[middle],
            "parameters_at_half": part.parameters_below.iloc[middle], "half": gain(below[middle]),
            "full": gain(below[-1]),
        })  # fmt: skip
    return pd.DataFrame(rows)
