"""Files from elsewhere, spoiled at random: either they are read, or one line says why not, and nothing else happens.

The fast suite tries few of each kind; `MAINSTREAM_FUZZ=100000 pytest -s tests/fuzz` as many as one likes, and prints
how many were read and refused. A seed that found something is kept with its kind.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import snapshot
from fuzz import mutations
from media import videos
from PIL import Image

from mainstream.data.datasets import list_table
from mainstream.data.intervals import read_intervals
from mainstream.data.video import Video
from mainstream.errors import UserError
from mainstream.kit.pipeline.project import Project
from mainstream.networks.base import load_base
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.networks.tails import load_weights
from mainstream.package import FILE, MPackage
from mainstream.paths import NOTEBOOKS
from mainstream.scheduler import Problem, solve
from mainstream.scheduler.device import Device
from mainstream.scheduler.problem import App
from mainstream.study import published
from mainstream.study.replay import Recording

TIMES = int(os.environ.get("MAINSTREAM_FUZZ", "150"))
PROFILE = NOTEBOOKS / "profiles" / "smoke.yml"
TABLE = b"app,start_s,end_s\ncat,1,2.5\ndog,3,4\ncat,7.25,9\n"
LABELS = b"image,partition,cat,dog\na.jpg,train,1,0\nb.jpg,test,0,1\nc.jpg,val,1,0\n"


def a_package() -> bytes:
    return next(iter(published.mpackages("2018-05").values())).model_dump_json(exclude_none=True).encode()


def a_problem() -> bytes:
    device = Device.of("box", [0, 40, 80], [0, 3, 8], 9)
    app = App(name="cat", split=(0, 40, 80), tpr=(0.9, 0.8, 0.6), fpr=(0.01, 0.02, 0.1), event_length_s=1.5,
              event_frequency=0.2, correlation=0.3, lasting=(0.2,) * 3, memory_s=(0.1,) * 3)  # fmt: skip
    return Problem(
        stream_fps=10, fps_options=(1, 2, 5, 10), x_options=(1, 2), budget=100, form="heterogeneous", device=device,
        apps=(app, app.model_copy(update={"name": "dog"})),
    ).model_dump_json().encode()  # fmt: skip


def read_package(path: Path) -> None:
    MPackage.load(path.parent).validate()


def read_problem(path: Path) -> None:
    schedule = solve(Problem.read(path), "greedy")
    assert 0 <= schedule.mean_f1 <= 1


@cache
def a_tail() -> Any:
    """The network above a deep split of the embedded base."""
    model = with_head(load_base().network)
    return cut(model, split_points(model)[-2])[1]


def weights() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        a_tail().save_weights(f"{folder}/x.weights.h5")
        return Path(folder, "x.weights.h5").read_bytes()


def read_weights(path: Path) -> None:
    load_weights(a_tail(), path.read_bytes(), path.name, "its split")


def video() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return videos.write(Path(folder, "x.mp4")).read_bytes()


def read_video(path: Path) -> None:
    with Video(path) as film:
        assert all(shown.picture().ndim == 3 for shown in islice(film, 50))


def read_profile(path: Path) -> None:
    Project(path.parents[2]).profile("default")


def a_recording() -> bytes:
    apps, layers, splits = np.array(["cat", "dog"]), np.array(["a", "b"]), np.array([0, 9])
    sure, held = np.linspace(0, 1, 80, dtype=np.float32).reshape(2, 2, 20), np.arange(40).reshape(2, 20) % 3 == 0
    kept = Recording(apps, layers, splits, sure, np.full((2, 2), 0.5), held, np.repeat([0, 1], 10), 4.0)
    with tempfile.TemporaryDirectory() as folder:
        kept.save(f"{folder}/x.npz")
        return Path(folder, "x.npz").read_bytes()


@dataclass(frozen=True)
class Kind:
    """A good file of some kind, how it is spoiled and read; one of `slower` times the others' number is tried."""

    name: str
    good: Callable[[], bytes]
    spoil: Callable[[bytes, random.Random], bytes]
    read: Callable[[Path], object]
    found: tuple[int, ...] = ()  # seeds that once found something
    slower: int = 1


def spoiled_json(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return mutations.mutated_bytes(data, rng)
    return mutations.mutated_json(data.decode(), rng).encode("utf-8", "surrogatepass")


def spoiled_table(data: bytes, rng: random.Random) -> bytes:
    return mutations.mutated_table(data.decode(), rng)


def spoiled_yaml(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    value = str(rng.choice(mutations.NASTY)).encode("utf-8", "replace")
    lines.insert(rng.randrange(len(lines)), rng.choice([b"    x: ", b"  ", b"", b"- "]) + value + b"\n")
    return mutations.mutated_bytes(b"".join(lines), rng) if rng.random() < 0.5 else b"".join(lines)


KINDS = [
    Kind(FILE, a_package, spoiled_json, read_package, (2370,)),
    Kind("problem.json", a_problem, spoiled_json, read_problem, (395, 520)),
    Kind("events.csv", lambda: TABLE, spoiled_table, read_intervals, (587,)),
    Kind("labels.csv", lambda: LABELS, spoiled_table, list_table, (587,)),
    Kind("notebooks/profiles/default.yml", PROFILE.read_bytes, spoiled_yaml, read_profile, (525,)),
    Kind("x.weights.h5", weights, mutations.mutated_header, read_weights, slower=10),
    Kind("recording.npz", a_recording, mutations.mutated_header, Recording.load),
    Kind("x.mp4", video, mutations.mutated_header, read_video, slower=10),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_spoiled_files_are_read_or_refused_in_one_line(kind, tmp_path, capsys):
    good, path, outcome = kind.good(), tmp_path / "inside" / kind.name, Counter()
    path.parent.mkdir(parents=True)
    for picture in "abc":
        Image.new("RGB", (8, 8)).save(path.with_name(f"{picture}.jpg"))
    path.write_bytes(good)
    kind.read(path)  # what is spoiled is good
    for seed in [*kind.found, *range(TIMES // kind.slower)]:
        path.write_bytes(kind.spoil(good, random.Random(seed)))
        before = snapshot(tmp_path)
        try:
            kind.read(path)
            outcome["read"] += 1
        except UserError as e:
            outcome["refused"] += 1
            assert str(e).isprintable() and 0 < len(str(e)) < 1000, f"seed {seed}: {e}"
        except Exception as e:
            raise AssertionError(f"seed {seed}: {type(e).__name__}: {e}") from e
        assert snapshot(tmp_path) == before, f"seed {seed}: touched a file"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    with capsys.disabled():
        print(f"\n{kind.name}: {dict(outcome)}, peak memory of the process {peak:.2f} GiB", end=" ")
    assert outcome["read"] and outcome["refused"]
