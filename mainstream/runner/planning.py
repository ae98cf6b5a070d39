"""From packages, a device and a budget to the members of a shared network (design sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.runner.network import Member
from mainstream.scheduler import App, Device, Problem, Schedule, Scheduler, solve

MS_PER_S = 1000.0


def plan(
    packages: Mapping[str, MPackage],
    device: Device,
    *,
    budget: float = 1.0,
    stream_fps: float,
    scheduler: str | Scheduler = "optimal",
    fps_options: Sequence[float] | None = None,
    x_options: Sequence[int] = (1, 2, 3),
) -> tuple[list[Member], Schedule]:
    """Who runs at which split, how often and with how many votes.

    Args:
        packages: name → package; a name may differ from the package's application.
        device: latencies in milliseconds.
        budget: share of the device; 1.0 is one saturated device.
        fps_options: rates to choose from (default: whole numbers up to the stream's).

    Raises `UserError`: no package, a budget that no schedule fits, packages of different bases, or as `solve`.
    """
    if not packages:
        raise UserError("no application: name at least one package")
    if not budget > 0:
        raise UserError(f"budget={budget:g}: must be above 0 (1.0 is one saturated device)")
    first, *others = packages.values()
    for other in others:
        first.require_shareable(other)
    known = set(device.split)
    apps = [App.from_package(p, name=name) for name, p in packages.items()]
    for app in apps:
        if missing := sorted(set(app.split) - known):
            raise UserError(f"'{app.name}': device '{device.name}' has no latency for split {missing[0]}")
    options = tuple(fps_options or range(1, int(stream_fps) + 1))
    problem = Problem(
        stream_fps=stream_fps, fps_options=options, x_options=tuple(x_options), budget=budget * MS_PER_S,
        device=device, apps=tuple(apps),
    )  # fmt: skip
    schedule = solve(problem, scheduler)
    return members(schedule, packages), schedule


def members(schedule: Schedule, packages: Mapping[str, MPackage]) -> list[Member]:
    """A schedule's units with the packages that they run."""
    found = []
    for unit in schedule.units:
        package = packages[unit.app]
        layer = next(r.layer for r in package.splits if r.split == unit.split)
        found.append(Member(unit.app, package, layer, float(unit.fps), unit.x_vote or 1))
    return found
