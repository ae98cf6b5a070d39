"""Zones of a real fixed camera: two applications on one zone, one on another, before and after they had them.

    .venv/bin/python scripts/real_zones.py --video V.avi --boxes BOXES.csv --picture 768 576 --weights W.h5
    .venv/bin/python scripts/real_zones.py … --clock wall     # this machine, measured, in real time: let it be idle
    .venv/bin/python scripts/real_zones.py … --clock pairs    # what frames cost here over their plan, look by look

boxes: MOT ground truth in a picture of so many px; somebody is in a zone while the centre of a box is. Zones are chosen
on the first half's boxes alone. Each application is trained on the first half twice: on what its zone shows (`zones`),
and on the whole picture (`whole`), where all share a stem. The second half is streamed and counted. Writes one row per
way, budget and application (default: results/reference/paper/zones_<clock>.csv) and what it was made from; no picture
and no weight.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from in_pairs import in_pairs
from real_video import PARTS, SHARE, first_half, trained

from mainstream import paths
from mainstream.data.boxes import read_boxes
from mainstream.data.footage import Footage, clip_intervals
from mainstream.data.geometry import LETTERBOX, fitted
from mainstream.networks.base import BaseNetwork, load_base
from mainstream.package import MPackage, Zone
from mainstream.quality.counted import Interval
from mainstream.runner.clock import Clock, Virtual, Wall
from mainstream.runner.devices import nuc_2017
from mainstream.runner.frames import WorldSource
from mainstream.runner.held_out import count_stream
from mainstream.runner.profiler import this_machine
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler import Device
from mainstream.study.executed import played
from mainstream.study.film import Film

FPS = 10.0  # of the film
SIDES = (0.15, 0.2, 0.25, 0.3), (0.3, 0.4, 0.5)  # widths and heights of zones tried, shares of the picture
STEP = 0.05
SPLITS = ("conv_pw_9", "conv_pw_12", "pooled features")
APPS = {"somebody here": (0, 1), "two or more here": (0, 2), "somebody there": (1, 1)}  # zone, people at least


def people(boxes: np.ndarray, zone: Zone, frames: int) -> np.ndarray:
    """int (frames,): centres in the zone. boxes: frame from 1, x and y in shares of the picture."""
    x, y = boxes[:, 1] - zone.x, boxes[:, 2] - zone.y
    inside = (x >= 0) & (x < zone.w) & (y >= 0) & (y < zone.h)
    return np.bincount(boxes[inside, 0].astype(int) - 1, minlength=frames)


def choose_zones(boxes: np.ndarray, frames: int, half: int) -> tuple[Zone, Zone]:
    """Two that do not overlap, each the best still possible by the first half's boxes: most events among those that
    are occupied in a fair share of it, the first one by two people now and then in every part."""
    edges = [int(half * PARTS["train"]), int(half * (PARTS["train"] + PARTS["val"]))]

    def score(zone: Zone, most: int) -> tuple[bool, int, float]:
        seen = people(boxes, zone, frames)[:half]
        held = seen >= 1
        parts = [part for n in range(1, most + 1) for part in np.split(seen >= n, edges)]
        usable = all(0 < part.sum() < len(part) for part in parts) and SHARE[0] <= held.mean() <= SHARE[1]
        return usable, int((np.diff(held.astype(int), prepend=0) == 1).sum()), -abs(held.mean() - 0.4)

    steps = np.arange(0, 1, STEP).round(2)
    zones = [Zone(float(x), float(y), w, h) for w, h, x, y in itertools.product(*SIDES, steps, steps)]
    zones = [z for z in zones if z.within_picture]
    here = max(zones, key=lambda z: score(z, 2))
    apart = [z for z in zones if min(z.x + z.w, here.x + here.w) <= max(z.x, here.x)
             or min(z.y + z.h, here.y + here.h) <= max(z.y, here.y)]  # fmt: skip
    return here, max(apart, key=lambda z: score(z, 1))


def packages_of(
    frames: np.ndarray, half: int, labels: dict[str, np.ndarray], zone_of: dict[str, Zone], base: BaseNetwork,
    place: Path,
) -> dict[str, MPackage]:  # fmt: skip
    """Each application trained on the first half: on its zone, or on the whole picture if it has none."""
    found, size = {}, base.identity.input_shape[0]
    for app, held in labels.items():
        zone = zone_of.get(app)
        images = np.stack([fitted(f, size, LETTERBOX, zone) for f in frames[:half]])
        photos, test = first_half(images, held[:half], app)
        piece = lambda part, images=images, held=held, app=app: Footage(
            images[part], held[part][:, None], (app,), np.zeros(len(images[part]), int), FPS, LETTERBOX
        )
        own = place / app.replace(" ", "_")
        found[app] = trained(photos, piece(test), piece(slice(0, half)), base, own, app, SPLITS, zone)
    return found


def streamed(
    packages: dict[str, MPackage], base: BaseNetwork, frames: np.ndarray, truth: dict[str, list[Interval]],
    device: Device, clock: Clock, budget: float, fps: float, plays: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """A row per application of real runs of the second half, counted in the last of them; costs in milliseconds per
    second of stream. By the wall clock the device is profiled before and after every play, and `off` is the median of
    what a play cost over what its looks cost by these two profiles: the host's own speed changes within a minute."""
    runner = Runner(base, packages, device, stream_fps=fps, budget=budget)
    schedule, film = runner.current.schedule, Film(frames, {}, fps)
    same = {"scheduler": lambda problem: schedule.choices}  # of the same plan, on a device as fast as it is now
    again = lambda device: Runner(base, packages, device, stream_fps=fps, budget=9.0, schedule_options=same)
    reports, off = [], []
    for _ in range(plays):
        if isinstance(clock, Wall):
            runner = again(this_machine(base, repeats=10))
        reports.append(report := runner.run(WorldSource(film), clock))
        if isinstance(clock, Wall):
            later = again(this_machine(base, repeats=10)).current.schedule.cost / runner.current.schedule.cost
            off.append(report.measured_ms / report.profiled_ms / ((1 + later) / 2) - 1)
    lasted = report.stream_s + 1 / fps
    cost = {"cost_planned": schedule.cost, "cost_by_profile": report.profiled_ms / lasted}
    cost |= {"one_zone_cost": schedule.one_zone_cost}
    if off:
        cost |= {"cost_measured": float(np.median([r.measured_ms / lasted for r in reports]))}
        cost |= {"off": float(np.median(off)), "off_least": min(off), "off_most": max(off)}
    rows = []
    for member, unit in zip(runner.current.network.members, schedule.units, strict=True):
        app = member.app
        kept = report.achieved().set_index("app").loc[app]
        length = packages[app].events.length_s
        found = count_stream(report, app, member.x_vote, truth[app], window_s=length, duration_s=lasted)
        plan = {"app": app, "layer": member.layer, "fps": member.fps, "x_vote": member.x_vote}
        rows.append({**plan, "achieved_fps": kept.achieved_fps, "planned": kept.planned, "dropped": kept.dropped,
                     **found, "model_f1": unit.f1, **cost})  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--video", "--boxes", "--weights"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--picture", type=int, nargs=2, required=True, help="px of the picture that the boxes are in")
    parser.add_argument("--architecture", default="mobilenet-1.0")
    parser.add_argument("--size", type=int, default=224)
    clocks = ("virtual", "wall", "pairs")
    parser.add_argument("--clock", choices=clocks, default="virtual", help="virtual: the study's NUC")
    parser.add_argument("--speed", type=float, default=1.0, help="the film is shown so many times as fast")
    parser.add_argument("--plays", type=int, default=1, help="of each plan: at twenty times its speed one lasts 2 s")
    parser.add_argument("--budgets", type=float, nargs="+", default=[1.0, 0.5, 0.15], help="shares of the device")
    parser.add_argument("--checkpoints", type=Path, help="where trainings are kept, for a second call")
    parser.add_argument("--output", type=Path, default=paths.REFERENCE / "paper")
    given = parser.parse_args()
    base = load_base("imagenet", weights=given.weights, architecture=given.architecture, size=given.size)
    frames = np.stack([f.image for f in VideoSource(given.video)])
    n, half = len(frames), len(frames) // 2
    boxes = read_boxes(given.boxes) / (1, *given.picture)
    zones = choose_zones(boxes, n, half)
    labels = {app: people(boxes, zones[k], n) >= least for app, (k, least) in APPS.items()}
    fps = FPS * given.speed
    [truth] = zip(*(clip_intervals(v[half:], np.zeros(n - half, int), fps) for v in labels.values()), strict=True)
    spans = dict(zip(labels, truth, strict=True))
    device = nuc_2017() if given.clock == "virtual" else this_machine(base)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        kept = given.checkpoints or Path(temporary)
        for way, zone_of in (("whole", {}), ("zones", {app: zones[k] for app, (k, _) in APPS.items()})):
            packages = packages_of(frames, half, labels, zone_of, base, kept / way)
            packages = {app: played(package, given.speed) for app, package in packages.items()}
            for budget in given.budgets:
                if given.clock == "pairs":
                    runner = Runner(base, packages, device, stream_fps=fps, budget=budget)
                    splits = ", ".join(f"{m.app}: {m.layer}" for m in runner.current.network.members)
                    run = [{"splits": splits, **in_pairs(runner, base, frames[half:], budget)}]
                else:
                    clock = Virtual() if given.clock == "virtual" else Wall()
                    run = streamed(packages, base, frames[half:], spans, device, clock, budget, fps, given.plays)
                rows += [{"way": way, "speed": given.speed, "budget": budget, **row} for row in run]
                print(pd.DataFrame(run).drop(columns="looks").round(3).to_string(), flush=True)
    given.output.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).round(5).to_csv(given.output / f"zones_{given.clock}.csv", index=False)
    made = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (given.video, given.boxes)}
    summary = {
        "sha256": made, "base": base.identity.model_dump(mode="json"), "device": device.name,
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "zones": [str(z) for z in zones], "halves": [half, n - half],
        "occupied": {app: [float(v[:half].mean()), float(v[half:].mean())] for app, v in labels.items()},
        "events": {app: len(found) for app, found in spans.items()},
    }  # fmt: skip
    paths.write_text(given.output / f"zones_{given.clock}.json", json.dumps(summary, indent=1) + "\n")
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
