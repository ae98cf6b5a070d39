"""The later sweep of the study: recorded setups as problems, recorded schedules evaluated (notebooks 04, 05 and 08).

The *published* track, as `study.published`.
"""

from functools import cache
from itertools import chain

import numpy as np
import pandas as pd

from mainstream.data.recorded import groups, records, with_events
from mainstream.data.recorded import recorded as table
from mainstream.package import MPackage
from mainstream.quality import Form, Quality
from mainstream.scheduler import App, Problem
from mainstream.scheduler.schedule import system as as_system
from mainstream.study import published
from mainstream.study.published import SWEEP_VINTAGE, numbers

STREAM_FPS = 10


@cache
def _setups() -> dict[tuple[int, int], pd.DataFrame]:
    setups = groups(table("sweep_7apps_setups"), ["n_apps", "setup"])
    return {key: rows.sort_values("position") for key, rows in setups}


@cache
def packages_of(n_apps: int, setup: int) -> tuple[MPackage, ...]:
    """A recorded setup of the sweep: random applications with random event lengths, frequencies and correlations."""
    known = published.mpackages(SWEEP_VINTAGE)
    return tuple(
        with_events(known[r.app], r.event_length_s, r.event_frequency, r.correlation)
        for r in records(_setups()[(n_apps, setup)])
    )


def problem(
    n_apps: int, setup: int, *, budget: float, system: str = "mainstream", form: Form = "as_published"
) -> Problem:
    """One of the sweep's recorded setups as the problem of a system.

    Rates are whole numbers 1…10, and for `no_sharing` also 0.1…0.9, as in the study.
    """
    packages = packages_of(n_apps, setup)
    apps = [App.from_package(p, name=f"{p.application}-{i + 1}") for i, p in enumerate(packages)]
    slow = tuple(f / 10 for f in range(1, 10)) if system == "no_sharing" else ()
    asked = Problem(
        stream_fps=STREAM_FPS, fps_options=slow + tuple(float(f) for f in range(1, STREAM_FPS + 1)),
        x_options=(None,) if form == "as_published" else (1,), budget=budget, form=form,
        device=published.device(SWEEP_VINTAGE), apps=tuple(apps),
    )  # fmt: skip
    return as_system(asked, system)


def rows(budget: int, *, form: Form = "as_published") -> pd.DataFrame:
    """Every recorded greedy schedule of the sweep at this budget (150 or 300), re-evaluated under a form of the model.

    Returns: system, n_apps, setup, f1 (mean of F1s, ours), recall, precision (means), recorded_f1.
    """
    record = table("sweep_7apps_schedules").query("scheduler == 'greedy' and budget == @budget")
    listed = [(r, packages_of(r.n_apps, r.setup), numbers(r.frozen_layers), numbers(r.fps)) for r in records(record)]
    _, packages, layers, fps = zip(*listed, strict=True)
    chained = chain.from_iterable  # all schedules are evaluated at once
    every = published.evaluated(list(chained(packages)), list(chained(layers)), list(chained(fps)), STREAM_FPS, form)
    ends = np.cumsum([len(mine) for mine in packages])
    found = []
    for (r, *_), *q in zip(listed, *(np.split(part, ends[:-1]) for part in every), strict=True):
        mean = published.means(Quality(*q))
        found.append({
            "system": r.system, "n_apps": r.n_apps, "setup": r.setup, "f1": mean["f1_mean"],
            "recall": mean["recall"], "precision": mean["precision"], "recorded_f1": r.mean_f1,
        })  # fmt: skip
    return pd.DataFrame(found)
