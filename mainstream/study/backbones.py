"""Networks beside one another: where their time lies and what of it can be shared (notebook 08)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.networks.engines import compile_model
from mainstream.networks.splits import split_points
from mainstream.runner.profiler import milliseconds
from mainstream.runner.throughput import segment_costs


def compare(
    models: Mapping[str, keras.Model], *, threads: int = 2, repeats: int = 8
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Segments of each network (name → model, named as in `base.ARCHITECTURES`), and milliseconds of the whole ones.

    Rows: network, index, layer, frozen_layers, stem_ms, segment_ms (medians, warm caches, q25_ms, q75_ms), time_below
    and parameters_below (shares of the network below the split). Raises as `segment_costs`.
    """
    tables, whole, rng = [], {}, np.random.default_rng(0)
    for name, model in models.items():
        how: dict[str, Any] = {"threads": threads, "preprocessing": bases.ARCHITECTURES[name][2]}
        costs = segment_costs(model, repeats=repeats, cold=False, **how)
        pixels = rng.integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
        whole[name] = float(np.median(milliseconds(partial(compile_model(model, **how), pixels), repeats)))
        costs.insert(0, "network", name)
        costs["time_below"] = costs.stem_ms / costs.segment_ms.sum()
        costs["parameters_below"] = [p.frozen_parameters / model.count_params() for p in split_points(model)]
        tables.append(costs)
    return pd.concat(tables, ignore_index=True), whole


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
