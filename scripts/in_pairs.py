"""What a frame costs as it is run over what its plan says, look by look: a host that changes its speed changes both."""

import time
from collections import defaultdict
from typing import Any

import numpy as np

from mainstream.networks.base import BaseNetwork
from mainstream.networks.engines import Compiled, compile_model
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.runner.profiler import timed
from mainstream.runner.stream import Runner

LOOKS, WARM_UP, DRAWS = 400, 10, 2000


def in_pairs(runner: Runner, base: BaseNetwork, frames: np.ndarray, budget: float) -> dict[str, Any]:
    """A frame at which every application looks: milliseconds in the runner's network after a rest that leaves `budget`,
    over those of its plan's parts, measured as `this_machine` does, once before the rest and once after the frame.

    Returns: looks, run_ms and parts_ms (medians), ratio (median over looks) with low and high (95%, looks drawn anew).
    """
    network, model = runner.current.network, with_head(base.network)
    place = {p.name: p for p in split_points(model)}
    users: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))  # of each split, in each zone
    for member in network.members:
        users[member.package.zone][member.layer] += 1
    parts = {layer: _compiled(model, place[layer], base) for mine in users.values() for layer in mine}

    def planned(image: np.ndarray) -> float:
        total = 0.0
        for zone, mine in users.items():
            pixels, deepest = network.prepare(image, zone), max(mine, key=lambda layer: place[layer].index)
            for layer, n in mine.items():
                took: list[float] = []
                value = timed(took, lambda stem=parts[layer][0], pixels=pixels: stem(pixels))
                timed(took, lambda tail=parts[layer][1], value=value: tail(value))
                total += took[0] * (layer == deepest) + took[1] * n
        return total

    def run(image: np.ndarray) -> float:
        before = sum(network.seconds.values())
        network.run(image)
        return 1e3 * (sum(network.seconds.values()) - before)

    found = []
    for k in range(WARM_UP + LOOKS):
        image = frames[k % len(frames)]
        before = planned(image)
        time.sleep(before / 1e3 * (1 / budget - 1))
        found.append((run(image), (before + planned(image)) / 2))
    ran, pieces = np.array(found[WARM_UP:]).T
    drawn = np.random.default_rng(0).choice(ran / pieces, (DRAWS, LOOKS))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return {"looks": LOOKS, "run_ms": float(np.median(ran)), "parts_ms": float(np.median(pieces)),
            "ratio": float(np.median(ran / pieces)), "low": float(low), "high": float(high)}  # fmt: skip


def _compiled(model: Any, point: Any, base: BaseNetwork) -> tuple[Compiled, Compiled]:
    stem, tail = cut(model, point)
    return compile_model(stem, preprocessing=base.identity.preprocessing), compile_model(tail)
