"""A run beside the truth: what each look was worth, and what came of each event and detection (notebook 07)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mainstream.errors import UserError, unknown
from mainstream.quality.counted import Interval
from mainstream.runner.report import Decision, Report

# What one application made of one frame, the gravest first, and its colour (Okabe–Ito, safe for colour-blind readers).
VERDICTS = {
    "false alarm": "#D55E00",
    "miss": "#E69F00",
    "hit": "#009E73",
    "rightly no": "#56B4E9",
    "not looked at": "#777777",
    "not running": "#BBBBBB",
}
FOUND_IN = {"hit": "detection", "miss": "event", "false alarm": "detection"}  # whose outcome each is


class Span(NamedTuple):
    """An event or a detection, and what came of it: hit, miss, false alarm or not running."""

    kind: str  # event or detection
    app: str
    start_s: float
    end_s: float
    outcome: str
    middle_s: float  # a moment inside: the middle of an event, the middle declared frame of a detection
    looks: int  # between start and end


class Verdicts:
    """The decisions of a report, judged by the truth.

    An event is a hit when a detection overlaps it, else a miss, or "not running" where its application was not yet
    (or no longer) in the plan when it began. A detection is a hit when it overlaps an event, else a false alarm. A look
    is judged by itself, before votes: a yes during an event is a hit, a yes outside of one a false alarm, and so on.

    Args:
        truth: application → [start, end) in seconds.
        report: None: nobody has looked.
        apps: which, and their order; by default those of the report's plans, without a report those with events.
    Raises:
        UserError: an application that the truth does not know.
    """

    def __init__(
        self, truth: Mapping[str, Sequence[Interval]], report: Report | None = None, apps: Sequence[str] | None = None
    ) -> None:
        self.report = report or Report()
        planned = dict.fromkeys(app for plan in self.report.plans for app in plan["apps"])
        self.apps = tuple(apps or planned or [app for app, spans in truth.items() if len(spans)] or truth)
        if not self.apps:
            raise UserError("truth={}: names no application, so there is nothing to judge")
        for app in self.apps:
            if app not in truth:
                raise unknown("application in the truth", app, truth)
        self.truth = {app: sorted(truth[app]) for app in self.apps}
        self._since = np.array([plan["since_s"] for plan in self.report.plans])
        self._looks = {(d.app, d.frame): d for d in self.report.decisions}
        self.times = {app: np.array([d.time_s for d in self.report.decisions if d.app == app]) for app in self.apps}
        self._declared = {(d.app, t) for d in self.report.detections for t in d.frames_s}
        self.spans = [span for app in self.apps for span in (*self._events(app), *self._detections(app))]

    def unit(self, app: str, time_s: float) -> dict[str, Any] | None:
        """What the plan in force gives the application: layer, fps, x_vote; None where it does not run."""
        k = int(np.searchsorted(self._since, time_s + 1e-9, side="right")) - 1
        return self.report.plans[k]["apps"].get(app) if k >= 0 else None

    def absences(self, app: str, until_s: float) -> list[Interval]:
        """When it does not run, from the stream's beginning to `until_s`."""
        edges = [0.0, *map(float, self._since), until_s]
        return [(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a and self.unit(app, a) is None]

    def in_view(self, app: str, time_s: float) -> bool:
        """Is it in an event, by the truth?"""
        return any(a <= time_s < b for a, b in self.truth[app])

    def look(self, app: str, frame: int) -> Decision | None:
        """The application's decision about the frame of this number; None where it did not look."""
        return self._looks.get((app, frame))

    def declared(self, app: str, time_s: float) -> bool:
        """Did the look at this time, with the votes before it, declare an event?"""
        return (app, time_s) in self._declared

    def verdict(self, app: str, frame: int, time_s: float) -> str:
        """One of VERDICTS for the frame of this number and time."""
        found = self.look(app, frame)
        if found is None:
            return "not looked at" if self.unit(app, time_s) else "not running"
        if self.in_view(app, time_s):
            return "hit" if found.positive else "miss"
        return "false alarm" if found.positive else "rightly no"

    def table(self) -> pd.DataFrame:
        """Events and detections: kind, app, start_s, end_s, outcome, middle_s, looks."""
        return pd.DataFrame(self.spans, columns=Span._fields)

    def _events(self, app: str) -> Iterator[Span]:
        found = [(d.start_s, d.end_s) for d in self.report.detections if d.app == app]
        for a, b in self.truth[app]:
            hit = any(s < b and a < e for s, e in found)
            outcome = "hit" if hit else "miss" if self.unit(app, a) else "not running"
            yield Span("event", app, a, b, outcome, (a + b) / 2, self._count(app, a, b))

    def _detections(self, app: str) -> Iterator[Span]:
        for d in (d for d in self.report.detections if d.app == app):
            hit = any(a < d.end_s and d.start_s < b for a, b in self.truth[app])
            middle, looks = d.frames_s[len(d.frames_s) // 2], self._count(app, d.start_s, d.end_s)
            yield Span("detection", app, d.start_s, d.end_s, "hit" if hit else "false alarm", middle, looks)

    def _count(self, app: str, start_s: float, end_s: float) -> int:
        """Looks in [start, end)."""
        low, high = np.searchsorted(self.times[app], [start_s, end_s])
        return int(high - low)
