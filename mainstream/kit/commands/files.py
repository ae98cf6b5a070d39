"""Files that commands write: never over one that they read, and what the system refuses is one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstream.errors import UserError


@contextmanager
def naming(what: object) -> Iterator[None]:
    """What the system refuses within is a `UserError` that names `what`."""
    try:
        yield
    except OSError as e:
        raise UserError(f"{what}: {(e.strerror or str(e)).lower()}") from e


def apart(**files: str | Path | None) -> None:
    """Raises `UserError` where two options name one file: what is written would take the place of what is read."""
    named: dict[Path, str] = {}
    for option, file in files.items():
        if file and (first := named.setdefault(Path(file).resolve(), option)) != option:
            raise UserError(f"--{option} {file}: is that of --{first} too; name another file")
