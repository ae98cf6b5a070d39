"""`mainstream new-app` as a person meets it: real (tiny) training, a real stream, a real terminal."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import av
import numpy as np
import pytest
from command import mainstream
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mainstream.data.filmed import file_footage, video_seconds
from mainstream.data.intervals import merged
from mainstream.data.rates import count_rates
from mainstream.errors import UserError
from mainstream.kit.new_app.made import replaces
from mainstream.kit.new_app.material import GAP_S, NEEDED, counts, cut, gather
from mainstream.kit.new_app.request import Request
from mainstream.kit.new_app.training import ties
from mainstream.kit.new_app.words import first_page, sentences
from mainstream.package import MPackage
from mainstream.paths import alone
from mainstream.quality.counted import EventTally, bootstrap_events
from mainstream.runner.devices import nuc_2017
from mainstream.runner.frames import Frame, Source
from mainstream.runner.held_out import Between, cut_between_events, within
from mainstream.runner.sources import VideoSource
from mainstream.trainer.run import TRAINING
from streetworld.encode import write_h264, write_intervals

FPS = 10
EVENTS = [(6.0 * k + 2, 6.0 * k + 4.5) for k in range(12)]  # of 73 seconds


def picture(rng: np.random.Generator, box: bool, size: int = 64) -> np.ndarray:
    """Grey noise, and a bright box somewhere."""
    image = rng.integers(60, 110, (size, size, 3), dtype=np.uint8)
    if box:
        x, y = rng.integers(4, size - 30, 2)
        image[y : y + 26, x : x + 26] = (250, 240, 60)
    return image


def draw_photos(folder: Path, boxes: int = 70, others: int = 90, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    for name, n in (("box", boxes), ("nothing", others)):
        (folder / name).mkdir(parents=True)
        for k in range(n):
            Image.fromarray(picture(rng, name == "box")).save(folder / name / f"{k:03d}.png")
    return folder


def draw_video(path: Path, seconds: float = 73.0, seed: int = 0, name: str = "box") -> tuple[Path, Path]:
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * FPS)) / FPS
    frames = (picture(rng, any(a <= t < b for a, b in EVENTS)) for t in at)
    write_h264(path, frames, fps=FPS, size=(64, 64), crf=18)
    spans = within(EVENTS, (0.0, seconds))
    write_intervals(path.with_suffix(".csv"), {name: spans, "another": [(1.0, 3.0)]})
    return path, path.with_suffix(".csv")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> tuple[Path, Path, Path]:
    """Photos, a video and its CSV. Read only."""
    folder = tmp_path_factory.mktemp("drawn")
    return draw_photos(folder / "photos"), *draw_video(folder / "boxes.mp4")


@pytest.fixture
def name():
    """A name nobody has trained yet, whose checkpoints are removed afterwards."""
    name = f"box {uuid.uuid4().hex[:8]}"
    yield name
    for folder in TRAINING.glob(f"*/{name}-seed0"):
        shutil.rmtree(folder.parent)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "mainstream", *map(str, arguments)]


def asked(name: str, drawn: tuple[Path, ...], place: Path, *more: object) -> list[object]:
    photos, video, truth = drawn
    return ["new-app", name, "--class", "box", "--images", photos, "--video", video, "--truth", truth, "--quick",
            "--device", "nuc-2017", "--output", place, *more]  # fmt: skip


def test_from_photos_and_a_video_to_a_stream(tmp_path, drawn, name):
    place = tmp_path / "out"
    more = ("--clock", "virtual", "--zone", "0,0,1,.95")
    done = mainstream(*asked(name, truth_called(drawn, name, tmp_path), place, *more))
    assert done.returncode == 0, done.stderr
    assert re.search(r"4 of 16 split points: about \d+ seconds", done.stdout) and "cell 0/" in done.stderr
    package = MPackage.load(place).validate()
    assert package.application == name and len(package.splits) == 4 and package.zone == (0, 0, 1, 0.95)
    assert max(s.video.tpr - s.video.fpr for s in package.splits) > 0.8  # a bright box is easily seen
    assert package.events.length_s == pytest.approx(2.5, abs=0.2)
    summary = json.loads((place / "summary.json").read_text())
    found = summary["counted"][name]
    first, second = summary["parts"]["measure"], summary["parts"]["stream"]
    assert second[0] - first[1] == pytest.approx(GAP_S)
    assert found["events"] == sum(a >= second[0] for a, _ in EVENTS) and found["f1"] > 0.8
    detections = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
    assert detections and {d["app"] for d in detections} == {name}
    assert all(second[0] <= d["start_s"] <= d["end_s"] <= second[1] + 1 for d in detections)  # seconds of the file
    assert all(t == round(t, 3) for d in detections for t in d["frames_s"])
    with av.open(str(place / "annotated.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == found["looks"]
    assert all(min(Image.open(place / f"{p}.png").size) > 200 for p in ("zone", "samples", "accuracy", "timeline"))
    page = (place / "report.html").read_text()
    assert 'src="annotated.mp4"' in page and page.count("<img") >= 3
    words = re.sub(r"<[^>]+>", "", page)
    assert "64 by 61 px of the camera's 64 by 64" in words and "sees the part 0,0,1,0.95 of each frame" in words
    assert f"Event-F1 {found['f1']:.3f}" in words and "mainstream stream --video" in words and "Exercise" not in words
    assert str(tmp_path / "out" / ".made") not in page + (place / "report.ipynb").read_text()
    assert not list(place.glob(".*"))


def test_of_other_data_it_is_replaced_only_when_asked(tmp_path, drawn):
    photos, video, truth = drawn
    place, here = tmp_path / "out", {"images": photos, "label": "box"}
    place.mkdir()
    first = Request.read(name="box", output=place, images=photos, video=video, truth=truth)
    (place / "summary.json").write_text(json.dumps({"made_of": first.made_of()}))
    package_of("box", place)
    assert not replaces(first.having(budget=0.5, quick=True))  # it goes on
    for other in ({"base": "imagenet"}, {"images": video.parent}, {"label": "nothing"}):
        assert re.search("holds 'box' made with ", replaces(first.having(**{**here, **other})))
    (place / "summary.json").unlink()
    done = mainstream("new-app", "box", "--images", photos, "--output", place)
    assert done.returncode == 2 and "did not make: --replace puts this one in its place" in done.stderr


def test_nobodys_files_are_overwritten_and_no_chart_becomes_a_photo(tmp_path, drawn):
    photos, video, truth = (tmp_path / path.name for path in drawn)
    shutil.copytree(drawn[0], photos), shutil.copy(drawn[1], video), shutil.copy(drawn[2], truth)
    asked = Request.read(name="box", images=photos, video=video, truth=truth, output=tmp_path / "out")
    for place in (tmp_path, photos, photos / "nothing" / "out"):
        with pytest.raises(UserError, match="which is read, or lies in it; name another folder"):
            replaces(asked.having(output=place, replace=True))
    (tmp_path / "out").mkdir(), (tmp_path / "out" / "report.failed.ipynb").touch()
    assert not replaces(asked)
    (tmp_path / "out" / "zone.csv").touch()
    assert "holds 'zone.csv', which new-app did not make" in replaces(asked)


def test_every_option_is_a_field_that_can_be_typed_again():
    values = {"name": "a b", "images": "p", "others": ["x", "y"], "label": "c", "budget": 0.25, "base": "imagenet",
              "architecture": "resnet50", "size": 160, "video": "v.h264", "video_fps": 12.5, "zone": ".5, 0,.5,1",
              "event_length_s": 2.5, "every_split": True}  # fmt: skip
    asked = Request.read(**values)
    assert asked.command() == (
        "mainstream new-app 'a b' --images p --video v.h264 --video-fps 12.5 --zone 0.5,0,0.5,1 --class c --with x "
        "--with y --budget 0.25 --base imagenet --architecture resnet50 --size 160 --event-length 2.5 --every-split"
    )
    with pytest.raises(UserError, match="unknown option of new-app 'image': did you mean 'images'"):
        Request.read(name="a", image="p")  # as notebook 09 is told
    shown = mainstream("new-app", "--help").stdout
    assert all(word in shown for word in ("--architecture", "--size", "--replace", "--class", "--with"))


def rates(tpr: float, fpr: float, positives: int, negatives: int) -> dict:
    record = count_rates(*answers(tpr, fpr, positives, negatives), 0.5)._asdict()
    return {"split": 0, "layer": "input", "video": None, **record}


def answers(tpr: float, fpr: float, positives: int, negatives: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that give these rates, and labels."""
    said = [k < round(tpr * positives) for k in range(positives)] + [
        k < round(fpr * negatives) for k in range(negatives)
    ]
    return np.array(said, float), np.arange(positives + negatives) < positives


def summary_of(split: dict, **changes: object) -> dict:
    return {
        "name": "dog", "splits": [split], "without": {"other": 90}, "budget": 1.0, "base": "imagenet", "ties": "",
        "schedule": [{"app": "dog", "layer": "input", "fps": 2.0, "x_vote": 1, "model_f1": 0.906}], "cost": 0.1,
        "events": {"length_s": 3.0, "frequency": 0.2, "assumed": False}, "made_of": {"images": "p"}, **changes,
    }  # fmt: skip


def counted(found: int, events: int, false: int, windows: int) -> dict:
    f1 = 2 * found / (found + events + false)
    tally = EventTally(np.arange(events) < found, np.arange(windows) < false, "windows")
    span = bootstrap_events(tally)["f1"]
    return {"found": found, "events": events, "false": false, "empty_windows": windows, "f1": f1, "f1_interval": span}


def test_what_should_not_be_trusted_is_said_first_and_plainly():
    good = rates(0.9, 0.05, 100, 200)
    assert sentences("careful", summary_of(good, counted={"dog": counted(36, 40, 3, 80)})) == []
    assert sentences("careful", summary_of(good, without={"Empty": 120})) == [], "as `train` takes that folder's name"
    cases = {
        "Near chance.*27%.*18%": summary_of(rates(0.27, 0.18, 100, 200)),
        "too few to tell": summary_of(rates(0.8, 0.2, 5, 5)),
        r"disagree.*0\.906.*0\.182": summary_of(good, counted={"dog": counted(1, 9, 1, 20)}),
        "no better than chance": summary_of(good, counted={"dog": counted(2, 40, 40, 80)}),
        "9 events are few": summary_of(good, counted={"dog": counted(9, 9, 0, 20)}),
        "show 'cat' .120.*from that": summary_of(good, without={"cat": 120}),
        "budget of 50 is 50 times": summary_of(good, budget=50.0),
        "drawn pictures": summary_of(good, base="embedded"),
    }
    for wanted, summary in cases.items():
        assert any(re.search(wanted, text) for text in sentences("careful", summary)), wanted


def test_the_first_page_says_what_to_type_and_shows_names_as_they_are():
    summary = summary_of(
        rates(0.9, 0.05, 100, 200), command="mainstream new-app dog --images 'a --b'", next="mainstream stream",
        without={"<i>": 90},
    )  # fmt: skip
    summary |= {"warnings": sentences("careful", summary), "findings": sentences("findings", summary)}
    text = first_page(summary)
    assert text.startswith("# dog\n> **") and "&lt;i&gt;" in text and "\n- " in text
    assert "```\nmainstream new-app dog --images 'a --b'\n```" in text


def test_percentages_stand_beside_counts_and_intervals_have_a_width():
    text = " ".join(sentences("findings", summary_of(rates(8 / 9, 0.0, 9, 50), counted={"dog": counted(4, 4, 0, 12)})))
    assert "8 of 9 (89%; 95%: 57% to 98%)" in text and "4 of 4 (100%; 95%: 51% to 100%)" in text
    assert "27 more of those with 'dog', or about 108 to the whole" in text


def test_splits_that_are_equal_to_all_digits_are_explained():
    text = {"application": "dog", "base": {"architecture": "a", "input_shape": [8, 8, 3], "preprocessing": "x",
            "weights": "record:x"}}  # fmt: skip
    splits = [{"split": k, "layer": f"l{k}", "tpr": tpr, "fpr": 0.1} for k, tpr in enumerate((0.9, 0.9, 0.9))]
    assert "All of 3 splits are equally good" in ties(MPackage.model_validate({**text, "splits": splits}))
    splits[2]["tpr"] = 0.8
    assert "2 of 3 splits" in ties(MPackage.model_validate({**text, "splits": splits}))
    counts = count_rates(*answers(0.5, 0.1, 10, 10), 0.5)._asdict()
    video = {**counts, "tpr": 0.95, "correlation": [0.1], "fps": 4, "clips": 1}
    seen = MPackage.model_validate({**text, "splits": [{**splits[0], "video": video}, *splits[1:]]})
    assert ties(seen) == "" and "2 of 3 splits" in ties(seen, by_photos=True)
    splits[1]["tpr"] = 0.7
    assert ties(MPackage.model_validate({**text, "splits": splits})) == ""


def test_a_short_video_is_sampled_more_densely(tmp_path):
    """At 4 stills a second its last part of stills would have too few without; the advice is never about photos."""
    path, _ = draw_video(tmp_path / "v.mp4")
    spans = [(6.0 * k + 0.3, 6.0 * k + 3.7) for k in range(12)]
    write_intervals(tmp_path / "t.csv", {"box": spans})
    material = gather(Request(name="box", video=path, truth=tmp_path / "t.csv").checked(), 16)
    assert all(row[w] >= NEEDED[row["partition"]] for row in counts(material.photos) for w in ("with", "without"))
    write_intervals(tmp_path / "t.csv", {"box": [(6.0 * k + 0.3, 6.0 * k + 0.5) for k in range(12)]})
    with pytest.raises(UserError, match=r"frames with 'box' and needs \d+: a longer video"):
        gather(Request(name="box", video=path, truth=tmp_path / "t.csv").checked(), 16)


def test_a_video_without_time_stamps_takes_its_rate_from_the_option(tmp_path):
    path, truth = draw_video(tmp_path / "v.h264")
    asked = Request.read(name="box", video=path, truth=truth, video_fps=FPS)
    material = gather(asked.checked(), 16)
    assert material.parts["stream"][1] == pytest.approx(73.0) and material.measured.fps == pytest.approx(4, abs=0.1)
    with pytest.raises(UserError, match="frames per second must be said"):
        gather(asked.having(video_fps=None).checked(), 16)
    assert asked.having(video_fps=None).made_of() != asked.made_of()


def test_what_the_photos_without_it_show_is_known(tmp_path):
    request = Request(name="box", images=draw_photos(tmp_path / "p")).checked()
    assert gather(request, 16).without == {"nothing": 90}


def test_two_in_one_folder_do_not_meet(tmp_path, drawn, name):
    place = tmp_path / "out"
    with alone(place / ".lock", str(place), wait=False):
        (place / ".made-of-the-first").mkdir()
        done = mainstream(*asked(name, truth_called(drawn, name, tmp_path), place))
        assert done.returncode == 2 and f"process {os.getpid()} (since" in done.stderr, done.stderr
        assert (place / ".made-of-the-first").is_dir()


def truth_called(drawn: tuple[Path, Path, Path], name: str, folder: Path) -> tuple[Path, Path, Path]:
    """The same, the CSV calling the box by another name."""
    rows = drawn[2].read_text().replace("box,", f"{name},")
    (folder / "truth.csv").write_text(rows)
    return drawn[0], drawn[1], folder / "truth.csv"


@pytest.mark.slow
def test_interrupted_it_goes_on_and_others_share_the_device(tmp_path, drawn, name):
    place = tmp_path / "out"
    process = subprocess.Popen(command(*asked(name, drawn, place)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 300
    while not (written := list(TRAINING.glob(f"*/{name}-seed0/*.json"))):
        assert time.monotonic() < until and process.poll() is None, process.communicate()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130 and b"run again to continue" in stderr
    assert not (place / "mpackage.json").exists()
    before = {path: path.stat().st_mtime_ns for path in written}
    again = mainstream(*asked(name, drawn, place))
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in written} == before  # not trained twice
    assert len(MPackage.load(place).validate().splits) == 4
    both = mainstream(*asked(f"{name}b", drawn, tmp_path / "second", "--with", place, "--budget", "0.5"))
    assert both.returncode == 0, both.stderr
    summary = json.loads((tmp_path / "second" / "summary.json").read_text())
    assert [u["app"] for u in summary["schedule"]] == [f"{name}b", name] and summary["cost"] <= 0.5
    for folder in TRAINING.glob(f"*/{name}b-seed0"):
        shutil.rmtree(folder.parent)
    words = summary["next"].replace("/dev/video0", str(drawn[1])).split()[1:]
    assert mainstream("stream", *words[1:], "--clock", "none").returncode == 0


@pytest.mark.slow
def test_from_a_video_alone(tmp_path, drawn, name):
    _, video, truth = truth_called(drawn, name, tmp_path)
    done = mainstream("new-app", name, "--video", video, "--truth", truth, "--quick", "--device", "nuc-2017",
                      "--output", tmp_path / "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert list(summary["parts"]) == ["train", "val", "test", "measure", "stream"]
    assert summary["counted"][name]["f1"] > 0.8


@pytest.mark.slow
def test_from_photos_alone_events_are_assumed_and_it_says_so(tmp_path, drawn, name):
    done = mainstream("new-app", name, "--class", "box", "--images", drawn[0], "--quick", "--device", "nuc-2017",
                      "--event-length", "4", "--output", tmp_path / "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ASSUMED" in done.stdout and "there is no video" in done.stdout
    package = MPackage.load(tmp_path / "out")
    assert package.events.length_s == 4 and "assumed" in package.training["events"]
    assert "ASSUMED" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "events.jsonl").exists()


def no_folder(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    return ["box", "--images", scratch / "nowhere"]


def one_class(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    shutil.copytree(photos / "box", scratch / "one" / "box")
    return ["box", "--images", scratch / "one"]


def too_few(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    return ["box", "--images", draw_photos(scratch / "few", boxes=10)]


def misspelt(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    (scratch / "t.csv").write_text(truth.read_text().replace("start_s", "strat_s"))
    return ["box", "--images", photos, "--video", video, "--truth", scratch / "t.csv"]


def shorter_than_an_event(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    short, _ = draw_video(scratch / "short.mp4", seconds=2.0)
    return ["box", "--images", photos, "--video", short, "--truth", truth]


def few_events(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    write_intervals(scratch / "t.csv", {"box": EVENTS[:3]})
    return ["box", "--video", video, "--truth", scratch / "t.csv"]


def no_video(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    (scratch / "no.mp4").write_text("not a video")
    return ["box", "--video", scratch / "no.mp4", "--truth", truth]


def picture_for_video(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    Image.new("RGB", (64, 64)).save(scratch / "a.jpg")
    return ["box", "--video", scratch / "a.jpg", "--truth", truth]


def raw_video(photos: Path, video: Path, truth: Path, scratch: Path) -> list[object]:
    return ["box", "--video", draw_video(scratch / "raw.h264", seconds=4.0)[0], "--truth", truth]


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (no_folder, "no such folder"), (one_class, "needs two or more"), (too_few, r"train has \d+ photos with 'box' "
         "and needs 20: add"), (misspelt, "needs the columns app, start_s, end_s"),
        (shorter_than_an_event, "but the video lasts 2.0 s"), (few_events, "3 events in 73 s are too few"),
        (no_video, r"no\.mp4"), (picture_for_video, "still picture"),
        (lambda p, v, t, s: ["box", "--images", p, "--size", "160"], "--base imagenet"),
        (lambda p, v, t, s: ["../x", "--images", p], "name"), (lambda p, v, t, s: ["b..", "--images", p], "name"),
        (lambda p, v, t, s: [], "needs a NAME"), (lambda p, v, t, s: ["box", "--video", v], "belong together"),
        (lambda p, v, t, s: ["boks", "--images", p], "did you mean 'box'.*--class"),
        (lambda p, v, t, s: ["a/b", "--images", p], "name 'a/b'"),
        (lambda p, v, t, s: ["box", "--images", p, "--video-fps", "10"], "--video-fps is for --video"),
        (raw_video, "frames per second must be said"),
        (lambda p, v, t, s: ["box", "--images", p, "--budget", "0"], "--budget 0"),
        (lambda p, v, t, s: ["box", "--images", p, "--clock", "wal"], "invalid value for '--clock'"),
        (lambda p, v, t, s: ["box", "--images", p, "--device", "nuc"], "did you mean 'nuc-2017'"),
        (lambda p, v, t, s: ["box", "--images", p, "--with", s], "[Nn]o such file"),
        (lambda p, v, t, s: ["box", "--images", p, "--event-frequency", "1.2"], "--event-frequency 1.2"),
        (lambda p, v, t, s: ["box", "--images", p, "--event-length", "1e5"], "--event-length 100000"),
    ],
)  # fmt: skip
def test_bad_input_exits_2_with_one_line_and_writes_nothing(tmp_path, drawn, make, named):
    scratch, there = tmp_path / "scratch", tmp_path / "there"
    scratch.mkdir(), there.mkdir()
    done = mainstream("new-app", *make(*drawn, scratch), *["--output", tmp_path / "out"], cwd=there)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    assert re.search(named, done.stderr), done.stderr
    assert not (tmp_path / "out").exists() and not list(there.iterdir())


def package_of(name: str, folder: Path) -> str:
    """Writes a package that is none of the embedded base's; its text."""
    text = json.dumps({"application": name, "base": {"architecture": "a", "input_shape": [8, 8, 3], "preprocessing":
        "x", "weights": "record:x"}, "splits": [{"split": 0, "layer": "input", "tpr": 1, "fpr": 0}]})  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "mpackage.json").write_text(text)
    return text


def test_another_applications_folder_is_left_alone(tmp_path, drawn):
    text = package_of("cat", tmp_path)
    done = mainstream("new-app", "box", "--images", drawn[0], "--output", tmp_path)
    assert done.returncode == 2 and "holds the application 'cat'" in done.stderr
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"mpackage.json": text}


def test_what_the_notebook_refuses_is_one_line_and_the_notebook_is_kept(tmp_path, drawn):
    package_of("cat", tmp_path / "cat")
    done = mainstream("new-app", "box", "--images", drawn[0], "--with", tmp_path / "cat", "--output", tmp_path / "out")
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert done.stderr.splitlines()[-1] == (
        "mainstream: --with 'cat': was trained on another base network than --base gives"
    )
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["report.failed.ipynb"]


def test_latencies_of_another_network_are_refused_before_anything_is_read(tmp_path, drawn):
    device = nuc_2017().model_copy(update={"name": "this-machine, resnet50 at 224 px, openvino f32, 2 threads"})
    (tmp_path / "other.json").write_text(device.model_dump_json())
    request = Request.read(name="box", images=drawn[0], device=str(tmp_path / "other.json")).checked()
    with pytest.raises(UserError, match=r"is of resnet50 at 224 px, the network is mobilenet-0.25 at 128 px"):
        request.network()


def test_truth_that_writes_somebody_otherwise_or_is_of_another_zone_is_refused(tmp_path, drawn):
    """Its events would be passed over, or be those of another part of the picture."""
    package_of("another", tmp_path / "another")
    request = Request.read(name="box", video=drawn[1], truth=tmp_path / "t.csv", others=[tmp_path / "another"])
    rows = drawn[2].read_text()
    twice, other = rows + "Box,70,71\n", rows.replace("another", "Another")
    for text, said in ((twice, "app 'Box' is 'box' above"), (other, "'Another': did you mean 'another'")):
        (tmp_path / "t.csv").write_text(text)
        with pytest.raises(UserError, match=said):
            cut(request)
    head, *lines = rows.splitlines()
    (tmp_path / "t.csv").write_text("\n".join([f"{head},zone", *(f'{line},"0,0,0.5,1"' for line in lines)]))
    with pytest.raises(UserError, match=r"is of a zone of the picture: --zone 0,0,0.5,1 looks at it"):
        cut(request)  # notebook 09 by hand


def answered(arguments: list[str], answers: dict[str, list[str]], cwd: Path) -> tuple[int, str]:
    """Runs a command on a terminal of its own; `answers`: what is typed, in turn, where a line begins so."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(arguments, stdin=follower, stdout=follower, stderr=follower, cwd=cwd, close_fds=True)
    os.close(follower)
    text, read = "", 0
    while True:
        ready = select.select([leader], [], [], 120)[0]
        try:
            new = os.read(leader, 4096).decode() if ready else ""
        except OSError:  # the other side is closed
            new = ""
        if not new:
            break
        text += new
        if text[read:].rstrip("\r").endswith(": "):
            line = text[read:].splitlines()[-1]
            typed = next(given.pop(0) for start, given in answers.items() if line.startswith(start))
            read = len(text)
            os.write(leader, f"{typed}\n".encode())
    os.close(leader)
    return process.wait(timeout=60), text


def test_on_a_terminal_it_asks_and_asks_again(tmp_path, drawn):
    photos = draw_photos(tmp_path / "photos", boxes=12)  # too few: it ends before anything is trained
    answers = {
        "Name": ["a/b", "my box"], "Photos": ["nowhere", ""], "Video": ["nothing.mp4", str(drawn[1])],
        "CSV": [""], "Which": ["boks", "box"],
    }  # fmt: skip
    code, text = answered(command("new-app"), answers, tmp_path)
    assert not any(answers.values()), text
    for reason in ("name 'a/b'", "'nowhere': no such folder", "nothing.mp4", "did you mean 'box'"):
        assert reason in text
    told = f"mainstream new-app 'my box' --images photos --video {drawn[1]} --truth {drawn[2]} --class box"
    assert told in text.replace("\r\n", "\n") and str(photos).endswith("photos")
    assert code == 2 and re.search(r"train has \d+ photos with 'my box' and needs 20", text)


spans = st.lists(st.tuples(st.floats(0, 300), st.floats(0.5, 8)), min_size=4, max_size=30)


@given(spans, st.floats(0, 3))
@settings(max_examples=60)
def test_parts_share_no_event_and_keep_the_gap(raw, gap):
    events = merged([(start, start + length) for start, length in raw])
    shares = {"measure": 0.5, "stream": 0.5}
    try:
        parts = cut_between_events(events, 310.0, shares, least={"measure": 2, "stream": 2}, gap_s=gap)
    except UserError as e:
        assert len(events) < 4 or "too close together" in str(e)
        return
    (a, b), (c, d) = parts.values()
    assert a == 0 and d == 310 and a < b and c < d and c - b == pytest.approx(gap)
    kept = [sum(start < end_ and end > start_ for start, end in events) for start_, end_ in ((a, b), (c, d))]
    assert sum(kept) <= len(events) and min(kept) >= 1
    assert all(0 <= s < e <= d - c + 1e-9 for s, e in within(events, (c, d)))


def test_what_overlaps_is_one_event():
    assert merged([(5, 6), (1, 3), (2, 4), (4, 4.5)]) == [(1, 4.5), (5, 6)]


class Numbers(Source):
    """Ten frames a second, each as bright as its number."""

    fps = 10.0

    def __iter__(self):
        return (Frame(k, k / self.fps, np.full((8, 8, 3), k, np.uint8)) for k in range(10))


def test_between_starts_anew():
    frames = list(Between(Numbers(), 0.3, 0.7))
    assert [f.number for f in frames] == [0, 1, 2, 3] and [f.image[0, 0, 0] for f in frames] == [3, 4, 5, 6]
    assert [f.time_s for f in frames] == pytest.approx([0, 0.1, 0.2, 0.3])
    counted = list(Between(Numbers(), number=8))
    assert [(f.number, f.image[0, 0, 0]) for f in counted] == [(0, 8), (1, 9)]


def test_footage_keeps_the_rate_it_states(drawn):
    _, video, truth = drawn
    assert video_seconds(video) == pytest.approx(73.0)
    footage = file_footage(video, {"box": EVENTS}, fps=4, size=16)  # which does not divide the video's 10
    assert len(footage.images) == 73 * 4 and VideoSource(video).fps == 10
    found = footage.intervals("box")[0]
    assert np.allclose(found, EVENTS, atol=0.3)
    with truth.open() as file:
        assert sum(row["app"] == "box" for row in csv.DictReader(file)) == len(EVENTS)


def test_stills_of_a_video_alone_come_from_parts_of_their_own(drawn):
    _, video, truth = drawn
    material = gather(Request(name="box", video=video, truth=truth).checked(), 16)
    parts = list(material.parts.values())
    assert all(after[0] - before[1] == pytest.approx(GAP_S) for before, after in zip(parts, parts[1:], strict=False))
    stills = sum(round((b - a) * 4) for a, b in parts[:3])
    assert abs(len(material.photos) - stills) <= 3
    assert abs(len(material.measured.images) - (parts[3][1] - parts[3][0]) * 4) <= 2
    assert len(material.streamed_truth("box")) >= 2
