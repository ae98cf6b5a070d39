"""How events differ and how looks at them remember, measured on footage for `form="heterogeneous"`.

Whether two looks Δt apart in one stretch are both right goes by ρ(Δt) = α + (1−α)·e^(−Δt/τ): fitted to all pairs up to
`LAGS_S` seconds apart. α itself cannot be identified from data: it serves predictions (notebook 03).
"""

from typing import NamedTuple

import numpy as np

from mainstream.package import Memory

LAGS_S = 2.0  # seconds over which the correlation of looks is measured
DRAWS = 200  # of stretches anew, for intervals
TIMES_S = np.geomspace(0.02, 5, 80)  # τ that are tried
MOST = 0.95  # of α


class Pairs(NamedTuple):
    """Sums over the pairs of looks within each stretch; counts of stretch s and lag l (in frames, from 1)."""

    hits: np.ndarray  # (S,)
    frames: np.ndarray  # (S,)
    both: np.ndarray  # (S, lags): pairs of two hits
    either: np.ndarray  # (S, lags): hits of the first looks and of the second
    pairs: np.ndarray  # (S, lags)

    @property
    def alike(self) -> bool:
        """Is every look a hit, or none? Then ρ has no meaning and no effect."""
        return not 0 < self.hits.sum() < self.frames.sum()

    def correlation(self, times: np.ndarray | None = None) -> np.ndarray:
        """ρ of each lag, (lags,), or of draws with each stretch taken so many times, (draws, S) → (draws, lags).

        NaN where nothing varies or no stretch is so long.
        """
        taken = np.ones((1, len(self.hits))) if times is None else times
        hits, frames, both, either, pairs = (taken @ part for part in self)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = (hits / frames)[:, None]
            found: np.ndarray = (both - p * either + p * p * pairs) / pairs / (p * (1 - p))
        return found[0] if times is None else found


def pairs(said: np.ndarray, present: np.ndarray, clip: np.ndarray, inside: bool, lags: int) -> Pairs:
    """Pairs within unbroken stretches of frames with the object (`inside`) or without; all bool or int (frames,)."""
    change = np.flatnonzero((np.diff(present.astype(np.int8)) != 0) | (np.diff(clip) != 0)) + 1
    stretches = [s for s in np.split(said.astype(float), change) if len(s)]
    which = [present[start] == inside for start in (0, *change)]
    mine = [s for s, wanted in zip(stretches, which, strict=True) if wanted]
    table = np.zeros((3, len(mine), lags))
    for i, s in enumerate(mine):
        for lag in range(1, min(lags, len(s) - 1) + 1):
            a, b = s[:-lag], s[lag:]
            table[:, i, lag - 1] = a @ b, a.sum() + b.sum(), len(a)
    sums = np.array([(s.sum(), len(s)) for s in mine]).reshape(-1, 2)
    return Pairs(sums[:, 0], sums[:, 1], *table)


def fitted(rho: np.ndarray, weight: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """(α, τ) of correlations (draws, lags), by least squares with weights (lags,): τ of `TIMES_S`, α in closed form."""
    at = np.arange(1, rho.shape[-1] + 1) / fps
    e = np.exp(-at / TIMES_S[:, None])  # (T, lags)
    value, w = np.nan_to_num(rho)[:, None], np.where(np.isfinite(rho), weight, 0)[:, None]
    rest = (w * (1 - e) ** 2).sum(-1)
    alpha = np.clip((w * (1 - e) * (value - e)).sum(-1) / np.maximum(rest, 1e-300), 0, MOST)
    error = (w * (alpha[..., None] * (1 - e) + e - value) ** 2).sum(-1)
    best = error.argmin(-1)
    return np.take_along_axis(alpha, best[:, None], -1)[:, 0], TIMES_S[best]


def measured(found: Pairs, fps: float) -> Memory | None:
    """α and τ of pairs on events, or on empty stretches, with intervals from stretches drawn anew.

    None where every decision is the same, so that nothing can be fitted.
    """
    if found.alike or not found.pairs.any():
        return None
    weight = found.pairs.sum(0)
    (alpha,), (tau,) = fitted(found.correlation()[None], weight, fps)
    n = len(found.hits)
    drawn = found.correlation(np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), DRAWS).astype(float))
    (a, b), (c, d) = (np.quantile(values, [0.025, 0.975]) for values in fitted(drawn, weight, fps))
    limits = {"lasting_interval": (a, b), "memory_interval": (c, d)} if n > 1 else {}
    return Memory(lasting=alpha, memory_s=tau, **limits)
