"""`mainstream stream` as a person meets it: what is on disk, and said, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import av
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from mainstream.kit.commands import live
from mainstream.kit.commands.main import app
from mainstream.runner.clock import Unhurried
from mainstream.runner.frames import Source
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.problem import Choice, Device
from streetworld import render_video

DEVICE = Device(name="even", split=(0, 9 + 12, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2))  # ms


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """Six seconds of a street; and two minutes of it, two seconds at a time, with noise between, which is no 'cat'."""
    place = tmp_path_factory.mktemp("video")
    video = render_video(place / "street.mp4", 6, camera=0, seed=1, split="val", width=160, height=120)[0]
    frames = [f.image for f in VideoSource(video)]
    noise = np.random.default_rng(0).integers(0, 256, (5, *frames[0].shape), dtype=np.uint8)
    with av.open(str(place / "long.mp4"), "w") as file:
        stream = file.add_stream("libx264", rate=20, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for k in range(2400):
            picture = noise[k % 5] if k // 40 % 2 else frames[k % len(frames)]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 20)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return video, place / "long.mp4"


def words(place, packages, video, *more):
    (place / "device.json").write_text(DEVICE.model_dump_json())
    folders = [part for p in ("cat", "car") for part in ("--apps", str(packages[p]._directory))]
    return ["stream", "--video", str(video), *folders, "--device", str(place / "device.json"), *more]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize("number", ["SIGINT", pytest.param("SIGTERM", marks=pytest.mark.slow),
                                    pytest.param("SIGKILL", marks=pytest.mark.slow)])  # fmt: skip
def test_what_was_seen_is_on_disk_however_it_ends(tmp_path, packages, street, number):
    events, film = tmp_path / "new" / "events.jsonl", tmp_path / "film.mp4"
    more = ("--events", str(events), "--annotate", str(film))
    child = subprocess.Popen(
        [sys.executable, "-m", "mainstream", *words(tmp_path, packages, street[1], *more)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's `&` ignores it
    )  # fmt: skip
    until = time.monotonic() + 240
    while len(lines(events)) < 3 and child.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    child.send_signal(getattr(signal, number))
    said, told = child.communicate(timeout=120)
    found = lines(events)
    assert len(found) >= 3 and all(e["end_s"] > e["start_s"] for e in found), told
    if number == "SIGKILL":
        assert child.returncode == -signal.SIGKILL and not film.exists()
        assert len(list(VideoSource(film.with_suffix(".part.mp4")))) >= 1
        return
    assert child.returncode == 130 and "Traceback" not in told and "run again" not in told
    assert "stopped at" in told and "corrupt" in said and "looks" in said
    assert said.count(" s  ca") == len(found), "every detection was printed"
    drawn = list(VideoSource(film))
    assert len(drawn) > 3 and drawn[-1].time_s >= found[-1]["frames_s"][-1]


class Camera(Source):
    """Pictures of a folder, as a camera; does something at its last frame."""

    def __init__(self, frames, last):
        super().__init__()
        self.frames, self.last, self.fps, self.live = frames, last, 20.0, True

    def __iter__(self):
        for k, frame in enumerate(self.frames):
            if k == len(self.frames) - 1:
                self.last()
            yield frame


@pytest.mark.parametrize("number", live.ENDED_BY)
def test_signals_end_a_stream_in_order_the_second_at_once(base, packages, street, number):
    frames, number = list(VideoSource(street[0]))[:30], getattr(signal, number)
    made = Runner(base, {"cat": packages["cat"]}, DEVICE, stream_fps=20)
    before = signal.getsignal(number)
    signal.signal(number, signal.default_int_handler)
    try:
        with live.stopped_by_signals(made) as came:
            report = made.run(Camera(frames, lambda: os.kill(os.getpid(), number)), Unhurried())
            assert came == [number] and report.frames == 29 and not report.kept
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), number)
        assert signal.getsignal(number) is signal.default_int_handler
        signal.signal(number, signal.SIG_IGN)
        with live.stopped_by_signals(made) as came:
            os.kill(os.getpid(), number)
        assert not came, "what the shell ignores stays ignored"
    finally:
        signal.signal(number, before)


def test_a_second_of_the_stream_costs_what_was_planned(base, packages, noise, capsys):
    """Its last frame lasts too: without it a film of a second was 0.95 s, and one of a single frame none."""
    all_of_them = {"scheduler": lambda problem: [Choice(3, 19, 0)]}
    made = Runner(base, {"cat": packages["cat"]}, DEVICE, stream_fps=20, budget=2.0, schedule_options=all_of_them)
    for seconds in (1.0, 0.05):
        made.run(noise(seconds), Unhurried())
        live.summary(made)
        assert " here, 1040 by the device's profile, 1040 planned\n" in capsys.readouterr().out


def test_it_says_what_it_does_and_what_it_finds(tmp_path, packages, street, monkeypatch):
    monkeypatch.setattr(live, "LOGGED_S", 0.0)
    events = tmp_path / "events.jsonl"
    events.write_text("of another day\n")
    options = ("--clock", "none", "--budget", "1.5", "--events", str(events), "--metrics", str(tmp_path / "now.prom"))
    done = CliRunner().invoke(app, words(tmp_path, packages, street[0], *options), catch_exceptions=False)
    assert done.exit_code == 0
    assert "loading the network" in done.stderr and "note: --budget 1.5 plans for 1.5 such devices" in done.stderr
    assert " frames, 0 dropped | cat " in done.stderr and "/s | car " in done.stderr  # the sign of life, one line
    found = lines(events)
    assert found and done.stdout.count(" s  ca") == len(found)
    shown = {s.name: s.value for m in text_string_to_metric_families((tmp_path / "now.prom").read_text())
             for s in m.samples if s.labels in ({}, {"app": "cat"})}  # fmt: skip
    assert shown["mainstream_frames_total"] == 120 and shown["mainstream_plans_total"] == 1
    planned, done_, dropped = (shown[f"mainstream_looks_{part}_total"] for part in ("planned", "done", "dropped"))
    assert planned == done_ + dropped and dropped == 0 and f"cat: {done_:.0f} looks planned" in done.stdout
    assert shown["mainstream_detections_total"] == sum(e["app"] == "cat" for e in found)
    assert all(round(t, 3) == t for e in found for t in (e["start_s"], e["end_s"], *e["frames_s"]))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--budget", "50"), "--budget 50: in real time one machine has 1 at most; --clock virtual or none"),
        (("--budget", "nan"), "budget=nan: must be above 0"), (("--budget", "inf"), "must be above 0 and finite"),
        (("--base", "imagenet"), "--base imagenet: 'cat' was trained on mobilenet-0.25 at 128 px"),
        (("--size", "224"), "--size 224: 'cat' was"), (("--annotate", "film.avi"), "must end in .mp4"),
        (("--reconnect", "soon"), "--reconnect soon: must be seconds"),
        (("--events", "."), "--events .: is a directory"), (("--zone", "1,2"), "--zone 1,2: must be x,y,w,h in shares"),
        (("--metrics", "."), "--metrics .: is a directory"),
        (("--events", "x", "--metrics", "./x"), "--metrics x: is that of --events too; name another file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_anything_takes_time(tmp_path, packages, street, more, message, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mainstream.runner.profiler.this_machine", lambda *a, **k: pytest.fail("was measured first"))
    arguments = words(tmp_path, packages, street[0], *more)
    arguments[arguments.index("--device") + 1] = "this-machine"
    done = CliRunner().invoke(app, arguments)
    assert message in str(done.exception), done.output


def test_latencies_of_another_network_are_refused(tmp_path, packages, street):
    arguments = words(tmp_path, packages, street[0])
    of = lambda network: DEVICE.model_copy(update={"name": f"this-machine, {network}, openvino f32, 2 threads"})
    (tmp_path / "device.json").write_text(of("mobilenet-1.0 at 224 px").model_dump_json())
    said = "is of mobilenet-1.0 at 224 px, the network is mobilenet-0.25 at 128 px"
    assert said in str(CliRunner().invoke(app, arguments).exception)
    (tmp_path / "device.json").write_text(of("mobilenet-0.25 at 128 px").model_dump_json())
    assert CliRunner().invoke(app, [*arguments, "--clock", "none"]).exit_code == 0


def test_no_frame_no_film_and_the_message_is_the_reason(tmp_path, packages, monkeypatch):
    """A source that breaks before its first frame."""

    class Broken(Source):
        def __init__(self, *arguments, **options):
            self.fps, self.corrupt, self.reconnects = 20.0, 0, 0

        def __iter__(self):
            raise live.UserError("no frame could be decoded")

    monkeypatch.setattr("mainstream.runner.sources.VideoSource", Broken)
    more = ("--annotate", str(tmp_path / "film.mp4"), "--events", str(tmp_path / "e.jsonl"))
    done = CliRunner().invoke(app, words(tmp_path, packages, "x.mp4", *more))
    assert "no frame could be decoded" in str(done.exception) and "0 frames" in done.stdout
    assert not list(tmp_path.glob("film*"))


def test_a_film_never_takes_the_place_of_its_source(tmp_path, packages, street):
    (tmp_path / "same.mp4").symlink_to(street[0])
    before = street[0].read_bytes()
    done = CliRunner().invoke(app, words(tmp_path, packages, street[0], "--annotate", str(tmp_path / "same.mp4")))
    assert "same.mp4: is that of --video too" in str(done.exception) and street[0].read_bytes() == before


@pytest.mark.parametrize("full", ["events", "metrics", "annotate"])
def test_on_a_full_disk_the_file_is_named_and_the_others_are_whole(tmp_path, packages, street, full, monkeypatch):
    files = {"events": tmp_path / "e.jsonl", "metrics": tmp_path / "m.prom", "annotate": tmp_path / "film.mp4"}
    if full == "metrics":
        monkeypatch.setattr(live, "METRICS_S", 0.0)
        monkeypatch.setattr(live.Live, "begin", lambda self, runner, begin=live.Live.begin: (
            begin(self, runner), files[full].unlink(), files[full].mkdir()))  # fmt: skip
    else:
        (files[full] if full == "events" else files[full].with_suffix(".part.mp4")).symlink_to("/dev/full")
    options = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    done = CliRunner().invoke(app, words(tmp_path, packages, street[0], "--clock", "none", *options))
    assert isinstance(done.exception, live.UserError) and files[full].name in str(done.exception), done.exception
    if full != "metrics":
        assert "no space left" in str(done.exception) and "mainstream_frames_total" in files["metrics"].read_text()
    if full != "annotate":
        assert files["annotate"].stat().st_size and not list(tmp_path.glob("*.part.*"))
