"""Bad arguments of the world: one clear line that names the value. A `ValueError`, since this package knows no kit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WorldError(ValueError):
    """A value that makes no sense to the world."""


def unknown(kind: str, name: str, valid: Iterable[str]) -> WorldError:
    """A `WorldError` for an unknown `name`, with the nearest valid one."""
    names = sorted(valid)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f": did you mean '{near[0]}'?" if near else ""
    return WorldError(f"unknown {kind} '{name}'{hint} (valid: {', '.join(names)})")
