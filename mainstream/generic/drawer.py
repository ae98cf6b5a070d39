"""Generic pictures drawn ahead of their use, by a second process. Used by `mainstream.pretrain`."""

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

from mainstream.generic import HEADS, generic_images

AHEAD = 8  # batches drawn before they are asked for

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]  # pictures, `targets`, cells


def targets(labels: dict[str, np.ndarray]) -> np.ndarray:
    """The labels of all heads side by side, yes or no: bool (n, sum of the heads' classes)."""
    one_hot = {
        name: np.eye(HEADS[name], dtype=bool)[v] if v.ndim == 1 else v for name, v in labels.items() if name in HEADS
    }
    return np.concatenate([one_hot[name] for name in HEADS], axis=1)


def draw(n: int, seed: int, size: int, start: int) -> Batch:
    """Pictures, their `targets`, and what their cells show."""
    images, labels = generic_images(n, seed=seed, size=size, start=start)
    return images, targets(labels), labels["cells"]


def batches(first: int, last: int, *, batch: int, seed: int, size: int) -> Iterator[Batch]:
    """Batches `first` … `last − 1` in order: each picture of the seed once, batch k starting at picture k · `batch`."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_start)
    waiting: deque[Future[Batch]] = deque()
    try:
        for k in range(first, last + AHEAD):
            if k < last:
                waiting.append(pool.submit(draw, batch, seed, size, k * batch))
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
