"""Ground truth of a video: a table of when each application's object is in view."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mainstream.data.tables import composed, read_table
from mainstream.errors import UserError, unknown
from mainstream.quality.counted import Interval

Intervals = dict[str, list[Interval]]
LATE_S = 1.0  # by which truth may end after its video: it is cut there


def read_intervals(path: str | Path, apps: Sequence[str] = (), *, needed: Sequence[str] = ()) -> Intervals:
    """Events per application from a table with the columns app, start_s, end_s; every one of `apps` has a list.

    Rows of one application that overlap or touch are one event: something of the kind was in view throughout.

    Raises `UserError`: as `read_table`; with the line for no name, one of other capitals than before, a number that is
    none, an end before its start; for an application in `needed` without an event, with those that have some.
    """
    table = read_table(path, ("app", "start_s", "end_s"))
    truth: Intervals = {app: [] for app in apps}
    for k, (row, (start, end)) in enumerate(zip(table.rows, table.numbers("start_s", "end_s"), strict=True)):
        if not row["app"]:
            raise table.error(k, "names no application")
        if not 0 <= start < end:
            raise table.error(k, f"needs 0 ≤ start_s < end_s (found {start:g}, {end:g})")
        name = composed(row["app"])
        if other := next((n for n in truth if n != name and truth[n] and n.casefold() == name.casefold()), None):
            raise table.error(k, f"app '{name}' is '{other}' above; write it in one way")
        truth.setdefault(name, []).append((float(start), float(end)))
    for app in needed:
        if not truth.get(app):
            raise UserError(f"{path}: {unknown('application', app, [name for name, spans in truth.items() if spans])}")
    return {app: merged(spans) for app, spans in truth.items()}


def merged(spans: Sequence[Interval]) -> list[Interval]:
    """In order of time, those that overlap or touch made one."""
    found: list[Interval] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            start, end = found[-1][0], max(end, found.pop()[1])
        found.append((start, end))
    return found


def within_video(truth: Mapping[str, Sequence[Interval]], seconds: float, where: str) -> Intervals:
    """Cut where the video ends, which may be a second early. Raises `UserError` for what lies further beyond it."""
    found: Intervals = {}
    for app, spans in truth.items():
        start, end = max(spans, key=lambda span: span[1], default=(0.0, 0.0))
        if end > seconds + LATE_S:
            raise UserError(f"{where}: '{app}' holds from {start:g} to {end:g} s, but the video lasts {seconds:.1f} s")
        found[app] = [(a, min(b, seconds)) for a, b in spans if a < seconds]
    return found
