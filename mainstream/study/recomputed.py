"""Figures of the study that need more than their table: recomputed from the record (notebooks 03 and 05).

The *published* track. `sampling_*`: recall against sampling (paper, figure 5); `sweep_quality`: recall and precision of
the later sweep (figure 7); `correlation_sweep`: the choice under other correlations (figure 8).
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mainstream import quality
from mainstream.study import published, sweep
from mainstream.study.experiments import solved

BOTH_FORMS: tuple[quality.Form, ...] = ("consistent", "as_published")
DEPENDENCES: Mapping[str, float | None] = {"independent": 0.0, "as in the setups": None, "dependent": 1.0}


class Sampling(NamedTuple):
    """What the record of recall against sampling says about the events that it was counted on."""

    tpr: float
    frames: NDArray[np.float64]  # event lengths, in frames of the stream
    share: NDArray[np.float64]  # of the events, by that length


def sampling_events(app: str) -> Sampling:
    """Per-frame TPR and event lengths behind the recorded curve of an application, `train` or `pedestrian`.

    With wholly dependent looks, recall at stride s is p·E[min(1, D/s)]. So s·recall/p is E[min(s, D)], which grows from
    one stride to the next by P(D ≥ s): the recorded curve holds the distribution of D up to its largest stride.
    """
    rows = published.table("recall_by_sample_rate").query("app == @app and series == 'dependent-whole'")
    rows = rows.sort_values("stride")
    tpr = float(rows.event_recall.iloc[0])
    at_least = np.diff(np.r_[0.0, rows.stride * rows.event_recall / tpr])
    share = np.clip(-np.diff(np.r_[at_least, 0.0]), 0, None)
    kept = share > 1e-4
    return Sampling(tpr, rows.stride.to_numpy(float)[kept], share[kept] / share[kept].sum())


def sampling_recall(
    events: Sampling, strides: Iterable[float], *, correlation: float, form: quality.Form = "consistent"
) -> NDArray[np.float64]:
    """The model's Event-recall at each stride (frames of the stream per look), mean over the events' lengths."""
    s = np.asarray(list(strides), float)[:, None]
    each = quality.event_recall(
        events.tpr, 1 / s, stream_fps=1.0, event_length_s=events.frames, correlation=correlation, form=form,
        x_vote=None if form == "as_published" else 1,
    )  # fmt: skip
    return each @ events.share


def sampling_against_record(apps: Iterable[str] = ("train", "pedestrian")) -> pd.DataFrame:
    """Recall at every stride: the record's and the model's, for independent looks and for looks as they were counted.

    For the counted curve ρ is the one number that is fitted, in the consistent form; the other form gets the same.
    Returns: app, series, form, rho, stride, recorded, model, error.
    """
    rows = []
    for app in apps:
        record = published.table("recall_by_sample_rate").query("app == @app")
        record = record.pivot(index="stride", columns="series", values="event_recall")
        seen, counted = sampling_events(app), record["empirical-random"].to_numpy()
        distance = lambda r: np.abs(sampling_recall(seen, record.index, correlation=r) - counted).mean()  # noqa: B023
        fitted = min(np.arange(0, 1, 0.01), key=distance)
        looks = (("independent", "independent-whole", 0.0), ("as counted", "empirical-random", fitted))
        for (series, name, rho), form in product(looks, BOTH_FORMS):
            model, recorded = sampling_recall(seen, record.index, correlation=rho, form=form), record[name].to_numpy()
            rows.append(pd.DataFrame({
                "app": app, "series": series, "form": form, "rho": rho, "stride": record.index,
                "recorded": recorded, "model": model, "error": np.abs(model - recorded),
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def sweep_quality(budget: int, *, form: quality.Form = "as_published") -> pd.DataFrame:
    """Mean Event-F1, recall and precision of the sweep's recorded greedy schedules, beside the recorded means.

    Returns: system, n_apps, part (f1, recall, precision), ours, recorded.
    """
    keys = ["system", "n_apps"]
    ours = sweep.rows(budget, form=form).groupby(keys)[["f1", "recall", "precision"]].mean()
    record = published.table("sweep_7apps").query("scheduler == 'greedy' and budget == @budget").set_index(keys)
    record = record[["mean_f1", "mean_recall", "mean_precision"]].rename(columns=lambda c: c.removeprefix("mean_"))
    both = pd.concat({"ours": ours.stack(), "recorded": record.stack()}, axis=1, join="inner")
    return both.rename_axis([*keys, "part"]).reset_index()


def correlation_sweep(
    counts: Iterable[int], *, setups: int, budget: float = 300.0, form: quality.Form = "as_published"
) -> pd.DataFrame:
    """The sweep's setups scheduled by the study's greedy rule with independent, recorded and wholly dependent looks.

    Returns: dependence, system, n_apps, setup, f1 (mean over the applications).
    """
    work, labels = [], []
    for name, system, n, i in product(DEPENDENCES, published.SYSTEMS, counts, range(setups)):
        problem = sweep.problem(n, i, budget=budget, system=system, form=form)
        if (rho := DEPENDENCES[name]) is not None:
            apps = tuple(app.model_copy(update={"correlation": rho}) for app in problem.apps)
            problem = problem.model_copy(update={"apps": apps})
        work.append((problem, "greedy_as_published"))
        labels.append({"dependence": name, "system": system, "n_apps": n, "setup": i})
    return pd.DataFrame(labels).assign(f1=solved(work).f1_mean)
