"""Hours of stream with applications that come and go: does memory grow, is a planned look lost?

Every minute of the stream one application of four leaves, or the one that left comes back; each change is a plan and
networks compiled anew. A minute of the synthetic world is shown over and over. On the virtual clock eight hours take
about a quarter of an hour; `--wall` waits for the stream as a camera would make it wait.

    .venv/bin/python benchmarks/long_stream.py --hours 8
    .venv/bin/python benchmarks/long_stream.py --wall --hours 0.33

Needs packages with weights: of a default run, or named by `--packages`. Target: memory grows by 2% at most after the
first tenth, no planned look is lost; 1 where either is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from mainstream.networks.base import load_base
from mainstream.package import MPackage
from mainstream.paths import RESULTS
from mainstream.runner.clock import Virtual, Wall
from mainstream.runner.devices import nuc_2017
from mainstream.runner.frames import Frame, Source
from mainstream.runner.report import Decision
from mainstream.runner.stream import Runner
from streetworld import World

PACKAGES = RESULTS / "default" / "01_finetune_every_split" / "packages"
FPS, CHANGE_S, GROWTH = 10, 60.0, 0.02


class Again(Source):
    """A minute of the world, again and again."""

    fps = FPS

    def __init__(self, seconds: float):
        world = World(camera=0, seed=0, seconds=60, fps=FPS)
        self._pictures = [world.frame(k) for k in range(len(world))]
        self._n = round(seconds * FPS)

    def __iter__(self) -> Iterator[Frame]:
        for k in range(self._n):
            yield Frame(k, k / FPS, self._pictures[k % len(self._pictures)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--packages", type=Path, default=PACKAGES)
    a = parser.parse_args()
    everybody = {p.application: p for p in (MPackage.load(f.parent) for f in sorted(a.packages.rglob("mpackage.json")))}
    leaving, seconds = list(everybody), 3600 * a.hours
    memory: list[int] = []  # bytes, every change
    process, begun, source = psutil.Process(), time.perf_counter(), Again(seconds)

    def each(frame: Frame, decisions: list[Decision]) -> None:
        if frame.time_s < CHANGE_S * (len(memory) + 1):
            return
        memory.append(process.memory_info().rss)
        k, here = len(memory), dict(everybody)
        if k % 2:  # one leaves, and is back a minute later
            del here[leaving[k // 2 % len(leaving)]]
        runner.update(packages=here, wait=not a.wall)
        if k % 60 == 0:
            print(f"{k // 60} h, {memory[-1] / 1e6:.0f} MB, {time.perf_counter() - begun:.0f} s", file=sys.stderr)

    runner = Runner(load_base(), everybody, nuc_2017(), stream_fps=FPS, budget=0.5, on_frame=each)
    report = runner.run(source, Wall() if a.wall else Virtual(), keep=False)
    settled = max(memory[: max(len(memory) // 10, 1)])
    growth, lost = max(memory[-max(len(memory) // 10, 1) :]) / settled - 1, sum(report.missed.values())
    print(json.dumps({
        "clock": "wall" if a.wall else "virtual", "stream_h": round(report.stream_s / 3600, 2),
        "took_s": round(time.perf_counter() - begun), "plans": len(report.plans), "frames": report.frames,
        "looks": sum(report.looks.values()), "lost": lost, "failures": len(report.failures),
        "settled_mb": round(settled / 1e6, 1), "growth": round(growth, 4),
        "largest_pause_s": round(report.largest_pause_s, 3),
    }))  # fmt: skip
    return int(growth > GROWTH or lost > 0)


if __name__ == "__main__":
    sys.exit(main())
