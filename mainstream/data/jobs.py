"""Where jobs run: in processes of this machine, or on the workers of a Dask cluster (docs/cluster.md).

Nothing that a job returns depends on where it ran. Sweeps, ratios, fleets and pictures go through `each`, by joblib;
`trainer.run` has its own processes here, whose splits are kept as they come, and `trainer.away` on a cluster.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

import joblib

from mainstream.data.progress import progress
from mainstream.errors import UserError
from mainstream.paths import PACKAGE, ROOT

if TYPE_CHECKING:
    from distributed import Client

DASK, JOBS = "MAINSTREAM_DASK", "MAINSTREAM_JOBS"  # set by `mainstream run --dask`, `--jobs` for its notebooks
WAIT_S = 30.0  # for the scheduler and for a first worker


def each(function: Callable[..., Any], work: Iterable[tuple[Any, ...]], *, desc: str, jobs: int = 2) -> list[Any]:
    """`function(*w)` for every w of `work`, in this order, under a progress bar.

    jobs: processes here, unless the environment names others (`JOBS`) or a cluster (`DASK`). Raises `UserError`: a
    job's own, and as `cluster`.
    """
    todo = list(work)
    with ExitStack() as stack:
        if address := os.environ.get(DASK):
            stack.enter_context(joblib.parallel_config("dask", client=stack.enter_context(cluster(address))))
        parallel = joblib.Parallel(n_jobs=int(os.environ.get(JOBS) or jobs), return_as="generator")
        done = parallel(joblib.delayed(function)(*w) for w in todo)
        return list(progress(done, total=len(todo), desc=desc, unit="job"))


@contextmanager
def cluster(address: str) -> Iterator[Client]:
    """A client of the Dask scheduler at `address`, as `tcp://host:8786`, that has workers; says where to watch them.

    Raises `UserError`, one line, also for what goes wrong within the block: nobody answers there, no worker comes
    within `WAIT_S`, one has several threads or another version of this kit, all died or the scheduler did.
    """
    import distributed
    from distributed.comm import CommClosedError

    for name in ("distributed", *(n for n in logging.root.manager.loggerDict if n.startswith("distributed."))):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they would say is said below, in one line
    try:
        client = distributed.Client(address, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as e:
        raise UserError(f"--dask {address}: no scheduler answers there; `dask scheduler` starts one") from e
    try:
        _checked(client, address)
        yield client
    except distributed.KilledWorker as e:
        raise UserError(
            f"--dask {address}: a job has lost worker after worker, perhaps for want of memory; what was finished is "
            "kept: run again"
        ) from e
    except (CancelledError, CommClosedError) as e:
        raise UserError(
            f"--dask {address}: the scheduler, or all its workers, have gone; what was finished is kept: run again"
        ) from e
    finally:
        client.close(timeout=2)


def _checked(client: Client, address: str) -> None:
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
    digest = hashlib.sha256(sys.version.encode())
    for folder in (PACKAGE, ROOT / "streetworld"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for name in ("numpy", "scipy", "tensorflow", "keras", "openvino"):
        try:
            digest.update(metadata.version(name).encode())
        except metadata.PackageNotFoundError:
            digest.update(b"none")
    return digest.hexdigest()


@cache
def _say(text: str) -> None:
    """Once."""
    print(text, file=sys.stderr, flush=True)
