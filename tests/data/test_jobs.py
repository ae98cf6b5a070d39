"""Jobs in processes of this machine; on a cluster: tests/trainer/test_away.py."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from mainstream.data.jobs import JOBS as JOBS_SET
from mainstream.data.jobs import each
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
    run = subprocess.Popen([sys.executable, "-c", JOBS], cwd=ROOT, stdout=subprocess.PIPE, text=True)
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
    assert alive == []
