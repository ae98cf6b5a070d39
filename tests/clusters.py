"""A Dask cluster on this machine, as docs/cluster.md starts it: a `dask scheduler` and some `dask worker`s."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
def hosts(number: int) -> Iterator[list[str]]:
    """Network namespaces, each with an address of its own (10.213.7.2 and on), on a bridge of this machine (.1).

    Raises `CalledProcessError` where one may not make them: they need root, and a kernel that has bridges.
    """
    ip = lambda *words: subprocess.run(["ip", *words], check=True, capture_output=True)
    bridge = f"ms{os.getpid()}"
    names = [f"{bridge}-{k}" for k in range(number)]
    with ExitStack() as stack:
        ip("link", "add", bridge, "type", "bridge")
        stack.callback(ip, "link", "del", bridge)
        ip("addr", "add", "10.213.7.1/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for k, name in enumerate(names):
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
            ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", name, "master", bridge, "up")
            ip("-n", name, "addr", "add", f"10.213.7.{k + 2}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield names


@contextmanager
def started(
    place: Path, workers: int, *options: str, host: str = "127.0.0.1", inside: Sequence[str] = ()
) -> Iterator[Cluster]:
    """All at work; each worker in a folder of its own, and in a namespace of `inside` where there are some."""
    with socket.socket() as free:
        free.bind((host, 0))
        address = f"tcp://{host}:{free.getsockname()[1]}"
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    log = (place / "dask.log").open("wb")
    run = lambda *words, on=(): subprocess.Popen(
        [*on, sys.executable, "-m", "dask", *words], env=here, cwd=place, stdout=log, stderr=log
    )
    port = address.rpartition(":")[2]
    processes = [run("scheduler", "--host", host, "--port", port, "--dashboard-address", "127.0.0.1:0")]
    folders = [place / f"worker{k}" for k in range(workers)]
    places = [("ip", "netns", "exec", name) for name in inside] or [()] * workers
    for folder, on in zip(folders, places, strict=True):
        processes.append(run("worker", address, "--nthreads", "1", "--local-directory", str(folder), *options, on=on))
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
