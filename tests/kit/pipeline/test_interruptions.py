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
from mainstream.errors import UserError
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import run

SLOW = """import pathlib, time

pathlib.Path("../started").touch()
if not pathlib.Path("../go").exists():
    time.sleep(50)"""


@pytest.fixture
def slow(project: Project) -> Project:
    """`01_make` is quick, `02_slow` waits; the kit's real library lies in the project, so its commands run there."""
    shutil.copytree(paths.PACKAGE, project.library, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    write_notebook(project, "02_slow", SLOW)
    write_profile(project, "description: tiny\ncell_timeout_s: 60\nnotebooks:\n  01_make: {}\n  02_slow: {}\n")
    return project


def interruptible() -> None:
    """Ctrl-C is taken, as at a terminal: what a shell starts in the background ignores it, and hands that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(project: Project) -> subprocess.Popen[str]:
    """`mainstream run` as a process of its own, up to the moment when the slow cell is at work."""
    environment = {**os.environ, "PYTHONPATH": str(project.root)}
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstream", "run"], cwd=project.root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=interruptible,
    )  # fmt: skip
    end = time.monotonic() + 300
    while not (project.root / "started").exists():
        assert time.monotonic() < end and process.poll() is None, "the slow cell was never reached"
        time.sleep(0.1)
    return process


def leftovers(project: Project) -> list[Path]:
    return list(project.results("default").glob(".*"))


def test_control_c_says_how_to_go_on_and_the_next_run_does(slow):
    process = start(slow)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    said = [line for line in err.replace("\r", "\n").splitlines() if line and "  cell " not in line]
    assert said == ["mainstream: interrupted; run again to continue"]
    assert not (slow.results("default") / "02_slow").exists() and not leftovers(slow)
    (slow.root / "go").touch()
    assert [o.state for o in run(slow, "default")] == ["cached", "fresh"]


def test_after_a_kill_the_next_run_cleans_up_and_goes_on(slow):
    process = start(slow)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert leftovers(slow)
    (slow.root / "go").touch()
    assert [o.state for o in run(slow, "default")] == ["cached", "fresh"]
    assert not leftovers(slow)


def test_two_runs_do_not_meet_and_a_request_to_end_is_not_taken_for_a_dead_kernel(slow):
    write_notebook(slow, "03_after", "print(1)")
    write_profile(slow, "description: x\ncell_timeout_s: 60\nnotebooks: {02_slow: {}, 03_after: {}}\n")
    process = start(slow)
    with pytest.raises(UserError, match=rf"profile 'default': process {process.pid} \(since .*\) is at work there"):
        run(slow, "default")
    assert leftovers(slow)  # the other run's folder is still there
    process.terminate()
    out, err = process.communicate(timeout=120)
    assert process.returncode not in (0, 1), out + err
    assert "kernel died" not in out and not (slow.results("default") / "03_after").exists()
