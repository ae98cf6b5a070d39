"""Generic pictures drawn ahead of their use, by a second process. Used by `pretrain`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import cv2
import numpy as np

from generic import generic_images

AHEAD = 8  # batches drawn before they are asked for

Batch = tuple[np.ndarray, np.ndarray]  # pictures and labels, as `generic_images`


def batches(first: int, last: int, *, batch: int, seed: int, size: int) -> Iterator[Batch]:
    """Batches `first` … `last − 1` in order: each picture of the seed once, batch k starting at picture k · `batch`.

    Pictures get harder over the first half of the `last` batches.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_start)
    waiting: deque[Future[Batch]] = deque()
    try:
        for k in range(first, last + AHEAD):
            if k < last:
                difficulty = min(1.0, 2 * k / last)
                waiting.append(
                    pool.submit(generic_images, batch, seed=seed, size=size, start=k * batch, difficulty=difficulty)
                )
            if k >= first + AHEAD:
                yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _start() -> None:
    """One thread; Ctrl-C is the parent's affair; and a drawer whose parent was killed stops."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
