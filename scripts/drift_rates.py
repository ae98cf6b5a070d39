"""What a plan of `drift.py` may believe of a segment: its truth, or what networks say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from drift_film import FPS, part

from mainstream.data import rates as counted
from mainstream.data.footage import Footage
from mainstream.scheduler import App, Schedule
from mainstream.study import replay
from mainstream.study.replay import Recording

PRIOR = 20.0  # looks that a package's rates count as
SPECIALISED = 0  # the split that shares nothing
Apps = dict[str, App]


def rated(app: App, said: np.ndarray, truth: np.ndarray, prior: float) -> App:
    """TPR and FPR of every split, (splits, frames), if that were the truth, (frames,)."""
    share = lambda where, stated: (said[:, where].sum(1) + prior * np.array(stated)) / (where.sum() + prior)
    return app.model_copy(update={"tpr": tuple(share(truth, app.tpr)), "fpr": tuple(share(~truth, app.fpr))})


def frequent(app: App, positive: float, tpr: float, fpr: float) -> App:
    """π from the share of positive looks and the rates of who looked (Rogan and Gladen 1978)."""
    share = float(np.clip((positive - fpr) / max(tpr - fpr, 0.05), 0.02, 0.9))
    return app.model_copy(update={"event_frequency": share})


def told(app: App, said: np.ndarray, truth: np.ndarray) -> App:
    """What is true of a segment."""
    here = Footage(np.empty((len(truth), 0)), truth[:, None], (app.name,), np.zeros(len(truth), int), FPS)
    share = counted.event_frequency(here, app.name, app.event_length_s)
    return rated(app, said, truth, 2.0).model_copy(update={"event_frequency": float(np.clip(share, 0.01, 0.9))})


def believed(app: App, said: np.ndarray, truth: np.ndarray) -> App:
    """Somebody who looked at these frames taken for the truth, the specialised network with its own errors too."""
    return frequent(rated(app, said, truth, PRIOR), truth.mean(), 1.0, 0.0)


def corrected(app: App, said: np.ndarray) -> App:
    """Its errors, as the package states them, taken out, as if those of two networks had nothing to do with another."""
    d, t, f = said[SPECIALISED], app.tpr[SPECIALISED], app.fpr[SPECIALISED]
    app = frequent(app, d.mean(), t, f)
    yes, no = app.event_frequency * np.array([t, 1 - t]), (1 - app.event_frequency) * np.array([f, 1 - f])
    rates = np.linalg.solve(np.stack([yes, no], 1) / (yes + no)[:, None], [said[:, d].mean(1), said[:, ~d].mean(1)])
    alike = (said == d).all(1)
    rates[:, alike] = np.array([app.tpr, app.fpr])[:, alike]
    tpr, fpr = np.clip(rates, 0.005, 0.995)
    return app.model_copy(update={"tpr": tuple(tpr), "fpr": tuple(fpr)})


def shifted(app: App, said: np.ndarray, before: np.ndarray) -> App:
    """The package's rates, moved in log odds as far as the specialised network finds others than on other days."""
    odds = lambda p: np.log(np.clip(p, 0.005, 0.995) / (1 - np.clip(p, 0.005, 0.995)))
    now, then = (rated(app, s, s[SPECIALISED], PRIOR) for s in (said, before))
    alike, found = (before == before[SPECIALISED]).all(1), {}
    for rate in ("tpr", "fpr"):
        moved = odds(getattr(now, rate)) - odds(getattr(then, rate))
        moved[alike] = moved[~alike][:3].mean()  # of itself it cannot say: as its next neighbours
        found[rate] = tuple(1 / (1 + np.exp(-odds(getattr(app, rate)) - moved)))
    shares = said[SPECIALISED].mean(), app.tpr[SPECIALISED], app.fpr[SPECIALISED]
    return frequent(app.model_copy(update=found), *shares)


def looked(day: Recording, minutes: Mapping[int, Schedule], usual: Apps) -> dict[str, np.ndarray]:
    """Of each application under these plans: positives among its looks, and what all and no events would give."""
    sums = {app: np.zeros(4) for app in usual}
    for m, plan in minutes.items():
        here = part(day, day.clips[m])
        seen = replay.looks([u.fps for u in plan.units], here)
        for u in plan.units:
            a, k = day.place(u.app, u.split)
            n = seen[u.fps].sum()
            at = usual[u.app].split.index(u.split)
            sums[u.app] += [here.said[a, k, seen[u.fps]].sum(), n * usual[u.app].tpr[at], n * usual[u.app].fpr[at], n]
    return sums


def counted_frequency(usual: Apps, sums: Mapping[str, np.ndarray]) -> Apps:
    """As `frequent`, of `looked`."""
    return {name: frequent(app, *(sums[name][:3] / sums[name][3])) for name, app in usual.items()}


def also_wrong(days: Sequence[Recording]) -> dict[str, dict[str, float]]:
    """How often other networks of an application are wrong where the specialised one is wrong, or right; mean over all.

    Of frames with an event they miss, of empty ones they take for one.
    """
    shares: dict[str, dict[str, list[float]]] = {"events": {}, "empty": {}}
    for a in range(len(days[0].apps)):
        said = np.concatenate([d.said[a] for d in days], axis=1)
        labels = np.concatenate([d.labels[a] for d in days])
        others = said[(said != said[SPECIALISED]).any(1)]
        for what, frames in (("events", labels), ("empty", ~labels)):
            for how, where in (("wrong", said[SPECIALISED] != labels), ("right", said[SPECIALISED] == labels)):
                errs = float((others != labels)[:, frames & where].mean())
                shares[what].setdefault(how, []).append(errs)
    return {what: {how: round(float(np.mean(v)), 3) for how, v in of.items()} for what, of in shares.items()}
