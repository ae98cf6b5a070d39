"""Networks beside one another: where their time lies and what of it can be shared (notebook 08)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from mainstream import base as bases
from mainstream.backend import keras
from mainstream.engines import compile_model
from mainstream.profiler import milliseconds, segment_costs
from mainstream.splits import split_points, with_head

layers = keras.layers


def backbone(architecture: str, size: int) -> keras.Model:
    """An application's network with random weights, as it runs: without the dropout that only training needs.

    Random weights do not change latency, shapes or the number of parameters. Raises as `base.build`.
    """
    drops = (layers.Dropout, layers.SpatialDropout2D)

    def as_it_runs(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, drops):
            return layers.Identity(name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    return keras.models.clone_model(with_head(bases.build(architecture, size)), clone_function=as_it_runs)


def compare(
    models: Mapping[str, keras.Model], *, threads: int = 2, repeats: int = 8
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Segments of each network (name → model, named as in `base.ARCHITECTURES`), and milliseconds of the whole ones.

    Rows: network, index, layer, frozen_layers, stem_ms, segment_ms (quartiles, cold_ms as `segment_costs`), time_below
    and parameters_below (shares of the network below the split). Raises as `segment_costs`.
    """
    parts, whole, rng = [], {}, np.random.default_rng(0)
    for name, model in models.items():
        pixels = bases.ARCHITECTURES[name][2]
        costs = segment_costs(model, threads=threads, repeats=repeats, preprocessing=pixels)
        costs["time_below"] = costs.stem_ms / costs.segment_ms.sum()
        costs["parameters_below"] = [p.frozen_parameters / model.count_params() for p in split_points(model)]
        parts.append(costs.assign(network=name))
        call = compile_model(model, preprocessing=pixels, threads=threads)
        frame = rng.integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
        whole[name] = float(np.median(milliseconds(partial(call, frame), repeats)))
    return pd.concat(parts, ignore_index=True), whole


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
