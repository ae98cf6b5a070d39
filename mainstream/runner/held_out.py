"""A video cut in time, so that what is trained on is never counted on; and counting what a stream found.

Used by `mainstream new-app`, notebook 09 and `scripts/real_video.py`. Design sections 3 and 6.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mainstream.data.geometry import LETTERBOX
from mainstream.data.photos import Photos
from mainstream.errors import UserError
from mainstream.quality import counted as events
from mainstream.quality.counted import Interval
from mainstream.runner.frames import Frame, Source
from mainstream.runner.report import Report

_ROUNDING = 1e-6  # seconds


class Between(Source):
    """A stream from one second to another: its time begins at `start_s`, as truth cut by `within` does.

    number: of the first frame, for files whose time stamps are not to be trusted; time begins there if that is later.
    """

    def __init__(self, source: Source, start_s: float = 0.0, end_s: float = np.inf, *, number: int = 0):
        self.source, self.start_s, self.end_s, self.number = source, start_s, end_s, number
        self.fps, self.live = source.fps, source.live

    def __iter__(self) -> Iterator[Frame]:
        first, zero = None, self.start_s
        for frame in self.source:
            if frame.time_s >= self.end_s - _ROUNDING:
                break
            self.corrupt, self.reconnects = self.source.corrupt, self.source.reconnects
            if frame.time_s < self.start_s - _ROUNDING or frame.number < self.number:
                continue
            if first is None:
                first, zero = frame.number, frame.time_s if frame.number == self.number > 0 else self.start_s
            yield frame._replace(number=frame.number - first, time_s=max(frame.time_s - zero, 0.0))


def within(spans: Sequence[Interval], part: Interval) -> list[Interval]:
    """What of the intervals lies in a part of the time, in seconds from its start."""
    cut = [(max(a, part[0]) - part[0], min(b, part[1]) - part[0]) for a, b in spans]
    return [(a, b) for a, b in cut if b - a > _ROUNDING]


def cut_between_events(
    spans: Sequence[Interval], duration_s: float, shares: Mapping[str, float], *, least: Mapping[str, int], gap_s: float
) -> dict[str, Interval]:
    """Parts of a video in order of time, with about these shares of its events each.

    Every cut lies in the middle between two events that are at least `gap_s` apart, as near to the shares as there are
    such; half of `gap_s` before and after it belongs to no part. So every event is in one part, whole.

    Args:
        spans: events in seconds, as `merged` leaves them.
        shares: part → share of the events, in order of time.
        least: part → how many events it needs at least.
    Raises:
        UserError: too few events, or events too close together, naming how many there are and how many are needed.
    """
    total = np.cumsum(list(shares.values()))
    wanted = np.round(total / total[-1] * len(spans)).astype(int)
    needs = [least[name] for name in shares]
    if (np.diff(wanted, prepend=0) < needs).any():
        needed = max(int(np.ceil(n / s * total[-1])) for n, s in zip(needs, shares.values(), strict=True))
        raise UserError(
            f"{len(spans)} events in {duration_s:.0f} s are too few to {' and to '.join(shares)} on different "
            f"ones; needs about {max(needed, sum(needs))}: a longer video"
        )
    apart = [k for k in range(1, len(spans)) if spans[k][0] - spans[k - 1][1] >= gap_s]  # events before a cut
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}  # the last cut → how far all are off, and they
    for want, need, then in zip(wanted[:-1], needs, needs[1:], strict=False):
        near = sorted(apart, key=lambda k: abs(k - want))[:200]
        ways = {k: [(off + (k - want) ** 2, (*cuts, k)) for last, (off, cuts) in best.items() if k - last >= need]
                for k in near if len(spans) - k >= then}  # fmt: skip
        best = {k: min(found) for k, found in ways.items() if found}
    best = {k: way for k, way in best.items() if len(spans) - k >= needs[-1]}
    if not best:
        raise UserError(
            f"{len(spans)} events are too close together to cut the video between them: only {len(apart)} are followed "
            f"by {gap_s:g} s without one; a longer video, or one with pauses"
        )
    cuts = [(spans[k - 1][1] + spans[k][0]) / 2 for k in min(best.values())[1]]
    starts, ends = [0.0, *(cut + gap_s / 2 for cut in cuts)], [*(cut - gap_s / 2 for cut in cuts), duration_s]
    return {name: (float(a), float(b)) for name, a, b in zip(shares, starts, ends, strict=True)}


def photos_in_time(images: np.ndarray, labels: np.ndarray, partition: np.ndarray, app: str) -> Photos:
    """Frames as photos: `labels` bool (n,), `partition` str (n,) by time, never by chance: neighbours are alike."""
    files = tuple(f"frame {k + 1}" for k in range(len(images)))
    return Photos(images, labels[:, None], (app,), files, partition, geometry=LETTERBOX)


def count_stream(
    report: Report, app: str, x_vote: int, truth: Sequence[Interval], *, window_s: float, duration_s: float
) -> dict[str, Any]:
    """What one application found on a stream, with `windows` of about `window_s` seconds, and 95% intervals.

    Keys: looks, events, found, empty_windows, false, recall, precision, f1, each of the last three with `_interval`.
    """
    table = report.table()
    table = table[table.app == app]
    tally = events.tally_events(
        truth, table.time_s, table.positive.astype(int), x_vote, window_s=window_s, duration_s=duration_s
    )
    return {
        "looks": len(table), "events": len(truth), "found": int(tally.found.sum()), "empty_windows": len(tally.false),
        "false": int(tally.false.sum()), **tally.score()._asdict(),
        **{f"{name}_interval": span for name, span in events.bootstrap_events(tally).items()},
    }  # fmt: skip
