"""The plan follows the device: a burst of load on the virtual clock, noise, and a real neighbour on the wall clock."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future

import numpy as np
import pytest

from mainstream.runner.clock import Virtual, Wall
from mainstream.runner.feedback import FASTER_S, MARGIN, SLOWER_S, Feedback
from mainstream.runner.frames import Frame, Source
from mainstream.runner.profiler import this_machine
from mainstream.runner.stream import Runner
from mainstream.scheduler import Device

DEVICE = Device(name="even", split=(0, 9 + 12, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2))  # ms


class Grey(Source):
    """A camera in fog."""

    def __init__(self, seconds, fps=20.0):
        self.fps, self._frames = fps, int(seconds * fps)

    def __iter__(self):
        picture = np.full((128, 128, 3), 120, np.uint8)
        for k in range(self._frames):
            yield Frame(k, k / self.fps, picture)


def streamed(base, packages, slowdown, seconds=40.0, budget=0.3, **options):
    chosen = {app: packages[app] for app in ("cat", "car")}
    runner = Runner(base, chosen, DEVICE, stream_fps=20, budget=budget, **options)
    return runner, runner.run(Grey(seconds), Virtual(slowdown=slowdown))


def test_a_burst_of_load_is_answered_and_taken_back(base, packages):
    """Five times slower from 5 to 20 s: planned for a fifth of the device within seconds, and then as before."""
    burst, told = lambda now: 5.0 if 5 <= now < 20 else 1.0, []
    runner, report = streamed(base, packages, burst, adapt=True, on_plan=told.append)
    first, slower, faster = report.plans
    assert told == [slower, faster] and first["reason"] == "start"
    assert 5 + SLOWER_S <= slower["since_s"] < 5 + SLOWER_S + 3 and 20 + FASTER_S <= faster["since_s"] < 37
    assert slower["reason"] == "looks take 5.00 times as long as profiled, planned with 1.00"
    assert faster["apps"] == first["apps"] != slower["apps"] and runner.feedback.factor == 1.0
    _, still = streamed(base, packages, burst, seconds=20)
    lost = lambda report: report.missed.total() / (report.looks + report.missed).total()
    assert len(still.plans) == 1 and lost(still) > 2 * lost(report) > 0


def test_looks_count_for_nothing_while_a_plan_is_made(base, packages):
    asked = Future()
    runner = Runner(base, {"cat": packages["cat"]}, DEVICE, stream_fps=20, budget=0.3, adapt=True)
    runner._on_frame = lambda frame, _: frame.time_s >= 15 and not asked.done() and asked.set_result(None)
    runner._asked = asked  # since the stream began
    report = runner.run(Grey(30), Virtual(slowdown=lambda now: 5.0))
    assert 15 + SLOWER_S <= report.plans[1]["since_s"] < 15 + SLOWER_S + 3


def test_a_burst_that_leaves_room_for_no_plan_gets_the_cheapest(base, packages):
    runner, report = streamed(base, packages, lambda now: 60.0 if now >= 1 else 1.0, seconds=16, adapt=True)
    assert len(report.plans) == 2 and not report.failures
    assert {unit["fps"] for unit in report.plans[-1]["apps"].values()} == {1.0}
    assert runner.current.schedule.scheduler == "cheapest"


def test_slower_with_room_to_spare_changes_nothing_but_what_later_plans_reckon_with(base, packages):
    slow, rates = lambda now: 1.5, {"fps_options": (1, 2)}
    runner, report = streamed(base, packages, slow, seconds=9, budget=0.9, adapt=True, schedule_options=rates)
    assert runner.feedback.factor == pytest.approx(1.5) and len(report.plans) == 1
    runner.update(budget=0.6, wait=True)
    assert runner._next.schedule.budget == pytest.approx(400) and "asked for: cat, car" in runner._next.reason


def test_a_plan_left_alone_measures_too(base, packages):
    """What `--metrics` calls the slowdown; it was 1 whatever looks took."""
    runner, report = streamed(base, packages, lambda now: 3.0, seconds=9)
    assert runner.feedback.mean == pytest.approx(3.0) and runner.feedback.factor == len(report.plans) == 1


def changes(slowdown, seconds, looks=5):
    found = Feedback()
    return [found.factor for k in range(seconds * looks) if found.see(k / looks, 10 * slowdown(k / looks), 10.0)]


def test_noise_and_short_bursts_change_nothing():
    """Ten minutes each; a lasting change is found in each of them all the same."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        held_up = lambda now, rng=rng: rng.gamma(9, 1 / 9) + 5 * (rng.random() < 0.01)  # noisy, and some held up
        assert changes(held_up, 600) == []
        found = changes(lambda now, noise=held_up: noise(now) * (1 + (now >= 300)), 600)
        assert found and found[0] == pytest.approx(2.1, rel=0.4)
    assert changes(lambda now: 3.0 if now % 10 < 2 else 1.0, 600) == []
    assert changes(lambda now: 1 + 0.25 * np.sin(now), 600) == []


def test_the_mean_is_one_of_time():
    found = Feedback()
    for k in range(200):
        found.see(k / 10, *((30.0, 10.0) if k % 2 else (90.0, 90.0)))  # short looks take three times as long
    assert 1.19 < found.mean < 1.21 < MARGIN
    found.begin()
    assert found.see(0.0, 0.0, 0.0) == "" and found.mean == 1.0


@pytest.mark.slow
def test_a_real_neighbour_on_every_core(base, packages):
    """Wall clock: other processes from 12 to 45 s; less is planned for meanwhile, and more again afterwards."""
    device, load = this_machine(base, repeats=20), []
    least = {app: packages[app] for app in ("cat", "car")}

    def neighbour(frame, decisions):
        if not load and frame.time_s >= 12:
            hungry = [sys.executable, "-c", "while True: pass"]
            load.extend(subprocess.Popen(hungry) for _ in os.sched_getaffinity(0))
        if frame.time_s >= 45:
            [process.kill() for process in load]

    budget = 10 * device.tail[0] / 1000  # ten whole networks a second: a plan that binds
    runner = Runner(base, least, device, stream_fps=20, budget=budget, adapt=True, on_frame=neighbour)
    try:
        report = runner.run(Grey(80), Wall())
    finally:
        [process.kill() for process in load]
    rates = {plan["since_s"]: sum(unit["fps"] for unit in plan["apps"].values()) for plan in report.plans}
    during = [rate for since, rate in rates.items() if 12 + SLOWER_S < since < 60]
    assert during and min(during) < rates[0.0], report.plans
    assert list(rates)[-1] > 45 and list(rates.values())[-1] > min(during), report.plans
