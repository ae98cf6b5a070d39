"""Where jobs run: in processes of this machine, or on the workers of a Dask cluster (docs/cluster.md).

Nothing that a job returns depends on where it ran. Sweeps, fleets and pictures go by `each`; training by `trainer.run`.
"""

import hashlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from mainstream.data.progress import progress
from mainstream.errors import UserError
from mainstream.paths import PACKAGE

if TYPE_CHECKING:
    from distributed import Client

DASK, JOBS = "MAINSTREAM_DASK", "MAINSTREAM_JOBS"  # set by `mainstream run --dask`, `--jobs` for its notebooks
LIMITS = (JOBS, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
WAIT_S = 30.0  # for the scheduler and for a first worker
DEPENDED_ON = {"numpy", "scipy", "tensorflow", "keras", "openvino"}
_say = cache(lambda text: print(text, file=sys.stderr, flush=True))  # once
sys.warnoptions.append("ignore:resource_tracker")  # or it tells the terminal what killed processes left behind


def each(
    function: Callable[..., Any], work: Iterable[tuple[Any, ...]], *, desc: str, jobs: int | None = None
) -> list[Any]:
    """`function(*w)` for every w of `work`, in this order, under a progress bar.

    jobs: `processes` here, unless the environment names a cluster (`DASK`). Raises a job's own error, as `cluster`, and
    `UserError` where a process was killed.
    """
    import joblib  # not for those who only ask which stages there are

    todo = list(work)
    with ExitStack() as stack:
        if address := os.environ.get(DASK):
            stack.enter_context(joblib.parallel_config("dask", client=stack.enter_context(cluster(address))))
        n, here = min(processes(jobs), len(todo)) or 1, {"initializer": end_with, "initargs": (os.getpid(),)}
        parallel = joblib.Parallel(n_jobs=n, return_as="generator", **({} if address or n == 1 else here))
        with spared():
            done = parallel(joblib.delayed(function)(*w) for w in todo)
        try:
            return list(progress(done, total=len(todo), desc=desc, unit="job"))
        except BrokenExecutor as e:
            raise UserError(f"{desc}: a process was killed, probably out of memory; fewer jobs need less") from e


@contextmanager
def pool(n: int, killed: str, *, threads: int = 1) -> Iterator[Callable[..., Future[Any]]]:
    """`submit` of `n` processes, each of so many threads. They end with the block, or with this process, and what they
    began with them. Raises `UserError`, `killed`, where one was."""
    from joblib.externals.loky import ProcessPoolExecutor

    limits = dict.fromkeys(LIMITS, str(threads))
    made = ProcessPoolExecutor(n, env=limits, initializer=_begin, initargs=(os.getpid(),))
    try:
        yield spared()(made.submit)
    except BrokenExecutor as e:
        raise UserError(killed) from e
    finally:
        made.shutdown(kill_workers=True)


def _begin(parent: int) -> None:
    os.setsid()
    end_with(parent)


def end_with(parent: int) -> None:
    """This process ends soon after its parent, which a kill leaves no time to say so: no work goes on unseen."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def spared() -> Iterator[None]:
    """Processes begun within never see Ctrl-C, not while they import either: it is for this one, which ends them."""
    if threading.current_thread() is not threading.main_thread():  # which alone may say so
        return (yield)
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def processes(jobs: int | None = None) -> int:
    """How many at a time here: what the environment says (`JOBS`), what was asked for, or one per core."""
    return int(os.environ.get(JOBS) or jobs or os.cpu_count() or 1)


@contextmanager
def cluster(address: str) -> "Iterator[Client]":
    """A client of the Dask scheduler at `address` (`tcp://host:8786`) with its workers; says where to watch them.

    Raises `UserError`, one line: nobody answers there, no worker comes within `WAIT_S`, one has several threads or
    another version of this kit; and, from within the block, when the scheduler has gone, or too many workers.
    """
    import distributed

    for name in ("distributed", *(n for n in logging.root.manager.loggerDict if n.startswith("distributed."))):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they would say is said below, in one line
    try:
        distributed.comm.get_address_host_port(address)  # a client of what is no address says so, and cannot be closed
        client = distributed.Client(address, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as e:
        raise UserError(f"--dask {address}: no scheduler answers there; `dask scheduler` starts one") from e
    try:
        _check(client, address)
        yield client
    except (CancelledError, distributed.comm.CommClosedError, distributed.KilledWorker) as e:
        gone = "the scheduler has gone, or a job's workers one after another"
        raise UserError(f"--dask {address}: {gone}; what was finished is kept: run again") from e
    finally:
        client.close(timeout=2)


def _check(client: "Client", address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WAIT_S)
        others = [worker for worker, kit in client.run(this_kit).items() if kit != this_kit()]
    except TimeoutError as e:
        raise UserError(f"--dask {address}: has no worker; `dask worker {address} --nthreads 1` starts one") from e
    except ModuleNotFoundError as e:
        raise UserError(f"--dask {address}: a worker has no {e.name}; install the kit and its lock there") from e
    if others:
        raise UserError(f"--dask {address}: {others[0]} has another version of the kit or of its packages")
    if several := [worker for worker, n in client.nthreads().items() if n > 1]:
        raise UserError(f"--dask {address}: {several[0]} has several threads; start workers with --nthreads 1")
    _say(f"workers at {address}: {len(client.nthreads())}; watch them at {client.dashboard_link}")


@cache
def this_kit() -> str:
    """SHA-256 of the kit's sources and of the versions that results depend on."""
    sources = [p for name in ("mainstream", "streetworld") for p in sorted((PACKAGE.parent / name).rglob("*.py"))]
    versions = sorted({(d.name, d.version) for d in metadata.distributions() if d.name in DEPENDED_ON})
    told = [*(p.read_bytes() for p in sources), repr((sys.version_info[:3], versions)).encode()]
    return hashlib.sha256(b"".join(told)).hexdigest()
