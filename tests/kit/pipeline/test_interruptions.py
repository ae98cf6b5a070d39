"""What happens between two good runs: Ctrl-C, a kill, a second run at the same time – with real processes.

Once each, at one moment; at any moment: tests/chaos.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import write_notebook, write_profile

from mainstream import paths
from mainstream.data.jobs import JOBS
from mainstream.errors import UserError
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import run

SLOW = """import pathlib, time

pathlib.Path("../started{}").touch()
if not pathlib.Path("../go").exists():
    time.sleep(50)"""


@pytest.fixture
def slow(project: Project) -> Project:
    """`01_make` is quick, then `02_slow` and `03_slow` wait, beside each other where there are two cores.

    The kit's real library lies in the project, so its commands run there.
    """
    shutil.copytree(paths.PACKAGE, project.library, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    for name in ("02_slow", "03_slow"):
        write_notebook(project, name, SLOW.format(name), needs=["01_make"])
    write_profile(
        project, "description: tiny\ncell_timeout_s: 60\nnotebooks: {01_make: {}, 02_slow: {}, 03_slow: {}}\n"
    )
    return project


def interruptible() -> None:
    """Ctrl-C is taken, as at a terminal: what a shell starts in the background ignores it, and hands that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(project: Project, *slow: str) -> subprocess.Popen[str]:
    """`mainstream run` as a process of its own, up to the moment when these slow stages are at work."""
    for name in slow:
        (project.root / f"started{name}").unlink(missing_ok=True)  # of a run before this one
    environment = {**os.environ, "PYTHONPATH": str(project.root), JOBS: str(len(slow))}
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstream", "run"], cwd=project.root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=interruptible,
    )  # fmt: skip
    end = time.monotonic() + 300
    while not all((project.root / f"started{name}").exists() for name in slow):
        assert time.monotonic() < end and process.poll() is None, "the slow cell was never reached"
        time.sleep(0.1)
    return process


def leftovers(project: Project) -> list[Path]:
    return list(project.results("default").glob(".*"))


EACH = pytest.mark.parametrize("stages", [["02_slow"], ["02_slow", "03_slow"]], ids=["in turn", "beside each other"])


@EACH
def test_after_control_c_and_a_kill_the_next_run_cleans_up_and_goes_on(slow, stages):
    process = start(slow, *stages)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    said = [line for line in err.replace("\r", "\n").splitlines() if line and "  cell " not in line]
    assert said == ["mainstream: interrupted; run again to continue"]
    assert not (slow.results("default") / "02_slow").exists() and not leftovers(slow)
    process = start(slow, *stages)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert leftovers(slow)
    (slow.root / "go").touch()
    assert [o.state for o in run(slow, "default")] == ["cached", "fresh", "fresh"]
    assert not leftovers(slow)


@EACH
def test_two_runs_do_not_meet_and_a_request_to_end_is_not_taken_for_a_dead_kernel(slow, stages):
    write_notebook(slow, "04_after", "print(1)", needs=["02_slow"])
    write_profile(
        slow, "description: x\ncell_timeout_s: 60\nnotebooks: {01_make: {}, 02_slow: {}, 03_slow: {}, 04_after: {}}\n"
    )
    process = start(slow, *stages)
    with pytest.raises(UserError, match=rf"profile 'default': process {process.pid} \(since .*\) is at work there"):
        run(slow, "default")
    assert leftovers(slow)  # the other run's folder is still there
    process.terminate()
    out, err = process.communicate(timeout=120)
    assert process.returncode not in (0, 1), out + err
    assert "kernel died" not in out and not (slow.results("default") / "04_after").exists()
