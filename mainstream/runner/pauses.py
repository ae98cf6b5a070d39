"""What would hold a running stream up inside one Python process, and how it is kept from doing so (notebook 07)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 2e-4


@contextmanager
def spared_of_collections() -> Iterator[None]:
    """Garbage collections pass over what is there already: all of TensorFlow, 0.3 s at each full one."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def giving_way() -> Iterator[None]:
    """Threads that wait for the interpreter get it every fifth of a millisecond, and nothing is collected.

    Preparing a plan is mostly Python: at its usual five milliseconds a frame, which asks for the interpreter many
    times, would come too late.
    """
    usual, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(min(usual, SWITCH_S))
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        if collecting:
            gc.enable()
