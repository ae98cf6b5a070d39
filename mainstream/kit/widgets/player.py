"""The stream, frame by frame: what was in view, who looked, and what came of it (notebook 07)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mainstream.data.intervals import read_intervals
from mainstream.kit.widgets.film import Film, VideoFilm, framed, jpeg
from mainstream.kit.widgets.filmstrip import draw_strip, draw_timeline, legend
from mainstream.kit.widgets.moving import Moving
from mainstream.kit.widgets.tables import html_table, swatch
from mainstream.kit.widgets.verdicts import KINDS, VERDICTS, Verdicts
from mainstream.quality.counted import Interval
from mainstream.runner.report import Report

ALL = "all applications"
SPEEDS = (0.25, 0.5, 1, 2, 4, 8)
LEAST_MS = 100  # between two frames while it plays; faster than that, frames are left out


class Player:
    """`box` plays by hand; `figure()`, `table()` and `caption()` are what a batch run keeps.

    Args:
        film: frames by their time.
        truth: application → intervals in seconds.
        report: of the run; None: only frames and truth.
        apps: which, and their order; as `Verdicts`.
    Raises:
        UserError: as `Verdicts`.
    """

    def __init__(
        self,
        film: Film,
        truth: Mapping[str, Sequence[Interval]],
        report: Report | None = None,
        *,
        apps: Sequence[str] | None = None,
    ) -> None:
        self.film, self.verdicts = film, Verdicts(truth, report, apps)
        self.redraw_ms = 0.0  # what the last frame took
        self.picture, self.text = ipywidgets.Image(format="jpeg"), ipywidgets.HTML(layout={"margin": "0 0 8px 12px"})
        self._canvas = Moving(12.5, 1.0 + 0.36 * len(self.verdicts.apps))
        self._ax = self._canvas.figure.subplots()
        self._controls()
        self._laid_out()
        self.app.observe(lambda change: self._laid_out(), "value")
        self.slider.observe(lambda change: self.update(), "value")
        controls = [(self.play, self.clock), (self.slider,), (self.kind, self.back, self.on), (self.app, self.speed)]
        beside = ipywidgets.VBox([self.text, *map(ipywidgets.HBox, controls)])
        top = {"align_items": "flex-start"}
        self.box = ipywidgets.VBox(
            [ipywidgets.HBox([self.picture, beside], layout=top), self._canvas.image], layout=top
        )

    @classmethod
    def of_video(
        cls,
        video: str | Path,
        intervals: str | Path,
        report: Report | None = None,
        *,
        fps: float = 10.0,
        at_most_mb: float = 400,
        **options: Any,
    ) -> Player:
        """A video file with its CSV `app,start_s,end_s`; frames that the report looked at are kept whatever the `fps`.

        Raises `UserError` as `VideoFilm` (more than `at_most_mb` of pictures) and `read_intervals`.
        """
        planned = {app for plan in report.plans for app in plan["apps"]} if report else set()
        looked_at = {d.frame for d in report.decisions} if report else set()
        truth = read_intervals(intervals, sorted(planned))
        return cls(VideoFilm(video, fps=fps, also=looked_at, at_most_mb=at_most_mb), truth, report, **options)

    @property
    def apps(self) -> tuple[str, ...]:
        """The applications that are chosen."""
        return self.verdicts.apps if self.app.value == ALL else (self.app.value,)

    @property
    def time_s(self) -> float:
        """Of the frame that is shown."""
        return float(self.film.times[self.slider.value])

    def figure(self, n: int = 6) -> Figure:
        """A strip of `n` frames, chosen by the rule of `filmstrip.chosen`, over the timeline."""
        return draw_strip(self.film, self.verdicts, self.apps, n)

    def table(self) -> pd.DataFrame:
        """What the figure is drawn from (`Verdicts.table`)."""
        return self.verdicts.table()

    def caption(self) -> str:
        """What was found and missed, and how often it was looked at."""
        table = self.table()
        events, found = (table[table.kind == kind] for kind in ("event", "detection"))
        events = events[events.outcome != "not running"]
        hit, missed = (events[events.outcome == outcome].looks for outcome in ("hit", "miss"))
        wrong = int((found.outcome == "false alarm").sum())
        groups = {name: group for name, group in (("found", hit), ("missed", missed)) if len(group)}
        looks = "; ".join(f"{name} had {group.mean():.1f} looks on average" for name, group in groups.items())
        return (
            f"{len(hit)} of {len(events)} events were found{f' ({looks})' if looks else ''}; "
            f"{wrong} of {len(found)} detections were false alarms."
        )

    def step(self, direction: int, kind: str = "") -> bool:
        """To the next (1) or previous (−1) moment of a kind, by default the chosen one; False where there is none.

        Raises `UserError` for an unknown kind.
        """
        frames = [self.film.at(t) for t in self.verdicts.moments(kind or self.kind.value, self.apps)]
        now = self.slider.value
        others = [k for k in frames if (k > now if direction > 0 else k < now)]
        if others:
            self.slider.value = others[0] if direction > 0 else others[-1]
        return bool(others)

    def update(self) -> None:
        """Shows the frame that the slider stands at."""
        start, k = time.perf_counter(), self.slider.value
        number, now = int(self.film.numbers[k]), self.time_s
        found = {app: self.verdicts.verdict(app, number, now) for app in self.verdicts.apps}
        gravest = min((found[app] for app in self.apps), key=list(VERDICTS).index, default="not running")
        self.picture.value = jpeg(framed(self.film.picture(k), VERDICTS[gravest]))
        rows = [(app, found[app], *self._details(app, number, now)) for app in self.apps]
        names, verdicts, *details = zip(*rows, strict=True)
        self.text.value = html_table({
            "": [f"<b>{escape(app)}</b>" for app in names],
            "verdict": [f"{swatch(VERDICTS[v])} {v}" for v in verdicts],
            **{head: map(escape, texts) for head, texts in zip(("in view", "said", "plan"), details, strict=True)},
        })  # fmt: skip
        self.clock.value = f"{now:.2f} of {self.film.times[-1]:.0f} s"
        self._cursor.set_xdata([now, now])
        self._canvas.refresh()
        self.redraw_ms = (time.perf_counter() - start) * 1000

    def _details(self, app: str, number: int, now: float) -> tuple[str, str, str]:
        """In view?, what it said, what the plan gives it."""
        look, unit = self.verdicts.look(app, number), self.verdicts.unit(app, now)
        said = "–"
        if look is not None:
            said = f"{'yes' if look.positive else 'no'} ({look.probability:.2f})"
            said += ", detected" if self.verdicts.declared(app, now) else ""
        plan = f"{unit['layer']}, {unit['fps']:g}/s, X = {unit['x_vote']}" if unit else "–"
        return "yes" if self.verdicts.in_view(app, now) else "no", said, plan

    def _laid_out(self) -> None:
        """The timeline of the chosen applications, drawn anew."""
        figure, height = self._canvas.figure, self._canvas.figure.get_figheight()
        draw_timeline(self._ax, self.verdicts, self.apps, float(self.film.times[-1] + self.film.step_s))
        legend(self._ax, loc="lower right", bbox_to_anchor=(1.0, 1.0))
        figure.subplots_adjust(left=0.09, right=0.995, bottom=0.5 / height, top=1 - 0.3 / height)
        self._cursor = self._ax.axvline(0, color="black", lw=1.5)
        self._canvas.settle([self._cursor])
        self.update()

    def _controls(self) -> None:
        """Play, slider, and the rest of what can be chosen."""
        last, small = len(self.film) - 1, {"width": "210px"}
        self.play = ipywidgets.Play(min=0, max=last, value=0, show_repeat=False)
        self.slider = ipywidgets.IntSlider(min=0, max=last, readout=False, layout={"width": "430px"})
        self.link = ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        self.clock = ipywidgets.Label()
        self.app = ipywidgets.Dropdown(options=[ALL, *self.verdicts.apps], layout=small)
        speeds = [(f"× {v:g}", v) for v in SPEEDS]
        self.speed = ipywidgets.Dropdown(options=speeds, value=1, description="speed", layout=small)
        self.speed.observe(lambda change: self._paced(), "value")
        self._paced()
        self.kind = ipywidgets.Dropdown(options=KINDS, description="step to", layout=small)
        self.back, self.on = (
            ipywidgets.Button(icon=f"step-{way}", tooltip=tip, layout={"width": "44px"})
            for way, tip in (("backward", "the one before"), ("forward", "the next one"))
        )
        self.back.on_click(lambda button: self.step(-1))
        self.on.on_click(lambda button: self.step(1))

    def _paced(self) -> None:
        """Every frame, or where that is too fast, every few."""
        each_ms = self.film.step_s * 1000 / self.speed.value
        self.play.step = max(1, int(np.ceil(LEAST_MS / each_ms - 1e-6)))
        self.play.interval = round(self.play.step * each_ms)
