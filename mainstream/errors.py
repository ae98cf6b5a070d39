"""Errors meant for the person at the keyboard: one clear line, no traceback."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


class UserError(ValueError):
    """Bad input. The command line prints the message on one line of standard error and exits with 2."""

    def __str__(self) -> str:
        return without_errno(super().__str__())


def without_errno(said: object) -> str:
    """What an exception says, without the number by which the system knows it.

    >>> without_errno(OSError(28, "No space left on device"))
    'No space left on device'
    """
    return re.sub(r"\[(?:Errno|WinError) -?\d+\] ?", "", str(said))


def unknown(kind: str, name: str, valid: Iterable[str]) -> UserError:
    """A `UserError` for an unknown `name`, with the nearest valid one.

    >>> str(unknown("profile", "defualt", ["smoke", "default"]))
    "unknown profile 'defualt': did you mean 'default'? (valid: default, smoke)"
    """
    names = sorted(valid)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f": did you mean '{near[0]}'?" if near else ""
    return UserError(f"unknown {kind} '{name}'{hint} (valid: {', '.join(names)})")
