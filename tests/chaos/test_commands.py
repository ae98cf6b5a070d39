"""Every command that writes, ended at ten moments: what is there is whole, and the next run goes on to the same end.

`mainstream run` and its tables: `test_run`, beside this.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from kit.test_new_app import asked, command, drawn, name, truth_called  # noqa: F401  (fixtures)

from mainstream.package import FILE, MPackage
from mainstream.runner.sources import VideoSource
from mainstream.trainer.run import TRAINING

pytestmark = pytest.mark.slow
NOTHING = lambda: None


def check_whole(place: Path) -> None:
    """Reads every file that bears its final name: nothing is cut short."""
    for path in place.rglob("*"):
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(place).parts):
            continue
        if path.name == FILE:
            MPackage.load(path.parent).validate()
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".jsonl":
            text = path.read_text()
            assert not text or text.endswith("\n")
            [json.loads(line) for line in text.splitlines()]
        elif path.suffix == ".html":
            assert path.read_text().rstrip().endswith("</html>")
        elif path.suffix == ".h5":
            h5py.File(path).close()
        elif path.suffix == ".mp4" and ".part" not in path.name:
            assert len(list(VideoSource(path))) > 0


def ended_at_ten_moments(
    words: list[str], place: Path, forget: Callable[[], None] = NOTHING, look: Callable[[], None] = NOTHING
) -> None:
    """Interrupted and killed in turn, each time later in a run's time; then once to the end.

    forget: takes away what a whole run has left and the next would take over. look: after each end.
    """
    run = lambda: subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    begun = time.monotonic()
    done = run()
    _, told = done.communicate()
    assert done.returncode == 0, told
    took = time.monotonic() - begun
    check_whole(place)
    forget()
    for k in range(10):
        process = run()
        time.sleep((k + 0.5) / 10 * took)
        process.send_signal(signal.SIGKILL if k % 2 else signal.SIGINT)
        _, told = process.communicate(timeout=120)
        assert process.returncode in (0, 130, -signal.SIGKILL, -signal.SIGINT), told
        assert process.returncode == -signal.SIGINT or "Traceback" not in told, told  # before Python has begun
        check_whole(place)
        look()
    last = run()
    _, told = last.communicate()
    assert last.returncode == 0, told
    check_whole(place)


def test_profile(tmp_path):
    ended_at_ten_moments(command("profile", "--repeats", 3, "--output", tmp_path / "device.json"), tmp_path)
    assert json.loads((tmp_path / "device.json").read_text())["stem"]


def test_train(tmp_path, drawn, name):  # noqa: F811
    """Trained anew through ten ends, it is the package of the undisturbed run, and nothing is trained twice."""
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for part in drawn[0].iterdir():
        (photos / (name if part.name == "box" else part.name)).symlink_to(part)
    kept: dict[Path, int] = {}
    whole = {}

    def forget() -> None:
        whole.update({p.name: p.read_bytes() for p in out.rglob("*.json")})
        for folder in (out, *(f.parent for f in TRAINING.glob(f"*/{name}-seed0"))):
            shutil.rmtree(folder)
        out.mkdir()

    def finished() -> None:
        now = {p: p.stat().st_mtime_ns for p in TRAINING.glob(f"*/{name}-seed0/split_*.json")}
        assert {p: now[p] for p in kept} == kept
        kept.update(now)

    out.mkdir()
    words = command("train", "--app", name, "--images", photos, "--epochs", 1, "--output", out)
    ended_at_ten_moments(words, out, forget, finished)
    assert whole and {p.name: p.read_bytes() for p in out.rglob("*.json")} == whole and kept


def test_new_app(tmp_path, drawn, name):  # noqa: F811
    place = tmp_path / "out"
    words = asked(name, truth_called(drawn, name, tmp_path), place, "--replace")
    place.mkdir()
    ended_at_ten_moments(command(*words), place)
    assert (place / "report.html").exists() and MPackage.load(place).validate().application == name


def test_stream(tmp_path, drawn, name):  # noqa: F811
    package = tmp_path / "package"
    subprocess.run(command(*asked(name, truth_called(drawn, name, tmp_path), package)), check=True, capture_output=True)
    place = tmp_path / "out"
    place.mkdir()
    ended_at_ten_moments(
        command("stream", "--video", drawn[1], "--apps", package, "--device", "nuc-2017", "--clock", "none",
                "--events", place / "events.jsonl", "--annotate", place / "film.mp4"),
        place,
    )  # fmt: skip
    assert (place / "events.jsonl").read_text() and (place / "film.mp4").exists()
