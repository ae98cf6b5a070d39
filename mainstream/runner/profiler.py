"""Latencies of stems and tails, measured here: what a device file says (notebooks 07 and 09).

Medians: other work on the machine only ever adds time.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from mainstream.data.progress import progress
from mainstream.networks.base import BaseNetwork
from mainstream.networks.engines import Compiled, compile_model
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.runner.devices import HERE
from mainstream.scheduler import Device

WARM_UP = 5  # calls that are not counted


def timed(found: list[float], call: Callable[[], Any]) -> Any:
    """What a call returns; `found` gets its milliseconds."""
    start = time.perf_counter()
    value = call()
    found.append(1e3 * (time.perf_counter() - start))
    return value


def milliseconds(call: Callable[[], Any], repeats: int, warm_up: int = WARM_UP) -> np.ndarray:
    """Milliseconds of `repeats` calls, after `warm_up` that are not counted."""
    found: list[float] = []
    for _ in range(warm_up + repeats):
        timed(found, call)
    return np.array(found[warm_up:])


def this_machine(
    base: BaseNetwork, *, engine: str = "openvino", threads: int = 2, precision: str = "f32", repeats: int = 50
) -> Device:
    """Latencies of the base with a head, measured now (about half a minute): of every stem and its tail as a runner
    compiles them, in turns. Segments one by one would add up to more, a call each. Raises as `compile_model`."""
    model, size = with_head(base.network), base.identity.input_shape[0]
    compiled = partial(compile_model, engine=engine, threads=threads, precision=precision)
    pixels = np.random.default_rng(0).integers(0, 256, (1, *base.identity.input_shape), dtype=np.uint8)
    prepared = base.identity.preprocessing, None
    points, stems, tails = split_points(model), [0.0], []
    for point in progress(points, desc="profile", unit="split"):
        halves = cut(model, point)[0 if point.index else 1 :]  # the first stem hands its input through
        calls = [compiled(half, preprocessing=how) for half, how in zip(halves, prepared, strict=False)]
        *stem, tail = _in_turns(calls, pixels, repeats)
        stems += stem
        tails.append(tail)
    name = f"{HERE}, {base.identity.architecture} at {size} px, {engine} {precision}, {threads} threads"
    growing = isotonic_regression(stems).x  # a deeper stem takes longer, whatever else the machine did meanwhile
    return Device(name=name, split=tuple(p.frozen_layers for p in points), stem=tuple(growing), tail=tuple(tails))


def _in_turns(calls: Sequence[Compiled], value: np.ndarray, repeats: int) -> list[float]:
    """Median milliseconds of calls, each of what the one before has returned, one frame after the other."""
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(WARM_UP + repeats):
        x = value
        for times, call in zip(found, calls, strict=True):
            x = timed(times, partial(call, x))
    return [float(np.median(times[WARM_UP:])) for times in found]
