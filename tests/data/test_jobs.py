"""Jobs in processes of this machine; on a cluster: tests/trainer/test_away.py."""

from __future__ import annotations

import subprocess
import sys

import psutil

from mainstream.data.jobs import each
from mainstream.paths import ROOT

JOBS = """import os, time
from mainstream.data.jobs import each

def job(k):
    print("at work", flush=True)
    time.sleep(1)
    return bytes(2**20)  # more than a pipe holds

each(job, [(k,) for k in range(8)], desc="jobs")"""


def test_results_are_in_order_whatever_the_number_of_processes():
    assert each(divmod, [(k, 3) for k in range(7)], desc="x", jobs=1) == [divmod(k, 3) for k in range(7)]


def test_processes_end_with_the_one_that_was_killed():
    run = subprocess.Popen([sys.executable, "-c", JOBS], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None and [run.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
    inside = psutil.Process(run.pid).children(recursive=True)
    assert len(inside) >= 2
    run.kill()
    run.wait()
    _, alive = psutil.wait_procs(inside, timeout=60)
    for p in alive:
        p.kill()
    assert alive == []
