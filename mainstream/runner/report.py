"""What a run was: decisions, detections, and how much of the plan was kept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

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
    """Filled while the stream runs; complete when it has ended."""

    decisions: list[Decision] = field(default_factory=list)
    detections: list[Detection] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)  # since_s and, per application, layer, fps, x_vote
    frames: int = 0  # that arrived
    dropped: int = 0  # pushed out of the full queue before anybody had looked
    corrupt: int = 0
    reconnects: int = 0
    stream_s: float = 0.0  # time of the last frame that was worked on
    largest_pause_s: float = 0.0  # between two frames, for a swap of plans

    def achieved(self) -> pd.DataFrame:
        """Per application: looks, and looks per second of the stream, beside the rate last planned."""
        looks = Counter(d.app for d in self.decisions)
        first = {d.app: d.time_s for d in reversed(self.decisions)}
        planned = {app: unit["fps"] for plan in self.plans for app, unit in plan["apps"].items()}
        rows = []
        for app, fps in planned.items():
            span = self.stream_s - first.get(app, self.stream_s)
            # n looks at rate f span (n − 1) / f seconds
            rate = (looks[app] - 1) / span if span > 0 and looks[app] > 1 else 0.0
            rows.append({"app": app, "looks": looks[app], "achieved_fps": rate, "planned_fps": fps})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """All decisions: app, frame, time_s, probability, positive."""
        return pd.DataFrame(self.decisions, columns=Decision._fields)

    def write_events(self, path: str | Path) -> Path:
        """Detections as JSON lines: app, start_s, end_s, confidence, frames_s."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        ordered = sorted(self.detections, key=lambda d: (d.start_s, d.app))
        path.write_text("".join(json.dumps(d._asdict()) + "\n" for d in ordered), encoding="utf-8")
        return path
