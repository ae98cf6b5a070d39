"""A fixed camera's film in place of the drawn world (notebooks 01, 03 and 07).

Cut once, in the pause between events that is nearest to its middle: the first half is measured on (01), the second is
counted on (03) and streamed (07), at the size that the network takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mainstream.data.filmed import held, reached_fps, sampled_frames
from mainstream.data.footage import Footage
from mainstream.data.geometry import LETTERBOX
from mainstream.data.intervals import Intervals, check_written, merged, part_seen, read_intervals, within_video
from mainstream.data.video import Video
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.paths import ROOT

PAUSE_S = 1.0  # without any event: so long at least where the film may be cut


@dataclass(frozen=True)
class Film:
    """Frames at equal steps, and when each application's object is in view, as `World` has them."""

    images: np.ndarray  # uint8 (n, size, size, 3), RGB
    truth: Intervals  # in seconds from the first frame, by these steps: a gap in the film takes no time
    fps: float

    def __len__(self) -> int:
        return len(self.images)

    def frame(self, k: int) -> np.ndarray:
        """Frame `k`: uint8 (size, size, 3), RGB."""
        return self.images[k]

    def footage(self, clip_s: float = np.inf) -> Footage:
        """To measure on; in clips of `clip_s` or more, cut in pauses: what is drawn anew for an interval."""
        times = np.arange(len(self)) / self.fps
        cuts = [0.0]
        for pause in pauses(self.truth):
            if pause - cuts[-1] >= clip_s and times[-1] - pause >= clip_s:
                cuts.append(pause)
        labels = np.stack([held(spans, times) for spans in self.truth.values()], axis=1)
        clip = np.searchsorted(cuts, times, side="right") - 1
        return Footage(self.images, labels, tuple(self.truth), clip, self.fps, LETTERBOX)


def half(
    which: int, video: str, truth: str, apps: Sequence[str], *, size: int, fps: float | None = None,
    most_s: float = np.inf, needed: Sequence[str] = (),
) -> Film:  # fmt: skip
    """The first (0) or second (1) half of a film, `most_s` of it at most; with those of `apps` that it has truth of.

    video, truth: files, from the kit's folder on; a table of app, start_s, end_s, and of a zone, which is all that is
    then seen. fps: frames taken per second (default: the film's own). needed: applications that must be in the table.

    Raises `UserError`: no such file, no truth, an application written otherwise, no event of `apps` in one of the
    halves, no pause to cut in, or as `Video`, `read_intervals` and `part_seen`.
    """
    if not truth:
        raise UserError(f"video='{video}': needs its truth, a CSV of app,start_s,end_s (--param truth=CSV)")
    file, table = ROOT / video, ROOT / truth
    with Video(file) as film:
        length, own = film.seconds(), film.fps
    told = read_intervals(table, needed=needed)
    check_written(told, apps, truth)
    known = {app: spans for app, spans in told.items() if app in apps}
    spans = within_video(known, length, truth)
    if not (middles := pauses(spans)):
        raise UserError(f"{truth}: no {PAUSE_S:g} s between events of {' or '.join(apps)} to cut the film into halves")
    middle = min(middles, key=lambda pause: abs(pause - length / 2))
    start, end = ((0.0, min(middle, most_s)), (middle, min(length, middle + most_s)))[which]
    images, times = sampled_frames(file, fps=fps or own, size=size, start_s=start, end_s=end, zone=part_seen(table))
    rate = reached_fps(times, fps or own)
    here = lambda t: float(np.interp(t, np.append(times, times[-1] + 1 / rate), np.arange(len(times) + 1) / rate))
    cut = {app: [(here(a), here(min(b, end))) for a, b in mine if start <= a < end]
           for app, mine in spans.items()}  # fmt: skip
    if bare := [app for app, mine in cut.items() if not mine]:
        raise UserError(f"{truth}: no '{bare[0]}' from {start:.1f} to {end:.1f} s of the film; needs some in each half")
    return Film(images, {app: cut[app] for app in apps if app in cut}, rate)


def measured(packages: Iterable[MPackage]) -> list[MPackage]:
    """Those that know their events from video. Raises `UserError` where none does, and says how to come by it."""
    if not (found := [p for p in packages if p.events]):
        raise UserError(
            "notebook 01 measured no application on video: name a film of a fixed camera, and when they are in view: "
            "--param video=FILM --param truth=CSV"
        )
    return found


def pauses(truth: Intervals) -> list[float]:
    """Seconds in the middle of every pause of at least `PAUSE_S` between events of whichever application."""
    spans = merged([span for mine in truth.values() for span in mine])
    return [(a + b) / 2 for (_, a), (b, _) in zip(spans[:-1], spans[1:], strict=True) if b - a >= PAUSE_S]
