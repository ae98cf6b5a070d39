"""What `mainstream stream` keeps and shows while it runs: events, metrics, a film, a sign of life, an end."""

import math
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import typer
from tqdm import tqdm

from mainstream.errors import UserError
from mainstream.kit.commands.options import naming
from mainstream.package import Zone
from mainstream.paths import write_text
from mainstream.runner.annotate import Annotator
from mainstream.runner.frames import Frame
from mainstream.runner.report import Decision, Report
from mainstream.runner.stream import Runner
from mainstream.runner.voting import Detection

SHOWN_S, LOGGED_S = 1.0, 30.0  # between two signs of life, on a terminal and elsewhere
METRICS_S = 5.0
ENDED_BY = ("SIGINT", "SIGTERM", "SIGHUP")
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})  # in a label of a metric


class Live:
    """Takes frames and detections of a runner as they come, from `begin` on; `close` completes what is on disk.

    events: begun anew; every line is on disk as soon as its detection has ended. metrics: written anew, as a whole,
    every `METRICS_S` and at the end.
    Raises `UserError`: a film, events or metrics that cannot be written.
    """

    def __init__(
        self, events: Path | None, annotate: Path | None, fps: float, zones: Mapping[str, Zone],
        metrics: Path | None = None,
    ):  # fmt: skip
        self._film = Annotator(annotate, fps, zones) if annotate else None
        for option, path in (("--events", events), ("--metrics", metrics)):
            if path and path.is_dir():
                raise UserError(f"{option} {path}: is a directory; name a file")
        self._path, self._metrics, self._metrics_due = events, metrics, 0.0
        self._events: IO[str] | None = None
        self._bar = tqdm(bar_format="{desc}", leave=False, disable=None, file=sys.stderr)
        self._every = LOGGED_S if self._bar.disable else SHOWN_S
        self._before: tuple[float, Counter[str]] = (0.0, Counter())  # stream's second and looks, when last told

    def begin(self, runner: Runner) -> None:
        """Opens the file of events; the runner's reports are told of from now on."""
        self._runner, self._due = runner, time.monotonic() + self._every
        self._measure(0.0)
        if self._path:
            with naming(f"--events {self._path}"):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._events = self._path.open("w", encoding="utf-8")

    def frame(self, frame: Frame, decisions: list[Decision]) -> None:
        """A runner's `on_frame`."""
        if self._film:
            with naming(f"--annotate {self._film.path}"):
                self._film.draw(frame, decisions)
        self._tell(self._runner.report)
        self._measure(time.monotonic())

    def detection(self, found: Detection) -> None:
        """A runner's `on_detection`: to the file, and as a line."""
        if self._events:
            with naming(f"--events {self._path}"):
                self._events.write(found.as_line() + "\n")
                self._events.flush()
        self._bar.clear()
        typer.echo(f"{found.start_s:9.2f} – {found.end_s:.2f} s  {found.app}  {found.confidence:.2f}")

    def plan(self, row: dict[str, Any]) -> None:
        """A runner's `on_plan`: what runs from now on, and why."""
        self._bar.clear()
        apps = [f"{app} {u['layer']}, {u['fps']:g}/s, X = {u['x_vote']}" for app, u in row["apps"].items()]
        typer.echo(f"{row['since_s']:9.2f} s  new plan: {row['reason']} | {' | '.join(apps)}", err=True)

    def _tell(self, report: Report) -> None:
        """Frames, looks of every application so far and its rate since the last time, on one line, if it is time."""
        if (now := time.monotonic()) < self._due:
            return
        self._due = now + self._every
        (since, looks), self._before = self._before, (report.stream_s, report.looks.copy())
        span = max(report.stream_s - since, 1e-9)
        parts = [f"{report.stream_s:.0f} s: {report.frames} frames, {report.dropped} dropped"]
        parts += [f"{app} {report.looks[app] + report.missed[app]} looks planned, {report.looks[app]} done, "
                  f"{report.missed[app]} dropped, {(report.looks[app] - looks[app]) / span:.1f} of {unit['fps']:g}/s"
                  for app, unit in report.plans[-1]["apps"].items()]  # fmt: skip
        if self._bar.disable:
            typer.echo(" | ".join(parts), err=True)
        else:
            self._bar.set_description_str(" | ".join(parts)[: (self._bar.ncols or 120) - 1])

    def _measure(self, now: float) -> None:
        """Writes the metrics, if it is time again."""
        if self._metrics and now >= self._metrics_due:
            self._metrics_due = now + METRICS_S
            with naming(f"--metrics {self._metrics}"):
                write_text(self._metrics, exposition(self._runner))

    def close(self) -> None:
        """What was written so far is whole, each file whatever becomes of the others."""
        with ExitStack() as ends:
            if self._film:
                ends.enter_context(naming(f"--annotate {self._film.path}"))
                ends.callback(self._film.close)
            if self._events:
                ends.enter_context(naming(f"--events {self._path}"))
                ends.callback(self._events.close)
            ends.callback(self._measure, math.inf)
            self._bar.close()


def exposition(runner: Runner) -> str:
    """What a runner has done so far in Prometheus' text format: HELP, TYPE, samples; counters are named …_total.

    The node exporter's textfile collector reads it where its folder is meant.
    """
    report = runner.report
    of_apps = dict.fromkeys(app for plan in report.plans for app in plan["apps"])
    network = runner.current.network
    by_app = lambda counts: {app: counts[app] for app in of_apps}
    metrics: list[tuple[str, str, str, Mapping[str, float]]] = [  # name, help, label, its values no label: "")
        ("looks_planned_total", "Looks that the plans asked for.", "app", by_app(report.looks + report.missed)),
        ("looks_done_total", "Planned looks that were had.", "app", by_app(report.looks)),
        ("looks_dropped_total", "Planned looks that were not had.", "app", by_app(report.missed)),
        ("detections_total", "Detections that have ended.", "app", by_app(report.found)),
        ("frames_total", "Frames that arrived.", "", {"": report.frames}),
        ("frames_dropped_total", "Frames pushed out of the full queue.", "", {"": report.dropped}),
        ("plans_total", "Plans that have run, the first among them.", "", {"": len(report.plans)}),
        ("stream_seconds", "Time of the last frame that was worked on.", "", {"": report.stream_s}),
        ("slowdown", "Running mean of measured over profiled time of looks.", "", {"": runner.feedback.mean}),
        ("slowdown_planned", "The same, as plans reckon with it.", "", {"": runner.feedback.factor}),
        ("plan_segment_seconds", "Time in a segment of the running plan.", "segment", network.seconds),
        ("plan_segment_calls", "Calls of a segment of the running plan.", "segment", network.calls),
    ]
    return "".join(f"{line}\n" for metric in metrics for line in _lines(*metric))


def _lines(name: str, said: str, label: str, samples: Mapping[str, float]) -> Iterator[str]:
    name = f"mainstream_{name}"
    yield f"# HELP {name} {said}"
    yield f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}"
    for value, number in samples.items():
        labels = f'{{{label}="{value.translate(ESCAPES)}"}}' if label else ""
        yield f"{name}{labels} {number:.10g}"


@contextmanager
def stopped_by_signals(runner: Runner) -> Iterator[list[int]]:
    """Ctrl-C, SIGTERM and a closed terminal end the stream after the frame in work; the second one at once.

    Yields those that came. What the caller's shell has ignored (`nohup`, say) stays ignored.
    """
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        runner.stop()

    numbers = [getattr(signal, name) for name in ENDED_BY if hasattr(signal, name)]
    before = {n: signal.signal(n, stop) for n in numbers if signal.getsignal(n) is not signal.SIG_IGN}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def summary(runner: Runner) -> None:
    """Says what the run, ended in whatever way, was."""
    report = runner.report
    again = f", opened again {report.reconnects} times" if report.reconnects else ""
    typer.echo(f"{report.frames} frames, {report.dropped} dropped, {report.corrupt} corrupt{again}")
    lasted_s = report.stream_s + 1 / runner.stream_fps
    here, device = (total / lasted_s for total in (report.measured_ms, report.profiled_ms))
    by_plan = f"{device:.0f} by the device's profile, {runner.current.schedule.cost:.0f} planned"
    typer.echo(f"networks, in ms per second of the stream: {here:.0f} here, {by_plan}")
    for row in report.achieved().itertuples():
        typer.echo(f"{row.app}: {row.planned} looks planned, {row.looks} done, {row.dropped} dropped; "
                   f"{row.achieved_fps:.2f} of {row.planned_fps:g} frames/s, "
                   f"{report.found[str(row.app)]} detections")  # fmt: skip
