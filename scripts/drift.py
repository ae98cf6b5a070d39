"""Weather and traffic change: what would a plan gain that knew, or that asked the fully specialised network?

    .venv/bin/python scripts/drift.py --packages results/default/01_finetune_every_split/packages --work FOLDER

Days of four segments (`drift_film.py`). Every application is asked at every split about every frame, once (kept in
--work; a minute of one core per segment); then plans are replayed, one for each minute. The plan left alone knows what
the packages state. "told" ones know each segment's own numbers, by the truth. No other knows any truth: the network
that shares nothing is asked too, about every frame, for nothing and in hindsight, so that whoever has to pay and to
wait knows less ("paid" does pay). Or frequencies come from the looks that a plan has anyway, in hindsight or
"followed". `LOG.md` says what came of it. Writes drift.csv, plans.csv (of the first day) and drift.json (default:
results/reference/drift).
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from drift_film import FPS, MINUTE, SEGMENT, filmed, in_minutes, part, scenes
from drift_rates import SPECIALISED, Apps, also_wrong, believed, corrected, counted_frequency, looked, shifted, told

from mainstream import paths
from mainstream.data import rates as counted
from mainstream.networks.base import load_base
from mainstream.package import MPackage
from mainstream.runner.devices import nuc_2017
from mainstream.scheduler import FORM_OF_PACKAGES, App, Problem, Schedule, solve
from mainstream.study import replay
from mainstream.study.recorder import record
from mainstream.study.replay import Recording

BUDGETS, SHOWN, SHARE = (0.1, 0.2, 0.4), 0.2, 0.05  # of the NUC; of the budget, for estimating
WINDOW, ODDS = 3, 2.0  # minutes, and a factor on the odds of an event
Way = tuple[str, float, list[Schedule]]  # its name, and its share of the budget for estimating


def planned(apps: Apps, budget: float) -> Schedule:
    """Rates of the stream in whole looks per second, as the runner has them."""
    return solve(Problem(
        stream_fps=FPS, fps_options=(1, 2, 3, 4, 5), x_options=(1, 2, 3), budget=1000 * budget, device=nuc_2017(),
        apps=tuple(apps.values()), form=FORM_OF_PACKAGES,
    ), gap=0.001)  # fmt: skip


def found(plan: Schedule, minute: Recording, usual: Apps) -> np.ndarray:
    """Counts of `replay.count` of each unit in one minute, int (applications, 4)."""
    seen = replay.looks([u.fps for u in plan.units], minute)
    return np.stack([replay.count(minute, u.app, u.split, seen[u.fps], u.x_vote or 1,
                                  window_s=usual[u.app].event_length_s)[0] for u in plan.units])  # fmt: skip


def followed(day: Recording, usual: Apps, budget: float) -> list[Schedule]:
    """A plan for each minute by the frequencies of the `WINDOW` minutes before it, where one is off by `ODDS`."""
    odds = lambda apps: np.array([a.event_frequency / (1 - a.event_frequency) for a in apps.values()])
    believes, plans = usual, [planned(usual, budget)]
    for m in range(1, len(day.clips)):
        now = counted_frequency(usual, looked(day, {k: plans[k] for k in range(max(0, m - WINDOW), m)}, usual))
        if m >= WINDOW and np.abs(np.log(odds(now) / odds(believes))).max() > np.log(ODDS):
            believes = now
        plans.append(planned(believes, budget) if believes is not usual else plans[0])
    return plans


def told_late(day: Recording, usual: Apps, budget: float) -> list[Schedule]:
    """In each segment's second half the plan by the truth of its first; until then the one left alone."""
    alone, plans, half = planned(usual, budget), [], SEGMENT // 2
    for k in range(0, len(day.clip), SEGMENT):
        cut = slice(k, k + half)
        apps = {n: told(app, day.said[a][:, cut], day.labels[a, cut]) for a, (n, app) in enumerate(usual.items())}
        plans += [alone] * (half // MINUTE) + [planned(apps, budget)] * (half // MINUTE)
    return plans


def by_segment(day: Recording, others: Recording, usual: Apps, budget: float) -> Iterator[Way]:
    """Each way of knowing, with its plan for every segment of a day."""
    cuts = [slice(k, k + SEGMENT) for k in range(0, len(day.clip), SEGMENT)]
    alone = planned(usual, budget)
    each: Callable[..., list[Apps]] = lambda of: [
        {name: of(app, a, cut) for a, (name, app) in enumerate(usual.items())} for cut in cuts
    ]  # fmt: skip
    step = round(FPS * len(usual) * nuc_2017().tail[0] / (SHARE * budget * 1000))  # frames between two that are paid
    thin = lambda cut: slice(cut.start, cut.stop, step)
    sampled = lambda app, a, frames, truth: believed(app, day.said[a][:, frames], truth[frames])
    truly = each(lambda app, a, cut: told(app, day.said[a][:, cut], day.labels[a, cut]))
    often = lambda name, app: usual[name].model_copy(update={"event_frequency": app.event_frequency})
    ways = {
        "told": truly, "told the frequency": [{name: often(name, app) for name, app in t.items()} for t in truly],
        "told by as few looks as paid": each(lambda app, a, cut: sampled(app, a, thin(cut), day.labels[a])),
        "specialised believed": each(lambda app, a, cut: sampled(app, a, cut, day.said[a, SPECIALISED])),
        "specialised, corrected": each(lambda app, a, cut: corrected(app, day.said[a][:, cut])),
        "shifted": each(lambda app, a, cut: shifted(app, day.said[a][:, cut], others.said[a])),
        "frequency of own looks": [counted_frequency(usual, looked(day, {4 * k + j: alone for j in range(4)}, usual))
                                   for k in range(len(cuts))],
    }  # fmt: skip
    for way, apps in ways.items():
        yield way, 0.0, [planned(a, budget) for a in apps]
    paid = each(lambda app, a, cut: shifted(app, day.said[a][:, thin(cut)], others.said[a]))
    yield "shifted, paid", SHARE, [planned(a, budget * (1 - SHARE)) for a in paid]


def together(days: list[Recording]) -> Recording:
    """One after the other."""
    joined = lambda name: np.concatenate([getattr(d, name) for d in days], axis=-1)
    return replace(days[0], **{name: joined(name) for name in ("probabilities", "labels", "clip")})


def gains(segments: Mapping[tuple[float, str], np.ndarray], asked: Mapping[str, float]) -> pd.DataFrame:
    """Mean Event-F1 over applications, and what it is above the plan left alone; 95%, segments drawn anew.

    segments: (budget, plan) → counts, int (segments, applications, 4).
    """
    rows, n = [], len(next(iter(segments.values())))
    once, drawn = np.ones((1, n)), replay.draws(n, 0, 2000)
    mean = lambda c, w: replay.score(np.einsum("ds,sak->dak", w, c)).f1.mean(1)
    for (budget, way), c in segments.items():
        alone = segments[budget, "left alone"]
        low, high = counted.middle(mean(c, drawn) - mean(alone, drawn))
        f1 = float(mean(c, once)[0])
        rows.append({"budget": budget, "plan": way, "for_estimating": asked.get(way, 0.0), "f1": f1,
                     "gain": f1 - float(mean(alone, once)[0]), "low": low, "high": high})  # fmt: skip
    return pd.DataFrame(rows)


def one_day(day: Recording, number: int, usual: Apps) -> pd.DataFrame:
    """What each scene of a day asks for, once it is known, at `SHOWN` of the device; first the plan left alone."""
    known = [("any, as the packages say", usual)]
    for k, scene in enumerate(scenes(number)):
        cut = slice(k * SEGMENT, (k + 1) * SEGMENT)
        apps = {n: told(app, day.said[a][:, cut], day.labels[a, cut]) for a, (n, app) in enumerate(usual.items())}
        known.append((f"{scene.kind}, {scene.traffic}", apps))
    return pd.DataFrame([
        {"scene": scene, "app": u.app, "split": u.split, "fps": u.fps, "x_vote": u.x_vote,
         "event_frequency": apps[u.app].event_frequency}
        for scene, apps in known for u in planned(apps, SHOWN).units
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--days", type=int, nargs=2, default=(2, 6), help="from, until; 0 and 1 were for trying out")
    parser.add_argument("--output", type=Path, default=paths.REFERENCE / "drift")
    given = parser.parse_args()
    packages = [MPackage.load(f.parent) for f in sorted(given.packages.rglob("mpackage.json"))]
    usual = {p.application: App.from_package(p) for p in packages}
    days = []
    for k in range(*given.days):
        if not (file := given.work / f"day{k}.npz").is_file():
            record(packages, load_base(), filmed(k, tuple(usual))).save(file)
        days.append(in_minutes(Recording.load(file)))
    counts: dict[tuple[float, str], list[np.ndarray]] = {}
    asked: dict[str, float] = {}
    for budget in BUDGETS:
        for k, day in enumerate(days):
            others = together([d for j, d in enumerate(days) if j != k])
            plans = {"left alone": [planned(usual, budget)] * len(day.clips)}
            for way, asked[way], segments in by_segment(day, others, usual, budget):
                plans[way] = [p for p in segments for _ in range(SEGMENT // MINUTE)]
            plans["told half a segment late"] = told_late(day, usual, budget)
            plans["frequency, followed"] = followed(day, usual, budget)
            for way, each in plans.items():
                got = [found(p, part(day, cut), usual) for p, cut in zip(each, day.clips, strict=True)]
                counts.setdefault((budget, way), []).append(np.stack(got).reshape(-1, SEGMENT // MINUTE, len(usual), 4))
    table = gains({key: np.concatenate(c).sum(1) for key, c in counts.items()}, asked)
    given.output.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.output / "drift.csv", index=False, float_format="%.4f")
    one_day(days[0], given.days[0], usual).to_csv(given.output / "plans.csv", index=False, float_format="%.3f")
    tails = {p.application: p.splits[0].tail.sha256 for p in packages if p.splits[0].tail}
    made_by = {"days": list(given.days), "segments": 4 * len(days), "specialised": tails, "machine": platform.machine(),
               "others_wrong_where_specialised_is": also_wrong(days)}  # fmt: skip
    paths.write_text(given.output / "drift.json", json.dumps(made_by, indent=1) + "\n")
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
