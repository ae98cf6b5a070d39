"""Against the real clock: rates kept for a minute, overload, applications that join a running stream."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest

from mainstream.networks import base as bases
from mainstream.networks.base import BaseNetwork
from mainstream.runner.clock import Wall
from mainstream.runner.profiler import this_machine
from mainstream.runner.sampling import Ladder
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.cost import cost
from mainstream.scheduler.problem import Choice
from streetworld import render_video

STREAM_FPS = 20


@pytest.fixture(scope="module")
def heavy(tmp_path_factory, make_package):
    """InceptionV3 with random weights, four applications, the device measured here: a budget that binds."""
    built = bases.build("inception-v3", 299)
    base = BaseNetwork(built, bases.identify(built, "inception-v3"))
    layers = ("input", "mixed5", "pooled features")
    place = tmp_path_factory.mktemp("heavy")
    apps = ("cat", "car", "bus", "train")
    packages = {app: make_package(base, place / app, app, k, layers) for k, app in enumerate(apps)}
    return base, packages, this_machine(base, repeats=20)


def busiest(problem):
    """All at the split and rate that cost most and still fit: plans by quality leave much of a device idle."""
    fits = [
        (spent, same)
        for k in range(len(problem.device.split)) if problem.allowed[:, k].all()
        for f in range(len(problem.fps_options))
        if problem.affordable(spent := cost(problem, same := [Choice(k, f, 0)] * len(problem.apps)))
    ]  # fmt: skip
    return max(fits)[1]


def memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


@pytest.mark.slow
def test_a_minute_at_four_fifths_of_the_device_keeps_every_rate(heavy, tmp_path):
    base, packages, device = heavy
    video = render_video(tmp_path / "street.mp4", 60, camera=0)[0]
    options = {"scheduler": busiest}
    runner = Runner(base, packages, device, stream_fps=STREAM_FPS, budget=0.8, schedule_options=options)
    assert runner.current.schedule.cost > 600, "a plan that uses most of its 800 ms a second"
    report = runner.run(VideoSource(video), Wall())
    assert report.frames == 60 * STREAM_FPS and report.dropped == 0
    achieved = report.achieved()
    assert len(achieved) == 4
    assert achieved.achieved_fps.to_numpy() == pytest.approx(achieved.planned_fps.to_numpy(), rel=0.02)


@pytest.mark.slow
def test_twice_too_much_lowers_rates_blocks_nothing_and_keeps_memory_flat(heavy, tmp_path):
    base, packages, device = heavy
    video = render_video(tmp_path / "street.mp4", 30, camera=0)[0]
    hopeful = device.model_copy(update={part: tuple(v / 2 for v in getattr(device, part)) for part in ("stem", "tail")})
    options = {"scheduler": lambda problem: [Choice(0, len(problem.fps_options) - 1, 0)] * len(problem.apps)}
    more = {f"{app} {k}": packages[app] for k in range(5) for app in packages}
    needed = device.tail[0] * STREAM_FPS / 1000  # of the device, by an application on a network of its own
    chosen = dict(list(more.items())[: min(len(more), math.ceil(2 / needed))])
    runner = Runner(base, chosen, hopeful, stream_fps=STREAM_FPS, budget=2.0, schedule_options=options)
    assert needed * len(chosen) > 1.9, "the plan asks for twice of what the device has"
    used = []
    runner._on_frame = lambda frame, decisions: used.append(memory_mb())
    start = time.monotonic()
    report = runner.run(VideoSource(video), Wall())
    assert time.monotonic() - start < 30 + 2, "the stream was not held up"
    assert report.frames == 30 * STREAM_FPS
    assert report.dropped > 0
    worked_on = len({d.frame for d in report.decisions})
    assert worked_on + report.dropped == report.frames, "every frame was looked at or counted as dropped"
    achieved = report.achieved()
    assert (achieved.achieved_fps < achieved.planned_fps).all() and (achieved.looks > 0).all()
    late = len(used) // 3
    assert max(used[late:]) - used[late] < 64, "megabytes after warming up"


@pytest.mark.slow
def test_eight_applications_become_twelve_and_no_planned_frame_is_lost(base, packages, tmp_path):
    video = render_video(tmp_path / "street.mp4", 40, camera=0)[0]
    device = this_machine(base, repeats=20)
    names = [f"{app} {k}" for k in range(3) for app in packages]
    all_of = {name: packages[name.split()[0]] for name in names}
    runner = Runner(base, dict(list(all_of.items())[:8]), device, stream_fps=STREAM_FPS, budget=0.5)
    before, asked = list(runner.current.network.members), []

    def grow(frame, decisions):
        if frame.time_s >= 10 and not asked:
            asked.append(frame.time_s)
            runner.update(packages=all_of)

    runner._on_frame = grow
    report = runner.run(VideoSource(video), Wall())
    assert report.dropped == 0 and len(report.plans) == 2
    since = report.plans[1]["since_s"]
    assert asked[0] < since < 35 and report.largest_pause_s <= 1 / STREAM_FPS
    table = report.table()
    times = np.arange(40 * STREAM_FPS) / STREAM_FPS
    ladder = Ladder(m.fps for m in before)
    due = [(t, ladder.lowest_due(t)) for t in times[times < since - 1e-6]]
    for m in before:
        expected = [t for t, rate in due if rate is not None and rate <= m.fps]
        looked = table[(table.app == m.app) & (table.time_s < since - 1e-6)].time_s
        assert list(looked) == pytest.approx(expected), "what the old plan would have looked at"
    assert set(table[table.time_s >= since].app) == set(names)
