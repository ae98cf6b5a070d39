"""What a run was: decisions, detections, and how much of the plan was kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from mainstream.errors import UserError
from mainstream.paths import write_text
from mainstream.runner.voting import Detection


class Decision(NamedTuple):
    """One look of one application at one frame."""

    app: str
    frame: int
    time_s: float
    probability: float
    positive: bool


@dataclass
class Report:
    """Filled while the stream runs; complete when it has ended. Unless `kept`, decisions and detections are counted
    alone, so that a stream may go on for days.

    looks and missed, per application: planned looks that it had, and those that it had not. Glossary: planned look.
    """

    decisions: list[Decision] = field(default_factory=list)
    detections: list[Detection] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)  # `Plan.as_row`
    frames: int = 0  # that arrived
    dropped: int = 0  # pushed out of the full queue before anybody had looked
    corrupt: int = 0
    reconnects: int = 0
    stream_s: float = 0.0  # time of the last frame that was worked on
    measured_ms: float = 0.0  # that all looks took in the networks, and by the device's profile
    profiled_ms: float = 0.0
    largest_pause_s: float = 0.0  # between two frames, for a swap of plans
    failures: list[BaseException] = field(default_factory=list)  # of updates that nobody waited for
    kept: bool = True
    looks: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)  # detections
    seen_s: dict[str, tuple[float, float]] = field(default_factory=dict)  # each application's first look and its last

    def looked(self, decisions: Sequence[Decision]) -> None:
        """Counts the decisions of a frame."""
        for d in decisions:
            self.looks[d.app] += 1
            self.seen_s[d.app] = self.seen_s.get(d.app, (d.time_s,))[0], d.time_s
        if self.kept:
            self.decisions += decisions

    def ended(self, detection: Detection) -> None:
        """Counts a detection."""
        self.found[detection.app] += 1
        if self.kept:
            self.detections.append(detection)

    def achieved(self) -> pd.DataFrame:
        """Per application: looks planned, done and dropped, and looks per second beside the rate last planned."""
        planned = {app: unit["fps"] for plan in self.plans for app, unit in plan["apps"].items()}
        rows = []
        for app, fps in planned.items():
            looks, (first, last) = self.looks[app], self.seen_s.get(app, (0.0, 0.0))
            rate = (looks - 1) / (last - first) if last > first else 0.0  # n looks at rate f span (n − 1) / f seconds
            counts = {"planned": looks + self.missed[app], "looks": looks, "dropped": self.missed[app]}
            rows.append({"app": app, **counts, "achieved_fps": rate, "planned_fps": fps})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """All decisions: app, frame, time_s, probability, positive. Raises `UserError` where they were not kept."""
        if not self.kept:
            raise UserError("decisions were counted, not kept: Runner.run(…, keep=True) keeps them")
        return pd.DataFrame(self.decisions, columns=Decision._fields)

    def write_events(self, path: str | Path, from_s: float = 0.0) -> Path:
        """Detections as JSON lines: app, start_s, end_s, confidence, frames_s; `from_s`: where the stream begins."""
        ordered = sorted(self.detections, key=lambda d: (d.start_s, d.app))
        write_text(path, "".join(d.as_line(from_s) + "\n" for d in ordered))
        return Path(path)
