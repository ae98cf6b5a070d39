"""Ground truth of a video: a table of when each application's object is in view."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mainstream.data.tables import composed, read_table
from mainstream.errors import UserError, unknown
from mainstream.package import Zone
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


def check_written(truth: Mapping[str, object], apps: Sequence[str], where: str) -> None:
    """Raises `UserError` where truth writes one of `apps` otherwise ('Pedestrian'), which would be passed over."""
    for name in set(truth).difference(apps):
        if meant := [app for app in apps if app.casefold() == name.casefold()]:
            raise UserError(f"{where}: {unknown('application', name, meant)}")


def part_seen(table: Path, *looks_at: Zone | None) -> Zone | None:
    """What a table is of, if not the whole (`mainstream truth --zone`). Raises `UserError`: two, or not `looks_at`."""
    parts = {row.get("zone", "") for row in read_table(table, ("app",), ("zone",)).rows}
    if len(parts) > 1:
        raise UserError(f"{table}: column zone has {' and '.join(map(repr, sorted(parts)))}; one table for each zone")
    part = Zone.read(parts.pop()) if any(parts) else None
    if part and any(str(zone) != str(part) for zone in looks_at):
        raise UserError(f"{table}: is of a zone of the picture: --zone {part} looks at it")
    return part


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
