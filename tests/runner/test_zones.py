"""Zones: applications of one share a stem, each zone has its own; the network sees no more; the plan is kept."""

from __future__ import annotations

import numpy as np
import pytest

from mainstream.data.filmed import sampled_frames
from mainstream.errors import UserError
from mainstream.kit.commands.running import _looking_at
from mainstream.package import Zone
from mainstream.runner.annotate import YES, Annotator
from mainstream.runner.clock import Virtual
from mainstream.runner.frames import Frame
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.report import Decision
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler import Device
from streetworld import render_video

DEVICE = Device(name="even", split=(0, 21, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2))  # ms
LEFT, DOOR = Zone(0, 0, 0.5, 1), Zone(0.5, 0.25, 0.5, 0.5)


@pytest.fixture(scope="module")
def forest(packages):
    """Two applications on one zone, one on another."""
    zones = {"cat": LEFT, "car": DOOR, "bus": LEFT}
    return {app: packages[app].model_copy(update={"zone": zone}) for app, zone in zones.items()}


@pytest.mark.parametrize("scheduler", ["optimal", "max_sharing"])
def test_two_on_one_zone_and_one_on_another_are_run_as_planned(base, forest, noise, scheduler):
    options = {"fps_options": (4, 10), "scheduler": scheduler}
    made = Runner(base, forest, DEVICE, stream_fps=20, budget=0.55, schedule_options=options)
    report, schedule, network = made.run(noise(10.0), Virtual()), made.current.schedule, made.current.network
    assert [u.zone for u in schedule.units] == [str(LEFT), str(DOOR), str(LEFT)] and report.dropped == 0
    assert sum(m.layer != "input" for m in network.members) >= 2  # who is alone on a zone may take the input
    assert schedule.one_zone_cost < schedule.cost or scheduler == "optimal"
    assert report.profiled_ms == pytest.approx(10 * schedule.cost, rel=1e-12)
    assert report.measured_ms == pytest.approx(1e3 * sum(network.seconds.values()))
    looks = {m.app: m.fps * 10 for m in network.members}
    tails = {name.removeprefix("tail "): n for name, n in network.calls.items() if name.startswith("tail ")}
    assert {app: report.looks[app] for app in looks} == looks == {
        app: n for together, n in tails.items() for app in together.split(", ")
    }  # fmt: skip
    for zone in (LEFT, DOOR):
        shared = [m.app for m in network.members if m.package.zone == zone and m.layer != "input"]
        runs = max((n for name, n in network.calls.items() if name.endswith(f" {zone}")), default=0)
        assert runs == max((looks[app] for app in shared), default=0)


def test_each_application_sees_its_zone_and_no_more(base, forest, packages):
    image = np.random.default_rng(1).integers(0, 256, (96, 128, 3), np.uint8)
    layers = {"cat": "conv_pw_3", "car": "pooled features", "bus": "input"}
    together = SharedNetwork(base, [Member(a, forest[a], layers[a], 1.0, 1) for a in layers])
    found = together.run(image)
    parts = {LEFT: image[:, :64], DOOR: image[24:72, 64:]}
    for app, layer in layers.items():
        alone = SharedNetwork(base, [Member(app, packages[app], layer, 1.0, 1)])
        assert found[app] == pytest.approx(alone.run(parts[forest[app].zone])[app], abs=1e-5)
    elsewhere = image.copy()
    elsewhere[:24], elsewhere[72:] = 0, 255  # above and below the door
    assert together.run(elsewhere)["car"] == found["car"] and together.run(elsewhere)["cat"] != found["cat"]
    only = SharedNetwork(base, [Member(a, forest[a], layers[a], 1.0 + (a == "car"), 1) for a in layers])
    assert set(only.run(image, 2.0)) == {"car"}
    assert dict(only.calls) == {f"stem conv_pw_3 {DOOR}": 1, f"stem pooled features {DOOR}": 1, "tail car": 1}


def test_footage_and_stream_are_cut_alike(tmp_path, base, forest):
    video, _ = render_video(tmp_path / "v.mp4", 1, camera=0, seed=1, fps=5.0)
    network = SharedNetwork(base, [Member("car", forest["car"], "input", 5.0, 1)])
    frames, _ = sampled_frames(video, fps=5, size=128, geometry=network.geometry, zone=DOOR)
    assert all(
        np.array_equal(a, network.prepare(f.image, DOOR)[0]) for a, f in zip(frames, VideoSource(video), strict=True)
    )


def test_a_zone_is_for_packages_that_record_none(packages, forest):
    mixed = _looking_at("0.5,0.5,0.5,0.5", {"cat": forest["cat"], "train": packages["train"]})
    assert [p.zone for p in mixed.values()] == [LEFT, Zone(0.5, 0.5, 0.5, 0.5)]
    with pytest.raises(UserError, match=r"--zone 0,0,1,1: 'cat' looks at 0,0,0.5,1, .* leave --zone away"):
        _looking_at("0,0,1,1", {"cat": forest["cat"]})


def test_a_film_shows_the_zones_and_which_of_them_said_yes(tmp_path):
    film = Annotator(tmp_path / "film.mp4", 20, {"car": DOOR})
    for k in range(2):
        film.draw(Frame(k, k / 20, np.full((240, 320, 3), 128, np.uint8)), [Decision("car", k, k / 20, 0.9, k == 1)])
    film.close()
    no, yes = (f.image.astype(int) for f in VideoSource(tmp_path / "film.mp4"))
    edge = (slice(100, 140), 160)  # of the zone, on the left
    assert np.abs(yes[edge] - YES).max() < 60 < np.abs(no[edge] - YES).max()
    assert np.abs(yes[100:140, 170:310] - 128).max() < 30  # its inside is left as it is
