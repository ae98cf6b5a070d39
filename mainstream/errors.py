"""Errors meant for the person at the keyboard: one clear line, no traceback."""

import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

LONGEST = 800  # characters of a message


class UserError(ValueError):
    """Bad input. The command line prints the message on one line of standard error and exits with 2.

    What it quotes of a file may hold anything: line breaks, commands to a terminal, megabytes. None of it is shown.

    >>> str(UserError("name='cat\\n\\x1b[2Jdog'"))
    "name='cat  [2Jdog'"
    """

    def __str__(self) -> str:
        said = without_errno(super().__str__())
        short = said if len(said) <= LONGEST else f"{said[: LONGEST * 3 // 4]} … {said[-LONGEST // 8 :]}"
        return "".join(c if c.isprintable() else " " for c in short)


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


def one_line(error: "ValidationError") -> str:
    """Pydantic's first complaint in one line: where, what, and the value."""
    first = error.errors()[0]
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"]).lstrip(".")
    text = first["msg"].removeprefix("Value error, ")
    value = first["input"]
    shown = f", not {value!r}" if isinstance(value, int | float | str) or value is None else ""
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {text}{shown}{more}" if where else f"{text}{more}"
