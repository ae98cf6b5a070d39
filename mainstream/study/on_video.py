"""What applications are on video, measured anew or as packages say: their rates, events, and what looks remember.

Used by notebooks 01, 03 and 05. Works on a `Recording`: nothing here runs a network.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mainstream.data import rates
from mainstream.package import MPackage
from mainstream.study.replay import Recording


def refitted(packages: Iterable[MPackage], recording: Recording) -> list[MPackage]:
    """The packages with everything that is measured on video measured on the recording, at its splits."""
    found = []
    for package in packages:
        splits, videos = [], []
        for record in (s for s in package.splits if s.split in recording.splits):
            a, k = recording.place(package.application, record.split)
            video = rates.on_video(
                recording.probabilities[a, k], recording.footage, package.application, recording.thresholds[a, k]
            )
            videos.append(video)
            splits.append(record.model_copy(update={"video": video}))
        events = rates.events_on_video(recording.footage, package.application, videos)
        found.append(package.model_copy(update={"splits": tuple(splits), "events": events}))
    return found


def parameters(packages: Iterable[MPackage]) -> pd.DataFrame:
    """What packages with rates on video say: app, index, layer, tpr, fpr, rho, length_s, frequency of every split."""
    return pd.DataFrame([
        {"app": p.application, "index": k, "layer": s.layer, "tpr": s.video.tpr, "fpr": s.video.fpr,
         "rho": s.video.correlation[0], "length_s": p.events.length_s, "frequency": p.events.frequency}
        for p in packages if p.events for k, s in enumerate(p.splits) if s.video
    ])  # fmt: skip


def correlation_by_lag(packages: Iterable[MPackage], stream_fps: float) -> pd.DataFrame:
    """ρ of hits by the seconds between two looks, beside that of a chain which forgets geometrically.

    Returns: app, lag_s, rho, chain.
    """
    rows = []
    for app, rho in [(p.application, p.events.correlation) for p in packages if p.events]:
        lag = np.arange(1, len(rho) + 1)
        rows.append(pd.DataFrame({"app": app, "lag_s": lag / stream_fps, "rho": rho, "chain": rho[0] ** lag}))
    return pd.concat(rows, ignore_index=True)


def events(packages: Iterable[MPackage]) -> pd.DataFrame:
    """Events of the applications that were measured on video: length, frequency, ρ at the first and the last lag."""
    return pd.DataFrame([
        {"app": p.application, "length_s": p.events.length_s, "frequency": p.events.frequency,
         "rho_1": p.events.correlation[0], "rho_last": p.events.correlation[-1],
         "last_lag_s": p.events.lag_s * len(p.events.correlation)}
        for p in packages if p.events and p.events.lag_s
    ])  # fmt: skip


def carried(home: pd.DataFrame, away: pd.DataFrame) -> pd.DataFrame:
    """Accuracy on video of one place (`seen`) beside that of another (`unseen`, low, high): tables of `curves`."""
    far = away[away.on == "video"].rename(columns={"accuracy": "unseen"})[["app", "layer", "unseen", "low", "high"]]
    near = home[home.on == "video"].rename(columns={"accuracy": "seen"})[["app", "layer", "index", "seen"]]
    return far.merge(near, on=["app", "layer"])
