"""How far long work has come: a bar on a terminal or in a notebook, elsewhere a plain line every half minute.

Used by whatever works for more than moments: downloads, reading, training, streaming, the notebooks' experiments.
"""

import os
import sys
import time
from typing import Any

from tqdm import auto, std

EVERY_S = 30.0
BATCH = "MAINSTREAM_BATCH"
SHARES = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"  # of work not counted in pieces


class Lines(std.tqdm):
    """How far it is and what is left, as lines for log files and pipes; nothing for work that is done sooner.

    `photos: 34%, 41 of 120, 00:50 so far, about 01:37 to go`; no numbers for shares (`bar_format`) of some work.
    """

    disable: bool
    _said = float("inf")

    def __init__(self, *arguments: Any, **options: Any):
        self._said = time.monotonic()
        counted = ", {n_fmt} of {total_fmt}" * ("bar_format" not in options)
        super().__init__(*arguments, **{**options, "delay": 1e-9, "mininterval": min(EVERY_S, 1.0)})
        left = "{percentage:.0f}%" + counted + ", {elapsed} so far, about {remaining} to go{postfix}"
        self.bar_format = "{desc}: " + (left if self.total else "{n_fmt}, {elapsed} so far{postfix}")

    def display(self, *_: Any, **__: Any) -> None:
        """One line, where it is time for one."""
        if time.monotonic() - self._said >= EVERY_S:
            self._said = time.monotonic()
            print(str(self).strip(), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Without the last line of a bar."""
        if not self.disable:
            self.disable = True
            self._decr_instances(self)


def progress(iterable: Any = None, **options: Any) -> Any:
    """`tqdm` of these options (total, desc, unit, …), or `Lines` where nobody watches. Gone when it is done.

    `BATCH` in the environment: nobody watches the notebook, its lines are shown on the terminal that started it.
    """
    in_notebook = auto.tqdm.status_printer is not std.tqdm.status_printer and BATCH not in os.environ
    return (auto.tqdm if in_notebook or sys.stderr.isatty() else Lines)(iterable, **{"leave": False, **options})
