"""What a frame costs: the stages of a video pipeline, a network's segments, N applications that share a stem.

Used by notebooks 00, 02 and 08. Medians with quartiles: other work on the machine only ever adds time.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pandas as pd

from mainstream.data.geometry import SQUEEZED, fitted
from mainstream.data.progress import progress
from mainstream.errors import UserError
from mainstream.networks.backend import keras
from mainstream.networks.base import SCALED, BaseNetwork
from mainstream.networks.engines import Compiled, compile_model, compiler
from mainstream.networks.splits import cut, segments, split_points, with_head
from mainstream.runner.profiler import WARM_UP, milliseconds, timed
from mainstream.runner.together import FEW, MANY
from mainstream.scheduler import Device

CACHE_BYTES, COLD_REPEATS = 64 * 2**20, 7


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
                picture = timed(times["decode"], lambda: next(decoded).to_ndarray(format="rgb24"))
                small = timed(times["resize"], partial(fitted, picture, size, SQUEEZED))
                for name, network in networks.items():
                    timed(times[name], partial(network, small[None]))
                if k < WARM_UP:
                    for found in times.values():
                        found.clear()
    except StopIteration as e:
        raise UserError(f"video='{video}': has fewer than {frames + WARM_UP} frames") from e
    except (OSError, av.FFmpegError, IndexError) as e:
        raise UserError(f"video='{video}': not a video that can be decoded: {e}") from e
    return pd.DataFrame([{"stage": name, **summary(np.array(found))} for name, found in times.items()])


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


def _cold_milliseconds(call: Callable[[], Any]) -> list[float]:
    """Milliseconds of single calls, each after a walk through more memory than caches hold."""
    other = np.zeros(CACHE_BYTES, np.uint8)
    found: list[float] = []
    for _ in range(COLD_REPEATS):
        other += 1
        timed(found, call)
    return found


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
        make = compiler(tail, preprocessing=None if shared else preprocessing, threads=threads)
        rest = [make() for _ in range(max(counts))]
        value = first(pixels) if first else pixels
        stem_ms = float(np.median(milliseconds(partial(first, pixels), repeats))) if first else 0.0
        tail_ms = float(np.median(milliseconds(partial(rest[0], value), repeats)))
        for n in counts:
            found = summary(milliseconds(partial(_frame, first, rest[:n], pixels), repeats, 2))
            rows.append({
                "index": points[name].index, "layer": name, "percent_shared": 100 * points[name].fraction,
                "applications": n, **found, "fps": 1e3 / found["median_ms"], "stem_ms": stem_ms, "tail_ms": tail_ms,
                "predicted_ms": stem_ms + n * tail_ms,
            })  # fmt: skip
    return pd.DataFrame(rows)


def with_together(
    device: Device, base: BaseNetwork, *, engine: str = "openvino", threads: int = 2, precision: str = "f32",
    repeats: int = 15,
) -> Device:  # fmt: skip
    """A measured device with `together`: at every split in one graph or side by side, whichever takes eight tails less
    time here. A minute or two. Raises as `compile_model`."""
    rng, found = np.random.default_rng(0), []
    for point in progress(split_points(model := with_head(base.network)), desc="tails together", unit="split"):
        tail, pixels = cut(model, point)[1], None if point.index else base.identity.preprocessing
        sets = [[w + np.float32(k / 1e3) for w in tail.get_weights()] for k in range(MANY)]  # equal ones might merge
        shape = (1, *tail.input_shape[1:])
        x = rng.integers(0, 256, shape, dtype=np.uint8) if pixels else rng.random(shape, dtype=np.float32)
        ways = []
        for lanes in {1, threads if engine == "openvino" else 1}:
            join = compiler(tail, engine, preprocessing=pixels, threads=threads, precision=precision, lanes=lanes)
            calls = [partial(join(*sets[:n]), x) for n in (FEW, MANY)]
            ways.append((lanes, *(float(np.median(milliseconds(call, repeats))) for call in calls)))
        found.append(min(ways, key=lambda way: way[-1]))
    return device.model_copy(update={"together": tuple(found)})


def _frame(first: Compiled | None, rest: Sequence[Compiled], pixels: np.ndarray) -> list[float]:
    value = first(pixels) if first else pixels
    return [float(tail(value).reshape(-1)[0]) for tail in rest]


def summary(found: np.ndarray) -> dict[str, float]:
    """The columns of a table of latencies. Raises `UserError`: there are none."""
    if not len(found):
        raise UserError("repeats=0: must be at least 1, or nothing is measured")
    low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
    return {"median_ms": middle, "q25_ms": low, "q75_ms": high, "frames": len(found)}
