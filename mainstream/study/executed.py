"""Schedules by the model and as real decisions would have had it: measured and executed tracks (notebook 05).

Works on a `Recording`: nothing here runs a network.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mainstream import quality
from mainstream.data import rates as counted
from mainstream.data.jobs import each
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.scheduler import FORM_OF_PACKAGES, App, Problem, solve
from mainstream.scheduler.problem import Device
from mainstream.scheduler.schedule import Schedule
from mainstream.study import replay
from mainstream.study.experiments import HEADLINE_SYSTEMS, solved
from mainstream.study.replay import Recording

RATES = (*(k / 10 for k in range(1, 10)), *range(1, 11))  # frames/s that every system may choose from
SAMPLES = 1000  # of the bootstrap
ENDLESS = 1e12  # in place of an infinite ratio


def in_turn(packages: Sequence[MPackage], n: int) -> dict[str, MPackage]:
    """n applications: the packages again and again, the second round as 'cat 2' and so on."""
    rounds = [(packages[k % len(packages)], k // len(packages)) for k in range(n)]
    return {f"{p.application} {r + 1}" if r else p.application: p for p, r in rounds}


def played(package: MPackage, speed: float) -> MPackage:
    """What the package would say of a film that runs `speed` times as fast (`Recording.played`)."""
    shorter = lambda m: m and m.model_copy(update={"memory_s": m.memory_s / speed, "memory_interval": None})
    faster = lambda v: v and v.model_copy(update={"fps": v.fps * speed, "memory": shorter(v.memory),
                                                  "memory_empty": shorter(v.memory_empty)})  # fmt: skip
    splits = tuple(s.model_copy(update={"video": faster(s.video)}) for s in package.splits)
    events = package.events and package.events.model_copy(update={
        "length_s": package.events.length_s / speed, "lag_s": package.events.lag_s and package.events.lag_s / speed,
    })  # fmt: skip
    return package.model_copy(update={"splits": splits, "events": events})


def problem(
    packages: Mapping[str, MPackage], device: Device, *, stream_fps: float, budget: float = 1.0,
    form: quality.Form = FORM_OF_PACKAGES,
) -> Problem:  # fmt: skip
    """The scheduling problem of these packages. budget: share of the device."""
    apps = [App.from_package(p, name=name) for name, p in packages.items()]
    return Problem(
        stream_fps=stream_fps, fps_options=tuple(f for f in RATES if f <= stream_fps), x_options=(1, 2, 3),
        budget=1000 * budget, device=device, apps=tuple(apps), form=form,
    )  # fmt: skip


def execute(schedule: Schedule, recording: Recording, packages: Mapping[str, MPackage]) -> np.ndarray:
    """What each unit of a schedule would have found: counts as `replay.count`, int (units, clips, 4).

    Frames are picked by one ladder for all, except without sharing, where everybody runs alone.
    """
    alone = schedule.scheduler == "no_sharing"
    together = {} if alone else replay.looks([u.fps for u in schedule.units], recording)
    done: dict[tuple[str, int, float, int], np.ndarray] = {}
    for u in schedule.units:
        app, x = packages[u.app].application, u.x_vote or 1
        if (key := (app, u.split, u.fps, x)) not in done:
            seen = (together or replay.looks([u.fps], recording))[u.fps]
            length = counted.event_length_s(recording.footage, app)
            done[key] = replay.count(recording, app, u.split, seen, x, window_s=length)
    return np.stack([done[packages[u.app].application, u.split, u.fps, u.x_vote or 1] for u in schedule.units])


class Counted(NamedTuple):
    """One schedule: the Event-F1 that the model promises, and what was found; int (units, clips, 4)."""

    promised: float
    found: np.ndarray


def planned_and_counted(
    packages: Sequence[MPackage], recording: Recording, counts: Iterable[int], device: Device, *,
    systems: Sequence[str] = HEADLINE_SYSTEMS,
) -> dict[int, dict[str, Counted]]:  # fmt: skip
    """For n = `counts` applications, every system's schedule by the model, executed; n by n, in `jobs` processes."""
    counts = list(counts)
    longest = sorted(counts, reverse=True)  # begun first, or the last job would run alone
    work = [(packages, recording, n, device, systems) for n in longest]
    done = dict(zip(longest, each(_counted, work, desc="executing"), strict=True))
    return {n: done[n] for n in counts}


def _counted(
    packages: Sequence[MPackage], recording: Recording, n: int, device: Device, systems: Sequence[str]
) -> dict[str, Counted]:
    named = in_turn(packages, n)
    asked = problem(named, device, stream_fps=recording.fps)
    plans = {system: solve(asked, system) for system in systems}
    return {name: Counted(plan.mean_f1, execute(plan, recording, named)) for name, plan in plans.items()}


def headline(
    packages: Sequence[MPackage], recording: Recording, counts: Iterable[int], device: Device, *, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Notebook 05: every system for n = `counts` applications, by the model and as executed, means of Event-F1.

    Columns: n_apps, system, model, executed, low, high (95%, whole clips drawn anew); ratios of `executed` over
    no_sharing and over max_sharing with limits, the same clips being drawn for both.
    """
    rows, drawn = [], replay.draws(len(recording.clips), seed, SAMPLES)
    for n, plans in planned_and_counted(packages, recording, counts, device).items():
        f1 = {system: float(replay.score(p.found.sum(1)).f1.mean()) for system, p in plans.items()}
        again = {system: mean_f1(p.found, drawn) for system, p in plans.items()}
        for system, plan in plans.items():
            low, high = counted.middle(again[system])
            row = {"n_apps": n, "system": system, "model": plan.promised, "executed": f1[system]}
            row |= {"low": low, "high": high}
            for base in ("no_sharing", "max_sharing"):
                if not f1[base]:
                    raise UserError(f"{n} applications: {base} found no event on this recording: no ratio over it")
                low, high = limits(ratio(again[system], again[base]))
                row |= {f"over_{base}": f1[system] / f1[base], f"over_{base}_low": low, f"over_{base}_high": high}
                row |= {f"model_over_{base}": plan.promised / plans[base].promised}
            rows.append(row)
    return pd.DataFrame(rows)


def ratio(of: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Event-F1 over a baseline's: inf where that found nothing, nan where neither did."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return of / base


def limits(ratios: np.ndarray) -> tuple[float, float]:
    """The middle 95% of a ratio drawn anew; inf: a limit that rests on draws in which the baseline found nothing."""
    low, high = counted.middle(np.minimum(ratios, ENDLESS))  # infinities cannot be interpolated
    return low if low < ENDLESS / SAMPLES else np.inf, high if high < ENDLESS / SAMPLES else np.inf


def mean_f1(found: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Mean Event-F1 of a schedule's units in every draw of clips: (units, clips, 4), (draws, clips) → (draws,)."""
    return replay.score(np.einsum("sc,ucx->sux", drawn, found)).f1.mean(1)


def promised(
    packages: Sequence[MPackage], counts: Iterable[int], device: Device, *, stream_fps: float, form: quality.Form,
) -> pd.DataFrame:  # fmt: skip
    """What a form of the model promises of its own optimal schedules: n_apps, then the ratio over each baseline."""
    systems = ["optimal", "no_sharing", "max_sharing"]
    asked = {n: problem(in_turn(packages, n), device, stream_fps=stream_fps, form=form) for n in counts}
    f1 = solved([(p, name) for p in asked.values() for name in systems]).f1_mean.to_numpy()
    best, no, most = f1.reshape(-1, len(systems)).T
    return pd.DataFrame({"n_apps": list(asked), "no_sharing": best / no, "max_sharing": best / most})
