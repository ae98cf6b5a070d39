"""Frames per second of 1 to 8 applications, nothing and everything shared, taken in turns: a busy moment hits both.

    .venv/bin/python benchmarks/sharing.py --output sharing.csv

Notebook 02 measures one after the other, which wants an idle machine; of a busy one only ratios taken in turns say
anything. Weights are random: they do not change latency. Every tail has its own. Some minutes.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from runner import interleaved

from mainstream.networks.base import ARCHITECTURES, build
from mainstream.networks.engines import Compiled, compile_model
from mainstream.networks.splits import cut, split_points, with_head

NETWORKS = {"mobilenet-1.0": 224, "inception-v3": 299}
MOST = 8


def alone(networks: list[Compiled], pixels: np.ndarray) -> None:
    """A frame through a whole network for everybody."""
    for network in networks:
        network(pixels)


def together(stem: Compiled, tails: list[Compiled], pixels: np.ndarray) -> None:
    """A frame through one stem, and what it gives through everybody's tail."""
    features = stem(pixels)
    for tail in tails:
        tail(features)


def measured(name: str, px: int, rounds: int, threads: int) -> pd.DataFrame:
    """Columns: network, applications, none_fps, all_fps (frames/s of each application), ratio."""
    model, how = with_head(build(name, px)), ARCHITECTURES[name][2]
    below, above = cut(model, split_points(model)[-1])
    whole = [compile_model(model, preprocessing=how, threads=threads) for _ in range(MOST)]
    stem = compile_model(below, preprocessing=how, threads=threads)
    tails = [compile_model(above, threads=threads) for _ in range(MOST)]
    pixels = np.random.default_rng(0).integers(0, 256, (1, px, px, 3), dtype=np.uint8)
    calls = {}
    for n in range(1, MOST + 1):
        calls[f"none {n}"] = partial(alone, whole[:n], pixels)
        calls[f"all {n}"] = partial(together, stem, tails[:n], pixels)
    ms = interleaved(calls, rounds)
    rows = [(name, n, 1e3 / ms[f"none {n}"][0], 1e3 / ms[f"all {n}"][0]) for n in range(1, MOST + 1)]
    table = pd.DataFrame(rows, columns=["network", "applications", "none_fps", "all_fps"])
    return table.assign(ratio=table.all_fps / table.none_fps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, help="a CSV; none: JSON is printed and nothing kept")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    found = pd.concat([measured(name, px, given.rounds, given.threads) for name, px in NETWORKS.items()])
    if given.output:
        found.round(4).to_csv(given.output, index=False)
    print(found.round(2).to_json(orient="records"))


if __name__ == "__main__":
    main()
