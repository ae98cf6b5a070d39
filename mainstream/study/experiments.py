"""The experiments that notebooks 03 to 06 run: each returns a tidy table, none draws."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from mainstream import quality
from mainstream.data.jobs import each
from mainstream.data.progress import progress
from mainstream.data.recorded import records, with_events
from mainstream.errors import UserError
from mainstream.scheduler import App, Problem, Schedule, as_schedule, solve
from mainstream.scheduler.greedy import greedy_as_published
from mainstream.study import published, sweep

HEADLINE_SYSTEMS = ("no_sharing", "max_sharing", "greedy", "optimal")


def model_against_simulation(sets: int, *, windows: int = 20_000, seed: int = 0) -> pd.DataFrame:
    """Notebook 03: random parameter sets, the model beside its Monte-Carlo witness.

    Returns one row per set: the parameters, model and simulated recall and precision, and z = difference ÷ the
    standard error that the model itself predicts for that many windows (0 where both agree on a certainty).
    """
    rng, rows = np.random.default_rng(seed), []
    for i in progress(range(sets), desc="simulating"):
        stream = float(rng.integers(5, 31))
        values: dict[str, Any] = {
            "tpr": rng.uniform(0.2, 1),
            "fpr": rng.uniform(0, 0.5),
            "fps": rng.uniform(0.05, 1) * stream,
            "stream_fps": stream,
            "event_length_s": rng.uniform(0.1, 2.5),
            "event_frequency": rng.uniform(0.05, 0.9),
            "correlation": rng.uniform(0, 0.95),
            "x_vote": int(rng.integers(1, 6)),
        }
        model = quality.evaluate(**values)
        seen = quality.simulate_events(**values, windows=windows, seed=seed + 1 + i)
        rows.append({
            **values, "recall": float(model.recall), "precision": float(model.precision), "f1": float(model.f1),
            "sim_recall": seen.recall, "sim_precision": seen.precision, "sim_f1": seen.f1,
            "recall_z": _z(seen.recall, float(model.recall), seen.events),
            "precision_z": _z(seen.precision, float(model.precision), seen.declared),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _z(observed: float, expected: float, n: int) -> float:
    """Standard errors between a counted share of n and the expected one."""
    if n == 0 or abs(observed - expected) < 1e-12:
        return 0.0
    # Half a count of continuity: with few expected events the normal error is no scale by itself.
    error = np.sqrt(expected * (1 - expected) / n)
    return float((abs(observed - expected) - 0.5 / n) / max(error, 1 / n))


def random_problem(
    n_apps: int, *, seed: int, budget: float | None = None, x_options: Sequence[int] = (1,),
    fps_options: Sequence[float] = tuple(range(1, 11)),
) -> Problem:  # fmt: skip
    """Published 2018-05 curves with random event lengths, frequencies and correlations (notebook 04, benchmarks).

    Budget, unless given: drawn between the cheapest plan and one saturated device. Raises `UserError`: any not above 0.
    """
    asked = (n_apps, *fps_options, 1.0 if budget is None else budget)
    if not fps_options or min(asked) <= 0:
        raise UserError(f"n_apps={n_apps}, budget={budget}, fps_options={[*fps_options]}: must all be above 0")
    rng = np.random.default_rng(seed)
    packages, box = published.mpackages(published.SWEEP_VINTAGE), published.device(published.SWEEP_VINTAGE)
    names = sorted(packages)
    apps = []
    for i in range(n_apps):
        name = names[int(rng.integers(len(names)))]
        length, frequency, rho, weight = (float(rng.uniform(*v)) for v in ((0.2, 3.0), (0.05, 0.6), (0, 0.9), (0.5, 2)))
        package = with_events(packages[name], length, frequency, rho)
        apps.append(App.from_package(package, name=f"{name}-{i + 1}", weight=weight))
    floor = fps_options[0] * (box.stem[-1] + n_apps * box.tail[-1])
    return Problem(
        stream_fps=10, fps_options=tuple(fps_options), x_options=tuple(x_options), device=box, apps=tuple(apps),
        budget=float(rng.uniform(floor * 1.2, published.ONE_DEVICE)) if budget is None else budget,
    )  # fmt: skip


def solved(work: Iterable[tuple[Problem, str]]) -> pd.DataFrame:
    """Problems, each by a scheduler, `jobs` at a time; `greedy_as_published` may overspend, as the record does.

    Returns one row each: n_apps, system (the scheduler), recall, precision, f1 (of these means), f1_mean (mean of F1s),
    cost.
    """
    return pd.DataFrame(each(_solved, work, desc="scheduling"))


def _solved(problem: Problem, name: str) -> dict[str, object]:
    s = scheduled(problem, name)
    recall, precision, f1 = (np.array([getattr(u, part) for u in s.units]) for part in ("recall", "precision", "f1"))
    q = published.means(quality.Quality(recall, precision, f1))
    return {"n_apps": len(problem.apps), "system": name, **q, "cost": s.cost}


def scheduled(problem: Problem, name: str) -> Schedule:
    """`solve`, without its check of the budget for `greedy_as_published`."""
    if name == "greedy_as_published":
        return as_schedule(problem, greedy_as_published(problem), scheduler=name)
    return solve(problem, name)


def rederive_headline(counts: Iterable[int]) -> pd.DataFrame:
    """Notebook 05, correction 3: schedules derived anew for the recorded mixes, all systems under the same budget.

    Returns one row per mix and system, as `solved`.
    """
    mixes = [published.headline_problem(m) for m in published.headline_mixes() if len(m) in set(counts)]
    return solved([(mix, s) for mix in mixes for s in HEADLINE_SYSTEMS])


def rederive_sweep(counts: Iterable[int], *, setups: int) -> pd.DataFrame:
    """Notebook 05: the sweep's recorded setups scheduled anew in consistent units, budget 150; rows as `solved`."""
    work = [(n, i, s) for n in counts for i in range(setups) for s in HEADLINE_SYSTEMS]
    return solved([(sweep.problem(n, i, budget=150.0, form="consistent", system=s), s) for n, i, s in work])


def replay_recorded_schedules(rows: pd.DataFrame) -> pd.DataFrame:
    """Notebook 05: rows of the recorded sweep, derived again by `greedy_as_published` (or `optimal` for `stems_cpp`).

    Returns the rows with `same` (splits and rates identical), our mean F1 and its difference from the record.
    """
    listed, results, ours = list(records(rows)), [], {"greedy": "greedy_as_published", "stems_cpp": "optimal"}
    asked = [sweep.problem(r.n_apps, r.setup, budget=r.budget, system=r.system) for r in listed]
    work = [(problem, ours[r.scheduler]) for problem, r in zip(asked, listed, strict=True)]
    for r, s in zip(listed, each(scheduled, work, desc="replaying"), strict=True):
        recorded = zip(published.numbers(r.frozen_layers), published.numbers(r.fps), strict=True)
        results.append({
            "scheduler": r.scheduler, "system": r.system, "budget": r.budget, "n_apps": r.n_apps, "setup": r.setup,
            "same": [(u.split, u.fps) for u in s.units] == list(recorded), "f1": s.mean_f1, "recorded_f1": r.mean_f1,
            "difference": s.mean_f1 - r.mean_f1,
        })  # fmt: skip
    return pd.DataFrame(results)


def x_voting(app: str, counts: Iterable[int], votes: Sequence[int], *, budget: float) -> pd.DataFrame:
    """Notebook 06: n copies of one application, X fixed for all of them or chosen for each; whole frames per second.

    Returns: app, x_vote (0: chosen for each), n_apps, f1, recall, precision, f1_of_means.
    """
    work, labels = [], []
    for n, x in product(counts, (*votes, 0)):
        base = published.headline_problem((app,) * n, form="consistent", budget=budget)
        whole = tuple(f for f in base.fps_options if f >= 1)
        update = {"x_options": tuple(votes) if x == 0 else (x,), "fps_options": whole}
        work.append((base.model_copy(update=update), "optimal"))
        labels.append({"app": app, "x_vote": x})
    found = solved(work).rename(columns={"f1": "f1_of_means", "f1_mean": "f1"})
    return pd.DataFrame(labels).join(found[["n_apps", "f1", "recall", "precision", "f1_of_means"]])


def x_voting_record(form: quality.Form) -> pd.DataFrame:
    """Notebook 06: the recorded X-voting schedules re-evaluated: app, x_vote, n_apps, f1, recorded_f1 (of means)."""
    packages, rows = published.mpackages(published.HEADLINE_VINTAGE), []
    for r in records(published.table("x_voting")):
        layers, fps = published.numbers(r.frozen_layers), published.numbers(r.fps)
        same, stream = [packages[r.app]] * len(layers), published.HEADLINE_STREAM_FPS
        found = published.means(published.evaluated(same, layers, fps, stream, form, int(r.x_vote)))
        rows.append({
            "app": r.app, "x_vote": r.x_vote, "n_apps": r.n_apps, "f1": found["f1"], "recall": found["recall"],
            "precision": found["precision"], "recorded_f1": r.f1_of_means, "recorded_recall": r.recall,
            "recorded_precision": r.precision,
        })  # fmt: skip
    return pd.DataFrame(rows)
