"""Accuracy against split, as tidy tables: ours on stills and on video, real photos, the published record (notebook 01).

Balanced accuracy is (TPR + 1 − FPR) / 2: 0.5 is chance, whatever the share of positives.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mainstream.errors import UserError
from mainstream.package import FILE, MPackage
from mainstream.quality.counted import Interval


def load_packages(root: str | Path) -> list[MPackage]:
    """All M-Packages below `root`, in the order of their folders. `UserError`: none, or one that is there twice."""
    found = {path.parent: MPackage.load(path.parent) for path in sorted(Path(root).rglob(FILE))}
    if not found:
        raise UserError(f"{root}: no {FILE} in it or below")
    made = {(p.application, p.training.get("seed", 0), p.base): folder for folder, p in found.items()}
    if copies := [str(folder) for folder in found if folder not in made.values()]:
        raise UserError(f"{copies[0]}: its application, of that seed, is in another folder too; take one of them away")
    return list(found.values())


def by_seed(packages: Sequence[MPackage]) -> dict[int, list[MPackage]]:
    """The packages of each training, the lowest seed first."""
    seeds = sorted({p.training.get("seed", 0) for p in packages})
    return {seed: [p for p in packages if p.training.get("seed", 0) == seed] for seed in seeds}


def balanced_accuracy(
    tpr: float, fpr: float, tpr_interval: Interval | None = None, fpr_interval: Interval | None = None
) -> tuple[float, float, float]:
    """(value, low, high) of (TPR + 1 − FPR) / 2; without intervals low and high are NaN.

    The interval joins those of the two rates, which come from different images, by Newcombe's method (Statistics in
    Medicine 17, 1998): distances to the limits add up as squares.
    """
    value = (tpr + 1 - fpr) / 2
    if tpr_interval is None or fpr_interval is None:
        return value, np.nan, np.nan
    low = np.hypot(tpr - tpr_interval[0], fpr_interval[1] - fpr) / 2
    high = np.hypot(tpr_interval[1] - tpr, fpr - fpr_interval[0]) / 2
    return value, value - float(low), value + float(high)


def table(packages: Iterable[MPackage], track: str) -> pd.DataFrame:
    """One row per application, seed and split; where there is video, `on` names what the rates were counted on.

    Columns: track, app, seed, index (of the split, 0: nothing frozen), frozen_layers, layer, on (images or video),
    tpr, fpr, accuracy, low, high (95%), val_loss.
    """
    rows = []
    for package in packages:
        losses = package.training.get("val_loss", {})
        for index, record in enumerate(package.splits):
            place = {
                "track": track, "app": package.application, "seed": package.training.get("seed", 0), "index": index,
                "frozen_layers": record.split, "layer": record.layer,
                "val_loss": losses.get(str(record.split), np.nan),
            }  # fmt: skip
            for on, of in (("images", record), ("video", record.video)):
                if of is None:
                    continue
                value, low, high = balanced_accuracy(of.tpr, of.fpr, of.tpr_interval, of.fpr_interval)
                rates = {"tpr": of.tpr, "fpr": of.fpr, "accuracy": value, "low": low, "high": high}
                rows.append({**place, "on": on, **rates})
    return pd.DataFrame(rows)


def over_seeds(curves: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds, with the widest limits that any seed gave and the standard deviation between seeds."""
    keys = ["track", "app", "on", "index", "frozen_layers", "layer"]
    grouped = curves.groupby(keys, sort=False)
    spread = grouped.accuracy.std().rename("seed_sd")
    return pd.concat([grouped[["tpr", "fpr", "accuracy", "val_loss"]].mean(), grouped.low.min(), grouped.high.max(),
                      spread, grouped.size().rename("seeds")], axis=1).reset_index()  # fmt: skip


def gains(curves: pd.DataFrame, *, on: str = "images") -> pd.DataFrame:
    """What specialising buys each application: the last layer alone against the split that validation would choose.

    That split is the one with the lowest validation loss (the deepest of equals): choosing by the very images that
    accuracy is counted on would flatter it. The published record has no validation: there it is the most accurate one.
    The interval of the difference joins the two as if they had been counted on different images; they were the same
    ones, so it is wider than it need be.
    """
    rows = []
    means = over_seeds(curves[curves.on == on])
    for (track, app), part in means.groupby(["track", "app"], sort=False):
        part = part.sort_values("index", ascending=False)  # the deepest first
        loss = part.val_loss if part.val_loss.notna().any() else -part.accuracy
        last, best = part.iloc[0], part.iloc[int(loss.argmin())]
        low = np.hypot(best.accuracy - best.low, last.high - last.accuracy)
        high = np.hypot(best.high - best.accuracy, last.accuracy - last.low)
        gain = best.accuracy - last.accuracy
        rows.append({
            "track": track, "app": app, "last_layer": last.accuracy, "best": best.accuracy, "best_layer": best.layer,
            "gain": gain, "low": gain - low, "high": gain + high, "seeds": int(part.seeds.max()),
        })  # fmt: skip
    return pd.DataFrame(rows)
