"""Voting, clocks and the shared network, each against something simpler."""

from __future__ import annotations

import json
import math
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks.tails import load_tail, probabilities
from mainstream.quality import counted as events
from mainstream.runner.clock import Unhurried, Virtual, Wall
from mainstream.runner.frames import Frame, Source
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.report import Decision, Report
from mainstream.runner.voting import MOST_TIMES, Detection, Voter


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 4))
def test_voting_online_is_voting_offline(flags, x):
    times = np.arange(len(flags)) / 4
    voter = Voter("cat", x)
    found = [d for t, f in zip(times, flags, strict=True) if (d := voter.see(float(t), 0.7, f))]
    found += [d] if (d := voter.close()) else []
    expected = events.detections(times, events.vote(np.array(flags, int), x))
    assert [(d.start_s, d.end_s) for d in found] == expected
    assert all(d.confidence == pytest.approx(0.7) and d.frames_s[0] == d.start_s for d in found)


def test_a_detection_spans_its_looks_and_none_is_of_length_zero():
    voter = Voter("cat", 1, look_s=0.5)
    assert voter.see(1.0, 0.9, True) is None
    assert voter.see(1.5, 0.1, False)[1:3] == (1.0, 1.5)  # until the look that said no
    voter.see(2.0, 0.9, True)
    assert voter.see(9.0, 0.1, False)[1:3] == (2.0, 2.5)  # or until the one that was due
    voter.see(10.0, 0.9, True)
    assert voter.close(10.2)[1:3] == (10.0, 10.2)  # or until the stream ended


def test_lines_of_events_are_rounded_and_count_from_the_file_s_zero():
    found = Detection("cät", 0.1 + 0.2, 0.7 / 3, 2 / 3, (0.30000000000000004,))
    line = found.as_line(from_s=10.1)
    assert json.loads(line)["start_s"] == 10.4 and "0000" not in line and "cät" in line
    assert len(line) < 100


def test_a_detection_that_lasts_for_days_takes_no_memory():
    voter = Voter("cat", 1, look_s=0.1)
    for k in range(100_000):
        voter.see(k / 10, 0.25 + 0.5 * (k % 2), True)
    found = voter.close(math.inf)
    assert (found.start_s, found.end_s) == (0, 10_000.0) and found.confidence == pytest.approx(0.5)
    assert len(found.frames_s) <= MOST_TIMES and found.frames_s[-1] == 9999.9
    *steps, last = np.diff(found.frames_s)  # evenly: their middle is the detection's
    assert steps == pytest.approx([steps[0]] * len(steps)) and last <= steps[0] + 1e-6


def test_a_rate_is_achieved_between_the_first_look_and_the_last():
    """Of one who left after five seconds of a minute, and of one whose next look was yet to come."""
    report, planned = Report(), {"left": 4.0, "slow": 0.1}
    report.plans = [{"apps": {app: {"fps": fps}}} for app, fps in planned.items()]
    for app, until in (("left", 5.0), ("slow", 59.9)):
        report.looked([Decision(app, 0, k / planned[app], 0.5, False) for k in range(math.ceil(until * planned[app]))])
    report.stream_s = 59.9
    assert report.achieved().achieved_fps.tolist() == pytest.approx([4.0, 0.1])


class Steady(Source):
    def __init__(self, n: int, fps: float):
        super().__init__()
        self.n, self.fps = n, fps

    def __iter__(self):
        for k in range(self.n):
            yield Frame(k, k / self.fps, np.zeros((8, 8, 3), np.uint8))


def test_virtual_clock_drops_what_an_overloaded_device_cannot_do():
    clock = Virtual(queue=3)
    seen = []
    for frame in clock.arrivals(Steady(200, 20)):
        seen.append(frame.number)
        clock.worked(100)  # twice what 20 frames/s leave
    assert len(seen) == pytest.approx(100, abs=4) and clock.dropped == 200 - len(seen)
    assert seen == sorted(seen) and clock.frames == 200
    easy = Virtual()
    assert sum(1 for _ in _worked(easy, Steady(100, 20), 40)) == 100 and easy.dropped == 0


def _worked(clock, source, ms):
    for frame in clock.arrivals(source):
        clock.worked(ms)
        yield frame


def test_wall_clock_keeps_the_pace_and_drops_the_oldest():
    clock, start = Wall(queue=2), time.monotonic()
    seen = []
    for frame in clock.arrivals(Steady(40, 40)):
        seen.append((frame.number, time.monotonic() - start))
        time.sleep(0.06)
    assert clock.dropped == 40 - len(seen) > 5 and seen[-1][0] == 39  # the newest is never the one that goes
    assert all(at >= number / 40 - 0.01 for number, at in seen)


@pytest.mark.parametrize("make", [Unhurried, Virtual, lambda: Wall(queue=100)])
def test_a_clock_may_be_used_again(make):
    clock = make()
    for n in (30, 20):
        assert [f.number for f in _worked(clock, Steady(n, 200), 1)] == list(range(n))
        assert (clock.frames, clock.dropped) == (n, 0)


@pytest.mark.parametrize("make", [Unhurried, Virtual, Wall])
def test_a_clock_stops_when_told_even_if_no_frame_comes(make):
    stop, quiet = threading.Event(), threading.Event()

    class Silent(Steady):
        live = True

        def __iter__(self):
            yield from super().__iter__()
            stop.set()
            quiet.wait(0 if make is not Wall else 60)
            yield Frame(self.n, 100.0, np.zeros((8, 8, 3), np.uint8))

    seen = [f.number for f in make().arrivals(Silent(3, 20), stop)]
    quiet.set()
    assert 3 not in seen


def test_wall_clock_passes_on_what_the_source_raises():
    class Broken(Steady):
        def __iter__(self):
            yield from super().__iter__()
            raise UserError("gone")

    with pytest.raises(UserError, match="gone"):
        list(Wall().arrivals(Broken(3, 100)))


LAYERS = {"cat": "input", "car": "conv_pw_3", "bus": "pooled features", "train": "conv_pw_3"}


@pytest.fixture(scope="module")
def alone(base, packages):
    """Six images, and what each application says of them with a whole network of its own."""
    images = np.random.default_rng(0).integers(0, 256, (6, 128, 128, 3), dtype=np.uint8)
    halves = {app: load_tail(packages[app], base, LAYERS[app]) for app in packages}
    return images, {app: probabilities(half, images, bases.SCALED) for app, half in halves.items()}


@pytest.mark.parametrize("engine", ["openvino", "keras"])
def test_sharing_changes_no_decision(base, packages, alone, engine):
    fps = {"cat": 5.0, "car": 2.0, "bus": 10.0, "train": 1.0}
    network = SharedNetwork(base, [Member(a, packages[a], LAYERS[a], fps[a], 1) for a in packages], engine=engine)
    images, said = alone
    for k, image in enumerate(images):
        found = network.run(image)
        assert set(found) == set(packages)
        for app, (p, positive) in found.items():
            assert p == pytest.approx(float(said[app][k]), abs=1e-4)
            assert positive == (said[app][k] >= 0.5) or abs(said[app][k] - 0.5) < 1e-4


def test_a_plan_leaves_nothing_behind_on_the_base(base, packages):
    """Layers keep a note of every model that they are part of: on the base's own, hours of plans would fill memory."""
    noted = lambda: sum(len(x._inbound_nodes) + len(x._outbound_nodes) for x in base.network.layers)
    before = noted()
    SharedNetwork(base, [Member(a, packages[a], LAYERS[a], 1.0, 1) for a in ("cat", "car")])
    assert noted() == before > 0


def test_only_what_somebody_needs_is_run(base, packages):
    fps = {"cat": 5.0, "car": 2.0, "bus": 10.0, "train": 1.0}
    network = SharedNetwork(base, [Member(a, packages[a], LAYERS[a], fps[a], 1) for a in packages])
    image = np.zeros((48, 64, 3), np.uint8)
    assert set(network.run(image, 10.0)) == {"bus"} and set(network.run(image, 5.0)) == {"bus", "cat"}
    assert dict(network.calls) == {"stem conv_pw_3": 2, "stem pooled features": 2, "tail bus": 2, "tail cat": 1}
    without = SharedNetwork(base, [m for m in network.members if m.app != "bus"])
    without.run(image, 5.0)
    assert dict(without.calls) == {"tail cat": 1}  # nobody else looks: the stem rests


def test_bad_members_are_named(base, packages):
    cat = Member("cat", packages["cat"], "input", 1.0, 1)
    with pytest.raises(UserError, match="at least one"):
        SharedNetwork(base, [])
    with pytest.raises(UserError, match="each name once"):
        SharedNetwork(base, [cat, cat])
    with pytest.raises(UserError, match="no split point 'conv_9'"):
        SharedNetwork(base, [cat._replace(layer="conv_9")])
