"""Latencies of a network's segments, measured here: what a device file says (notebooks 00, 02 and 07).

Medians with quartiles: other work on the machine only ever adds time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from mainstream.networks.backend import keras
from mainstream.networks.base import SCALED, BaseNetwork
from mainstream.networks.engines import compile_model
from mainstream.networks.splits import segments, split_points, with_head
from mainstream.runner.devices import HERE
from mainstream.scheduler import Device

WARM_UP = 5  # calls that are not counted
CACHE_BYTES, COLD_REPEATS = 64 * 2**20, 7


def milliseconds(call: Callable[[], Any], repeats: int, warm_up: int = WARM_UP) -> np.ndarray:
    """Milliseconds of `repeats` calls, after `warm_up` that are not counted."""
    for _ in range(warm_up):
        call()
    found = np.empty(repeats)
    for k in range(repeats):
        start = time.perf_counter()
        call()
        found[k] = 1e3 * (time.perf_counter() - start)
    return found


def _cold_milliseconds(call: Callable[[], Any]) -> np.ndarray:
    """Milliseconds of single calls, each after a walk through more memory than caches hold."""
    other = np.zeros(CACHE_BYTES, np.uint8)
    found = []
    for _ in range(COLD_REPEATS):
        other += 1
        found.append(milliseconds(call, 1, 0)[0])
    return np.array(found)


def segment_costs(
    model: keras.Model,
    splits: Sequence[str] | None = None,
    *,
    engine: str = "openvino",
    threads: int = 2,
    precision: str = "f32",
    repeats: int = 50,
    preprocessing: str = SCALED,
    cold: bool = True,
) -> pd.DataFrame:
    """Latency of every segment of `model` between neighbouring split points (default: all), one frame at a time.

    Columns: index, layer (the split point that the segment starts at; the last one ends at the output),
    frozen_layers, stem_ms (up to that point: the sum of the segments before), segment_ms with q25_ms and q75_ms,
    and, if `cold`, cold_ms (median when other data has filled the processor's caches before each call). Raises as
    `compile_model` and `segments`.
    """
    points = [p for p in split_points(model) if splits is None or p.name in splits or p.index == 0]
    rng = np.random.default_rng(0)
    rows, stem = [], 0.0
    for point, part in zip(points, segments(model, points)[1:], strict=True):  # the first hands its input through
        pixels = preprocessing if point.index == 0 else None
        call = compile_model(part, engine, preprocessing=pixels, threads=threads, precision=precision)
        shape = (1, *part.input_shape[1:])
        x = rng.integers(0, 256, shape, dtype=np.uint8) if pixels else rng.random(shape, dtype=np.float32)
        found = summary(milliseconds(partial(call, x), repeats))
        rows.append({
            "index": point.index, "layer": point.name, "frozen_layers": point.frozen_layers, "stem_ms": stem,
            "segment_ms": found["median_ms"], "q25_ms": found["q25_ms"], "q75_ms": found["q75_ms"],
            **({"cold_ms": float(np.median(_cold_milliseconds(partial(call, x))))} if cold else {}),
        })  # fmt: skip
        stem += found["median_ms"]
    return pd.DataFrame(rows)


def this_machine(
    base: BaseNetwork, *, engine: str = "openvino", threads: int = 2, precision: str = "f32", repeats: int = 50
) -> Device:
    """Latencies of the base with a head, measured now (about half a minute). Raises as `segment_costs`."""
    costs = segment_costs(
        with_head(base.network), engine=engine, threads=threads, precision=precision, repeats=repeats,
        preprocessing=base.identity.preprocessing,
    )  # fmt: skip
    size = base.identity.input_shape[0]
    name = f"{HERE}, {base.identity.architecture} at {size} px, {engine} {precision}, {threads} threads"
    return Device.of(name, costs.frozen_layers, costs.stem_ms, costs.segment_ms.sum())


def summary(found: np.ndarray) -> dict[str, float]:
    """The columns of a table of latencies."""
    low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
    return {"median_ms": middle, "q25_ms": low, "q75_ms": high, "frames": len(found)}
