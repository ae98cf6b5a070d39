"""Latencies measured here: the stages of a video pipeline, and a network's segments (notebook 00).

Medians with quartiles: other work on the machine only ever adds time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pandas as pd

from mainstream.data.geometry import SQUEEZED, fitted
from mainstream.errors import UserError
from mainstream.networks.backend import keras
from mainstream.networks.base import SCALED, BaseNetwork
from mainstream.networks.engines import Compiled, compile_each, compile_model
from mainstream.networks.splits import cut, segments, split_points, with_head
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


def pipeline_costs(video: str | Path, networks: dict[str, Compiled], size: int, *, frames: int = 60) -> pd.DataFrame:
    """What one frame costs, stage by stage: decode (and conversion to RGB), resize to `size` px, and each network.

    networks: name → compiled model of uint8 (1, size, size, 3). Every stage runs on the same frames, one after the
    other; OpenCV on one thread. Columns: stage, median_ms, q25_ms, q75_ms, frames.
    Raises `UserError`: a file that is no video, or has fewer frames.
    """
    times: dict[str, list[float]] = {stage: [] for stage in ("decode", "resize", *networks)}
    cv2.setNumThreads(1)
    try:
        with av.open(str(video)) as container:
            container.streams.video[0].thread_type = "NONE"  # threads would decode ahead, unseen by the clock
            decoded = container.decode(video=0)
            for k in range(frames + WARM_UP):
                picture = _timed(times["decode"], lambda: next(decoded).to_ndarray(format="rgb24"))
                small = _timed(times["resize"], partial(fitted, picture, size, SQUEEZED))
                for name, network in networks.items():
                    _timed(times[name], partial(network, small[None]))
                if k < WARM_UP:
                    for found in times.values():
                        found.clear()
    except StopIteration as e:
        raise UserError(f"video='{video}': has fewer than {frames + WARM_UP} frames") from e
    except (OSError, av.FFmpegError, IndexError) as e:
        raise UserError(f"video='{video}': not a video that can be decoded: {e}") from e
    return pd.DataFrame([{"stage": name, **_summary(np.array(found))} for name, found in times.items()])


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
        found = _summary(milliseconds(partial(call, x), repeats))
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


def throughput(
    model: keras.Model,
    splits: Sequence[str],
    counts: Sequence[int],
    *,
    threads: int = 2,
    repeats: int = 10,
    preprocessing: str = SCALED,
) -> pd.DataFrame:
    """Frames per second of N applications that split at one point: one stem and N tails, each with its own weights.

    Columns: index, layer, percent_shared (frozen layers), applications, median_ms, q25_ms, q75_ms, fps, stem_ms and
    tail_ms (medians of each alone), predicted_ms (stem + N tails). Raises as `compile_model` and `cut`.
    """
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
    points = {p.name: p for p in split_points(model)}
    rows = []
    for name in splits:
        stem, tail = cut(model, points.get(name, name))
        shared = points[name].index > 0
        first = compile_model(stem, preprocessing=preprocessing, threads=threads) if shared else None
        rest = compile_each(
            tail, [tail.get_weights()] * max(counts),
            preprocessing=None if shared else preprocessing, threads=threads,
        )  # fmt: skip
        value = first(pixels) if first else pixels
        stem_ms = float(np.median(milliseconds(partial(first, pixels), repeats))) if first else 0.0
        tail_ms = float(np.median(milliseconds(partial(rest[0], value), repeats)))
        for n in counts:
            found = _summary(milliseconds(partial(_frame, first, rest[:n], pixels), repeats, 2))
            rows.append({
                "index": points[name].index, "layer": name, "percent_shared": 100 * points[name].fraction,
                "applications": n, **found, "fps": 1e3 / found["median_ms"], "stem_ms": stem_ms, "tail_ms": tail_ms,
                "predicted_ms": stem_ms + n * tail_ms,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _frame(first: Compiled | None, rest: Sequence[Compiled], pixels: np.ndarray) -> list[float]:
    value = first(pixels) if first else pixels
    return [float(tail(value).reshape(-1)[0]) for tail in rest]


def _timed(found: list[float], call: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    value = call()
    found.append(1e3 * (time.perf_counter() - start))
    return value


def _summary(found: np.ndarray) -> dict[str, float]:
    low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
    return {"median_ms": middle, "q25_ms": low, "q75_ms": high, "frames": len(found)}
