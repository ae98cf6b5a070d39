"""`Runner`: applications on a stream, planned anew while it runs (notebook 07)."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from mainstream.networks.base import BaseNetwork
from mainstream.package import MPackage
from mainstream.runner.clock import Clock, Unhurried
from mainstream.runner.frames import Frame, Source, SourceLost
from mainstream.runner.plans import Planner
from mainstream.runner.report import Decision, Report
from mainstream.runner.sampling import Ladder
from mainstream.runner.voting import Detection, Voter
from mainstream.scheduler import Device


class Runner(Planner):
    """Runs packages on a source. `update` may be called from another thread, or from `on_frame`, while it does.

    Args:
        packages: name → package; all of one base.
        device: latencies in ms for the schedule, and for the virtual clock.
        on_frame: called after every frame that was worked on, with its decisions.
        on_detection: called with every detection as it ends.
        on_plan: called with every plan that takes over, as `report.plans` has it.
        adapt: when looks take longer or shorter than profiled for some time, scale the device and plan anew, in the
            background (`feedback`).
        planned: of `Planner`; stream_fps is needed.

    `report` is of the run that goes on, or was the last, however it ended.
    """

    def __init__(
        self,
        base: BaseNetwork,
        packages: Mapping[str, MPackage],
        device: Device,
        *,
        on_frame: Callable[[Frame, list[Decision]], None] = lambda frame, decisions: None,
        on_detection: Callable[[Detection], None] = lambda detection: None,
        on_plan: Callable[[dict[str, Any]], None] = lambda row: None,
        adapt: bool = False,
        **planned: Any,
    ):
        super().__init__(base, packages, device, **planned)
        self._on_frame, self._on_detection, self._on_plan = on_frame, on_detection, on_plan
        self._adapt = adapt
        self.report = Report()
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ends `run` after the frame in work, from another thread, `on_frame` or a handler of signals."""
        self._stop.set()

    def run(self, source: Source, clock: Clock | None = None, *, keep: bool | None = None) -> Report:
        """Works through the source; returns what happened.

        keep: all decisions and detections, not their counts alone (default: where the source ends by itself).

        Raises `UserError` as the source, and what the last `update` failed with; `report` is there all the same.
        """
        clock = clock or Unhurried()
        self.report = report = Report(
            plans=[self.current.as_row(0.0)], kept=not source.live if keep is None else keep, failures=self._failures
        )
        self.current.ladder = Ladder(self.current.ladder.rates)  # another source has times of its own
        self.feedback.begin()
        voters = self._voters({}, 0.0)
        try:
            with suppress(SourceLost):  # what was seen counts; `source.lost` says why
                for frame in clock.arrivals(source, self._stop):
                    due = (plan := self.current).ladder.lowest_due(frame.time_s)  # also of one that ends here
                    report.missed.update({m.app: plan.ladder.passed_over[m.fps] for m in plan.network.members})
                    if self._next is not None:
                        voters = self._swap(frame.time_s, voters)
                        due = self.current.ladder.lowest_due(frame.time_s)
                    report.stream_s, report.frames, report.dropped = frame.time_s, clock.frames, clock.dropped
                    if due is not None:
                        measured, profiled = self._work(frame, due, voters), self.current.cost_ms(due)
                        report.measured_ms += measured
                        report.profiled_ms += profiled
                        self._compare(frame.time_s, clock.worked(profiled, measured), profiled, wait=clock.emulated)
        finally:
            self._stop.clear()
            report.frames, report.dropped = clock.frames, clock.dropped
            report.corrupt, report.reconnects = source.corrupt, source.reconnects
            for voter in voters.values():
                self._ended(voter.close(report.stream_s + 1 / self.stream_fps))
        self._settle()
        return report

    def _work(self, frame: Frame, slowest_fps: float, voters: dict[str, Voter]) -> float:
        """One frame, for all whose rate is at least this; the milliseconds that its segments took."""
        network = self.current.network
        before = sum(network.seconds.values())
        found = network.run(frame.image, slowest_fps)
        took_ms = 1e3 * (sum(network.seconds.values()) - before)
        decisions = [Decision(app, frame.number, frame.time_s, p, positive) for app, (p, positive) in found.items()]
        self.report.looked(decisions)
        for d in decisions:
            self._ended(voters[d.app].see(d.time_s, d.probability, d.positive))
        self._on_frame(frame, decisions)
        return took_ms

    def _compare(self, time_s: float, took_ms: float, profiled_ms: float, *, wait: bool) -> None:
        """Where looks have cost more or less than planned with for long enough, a new plan is asked for (`wait`: and
        waited for)."""
        if self._asked is not None and not self._asked.done():
            self.feedback.begin()  # to make a plan takes its share of the device: looks meanwhile say nothing
            return
        if follows := self.feedback.see(time_s, took_ms, profiled_ms, self._adapt):
            self._asked = self._background.submit(self._prepare, None, None, False, follows)
            if wait:
                self._asked.exception()

    def _ended(self, detection: Detection | None) -> None:
        if detection is not None:
            self.report.ended(detection)
            self._on_detection(detection)

    def _swap(self, now_s: float, voters: dict[str, Voter]) -> dict[str, Voter]:
        """The new plan takes over between two frames; votes of applications that stay go on."""
        start = time.perf_counter()
        with self._lock:
            assert self._next is not None
            self.current, self._next = self._next, None
        voters = self._voters(voters, now_s)
        self.report.plans.append(row := self.current.as_row(now_s))
        self._on_plan(row)
        self.report.largest_pause_s = max(self.report.largest_pause_s, time.perf_counter() - start)
        return voters

    def _voters(self, before: dict[str, Voter], now_s: float) -> dict[str, Voter]:
        found = {}
        for m in self.current.network.members:
            old = before.get(m.app)
            found[m.app] = old if old and old.x_vote == m.x_vote else Voter(m.app, m.x_vote)
            found[m.app].look_s = 1 / m.fps
        for app, voter in before.items():
            if voter is not found.get(app):
                self._ended(voter.close(now_s))
        return found
