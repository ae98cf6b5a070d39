"""What applications are on video: their events, cameras that they never saw (notebook 01)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from mainstream.package import MPackage


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
