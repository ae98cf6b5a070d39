"""From packages, a device and a budget to the members of a shared network."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from mainstream.errors import UserError, one_line
from mainstream.networks.base import RECORD, BaseNetwork, Embedded, load_base
from mainstream.package import MPackage
from mainstream.paths import BASE
from mainstream.quality import Form
from mainstream.runner.network import Member
from mainstream.runner.together import solve_together
from mainstream.scheduler import (
    FORM_OF_PACKAGES,
    App,
    Device,
    InfeasibleSchedule,
    Problem,
    Schedule,
    Scheduler,
    cheapest_schedule,
)

MS_PER_S = 1000.0
RATES = (*range(1, 31), *range(40, 121, 10))  # looks per second that a schedule chooses from, if the stream has them


def plan(
    packages: Mapping[str, MPackage],
    device: Device,
    *,
    budget: float = 1.0,
    stream_fps: float,
    scheduler: str | Scheduler = "optimal",
    fps_options: Sequence[float] | None = None,
    x_options: Sequence[int] = (1, 2, 3),
    form: Form = FORM_OF_PACKAGES,
    anyway: bool = False,
) -> tuple[list[Member], Schedule]:
    """Who runs at which split, how often and with how many votes.

    Args:
        packages: name → package; a name may differ from the package's application.
        device: latencies in milliseconds.
        budget: share of the device; 1.0 is one saturated device.
        fps_options: rates to choose from (default: `RATES` up to the stream's; below 1 frame/s, the stream's own).
        form: of the model of Event-F1.
        anyway: the cheapest plan, over the budget as it is, rather than none.

    Raises `UserError`: no package, a budget that is none or that no schedule fits, a rate or X that is none, packages
    of different bases, or as `solve_together`.
    """
    if not packages:
        raise UserError("no application: name at least one package")
    check_budget(budget)
    first, *others = packages.values()
    for other in others:
        first.require_shareable(other)
    apps = [App.from_package(p, name=name) for name, p in packages.items()]
    options = tuple(fps_options or [f for f in RATES if f <= stream_fps] or [stream_fps])
    try:
        problem = Problem(
            stream_fps=stream_fps, fps_options=options, x_options=tuple(x_options), budget=budget * MS_PER_S,
            device=device, apps=tuple(apps), form=form,
        )  # fmt: skip
    except ValidationError as e:
        raise UserError(one_line(e)) from e
    try:
        schedule = solve_together(problem, scheduler)
    except InfeasibleSchedule:
        if not anyway:
            raise
        schedule = cheapest_schedule(problem, scheduler)
    layer = {(name, r.split): r.layer for name, p in packages.items() for r in p.splits}
    members = [Member(u.app, packages[u.app], layer[u.app, u.split], float(u.fps), u.x_vote or 1)
               for u in schedule.units]  # fmt: skip
    return members, schedule


def check_budget(budget: float) -> None:
    """`UserError` where it is no share of a device."""
    if not 0 < budget < math.inf:
        raise UserError(f"budget={budget:g}: must be above 0 and finite (1.0 is one saturated device)")


def base_of(
    packages: Mapping[str, MPackage], name: str | None = None, *, weights: Path | None = None,
    architecture: str | None = None, size: int | None = None,
) -> BaseNetwork:  # fmt: skip
    """The base that these packages were trained on, by what they say of it; arguments as `load_base`, only to agree.

    Raises `UserError`: packages of different bases; an argument that says another, before anything is loaded; weights
    that are others; or as `load_base`. Each says what would be right.
    """
    app, first = next(iter(packages.items()))
    for other in packages.values():
        first.require_shareable(other)
    wanted = first.base
    embedded = wanted.weights == Embedded.read(BASE / RECORD).weights
    px, base = wanted.input_shape[0], "embedded" if embedded else "imagenet"
    right = "--base embedded, without --weights" if embedded else "--base imagenet --weights FILE"
    said = f"'{app}' was trained on {wanted.architecture} at {px} px, {wanted.weights[:15]}…: {right}"
    for option, given, own in (("base", name, base), ("architecture", architecture, wanted.architecture),
                               ("size", size, px)):  # fmt: skip
        if given not in (None, own):
            raise UserError(f"--{option} {given}: {said}; or leave --{option} away, the package knows")
    if embedded and weights is not None:
        raise UserError(f"--weights {weights}: {said}")
    found = load_base() if embedded else load_base(
        "imagenet", weights=weights, architecture=wanted.architecture, size=px
    )  # fmt: skip
    if found.identity != wanted:
        raise UserError(f"--weights {weights or '(of keras.applications)'}: {said}, the file that it was trained with")
    return found
