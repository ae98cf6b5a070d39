"""Files from elsewhere, spoiled at random: either they are read, or one line says why not, and nothing else happens.

The fast suite tries few of each kind; `MAINSTREAM_FUZZ=100000 pytest -s tests/fuzz` as many as one likes, and prints
how many were read and refused. A seed that found something is kept in `FOUND`.
"""

from __future__ import annotations

import os
import random
import resource
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import snapshot
from fuzz import mutations
from PIL import Image

from mainstream.data.datasets import list_table
from mainstream.data.intervals import read_intervals
from mainstream.errors import UserError
from mainstream.package import FILE, MPackage
from mainstream.scheduler import Problem, solve
from mainstream.scheduler.device import Device
from mainstream.scheduler.problem import App
from mainstream.study import published

TIMES = int(os.environ.get("MAINSTREAM_FUZZ", "150"))
FOUND = {"problem": [395], "package": [2370], "events": [587], "labels": [587]}  # seeds that once found something
TABLE = "app,start_s,end_s\ncat,1,2.5\ndog,3,4\ncat,7.25,9\n"
LABELS = "image,partition,cat,dog\na.jpg,train,1,0\nb.jpg,test,0,1\nc.jpg,val,1,0\n"


def a_package() -> str:
    return next(iter(published.mpackages("2018-05").values())).model_dump_json(exclude_none=True)


def a_problem() -> str:
    device = Device.of("box", [0, 40, 80], [0, 3, 8], 9)
    app = App(name="cat", split=(0, 40, 80), tpr=(0.9, 0.8, 0.6), fpr=(0.01, 0.02, 0.1), event_length_s=1.5,
              event_frequency=0.2, correlation=0.3, lasting=(0.2,) * 3, memory_s=(0.1,) * 3)  # fmt: skip
    return Problem(
        stream_fps=10, fps_options=(1, 2, 5, 10), x_options=(1, 2), budget=100, form="heterogeneous", device=device,
        apps=(app, app.model_copy(update={"name": "dog"})),
    ).model_dump_json()  # fmt: skip


def read_package(path: Path) -> None:
    MPackage.load(path.parent).validate()


def read_problem(path: Path) -> None:
    schedule = solve(Problem.read(path), "greedy")
    assert 0 <= schedule.mean_f1 <= 1


KINDS: dict[str, tuple[str, Callable[[], str], Callable[[Path], object]]] = {
    "package": (FILE, a_package, read_package),
    "problem": ("problem.json", a_problem, read_problem),
    "events": ("events.csv", lambda: TABLE, read_intervals),
    "labels": ("labels.csv", lambda: LABELS, list_table),
}


def spoiled(text: str, name: str, rng: random.Random) -> bytes:
    if name.endswith(".csv"):
        return mutations.mutated_table(text, rng)
    if rng.random() < 0.3:
        return mutations.mutated_bytes(text.encode(), rng)
    return mutations.mutated_json(text, rng).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_files_are_read_or_refused_in_one_line(kind, tmp_path, capsys):
    name, make, read = KINDS[kind]
    good, path, outcome = make(), tmp_path / "inside" / name, Counter()
    path.parent.mkdir()
    for picture in "abc":
        Image.new("RGB", (8, 8)).save(path.with_name(f"{picture}.jpg"))
    path.write_text(good)
    read(path)  # what is spoiled is good
    for seed in [*FOUND.get(kind, ()), *range(TIMES)]:
        path.write_bytes(spoiled(good, name, random.Random(seed)))
        before = snapshot(tmp_path)
        try:
            read(path)
            outcome["read"] += 1
        except UserError as e:
            outcome["refused"] += 1
            assert str(e) and "\n" not in str(e) and len(str(e)) < 1000, f"seed {seed}: {e}"
        except Exception as e:
            raise AssertionError(f"seed {seed}: {type(e).__name__}: {e}") from e
        assert snapshot(tmp_path) == before, f"seed {seed}: touched a file"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    with capsys.disabled():
        print(f"\n{kind}: {dict(outcome)}, peak memory of the process {peak:.2f} GiB", end=" ")
    assert outcome["read"] and outcome["refused"]
