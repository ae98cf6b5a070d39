"""Work that runs beside other work, each in a process that has its share of the cores: stages of a run."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from mainstream.data.jobs import JOBS, end_with, spared
from mainstream.errors import UserError

LIMITS = (JOBS, "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def beside(function: Callable[..., Any], work: Sequence[tuple[Any, ...]], cores: int) -> list[Any]:
    """`function(*w)` for every w of `work`, at most `cores` at a time; in their order.

    They end with this process, their kernels with them. Raises one's own error, and `UserError` where one was killed.
    """
    n, others = min(cores, len(work)), set(multiprocessing.active_children())
    spawn, told = multiprocessing.get_context("spawn"), (cores // n, os.getpid())
    pool = ProcessPoolExecutor(n, spawn, initializer=_begin, initargs=told)
    try:
        with spared():
            futures = [pool.submit(function, *w) for w in work]
        return [future.result() for future in futures]
    except BrokenProcessPool as e:
        raise UserError("the process of a stage was killed, probably out of memory; run again to continue") from e
    finally:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        pool.shutdown(cancel_futures=True)


def _begin(cores: int, parent: int) -> None:
    os.setsid()
    os.environ.update(dict.fromkeys(LIMITS, str(cores)))
    end_with(parent)
