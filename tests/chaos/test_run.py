"""`mainstream run` ended at 20 random moments, each time begun again: nothing is lost, nothing done twice, same tables.

A tiny project of three notebooks; `MAINSTREAM_CHAOS=smoke .venv/bin/python -m pytest -s tests/chaos/test_run.py` (or
default) does it to this kit's own in that profile: two whole runs, and one that is ended twice in every stage, which
takes about as long as two. `MAINSTREAM_CHAOS_RESULTS=FOLDER:FOLDER` names results of whole runs of this kit instead.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import write_notebook, write_profile

from mainstream import paths
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.project import Project

pytestmark = pytest.mark.slow
MOMENTS, SEED = 20, 0
WAYS = ("SIGKILL", "SIGTERM", "SIGINT", "its kernel killed")
KERNEL_DIED = 1  # exit code of a run of which a stage has failed

TABLE = """from pathlib import Path
import time
import pandas as pd
time.sleep({seconds})
pd.DataFrame({{"x": range({rows}), "y": [1 / (1 + k) for k in range({rows})]}}).to_csv(Path(output_dir, "table.csv"))"""


@pytest.fixture
def disturbed(project: Project) -> tuple[Project, str]:
    """What is run, and in which profile; a copy either way."""
    profile = os.environ.get("MAINSTREAM_CHAOS", "")
    ignored = shutil.ignore_patterns("__pycache__", "cache", ".ipynb_checkpoints")
    if profile:
        shutil.rmtree(project.root)
        for folder in ("mainstream", "streetworld", "notebooks", "data", "results/reference"):
            shutil.copytree(paths.ROOT / folder, project.root / folder, ignore=ignored)
        shutil.copy(paths.ROOT / "requirements.lock", project.root)
        return Project(project.root), profile
    for folder in ("mainstream", "streetworld"):
        shutil.copytree(paths.ROOT / folder, project.root / folder, ignore=ignored, dirs_exist_ok=True)
    for stage, seconds, rows in (("02_slow", 2, 10), ("03_more", 0, 100_000)):
        write_notebook(project, stage, TABLE.format(seconds=seconds, rows=rows), needs=["01_make"])
    write_profile(project, "description: x\ncell_timeout_s: 60\nnotebooks: {01_make: {}, 02_slow: {}, 03_more: {}}\n")
    return project, "default"


def begun(project: Project, profile: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mainstream", "run", "--profile", profile, *more], cwd=project.root, text=True,
        env={**os.environ, "PYTHONPATH": str(project.root)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def to_its_end(project: Project, profile: str, *more: str) -> float:
    """A run that nothing disturbs; the processor seconds that it took."""
    process, took = begun(project, profile, *more), 0.0
    while process.poll() is None:
        took = max(took, worked(process))
        time.sleep(0.05)
    _, told = process.communicate()
    assert process.returncode == 0, told
    assert not list(project.results(profile).glob(".*")), "nothing of ended runs is left"
    return took


def tables(results: Path) -> dict[str, bytes]:
    """Every table of a finished run."""
    return {p.relative_to(results).as_posix(): p.read_bytes() for p in sorted(results.glob("[0-9]*/*.csv"))}


def undisturbed(project: Project, profile: str) -> list[Path]:
    """Results of two whole runs: new ones, or those that the environment names, if everything they read is the same."""
    named = os.environ.get("MAINSTREAM_CHAOS_RESULTS", "")
    folders = [Path(folder) for folder in named.split(os.pathsep) if folder]
    for folder in folders:
        for stage in project.stages(profile):
            theirs = (cache.read_run(folder / stage.name) or {}).get("inputs", {})
            mine = cache.stage_hashes(project, stage, profile)
            other = {k for k, v in mine.items() if theirs.get(k) != v and not k.startswith(f"results/{profile}/")}
            assert not other, f"{folder / stage.name}: not of this kit, of another {', '.join(sorted(other))}"
    while len(folders) < 2:
        to_its_end(project, profile, "--force", "--jobs", str(len(folders) + 1))  # in turn, then beside each other
        folders.append(shutil.copytree(project.results(profile), project.root / f"whole{len(folders)}"))
    return folders


def whole(project: Project, profile: str) -> dict[str, int]:
    """Checks every stage that is published: readable, with every output as it was written; returns when each ended."""
    found = {}
    for folder in project.results(profile).glob("[0-9]*"):
        if folder.is_dir():
            run_json = json.loads((folder / "run.json").read_text())
            whole = all(cache.file_digest(folder / name) == h for name, h in run_json["outputs"].items())
            assert run_json["outcome"] == "ok" and run_json["outputs"] and whole, folder
            found[folder.name] = (folder / "run.json").stat().st_mtime_ns
    return found


def ended(process: subprocess.Popen[str], way: str) -> None:
    """Ends a run, or the kernel that it has just now (the run itself where it has none), and what its kernel left."""
    inside = psutil.Process(process.pid).children(recursive=True)
    if way == WAYS[-1]:
        kernels = [p for p in inside if "ipykernel_launcher" in " ".join(p.cmdline())]
        for p in kernels or [psutil.Process(process.pid)]:
            p.kill()
    else:
        process.send_signal(getattr(signal, way))


def worked(process: subprocess.Popen[str]) -> float:
    """Processor seconds of a run and its kernels so far: a moment of a run, however busy the machine is."""
    seconds = 0.0
    with suppress(psutil.NoSuchProcess):
        for p in (run := psutil.Process(process.pid), *run.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                seconds += sum(p.cpu_times()[:4])  # those of ended children among them
    return seconds


def test_ended_at_random_moments_it_comes_to_the_same_tables(disturbed):
    project, profile = disturbed
    first, again = undisturbed(project, profile)
    runs = {s.name: cache.read_run(first / s.name) for s in project.stages(profile)}
    stages = sorted(runs, key=lambda name: (runs[name]["finished"], name))  # in the order in which they come
    same = {name: table for name, table in tables(first).items() if tables(again)[name] == table}  # others hold times
    assert len(same) > len(tables(first)) / 2
    timed = {name.partition("/")[0] for name in tables(first).keys() - same.keys()}
    assert timed <= {s.name for s in project.stages(profile) if s.alone}, "these run beside others, yet measure time"
    if not list(project.results(profile).glob("[0-9]*")):
        shutil.copytree(first, project.results(profile), dirs_exist_ok=True)
    idle = to_its_end(project, profile)  # of a run that finds everything done
    shutil.rmtree(project.results(profile))
    rng, kept = random.Random(SEED), {}
    for k in range(MOMENTS):
        if kept.keys() == set(stages):
            shutil.rmtree(project.results(profile))
            kept = {}
        missing = [name for name in stages if name not in kept]
        reached = missing.index(aim) if (aim := stages[k * len(stages) // MOMENTS]) in missing else 0
        *before, within = (runs[name]["cpu_seconds"] for name in missing[: reached + 1])
        way, after = rng.choice(WAYS), sum(before) + rng.uniform(0, idle + within)
        process = begun(project, profile, "--jobs", "2")
        while process.poll() is None and worked(process) < after:
            time.sleep(0.02)
        if process.poll() is None:
            ended(process, way)
        _, told = process.communicate(timeout=900)  # until nobody is left who could write to it
        expected = (0, 130, KERNEL_DIED if way == WAYS[-1] else 0, *(-s for s in (signal.SIGKILL, signal.SIGTERM)))
        assert process.returncode in (*expected, -signal.SIGINT, 128 + signal.SIGTERM), (way, told)
        assert process.returncode == -signal.SIGINT or "Traceback" not in told, told  # before Python has begun
        now = whole(project, profile)
        done = f"{len(now)} of {len(stages)} stages"
        print(f"{k + 1:2}: {way} after {after:.1f} s of work: exit {process.returncode}, {done}")
        assert {name: now[name] for name in kept} == kept, "what was finished stays, and is not run again"
        kept = now
    to_its_end(project, profile, "--jobs", "2")
    found = tables(project.results(profile))
    assert {name: found[name] for name in same} == same
    assert {name: whole(project, profile)[name] for name in kept} == kept


def test_of_two_runs_at_once_one_refuses(disturbed):
    project, profile = disturbed
    both = [begun(project, profile) for _ in range(2)]
    told = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    if codes == [0, 0]:  # one had ended before the other began: it found everything done
        assert not any("at work there" in text for text in told)
        return
    assert sorted(codes) == [0, 2], told
    refused = told[codes.index(2)].replace("\r", "\n").strip().splitlines()
    assert f"process {both[codes.index(0)].pid} (since" in refused[-1] and "is at work there" in refused[-1]
    assert len(refused) == 1
    to_its_end(project, profile)
    assert tables(project.results(profile))
