"""Stages beside each other: those that measure no time, each in a process that has its share of the cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from mainstream.data.jobs import JOBS
from mainstream.kit.pipeline.execute import run_stage
from mainstream.kit.pipeline.project import Project, Stage

TIDIED = "ignore:resource_tracker"  # which would tell the terminal what it tidied up after processes that were killed
LIMITS = (JOBS, "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


@contextmanager
def processes_for_stages(n: int) -> Iterator[ProcessPoolExecutor]:
    """So many; whatever ends the block ends them, and a kernel ends with its process as it does with a run.

    Ctrl-C at a terminal reaches every process that was started there: it is for this one alone.
    """
    sys.warnoptions.append(TIDIED)
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(n, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in others:
                process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def submit(
    pool: ProcessPoolExecutor, cores: int, project: Project, stage: Stage, profile: str, where: str
) -> Future[float]:
    """`run_stage` there, with so many cores for its jobs and threads."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited, until `_begin`
    try:
        return pool.submit(_stage, cores, project, stage, profile, where)
    finally:
        signal.signal(signal.SIGINT, handler)


def _stage(cores: int, project: Project, stage: Stage, profile: str, where: str) -> float:
    os.environ.update(dict.fromkeys(LIMITS, str(cores)))
    return run_stage(project, stage, profile, where=where, lines=True)
