"""The model fitted to real predictions, and its Event-F1 beside the counted one (design section 3; notebook 03).

Works on a `Recording`: nothing here runs a network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pandas as pd

from mainstream import quality
from mainstream.data import rates as counted
from mainstream.data.progress import progress
from mainstream.data.tables import records
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.study import replay
from mainstream.study.replay import Recording


def refitted(packages: Iterable[MPackage], recording: Recording) -> list[MPackage]:
    """The packages with rates, ρ by lag (up to a second), L and π measured on the recording, at its splits."""
    found = []
    for package in packages:
        splits, videos = [], []
        for record in (s for s in package.splits if s.split in recording.splits):
            a, k = recording.place(package.application, record.split)
            video = counted.on_video(
                recording.probabilities[a, k], recording.footage, package.application, recording.thresholds[a, k],
                lags_s=1.0,
            )  # fmt: skip
            videos.append(video)
            splits.append(record.model_copy(update={"video": video}))
        events = counted.events_on_video(recording.footage, package.application, videos)
        found.append(package.model_copy(update={"splits": tuple(splits), "events": events}))
    return found


def grid(recording: Recording, rates: Sequence[float], votes: Sequence[int], *, seed: int = 0) -> pd.DataFrame:
    """Event-F1 as counted, for every application × split × rate × X.

    Columns: app, index, layer, split, fps, x_vote, events, recall, precision, f1, f1_se (standard error, whole clips
    drawn anew).
    """
    rows, drawn = [], replay.draws(len(recording.clips), seed, 200)
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
    """Rows of `grid` with what the packages, which need rates on video, state about each.

    Columns: tpr, fpr, event_length_s, event_frequency, correlation (ρ of neighbouring frames of their footage) and
    correlation_at (ρ between looks at the row's rate). Raises `UserError` for a package without rates on video.
    """
    stated = {(p.application, s.split): (p.events, s.video) for p in packages for s in p.splits}
    rows = []
    for r in records(table):
        events, video = stated[r.app, r.split]
        if events is None or video is None:
            raise UserError(f"'{r.app}' at split {r.split}: its package has no rates on video")
        lags = np.arange(1, len(video.correlation) + 1) / video.fps
        rows.append({
            "tpr": video.tpr, "fpr": video.fpr, "event_length_s": events.length_s,
            "event_frequency": events.frequency, "correlation": video.correlation[0],
            "correlation_at": float(np.interp(1 / r.fps, lags, video.correlation)),
        })  # fmt: skip
    return table.join(pd.DataFrame(rows, index=table.index))


def expected(
    table: pd.DataFrame, stream_fps: float, *, form: quality.Form = "consistent", correlation: str = "correlation"
) -> quality.Quality:
    """What the model makes of rows of `with_parameters`; `correlation`: the column that ρ is taken from."""
    column = lambda name: table[name].to_numpy(float)
    return quality.evaluate(
        column("tpr"), column("fpr"), column("fps"), stream_fps=stream_fps, event_length_s=column("event_length_s"),
        event_frequency=column("event_frequency"), correlation=column(correlation), x_vote=table.x_vote.to_numpy(),
        form=form,
    )  # fmt: skip
