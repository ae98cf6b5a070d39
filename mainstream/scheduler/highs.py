"""HiGHS, asked quietly: nothing of it on standard output, bound and gap on a terminal while it works (`optimal`)."""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from mainstream.scheduler.problem import Array

QUIET_S = 1.0  # shorter searches show nothing
_LINE = re.compile(r"(-?[\d.e+]+)\s+(-?[\d.e+]+|inf)\s+(?:[\d.]+%|Large|inf)(?:\s+\d+){4}\s+[\d.]+s$")


def maximise(
    gain: Array, rows: list[LinearConstraint], upper: Array, options: dict[str, Any], *, unit: float
) -> OptimizeResult:
    """Whole numbers from 0 to `upper` with the largest Σ gain·x; options: of `scipy.optimize.milp`.

    unit: what a gain of 1 is called where people see it. HiGHS' own tolerances are absolute (1e-6 in rows and
    objective): whoever asks brings both to a size where that is little. Returns scipy's result, of the minimised −gain;
    its `x` is None where nothing was found.
    """
    whole, bounds = np.ones(len(gain)), Bounds(0, upper)
    watched = sys.stderr is not None and sys.stderr.isatty() and threading.current_thread() is threading.main_thread()
    with _watched(unit) if watched else nullcontext():
        return milp(-gain, integrality=whole, bounds=bounds, constraints=rows, options={**options, "disp": watched})


@contextmanager
def _watched(unit: float) -> Iterator[None]:
    """What HiGHS prints goes through a pipe to `_show`; it writes to file descriptor 1, past `sys.stdout`.

    Only where somebody watches: the descriptor is the whole process's, and a runner plans beside a stream that prints.
    """
    try:
        saved = os.dup(1)
    except OSError:  # there is none
        yield
        return
    flush = ctypes.CDLL(None).fflush
    with suppress(ValueError, AttributeError):  # closed, or none
        sys.stdout.flush()
    flush(None)
    source, sink = os.pipe()
    reader = threading.Thread(target=_show, args=(source, unit), daemon=True)
    reader.start()
    os.dup2(sink, 1)
    os.close(sink)
    try:
        yield
    finally:
        flush(None)
        os.dup2(saved, 1)
        os.close(saved)
        reader.join()


def _show(source: int, unit: float) -> None:
    """Value, bound and gap of the search so far, on one line of a terminal that is cleared in the end."""
    started, shown = time.monotonic(), False
    with os.fdopen(source, errors="replace") as lines:
        for line in lines:
            found = _LINE.search(line.rstrip())
            if not (found and time.monotonic() - started > QUIET_S):
                continue
            bound, value = (-float(text) * unit for text in found.groups())
            text = f"at most {bound:.5f}" if value == -np.inf else f"{value:.5f}, at most {bound:.5f}"
            gap = "" if value <= 0 else f" (gap {bound / value - 1:.2%})"
            sys.stderr.write(f"\r\033[Kproving: {text}{gap}, {time.monotonic() - started:.0f} s")
            sys.stderr.flush()
            shown = True
    if shown:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
