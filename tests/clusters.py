"""A Dask cluster on this machine, as docs/cluster.md starts it: a `dask scheduler` and some `dask worker`s."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from mainstream.paths import ROOT


class Cluster(NamedTuple):
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]  # what starts a worker, and starts it again when it dies

    def at_work(self, k: int) -> psutil.Process:
        """The process in which a worker's jobs run."""
        return max(psutil.Process(self.workers[k].pid).children(recursive=True), key=lambda p: p.memory_info().rss)


@contextmanager
def started(place: Path, workers: int, *options: str) -> Iterator[Cluster]:
    """All at work; each worker in a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    log = (place / "dask.log").open("wb")
    run = lambda *words: subprocess.Popen(
        [sys.executable, "-m", "dask", *words], env=here, cwd=place, stdout=log, stderr=log
    )
    host, _, port = address.removeprefix("tcp://").partition(":")
    processes = [run("scheduler", "--host", host, "--port", port, "--dashboard-address", "127.0.0.1:0")]
    folders = [place / f"worker{k}" for k in range(workers)]
    for folder in folders:
        processes.append(run("worker", address, "--nthreads", "1", "--local-directory", str(folder), *options))
    try:
        from distributed import Client

        with Client(address, timeout=300, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=300)
        yield Cluster(address, processes[0], processes[1:])
    finally:
        all_of_them = [c for p in processes if p.poll() is None for c in psutil.Process(p.pid).children(recursive=True)]
        for process in [*processes, *all_of_them]:
            with_patience(process)
        log.close()


def with_patience(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    """Killed, and gone."""
    try:
        process.kill()
        process.wait(timeout=30)
    except psutil.NoSuchProcess:
        pass


def until(condition: object, seconds: float = 900.0) -> None:
    """Waits for `condition()`."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
