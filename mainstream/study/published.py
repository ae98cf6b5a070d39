"""The recorded figures of the study, read by rules that are named and documented (data/published/README.md).

The *published* track: nothing is trained or timed here. Used by notebooks 03 to 06.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from mainstream import quality
from mainstream.data.recorded import HEADLINE_VINTAGE, SWEEP_VINTAGE, mpackages, records
from mainstream.data.recorded import recorded as table
from mainstream.package import MPackage
from mainstream.quality import Form
from mainstream.scheduler import App, Device, Problem
from mainstream.scheduler.cost import device_cost
from mainstream.scheduler.problem import PER_SPLIT

SYSTEMS = ("mainstream", "max_sharing", "no_sharing")
HEADLINE_BUDGET = 350.0  # units of the first layer's latency per second
HEADLINE_STREAM_FPS = 15
ONE_DEVICE = 335.5  # of these units per second: one saturated device


def numbers(cell: object) -> list[float]:
    """A cell of several numbers, '33 45 81' → [33, 45, 81]."""
    return [float(v) for v in str(cell).split()]


@cache
def device(vintage: str = HEADLINE_VINTAGE) -> Device:
    """The study's NUC running MobileNet-224: stem and tail latency at every split of that vintage's curves.

    Unit: the latency of the first layer (2.98 ms), so 335.5 units are one second of computing. The 2018-05 sweep
    counts the last layer twice (85 layers, 20.8138 units in all): its own budgets assume that.
    """
    layers = table("layer_latency_mobilenet").relative_latency.to_numpy()
    if vintage == SWEEP_VINTAGE:
        layers = np.append(layers, layers[-1])
    before = np.concatenate([[0.0], np.cumsum(layers)])
    curves = table("split_accuracy")
    splits = sorted(curves[curves.vintage == vintage].frozen_layers.unique())
    return Device.of(f"nuc-mobilenet-224-{vintage}", splits, before[splits], before[-1])


def reading_rule(system: str, n_apps: int, frozen_layers: list[float], fps: list[float]) -> tuple[float, list[float]]:
    """How the record must be read for the study's model to give the recorded numbers: (stream rate, rate of each app).

    `mainstream`: 15 fps, and the recorded rates belong to the applications in order of increasing frozen_layers
    (stable), not in the order they are listed. `max_sharing`: 15 fps for 2 applications, 18 for more.
    `no_sharing`: 18 fps throughout. The three systems were thus evaluated on streams of different rates.
    """
    if system == "mainstream":
        own = [0.0] * len(fps)
        for rate, position in zip(fps, np.argsort(frozen_layers, kind="stable"), strict=True):
            own[int(position)] = rate
        return 15.0, own
    return (15.0 if system == "max_sharing" and n_apps == 2 else 18.0), fps


def headline_rows(*, form: Form = "as_published", one_stream: bool = False) -> pd.DataFrame:
    """Every recorded headline schedule, re-evaluated: recall, precision and F1 of their means, beside the record.

    Args:
        form: of the model.
        one_stream: correction 1 – one stream rate for all (15 fps, rates capped there) and each rate with the
            application it is listed with; otherwise `reading_rule`.
    Returns:
        One row per recorded schedule (114): system, n_apps, recall, precision, f1 (of means), f1_mean (mean of F1s),
        recorded_recall, recorded_precision, recorded_f1.
    """
    packages, rows = mpackages(HEADLINE_VINTAGE), []
    for record in records(table("headline_4apps")):
        apps, layers = record.apps.split(), numbers(record.frozen_layers)
        if one_stream:
            stream, rates = float(HEADLINE_STREAM_FPS), [min(f, HEADLINE_STREAM_FPS) for f in numbers(record.fps)]
        else:
            stream, rates = reading_rule(record.system, record.n_apps, layers, numbers(record.fps))
        found = means(evaluated([packages[a] for a in apps], layers, rates, stream, form))
        rows.append({
            "system": record.system, "n_apps": record.n_apps, **found, "recorded_recall": record.recall,
            "recorded_precision": record.precision, "recorded_f1": record.f1_of_means,
        })  # fmt: skip
    return pd.DataFrame(rows)


def evaluated(
    packages: Sequence[MPackage], layers: Sequence[float], fps: Sequence[float], stream_fps: float, form: Form,
    x_vote: int | None = None,
) -> quality.Quality:  # fmt: skip
    """What the model makes of a recorded schedule: one package, split and rate per application.

    x_vote: of all of them, where the record says; else no voting `as_published`, and one vote.
    """
    at = [next(s for s in p.splits if s.split == k) for p, k in zip(packages, layers, strict=True)]
    events = [p.events for p in packages if p.events]
    return quality.evaluate(
        np.array([s.tpr for s in at]), np.array([s.fpr for s in at]), np.array(fps), stream_fps=stream_fps,
        event_length_s=np.array([e.length_s for e in events]),
        event_frequency=np.array([e.frequency for e in events]),
        correlation=np.array([e.correlation[0] for e in events]),
        x_vote=x_vote or (None if form == "as_published" else 1), form=form,
    )  # fmt: skip


def means(q: quality.Quality) -> dict[str, float]:
    """Over applications: recall, precision, f1 (of these means) and f1_mean (mean of F1s)."""
    recall, precision = float(np.mean(q.recall)), float(np.mean(q.precision))
    f1 = float(quality.harmonic_mean(recall, precision))
    return {"recall": recall, "precision": precision, "f1": f1, "f1_mean": float(np.mean(q.f1))}


def headline_mixes() -> list[tuple[str, ...]]:
    """The recorded mixes of applications: 10 pairs, 20 triples (with repeats), then the four repeated in turn to 32."""
    record = table("headline_4apps")
    return [tuple(apps.split()) for apps in record[record.system == "mainstream"].apps]


def headline_problem(names: tuple[str, ...], *, form: Form = "consistent", budget: float = HEADLINE_BUDGET) -> Problem:
    """The headline's scheduling problem for these applications at 15 fps; rates 0.1…0.9 and 1…15.

    The 2018-02 curves begin at 3 frozen layers, where the record's No Sharing rows stand too. A full network per
    application freezes nothing, so a split 0 is added with the accuracy recorded at 3.
    """
    box, packages = device(HEADLINE_VINTAGE), mpackages(HEADLINE_VINTAGE)
    full = Device.of(box.name, (0, *box.split), (0.0, *box.stem), box.stem[0] + box.tail[0])
    apps = []
    for i, name in enumerate(names):
        app = App.from_package(packages[name], name=f"{name}-{i + 1}")
        longer = {column: (values[0], *values) for column in PER_SPLIT if (values := getattr(app, column))}
        apps.append(app.model_copy(update={"split": (0, *app.split), **longer}))
    rates = tuple(f / 10 for f in range(1, 10)) + tuple(float(f) for f in range(1, HEADLINE_STREAM_FPS + 1))
    return Problem(
        stream_fps=HEADLINE_STREAM_FPS, fps_options=rates, x_options=(None,) if form == "as_published" else (1,),
        budget=budget, form=form, device=full, apps=tuple(apps),
    )  # fmt: skip


def headline_costs() -> pd.DataFrame:
    """What each recorded schedule costs by the study's own latencies, in units per second (350 were allowed)."""
    box, rows = device(HEADLINE_VINTAGE), []
    for record in records(table("headline_4apps")):
        split = np.array([box.split.index(int(k)) for k in numbers(record.frozen_layers)])
        fps = np.array(numbers(record.fps))
        alone = fps.sum() * (box.stem[0] + box.tail[0])  # a full network each
        total = alone if record.system == "no_sharing" else device_cost(box, split, fps)
        rows.append({"system": record.system, "n_apps": record.n_apps, "cost": float(total)})
    return pd.DataFrame(rows)
