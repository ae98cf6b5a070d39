"""Plans of a stream, made anew in the background while it runs (notebook 07). `stream` says when each takes over."""

import gc
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from mainstream.networks.base import BaseNetwork
from mainstream.package import MPackage
from mainstream.runner.feedback import Feedback, worth_changing
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.planning import plan
from mainstream.runner.sampling import Ladder
from mainstream.runner.together import tails_ms
from mainstream.scheduler import Device, Schedule


class Plan:
    """What runs: the compiled network, the ladder of rates, the schedule that asked for them, and why it was made."""

    def __init__(self, network: SharedNetwork, schedule: Schedule, device: Device, reason: str = "start"):
        self.network, self.schedule, self._device, self.reason = network, schedule, device, reason
        self.ladder = Ladder(m.fps for m in network.members)

    def cost_ms(self, slowest_fps: float) -> float:
        """What a frame costs the device when everybody at this rate or above looks, each zone by a stem of its own."""
        due = Counter(
            (m.package.zone, choice.split, m.fps)
            for m, choice in zip(self.network.members, self.schedule.choices, strict=True) if m.fps >= slowest_fps
        )  # fmt: skip
        stems = {zone: self._device.stem[split] for zone, split, _ in sorted(due, key=itemgetter(1))}  # its deepest
        return sum(stems.values()) + sum(tails_ms(self._device, split, n) for (_, split, _), n in due.items())

    def as_row(self, since_s: float) -> dict[str, Any]:
        """The plan as the report has it: since when and why, and layer, rate and X of every application."""
        apps = {m.app: {"layer": m.layer, "fps": m.fps, "x_vote": m.x_vote} for m in self.network.members}
        return {"since_s": since_s, "reason": self.reason, "apps": apps}


class Planner:
    """The plan that runs, `current`, and the next one, once it is ready.

    `packages` and `budget` are what the last update that went well asked for; `feedback` is what plans reckon with.

    Args:
        budget: share of the device.
        schedule_options: of `planning.plan` (scheduler, fps_options, x_options).
        engine_options: of `SharedNetwork` (engine, threads, precision).
    """

    def __init__(
        self, base: BaseNetwork, packages: Mapping[str, MPackage], device: Device, *, stream_fps: float,
        budget: float = 1.0, schedule_options: Mapping[str, Any] | None = None,
        engine_options: Mapping[str, Any] | None = None,
    ):  # fmt: skip
        self._base, self._device, self.stream_fps = base, device, stream_fps
        self._schedule_options = dict(schedule_options or {})
        self._engine_options = dict(engine_options or {})
        self.feedback = Feedback()
        self.packages, self.budget = dict(packages), budget
        self._lock = threading.Lock()
        self._next: Plan | None = None
        self._failures: list[BaseException] = []  # of updates that nobody waited for, since the last run ended
        self._failed: BaseException | None = None  # the last of them, where no later update went well
        self._background = ThreadPoolExecutor(1, thread_name_prefix="plan")
        self._asked: Future[None] | None = None  # the last update
        self.current = self._compiled(*self._chosen(self.packages, budget), "start")

    def update(
        self, *, packages: Mapping[str, MPackage] | None = None, budget: float | None = None, wait: bool = False
    ) -> None:
        """Plans and compiles anew in the background, one request after the other; returns at once.

        The running plan goes on until the new one is ready. A plan that fails (a budget too small, say) leaves it in
        place: its error is logged and kept in `report.failures`, and `run` raises it at its end unless a later update
        went well.

        wait: return only when the plan is ready; its error is raised here, and here alone.
        """
        wanted = None if packages is None else dict(packages)
        self._asked = self._background.submit(self._prepare, wanted, budget, wait)
        if wait:
            self._asked.result()

    def _chosen(
        self, packages: Mapping[str, MPackage], budget: float, *, anyway: bool = False
    ) -> tuple[list[Member], Schedule]:
        """Latencies times a factor are a budget divided by it."""
        share = budget / self.feedback.factor
        return plan(packages, self._device, budget=share, stream_fps=self.stream_fps, anyway=anyway,
                    **self._schedule_options)  # fmt: skip

    def _compiled(self, members: Sequence[Member], schedule: Schedule, reason: str) -> Plan:
        lanes = {k: n for k, (n, *_) in zip(self._device.split, self._device.together, strict=False)}
        network = SharedNetwork(self._base, members, lanes=lanes, **self._engine_options)
        return Plan(network, schedule, self._device, reason)

    def _prepare(
        self, packages: dict[str, MPackage] | None, budget: float | None, awaited: bool, follows: str = ""
    ) -> None:
        """In the background: what is not asked for stays as the update before left it. follows: a change, in words."""
        wanted, share = self.packages if packages is None else packages, self.budget if budget is None else budget
        try:
            with giving_way():
                members, schedule = self._chosen(wanted, share, anyway=bool(follows))
                with self._lock:
                    old = (self._next or self.current).schedule
                if follows and not worth_changing(old, schedule):
                    return
                reason = follows or f"asked for: {', '.join(wanted)}; budget {share:g}"
                ready = self._compiled(members, schedule, reason)
        except BaseException as e:
            if not awaited:
                self._failed = e
                self._failures.append(e)
                logging.getLogger(__name__).warning("no new plan, the old one goes on: %s: %s", type(e).__name__, e)
            raise
        with self._lock:
            self.packages, self.budget, self._next, self._failed = wanted, share, ready, None

    def _settle(self) -> None:
        """Waits for updates under way. Raises what the last one failed with."""
        if self._asked is not None:
            self._asked.exception()
        failure, self._failed, self._failures = self._failed, None, []
        if failure:
            raise failure


@contextmanager
def giving_way() -> Iterator[None]:
    """Threads that wait for the interpreter get it every fifth of a millisecond, and nothing is collected.

    Preparing a plan is mostly Python: at its usual five milliseconds a frame, which asks for the interpreter many
    times, would come too late.
    """
    usual, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(min(usual, 2e-4))
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        if collecting:
            gc.enable()
