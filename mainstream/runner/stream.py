"""`Runner`: applications on a stream, planned anew while it runs (design section 5; notebook 07)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from mainstream.errors import UserError
from mainstream.networks.base import BaseNetwork
from mainstream.package import MPackage
from mainstream.runner.clock import Clock, Unhurried
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.pauses import giving_way, spared_of_collections
from mainstream.runner.planning import plan
from mainstream.runner.report import Decision, Report
from mainstream.runner.sampling import Ladder
from mainstream.runner.sources import Frame, Source, SourceLost
from mainstream.runner.voting import Voter
from mainstream.scheduler import Device, Schedule


class Plan:
    """What runs: the compiled network, the ladder of rates, the schedule that asked for them."""

    def __init__(self, network: SharedNetwork, schedule: Schedule | None, device: Device):
        self.network, self.schedule = network, schedule
        self.ladder = Ladder(m.fps for m in network.members)
        self._device = device

    def cost_ms(self, slowest_fps: float) -> float:
        """What a frame costs the device when everybody at this rate or above looks."""
        where = {split: k for k, split in enumerate(self._device.split)}
        records = {m.app: next(r.split for r in m.package.splits if r.layer == m.layer) for m in self.network.members}
        places = [where[records[m.app]] for m in self.network.looking(slowest_fps)]
        return max(self._device.stem[k] for k in places) + sum(self._device.tail[k] for k in places)

    def as_row(self, since_s: float) -> dict[str, Any]:
        """The plan as the report has it: since when, and layer, rate and X of every application."""
        apps = {m.app: {"layer": m.layer, "fps": m.fps, "x_vote": m.x_vote} for m in self.network.members}
        return {"since_s": since_s, "apps": apps}


class Runner:
    """Runs packages on a source. `update` may be called from another thread, or from `on_frame`, while it does.

    Args:
        packages: name → package; all of one base.
        device: latencies in ms for the schedule, and for the virtual clock.
        budget: share of the device.
        schedule_options: of `planning.plan` (scheduler, fps_options, x_options).
        engine_options: of `SharedNetwork` (engine, threads, precision).
        on_frame: called after every frame that was worked on, with its decisions.
    """

    def __init__(
        self,
        base: BaseNetwork,
        packages: Mapping[str, MPackage],
        device: Device,
        *,
        stream_fps: float,
        budget: float = 1.0,
        schedule_options: Mapping[str, Any] | None = None,
        engine_options: Mapping[str, Any] | None = None,
        on_frame: Callable[[Frame, list[Decision]], None] = lambda frame, decisions: None,
    ):
        self._base, self._device, self._stream_fps = base, device, stream_fps
        self._schedule_options = dict(schedule_options or {})
        self._engine_options = dict(engine_options or {})
        self._on_frame = on_frame
        self.packages, self.budget = dict(packages), budget
        self._lock = threading.Lock()
        self._next: Plan | None = None
        self._failure: UserError | None = None
        self._working: threading.Thread | None = None
        self.current = self._planned(self.packages, budget)

    def update(
        self, *, packages: Mapping[str, MPackage] | None = None, budget: float | None = None, wait: bool = False
    ) -> None:
        """Plans and compiles anew in the background; the running plan goes on until the new one is ready.

        wait: return only then. A plan that fails (a budget too small, say) leaves the running one in place; the error
        is raised here with `wait`, else by the next `update` or at the end of `run`.
        """
        self._raise_failure()
        if self._working is not None:
            self._working.join()
        wanted, share = dict(packages or self.packages), self.budget if budget is None else budget
        self._working = threading.Thread(target=self._prepare, args=(wanted, share), daemon=True, name="plan")
        self._working.start()
        if wait:
            self._working.join()
            self._raise_failure()

    def run(self, source: Source, clock: Clock | None = None) -> Report:
        """Works through the source; returns what happened. Raises `UserError` as the source, or a failed `update`.

        A live source that is lost ends the run; `source.lost` says why.
        """
        clock = clock or Unhurried()
        report = Report(plans=[self.current.as_row(0.0)])
        self.current.ladder = Ladder(self.current.ladder.rates)  # another source has times of its own
        voters = self._voters(self.current, {}, report)
        with spared_of_collections(), suppress(SourceLost):  # what was seen counts
            for frame in clock.arrivals(source):
                if self._next is not None:
                    voters = self._swap(frame.time_s, voters, report)
                report.stream_s = frame.time_s
                due = self.current.ladder.lowest_due(frame.time_s)
                if due is not None:
                    self._work(frame, due, voters, report)
                    clock.worked(self.current.cost_ms(due))
        report.detections += [last for v in voters.values() if (last := v.close())]
        report.frames, report.dropped = clock.frames, clock.dropped
        report.corrupt, report.reconnects = source.corrupt, source.reconnects
        self._raise_failure()
        return report

    def _work(self, frame: Frame, slowest_fps: float, voters: dict[str, Voter], report: Report) -> None:
        """One frame, for all whose rate is at least this."""
        network = self.current.network
        found = network.run(network.prepare(frame.image), slowest_fps)
        decisions = [Decision(app, frame.number, frame.time_s, p, positive) for app, (p, positive) in found.items()]
        for d in decisions:
            if ended := voters[d.app].see(d.time_s, d.probability, d.positive):
                report.detections.append(ended)
        report.decisions += decisions
        self._on_frame(frame, decisions)

    def _swap(self, now_s: float, voters: dict[str, Voter], report: Report) -> dict[str, Voter]:
        """The new plan takes over between two frames; votes of applications that stay go on."""
        start = time.perf_counter()
        with self._lock:
            assert self._next is not None
            self.current, self._next = self._next, None
        voters = self._voters(self.current, voters, report)
        report.plans.append(self.current.as_row(now_s))
        report.largest_pause_s = max(report.largest_pause_s, time.perf_counter() - start)
        return voters

    @staticmethod
    def _voters(current: Plan, before: dict[str, Voter], report: Report) -> dict[str, Voter]:
        found = {}
        for m in current.network.members:
            old = before.pop(m.app, None)
            if old is not None and old.x_vote == m.x_vote:
                found[m.app] = old
                continue
            if old is not None and (ended := old.close()):
                report.detections.append(ended)
            found[m.app] = Voter(m.app, m.x_vote)
        report.detections += [d for v in before.values() if (d := v.close())]
        return found

    def _planned(self, packages: Mapping[str, MPackage], budget: float) -> Plan:
        chosen, schedule = plan(
            packages, self._device, budget=budget, stream_fps=self._stream_fps, **self._schedule_options
        )
        return Plan(self._compiled(chosen), schedule, self._device)

    def _compiled(self, chosen: list[Member]) -> SharedNetwork:
        return SharedNetwork(self._base, chosen, **self._engine_options)

    def _prepare(self, packages: dict[str, MPackage], budget: float) -> None:
        try:
            with giving_way():
                ready = self._planned(packages, budget)
        except UserError as e:
            self._failure = e
            return
        with self._lock:
            self.packages, self.budget, self._next = packages, budget, ready

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure:
            raise failure
