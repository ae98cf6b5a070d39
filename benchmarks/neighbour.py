"""Another program takes half of the processor for a minute: what does a plan keep that follows, what one left alone?

Real time. Three minutes of the synthetic world shown eight times as fast, so that events are short and many looks are
wanted, by eight tenants, and by TensorFlow: with OpenVINO so small a network leaves the processor idle, and whoever
needs a tenth of it loses nothing to a neighbour. In the middle third as many other processes as there are cores go
round in circles at the same priority: the system gives each side half. The same stream twice: the plan left alone, the
plan that follows (`adapt`). `--quiet`: nobody disturbs, ten minutes, three runs; how often does the plan change?

    .venv/bin/python benchmarks/neighbour.py
    .venv/bin/python benchmarks/neighbour.py --quiet

Needs packages with weights, of a default run or named by `--packages`, and a machine that is otherwise idle: it is
measured first. Target: the plan that follows changes, says why and drops fewer of its planned looks; nothing changes
where nobody disturbs; 1 where either is missed. Event-F1 is counted by detections: `streams.side_by_side`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstream.networks.base import load_base
from mainstream.package import MPackage
from mainstream.paths import RESULTS
from mainstream.runner.clock import Wall
from mainstream.runner.devices import HERE, load_device
from mainstream.runner.frames import Frame, Source
from mainstream.runner.profiler import this_machine
from mainstream.runner.report import Decision, Report
from mainstream.runner.stream import Runner
from mainstream.study.executed import in_turn, played
from mainstream.study.streams import side_by_side
from streetworld import World

PACKAGES = RESULTS / "default" / "01_finetune_every_split" / "packages"
FPS, SPEED, WORLD_S = 30.0, 8, 180.0  # of the stream; the camera took a frame every SPEED / FPS seconds
CIRCLES = [sys.executable, "-c", "while True: pass"]
WAYS = {"left alone": False, "follows": True}


class Again(Source):
    """A world drawn beforehand, faster than it was; from the start again where it ends."""

    fps = FPS

    def __init__(self, world: World, seconds: float):
        self._pictures, self._n = [world.frame(k) for k in range(len(world))], round(seconds * FPS)

    def __iter__(self) -> Iterator[Frame]:
        for k in range(self._n):
            yield Frame(k, k / FPS, self._pictures[k % len(self._pictures)])


class Neighbour:
    """A process on every core, from one second of the stream to another: `follow` is a runner's `on_frame`."""

    def __init__(self, start_s: float, end_s: float):
        self._start_s, self._end_s, self._at_work = start_s, end_s, list[subprocess.Popen[bytes]]()

    def follow(self, frame: Frame, decisions: list[Decision]) -> None:
        """Comes and goes by the time of frames."""
        if self._start_s <= frame.time_s < self._end_s and not self._at_work:
            self._at_work = [subprocess.Popen(CIRCLES) for _ in os.sched_getaffinity(0)]
        if frame.time_s >= self._end_s:
            self.leave()

    def leave(self) -> None:
        """Ends what it began."""
        for process in self._at_work:
            process.kill()
            process.wait()
        self._at_work = []


@contextmanager
def neighbour(start_s: float, end_s: float) -> Iterator[Neighbour]:
    """One that is gone afterwards, whatever happens."""
    here = Neighbour(start_s, end_s)
    try:
        yield here
    finally:
        here.leave()


def said(way: str, report: Report) -> None:
    """Every plan, since when and why, with the looks per second that it asks for; as JSON lines."""
    for plan in report.plans:
        asked = sum(unit["fps"] for unit in plan["apps"].values())
        row = {"plan": way, "since_s": round(plan["since_s"], 1), "reason": plan["reason"], "looks_per_s": asked}
        print(json.dumps(row), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, help="of each stream (180, quiet 600)")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--runs", type=int, default=3, help="of quiet streams")
    parser.add_argument("--tenants", type=int, default=8)
    parser.add_argument("--budget", type=float, default=0.8)
    parser.add_argument("--engine", default="keras")
    parser.add_argument("--device", default=HERE, help="a file of `mainstream profile`, or measured now")
    parser.add_argument("--packages", type=Path, default=PACKAGES)
    a = parser.parse_args()
    seconds = a.seconds or (600.0 if a.quiet else WORLD_S)
    packages = [played(MPackage.load(f.parent), SPEED) for f in sorted(a.packages.rglob("mpackage.json"))]
    tenants, base = in_turn(packages, a.tenants), load_base()
    drawn_s = SPEED * min(seconds, WORLD_S)
    world = World(camera=0, seed=0, seconds=drawn_s, fps=FPS / SPEED, split="test", width=128, height=128)
    source = Again(world, seconds)
    device = load_device(a.device, lambda: this_machine(base, engine=a.engine), of=base.identity)

    def streamed(way: str, *, adapt: bool, disturbed: bool) -> Report:
        start_s, end_s = (seconds / 3, 2 * seconds / 3) if disturbed else (seconds, seconds)
        with neighbour(start_s, end_s) as other:
            runner = Runner(base, tenants, device, stream_fps=FPS, budget=a.budget, adapt=adapt, on_frame=other.follow,
                            engine_options={"engine": a.engine})  # fmt: skip
            share = round(runner.current.schedule.cost / 1000, 3)
            report = runner.run(source, Wall())
        lost, looks = report.missed.total(), report.looks.total()
        slower = {"slowdown": round(runner.feedback.mean, 3), "planned_with": round(runner.feedback.factor, 3)}
        done = {"looks": looks, "dropped": lost}
        print(json.dumps({"plan": way, "planned_share": share} | slower | done), flush=True)
        said(way, report)
        return report

    if a.quiet:
        changed = [len(streamed(f"quiet {k}", adapt=True, disturbed=False).plans) - 1 for k in range(a.runs)]
        print(json.dumps({"seconds": seconds, "changes_of_plan": changed}))
        return int(any(changed))
    reports = {way: streamed(way, adapt=adapt, disturbed=True) for way, adapt in WAYS.items()}
    truth = {name: [(start / SPEED, end / SPEED) for start, end in world.truth[p.application]]
             for name, p in tenants.items()}  # fmt: skip
    table = side_by_side(reports, truth).set_index("system")
    print(table.round(3).to_string())
    kept = table.done / table.planned
    return int(not (table.plans["follows"] > 1 and kept["follows"] > kept["left alone"]))


if __name__ == "__main__":
    sys.exit(main())
