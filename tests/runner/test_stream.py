"""A runner on rendered video: schedules kept, plans changed under way, bad streams."""

from __future__ import annotations

import functools
import itertools
import json
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from command import mainstream

from mainstream.errors import UserError
from mainstream.networks import engines
from mainstream.quality import counted as events
from mainstream.runner.annotate import Annotator
from mainstream.runner.clock import Unhurried, Virtual
from mainstream.runner.devices import load_device, nuc_2017
from mainstream.runner.frames import Frame, Source, WorldSource
from mainstream.runner.planning import base_of, plan
from mainstream.runner.report import Decision
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.problem import Choice, Device
from streetworld import World, render_video

DEVICE = Device(name="even", split=(0, 9 + 12, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2))  # ms


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return render_video(tmp_path_factory.mktemp("video") / "street.mp4", 6, camera=0, seed=1, split="val")[0]


def runner(base, packages, n=2, budget=1.0, **options):
    chosen = dict(list(packages.items())[:n])
    return Runner(base, chosen, DEVICE, stream_fps=20, budget=budget, **options)


def test_rates_of_the_schedule_are_kept_and_detections_follow_from_decisions(base, packages, video):
    seen = []
    made = runner(base, packages, 3, on_frame=lambda frame, found: seen.append(frame.number))
    report = made.run(VideoSource(video), Unhurried())
    assert report.frames == 120 and report.dropped == report.corrupt == 0
    achieved = report.achieved().set_index("app")
    for m in made.current.network.members:
        assert achieved.looks[m.app] == pytest.approx(m.fps * 6, abs=1)
        assert achieved.achieved_fps[m.app] == pytest.approx(m.fps, rel=0.1)
        mine = report.table()[lambda d, app=m.app: d.app == app]
        expected = events.detections(mine.time_s, events.vote(mine.positive.astype(int), m.x_vote))
        found = sorted(d for d in report.detections if d.app == m.app)
        assert [(d.start_s, d.frames_s[-1]) for d in found] == expected
        after = [*mine.time_s, 6.0]  # a detection ends when the next look came or was due, or with the stream
        ends = [min(d.frames_s[-1] + 1 / m.fps, after[after.index(d.frames_s[-1]) + 1]) for d in found]
        assert [d.end_s for d in found] == pytest.approx(ends)
    assert seen == sorted(seen)


def test_decisions_do_not_depend_on_the_clock_or_the_engine(base, packages, video):
    by_clock = [runner(base, packages).run(VideoSource(video), c).table() for c in (Unhurried(), Virtual(queue=50))]
    assert by_clock[0].equals(by_clock[1])
    keras = runner(base, packages, engine_options={"engine": "keras"}).run(VideoSource(video)).table()
    assert list(keras.frame) == list(by_clock[0].frame)
    assert np.abs(keras.probability - by_clock[0].probability).max() < 1e-4


class Endless(Source):
    """The same second of the world until it is told to end, `rest` frames later."""

    def __init__(self, until, rest=40):
        super().__init__()
        self.fps, self.until, self.rest = 20.0, until, rest

    def __iter__(self):
        pictures = [f.picture for f in WorldSource(World(0, 1, seconds=1, split="val", width=128, height=128))]
        for k in itertools.count():
            self.rest -= self.until()
            if self.rest < 0:
                return
            yield Frame(k, k / self.fps, pictures[k % len(pictures)])


def test_replanning_under_way_loses_no_planned_look(base, packages):
    made = runner(base, packages, 2)
    before = {m.app: m.fps for m in made.current.network.members}
    changed, first = [], made.current

    def grow(frame, found):
        if frame.number >= 40 and not changed:
            changed.append(frame.number)
            made.update(packages=packages, budget=3.0)

    made._on_frame = grow
    report = made.run(Endless(lambda: made.current is not first))
    assert len(report.plans) == 2 and set(report.plans[1]["apps"]) == set(packages)
    since = report.plans[1]["since_s"]
    assert since > changed[0] / 20 and report.dropped == 0
    table = report.table()
    for app, fps in before.items():
        old = table[(table.app == app) & (table.time_s < since)].time_s
        assert abs(len(old) - fps * since) <= 1, "the old plan ran on until the new one was ready"
        gaps = np.diff(table[table.app == app].time_s)
        slowest = min(fps, report.plans[1]["apps"][app]["fps"])
        assert gaps.max() <= 2 / slowest + 1e-9  # nested in a rate that is no multiple, looks are not evenly spaced
    assert set(table[table.time_s >= since].app) == set(packages)


def test_a_plan_that_cannot_be_made_leaves_the_running_one(base, packages, video):
    made = runner(base, packages, 2)
    now = made.current
    with pytest.raises(UserError, match="below the cheapest schedule"):
        made.update(budget=0.01, wait=True)
    with pytest.raises(UserError, match="budget=0: must be above 0"):
        made.update(budget=0, wait=True)
    assert made.current is now and made.budget == 1.0
    made.update(budget=2.0, wait=True)
    assert made.run(VideoSource(video)).plans[-1]["apps"].keys() == {"cat", "car"} and made.budget == 2.0


def test_no_failed_update_is_lost_or_raised_by_another(base, packages, video):
    """Whatever fails in the background: told once, at its own place."""
    made = runner(base, packages, 2)
    for wrong, said in (({"packages": {}}, "no application"), ({"budget": float("inf")}, "finite"),
                        ({"budget": float("nan")}, "above 0")):  # fmt: skip
        with pytest.raises(UserError, match=said):
            made.update(**wrong, wait=True)
    made.run(VideoSource(video))  # those were told
    asked = []

    def once(frame, found, **wanted):
        if frame.number >= 20 and not asked:
            asked.append(made.update(**wanted))

    made._on_frame = functools.partial(once, budget=0.001)
    with pytest.raises(UserError, match="cheapest"):  # the stream may be over before the plan has failed
        made.run(VideoSource(video))
    assert made.report.frames == 120 and ["cheapest" in str(e) for e in made.report.failures] == [True]
    asked.clear()
    made._schedule_options["scheduler"] = lambda problem: 1 / 0
    made._on_frame = functools.partial(once, budget=0.9)
    with pytest.raises(ZeroDivisionError):
        made.run(VideoSource(video))
    made._schedule_options.clear()
    asked.clear()
    made._on_frame = lambda frame, found: asked or asked.extend([made.update(budget=0.001), made.update(budget=2.0)])
    report = made.run(VideoSource(video))
    assert made.budget == 2.0 and len(report.failures) == 1  # a later one went well: kept and logged, not raised
    assert made.run(VideoSource(video)).failures == []


def test_updates_follow_one_another_and_hold_nobody(base, packages, video):
    made, free = runner(base, packages, 2), threading.Event()
    plan_now, done = made._chosen, []
    made._chosen = lambda *what, **how: (free.wait(60), plan_now(*what, **how))[1]

    def ask(frame, found):
        if not done:
            done.append(frame.number)
            made.update(packages=packages)
            made.update(budget=3.0)  # returns although the first cannot be ready; keeps what that one asked for
            made.update(packages={"bus": packages["bus"]})
            free.set()

    made._on_frame = ask
    made.run(VideoSource(video))
    assert made.budget == 3.0 and set(made.packages) == {"bus"}


def test_a_network_that_is_there_has_made_its_graphs(base, packages, monkeypatch):
    """TensorFlow makes one where a function is called first: for eight tenants three seconds of the stream."""
    made, function = [], engines.tf.function
    kept = lambda call=None, **how: made.append(f := function(call, **how)) or f if call else function(**how)
    monkeypatch.setattr(engines.tf, "function", kept)
    current = runner(base, packages, 2, engine_options={"engine": "keras"}).current
    graphs = lambda: [call.experimental_get_tracing_count() for call in made]
    assert set(graphs()) == {1} and not current.network.calls
    current.network.run(np.zeros((48, 64, 3), np.uint8))
    assert set(graphs()) == {1} and current.network.calls


def test_counts_alone_are_kept_of_a_stream_that_goes_on(base, packages, video):
    told = []
    made = runner(base, packages, 2, on_detection=told.append)
    whole, counted = made.run(VideoSource(video)), made.run(VideoSource(video), keep=False)
    assert whole.detections == told[: len(told) // 2] == told[len(told) // 2 :] and told
    assert not counted.decisions and not counted.detections and counted.found == whole.found
    assert counted.achieved().equals(whole.achieved())
    with pytest.raises(UserError, match="keep=True"):
        counted.table()

    class Camera(Endless):
        live = True

    assert not made.run(Camera(lambda: True, 5)).kept


def test_a_run_ends_when_it_is_told_to(base, packages, video):
    made = runner(base, packages, 2, on_frame=lambda frame, found: frame.time_s >= 2 and made.stop())
    report = made.run(VideoSource(video))
    assert 2 <= report.stream_s < 2.5 and all(d.end_s <= report.stream_s + 0.05 for d in report.detections)
    assert made.run(VideoSource(video)).stream_s >= 2  # and may be started again


def test_streams_below_a_frame_per_second_and_of_absurd_rates_are_planned(packages):
    for stream_fps, fastest in ((0.5, 0.5), (29.97, 29), (1000.0, 120)):
        rates = plan(packages, DEVICE, stream_fps=stream_fps, budget=1e6, scheduler=functools.partial(rated, fastest))[
            0
        ]
        assert {m.fps for m in rates} == {fastest}
    with pytest.raises(UserError, match="fps_options: 30 is above stream_fps 20"):
        plan(packages, DEVICE, stream_fps=20, fps_options=(30,))


def rated(fastest, problem):
    assert len(problem.fps_options) <= 40 and problem.fps_options[-1] == fastest
    return [Choice(0, len(problem.fps_options) - 1, 0)] * len(problem.apps)


def test_the_base_is_the_packages_own(base, packages):
    found = base_of(packages)
    assert found.identity == base.identity
    for wrong, said in (
        ({"name": "imagenet"}, "--base imagenet: 'cat' was trained on mobilenet-0.25 at 128 px"),
        ({"size": 224}, "--size 224"), ({"architecture": "resnet50"}, "--architecture resnet50"),
        ({"weights": Path("w.h5")}, "--weights w.h5"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=f"{said}.*(--base embedded|leave)"):
            base_of(packages, **wrong)
    other = packages["cat"].base.model_copy(update={"weights": "sha256:" + "0" * 64})
    foreign = {"cat": packages["cat"].model_copy(update={"base": other})}
    with pytest.raises(UserError, match=r"--base embedded: 'cat' was trained on .*--base imagenet --weights FILE"):
        base_of(foreign, "embedded")
    with pytest.raises(UserError, match="no such file"):
        base_of(foreign, weights=Path("absent.h5"))


def test_a_film_is_a_copy_with_readable_labels_and_none_where_no_frame_came(tmp_path):
    image = np.full((360, 480, 3), 128, np.uint8)
    film = Annotator(tmp_path / "new" / "film.mp4", 20)
    for k, picture in enumerate([image, image[:240, :320]] * 30):  # a camera may come back with another size
        film.draw(Frame(k, k / 20, picture), [Decision("pedestrian", k, k / 20, 0.91, True)])
    assert (image == 128).all()
    unfinished = list(VideoSource(tmp_path / "new" / "film.part.mp4"))
    assert len(unfinished) >= 25, "plays although nobody has closed it"
    film.close()
    drawn = list(VideoSource(tmp_path / "new" / "film.mp4"))
    assert len(drawn) == 60 and drawn[0].image.shape == (360, 480, 3)
    label = np.flatnonzero((np.abs(drawn[0].image.astype(int) - 128) > 60).any(axis=(1, 2)))
    assert len(label) >= 360 / 18
    assert not Annotator(tmp_path / "none.mp4", 20).close() and not list(tmp_path.glob("none*"))


def test_overload_lowers_rates_and_counts_drops(base, packages):
    made = runner(base, packages, 2)
    slow = DEVICE.model_copy(update={"stem": (0, 30, 90, 150), "tail": (156, 126, 66, 6)})  # a third of the speed
    made.current._device = slow
    report = made.run(WorldSource(World(1, 0, seconds=15, width=128, height=128)), Virtual())
    assert report.dropped > 0 and report.frames == 300
    achieved = report.achieved()
    assert (achieved.achieved_fps < achieved.planned_fps).all() and (achieved.looks > 0).all()


def test_looks_missed_right_before_a_new_plan_are_dropped_ones(base, packages, noise):
    """Ten looks a second; the first takes until 0.43 s, the oldest of the four frames that wait then is at 0.25 s."""
    ten = lambda problem: [Choice(3, 9, 0)] * len(problem.apps)
    made = runner(base, packages, 2, schedule_options={"scheduler": ten})
    made._on_frame = lambda frame, _: frame.number or made.update(packages={"cat": packages["cat"]}, wait=True)
    report = made.run(noise(0.5), Virtual(slowdown=lambda now: 8.0))
    assert [plan["since_s"] for plan in report.plans] == [0, 0.25] and report.looks["car"] == 1
    assert report.missed["car"] == 1 <= report.missed["cat"]  # at 0.1 s; from 0.2 s on a frame was there


def test_packages_that_cannot_share_and_devices_that_lack_a_split_are_refused(base, packages):
    other = packages["car"].model_copy(
        update={"base": packages["car"].base.model_copy(update={"weights": "sha256:" + "0" * 64})}
    )
    with pytest.raises(UserError, match="cannot share a stem: base weights differs"):
        plan({"cat": packages["cat"], "car": other}, DEVICE, stream_fps=20)
    with pytest.raises(UserError, match="no latency for split 21"):
        plan(packages, DEVICE.model_copy(update={"split": (0, 9, 57, 82)}), stream_fps=20)
    with pytest.raises(UserError, match="no application"):
        plan({}, DEVICE, stream_fps=20)


def test_devices(tmp_path, base):
    nuc = nuc_2017()
    assert len(nuc.split) == 16 and 1000 / (nuc.stem[0] + nuc.tail[0]) == pytest.approx(16.1, abs=0.1)
    assert all(s + t == pytest.approx(nuc.tail[0]) for s, t in zip(nuc.stem, nuc.tail, strict=True))
    (tmp_path / "d.json").write_text(DEVICE.model_dump_json())
    assert load_device(str(tmp_path / "d.json")) == DEVICE
    (tmp_path / "bad.json").write_text("{")
    for name, said in (("nuc", "device 'nuc'"), ("no.json", "no such file"), (str(tmp_path / "bad.json"), "malformed")):
        with pytest.raises(UserError, match=said):
            load_device(name)
    with pytest.raises(UserError, match="needs a base network to measure"):
        load_device("this-machine")
    assert load_device("this-machine", lambda: DEVICE) == DEVICE


def test_bad_streams_are_named_or_counted(tmp_path, video):
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mp4").write_bytes(b"")
    for name in ("text.mp4", "empty.mp4", "missing.mp4"):
        with pytest.raises(UserError, match=f"{name}.*cannot be opened"):
            VideoSource(tmp_path / name)
    data = video.read_bytes()
    cut = tmp_path / "damaged.mp4"
    middle = bytearray(data)
    middle[len(data) // 2 : len(data) // 2 + 4000] = b"\0" * 4000
    cut.write_bytes(middle)
    frames = list(VideoSource(cut))
    assert 0 < len(frames) <= 120 and [f.number for f in frames] == list(range(len(frames)))
    times = [f.time_s for f in frames]
    assert times == sorted(times)


def encoded(path, codec, size, times_ms):
    """A video with a grey frame at each of these times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p" if codec == "libx264" else "gray"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for time_ms in times_ms:
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0]), 90, np.uint8), format="gray")
            frame = frame.reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_variable_frame_rates_are_sampled_by_time(tmp_path, base, packages):
    times = [
        *range(0, 2000, 40),
        *range(2000, 6000, 200),
        *range(6000, 8000, 40),
    ]  # 25, then 5, then 25 frames a second
    video = encoded(tmp_path / "variable.mkv", "libx264", (64, 64), times)
    frames = list(VideoSource(video))
    assert [f.time_s for f in frames] == pytest.approx([t / 1000 for t in times], abs=2e-3)
    report = runner(base, packages).run(VideoSource(video))
    for m in report.plans[0]["apps"]:
        fps = report.plans[0]["apps"][m]["fps"]
        mine = report.table()[lambda d, app=m: d.app == app].time_s.to_numpy()
        assert np.diff(mine[mine < 2]).max() <= 2 / fps + 0.05
        assert len(mine[(mine >= 2) & (mine < 6)]) <= min(4 * fps, 20) + 1  # no more frames than there are


def test_videos_too_small_or_cut_off_are_refused_or_end_early(tmp_path, video):
    with pytest.raises(UserError, match="1×1 px"):
        VideoSource(encoded(tmp_path / "dot.mkv", "ffv1", (1, 1), range(0, 400, 40)))
    data = video.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    try:
        frames = list(VideoSource(tmp_path / "cut.mp4"))
    except UserError as e:
        assert "cut.mp4" in str(e)  # an MP4 whose index is at its end
    else:
        assert 0 < len(frames) < 120


def test_command_line_streams_and_annotates(tmp_path, base, packages, video):
    (tmp_path / "device.json").write_text(DEVICE.model_dump_json())
    folders = [part for p in ("cat", "car") for part in ("--apps", str(packages[p]._directory))]
    done = mainstream(
        "stream", "--video", video, *folders, "--clock", "virtual", "--device", tmp_path / "device.json",
        "--events", tmp_path / "out.jsonl", "--annotate", tmp_path / "out.mp4",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "120 frames" in done.stdout and "cat: split" in done.stdout
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert all({"app", "start_s", "end_s", "confidence", "frames_s"} == set(line) for line in lines)
    drawn = list(VideoSource(tmp_path / "out.mp4"))
    assert drawn and drawn[0].image.shape == (480, 640, 3)
    with pytest.raises(UserError, match=r"must end in \.mp4"):
        Annotator(tmp_path / "out.avi", 20)
