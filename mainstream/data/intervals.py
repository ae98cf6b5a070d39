"""Ground truth of a video: a table of when each application's object is in view."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mainstream.errors import UserError

Intervals = dict[str, list[tuple[float, float]]]


def read_intervals(path: str | Path, apps: Sequence[str] = ()) -> Intervals:
    """Events per application from a CSV with the columns app, start_s, end_s; every one of `apps` has a list.

    Raises `UserError` naming the line for a missing column, a number that is none, or an end before its start.
    """
    truth: Intervals = {app: [] for app in apps}
    try:
        file = open(path, newline="")  # noqa: SIM115 - closed below; only opening may fail here
    except OSError as error:
        raise UserError(f"intervals file {str(path)!r}: {error.strerror}") from error
    with file:
        table = csv.DictReader(file)
        if not {"app", "start_s", "end_s"} <= set(table.fieldnames or ()):
            raise UserError(f"{path}: needs the columns app, start_s, end_s (found: {table.fieldnames})")
        for row in table:
            try:
                start, end = float(row["start_s"]), float(row["end_s"])
            except (TypeError, ValueError):
                raise UserError(f"{path} line {table.line_num}: start_s and end_s must be numbers") from None
            if not 0 <= start < end < float("inf"):
                raise UserError(f"{path} line {table.line_num}: needs 0 ≤ start_s < end_s (found {start}, {end})")
            truth.setdefault(row["app"], []).append((start, end))
    return {app: sorted(spans) for app, spans in truth.items()}
