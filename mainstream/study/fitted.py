"""The model fitted to real predictions, and its Event-F1 beside the counted one (notebook 03).

Works on a `Recording`: nothing here runs a network.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from mainstream import quality
from mainstream.data import rates as counted
from mainstream.data.progress import progress
from mainstream.data.recorded import records
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.quality.chain import Differences
from mainstream.scheduler.problem import PER_SPLIT, App
from mainstream.study import replay
from mainstream.study.replay import Recording

PER_APP = ("event_length_s", "event_frequency", "correlation", "length_cv", "follows_event")
PARTS = {  # of the heterogeneous form, and of the consistent one its only
    "lengths": ("length_cv",), "what lasts": ("lasting", "lasting_empty"),
    "what passes": ("memory_s", "memory_empty_s"),
    "edges": ("follows_event",), "memory": ("correlation",),
}  # fmt: skip


def grid(recording: Recording, rates: Sequence[float], votes: Sequence[int]) -> pd.DataFrame:
    """Event-F1 as counted, for every application × split × rate × X.

    Columns: app, index, layer, split, fps, x_vote, events, recall, precision, f1, f1_se (standard error, whole clips
    drawn anew).
    """
    rows, drawn = [], replay.draws(len(recording.clips), 0, 200)
    seen = {f: replay.looks([f], recording)[float(f)] for f in rates}
    for app in progress(recording.footage.classes, desc="counting"):
        length = counted.event_length_s(recording.footage, app)
        counts = {fps: replay.count_each(recording, app, seen[fps], votes, window_s=length) for fps in rates}
        for (k, split), fps, (v, x) in product(enumerate(recording.splits), rates, enumerate(votes)):
            found = counts[fps][k, v]
            rows.append({
                "app": app, "index": k, "layer": str(recording.layers[k]), "split": int(split), "fps": float(fps),
                "x_vote": x, "events": found[:, 0].sum(), **replay.score(found.sum(0))._asdict(),
                "f1_se": replay.score(drawn @ found).f1.std(),
            })  # fmt: skip
    return pd.DataFrame(rows).astype({"recall": float, "precision": float, "f1": float})


def with_parameters(table: pd.DataFrame, packages: Iterable[MPackage]) -> pd.DataFrame:
    """Rows of `grid` with what the packages, which need rates on video, state about each: the arguments of the model.

    Raises `UserError` for a package without rates on video.
    """
    packages = list(packages)
    if bare := [(p.application, s.split) for p in packages for s in p.splits if s.video is None]:
        raise UserError(f"'{bare[0][0]}' at split {bare[0][1]}: its package has no rates on video")
    apps = {p.application: App.from_package(p) for p in packages}
    rows = []
    for r in records(table):
        app = apps[r.app]
        k = app.split.index(r.split)
        split = {name: getattr(app, name)[k] for name in PER_SPLIT}
        rows.append(split | {name: getattr(app, name) for name in PER_APP})
    return table.join(pd.DataFrame(rows, index=table.index))


def expected(
    table: pd.DataFrame, stream_fps: float, *, form: quality.Form = "consistent", without: Collection[str] = ()
) -> quality.Quality:
    """What the model makes of rows of `with_parameters`, leaving out some of the parts of `PARTS`."""
    left_out = {name for part in without for name in PARTS[part]}
    column = lambda name: table[name].to_numpy(float)
    names = Differences.__annotations__ if form == "heterogeneous" else ("correlation",)
    return quality.evaluate(
        column("tpr"), column("fpr"), column("fps"), stream_fps=stream_fps, event_length_s=column("event_length_s"),
        event_frequency=column("event_frequency"), x_vote=table.x_vote.to_numpy(), form=form,
        **{name: column(name) for name in names if name not in left_out},
    )  # fmt: skip


def against_count(sets: Mapping[str, pd.DataFrame], stream_fps: float) -> pd.DataFrame:
    """Tables of `with_parameters`, by name, predicted by each form, and by the heterogeneous one without a part.

    Returns their rows with parameters (the name), form, without ("–": nothing), model_recall, model_precision,
    model_f1 and error (model − counted Event-F1).
    """
    variants: list[tuple[quality.Form, str]] = [("consistent", ""), ("as_published", ""), ("heterogeneous", "")]
    variants += [("heterogeneous", part) for part in PARTS if part != "memory"]
    rows = []
    for (name, table), (form, part) in product(sets.items(), variants):
        model = expected(table, stream_fps, form=form, without=[part] if part else [])
        how = {"parameters": name, "form": form, "without": part or "–"}
        found = {f"model_{of}": value for of, value in model._asdict().items()}
        rows.append(table.assign(**how, **found, error=model.f1 - table.f1))
    return pd.concat(rows, ignore_index=True)


def summary(against: pd.DataFrame) -> pd.DataFrame:
    """Of `against_count`, by parameters, form and what was left out: mean_absolute, bias and largest error."""
    errors: Any = against.groupby(["parameters", "form", "without"], sort=False).error
    return errors.agg(mean_absolute=lambda e: e.abs().mean(), bias="mean", largest=lambda e: e.abs().max())
