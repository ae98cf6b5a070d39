"""Jobs in processes of this machine; on a cluster: tests/trainer/test_away.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from mainstream.data.jobs import JOBS as JOBS_SET
from mainstream.data.jobs import each
from mainstream.errors import UserError
from mainstream.paths import ROOT

JOBS = """import time
from mainstream.data.jobs import each

def job(k):
    print("at work", flush=True)
    time.sleep(1)
    return bytes(2**20)  # more than a pipe holds

each(job, [(k,) for k in range(8)], desc="jobs")"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_in_order_whatever_the_number_of_processes(jobs, monkeypatch):
    monkeypatch.delenv(JOBS_SET, raising=False)
    assert each(divmod, [(k, 3) for k in range(7)], desc="x", jobs=jobs) == [divmod(k, 3) for k in range(7)]


def workers(run: subprocess.Popen[str]) -> list[psutil.Process]:
    inside = psutil.Process(run.pid).children(recursive=True)
    return [p for p in inside if "LokyProcess" in " ".join(p.cmdline())]


@pytest.mark.parametrize("at_work", [False, True])
def test_processes_end_with_the_one_that_was_killed(at_work):
    piped = subprocess.PIPE
    run = subprocess.Popen([sys.executable, "-c", JOBS], cwd=ROOT, stdout=piped, stderr=piped, text=True)
    while len(workers(run)) < 2:  # they are not at work for a second yet
        assert run.poll() is None
        time.sleep(0.01)
    assert run.stdout is not None and (not at_work or [run.stdout.readline() for _ in range(2)] == ["at work\n"] * 2)
    inside = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.wait()
    _, alive = psutil.wait_procs(inside, timeout=60)
    for p in alive:
        p.kill()
    assert alive == [] and "resource_tracker" not in run.communicate()[1]


def ended_from_outside(k: int) -> int:
    if k == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return k


def test_a_process_that_was_killed_is_one_line(monkeypatch):
    monkeypatch.delenv(JOBS_SET, raising=False)
    with pytest.raises(UserError, match=r"^drawing: a process was killed, probably out of memory; [^\n]+$"):
        each(ended_from_outside, [(k,) for k in range(4)], desc="drawing")
    assert each(divmod, [(7, 3), (8, 3)], desc="x") == [(2, 1), (2, 2)]


def test_control_c_is_not_for_processes_that_begin(monkeypatch):
    """Those that are importing when it comes would each print a traceback."""
    monkeypatch.delenv(JOBS_SET, raising=False)
    taken = signal.getsignal(signal.SIGINT)
    assert each(signal.getsignal, [(signal.SIGINT,)] * 2, desc="x") == [signal.SIG_IGN] * 2
    assert signal.getsignal(signal.SIGINT) is taken
