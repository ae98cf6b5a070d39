"""Events that differ and looks that remember: `form="heterogeneous"` (notebook 03).

Outcomes of two looks Δt apart within one event are correlated by ρ(Δt) = α + (1−α)·e^(−Δt/τ). α (`lasting`) is what
makes an event easy or hard as a whole: its TPR is drawn from Beta(p(1/α−1), (1−p)(1/α−1)). τ (`memory_s`) is what
passes: given that TPR, looks 1/f apart form the two-state chain of the consistent form with lag-one correlation
g = e^(−1/(f·τ)). Lengths of events are Gamma distributed with mean L and `length_cv`.

Site occupancy with imperfect detection is the same problem (Royle 2006, Biometrics 62: heterogeneous detection; Hines
et al. 2010, Ecol. Appl. 20: dependent looks). The distribution of the TPRs cannot be identified from such data (Link
2003, Biometrics 59), so what is reported are predictions, never α.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv, gammaln

from mainstream.quality.chain import TABLE_ELEMENTS, Array, Differences

NODES = 3  # of the Gauss–Jacobi rule over an event's TPR, for more than one vote
_CHAINS = 2500  # worked on at once: they fit in a processor's cache
_MOST_LOOKS = 2000  # at one event; more count as that many, so that no length asks for gigabytes
_SAME = 1e-6  # lengths that vary by less do not
_REST = 1e-5  # share of events of one mean length, the longest, that count as a little shorter


def looks(seen: Array, length_cv: Array) -> Array:
    """P(n looks or more meet an event), n = 0, 1, … on a new first axis, for `seen` on average and Gamma lengths.

    An event as long as λ looks meets n with probability max(0, 1 − |λ − n|), the phase being random, hence n or more
    with E[(λ − n + 1)₊] − E[(λ − n)₊].
    """
    seen, cv = np.broadcast_arrays(np.minimum(seen, _MOST_LOOKS), length_cv)
    differ = cv > _SAME
    shape = 1 / np.where(differ, cv, 1) ** 2
    most = np.minimum(np.where(differ, seen * gammaincinv(shape, 1 - _REST) / shape, seen), _MOST_LOOKS)
    n = np.arange(-1.0, np.ceil(np.max(most, initial=0.0)) + 2).reshape(-1, *(1,) * seen.ndim)
    below = np.maximum(n - seen, 0)  # E[(n − λ)₊]
    at = np.nonzero(differ & (n > 0) & (n < most))
    n, seen, shape = (np.broadcast_to(a, below.shape)[at] for a in (n, seen, shape))
    scaled = n * shape / seen
    density = np.exp(shape * np.log(scaled) - scaled - gammaln(shape + 1))
    below[at] = (n - seen) * gammainc(shape, scaled) + seen * density  # as the Gamma function recurs in `shape`
    found: Array = 1 - np.diff(below, axis=0)
    return np.where(found > 1e-9, found, 0.0)


def nodes(p: Array, lasting: Array) -> tuple[Array, Array]:
    """Gauss–Jacobi rule of Beta(p(1/α−1), (1−p)(1/α−1)): TPRs and weights, nodes on a new first axis.

    By the eigenvalues of its Jacobi matrix (Golub and Welsch), in terms that stay finite at α = 0, p = 0 and p = 1.
    """
    p, alpha = np.broadcast_arrays(p, lasting)
    total = 1 - alpha  # a + b, in units of 1/α
    k = np.arange(NODES, dtype=float).reshape(-1, *(1,) * p.ndim)
    a, b = p * total, (1 - p) * total
    two = total + 2 * k * alpha
    middle = np.empty(np.broadcast_shapes(k.shape, p.shape))
    middle[0] = p
    denominator = two[1:] * (two[1:] - 2 * alpha)
    middle[1:] = 0.5 + 0.5 * (a - b) * (total - 2 * alpha) / np.where(denominator > 0, denominator, 1)
    j = k[1:]
    up = j * alpha * (j * alpha + a - alpha) * (j * alpha + b - alpha) * (j * alpha + total - 2 * alpha)
    low = (total + (2 * j - 2) * alpha) ** 2 * (total + (2 * j - 1) * alpha) * (total + (2 * j - 3) * alpha)
    first = alpha * a * b / np.where(total > 0, total**2 * (total + alpha), 1)
    side = np.where(j == 1, first, up / np.where(low > 0, low, 1))
    lower, i = np.zeros((*p.shape, NODES, NODES)), np.arange(NODES)  # `eigh` reads no more of a symmetric matrix
    lower[..., i, i] = np.moveaxis(middle, 0, -1)
    lower[..., i[1:], i[:-1]] = np.moveaxis(np.sqrt(np.maximum(side, 0)), 0, -1)
    values, vectors = np.linalg.eigh(lower)
    return np.clip(np.moveaxis(values, -1, 0), 0, 1), np.moveaxis(vectors[..., 0, :] ** 2, -1, 0)


class Side(NamedTuple):
    """Looks at events, or at empty windows; chains on the last axes: as asked for, or N of them after `part`.

    mean, g, lasting of each chain; p, weight: rates and their weights, nodes on a first axis; at_least: P(n looks or
    more), n = 0, 1, … on a first axis.
    """

    mean: Array
    g: Array
    lasting: Array
    p: Array
    weight: Array
    at_least: Array

    @classmethod
    def of(cls, mean: Array, remembered: Array, lasting: Array, at_least: Array) -> Self:
        """remembered: f·τ, so that g = e^(−1/(f·τ)); 0 where nothing is. One node where nothing lasts."""
        g = np.exp(-1 / np.maximum(remembered, 1e-300))
        p, weight = nodes(mean, lasting) if np.any(lasting) else (mean[None], np.ones((1, *mean.shape)))
        return cls(mean, g, lasting, p, weight, at_least)

    def part(self, chains: tuple[NDArray[np.intp], ...], shape: tuple[int, ...]) -> "Side":
        """N chains by their indices in `shape`, each N on the last axis; with as many looks as those can have."""
        wide = lambda a: np.broadcast_to(a, (*a.shape[: a.ndim - len(shape)], *shape))
        pick = lambda a: np.ascontiguousarray(wide(a)[(slice(None),) * (a.ndim - len(shape)) + chains])
        most = pick((self.at_least > 0).sum(0)).max()
        return Side(*map(pick, (*self[:-1], self.at_least[:most])))

    def once(self) -> Array:
        """P(at least one hit), (N,): 1 − (1−p)·₂F₁(1−n, a; a+b+1; 1−g) for n looks, mixed over n.

        The hypergeometric function by its recurrence in n, multiplied by α so that it holds at α = 0.
        """
        p, g, alpha = self.mean, self.g, self.lasting
        least = 1 - p * (1 - alpha) * (1 - g)
        earlier, missed, result = np.ones_like(p), 1 - p, np.zeros_like(p)  # P(no hit in n − 1 looks), in n
        for n, at_least in enumerate(self.at_least[1:], 1):
            result += at_least * (earlier - missed)  # the first hit is the n-th look
            m = (n - 1) * alpha
            earlier, missed = missed, ((least + m * (1 + g)) * missed - m * g * earlier) / (1 + m)
        return result

    def streaks(self, most: int) -> Array:
        """P(the next r + 1 looks are hits), r = 0 … most − 1; (most, nodes, N)."""
        hit_hit = self.p + (1 - self.p) * self.g
        return np.cumprod([self.p, *[hit_hit] * (most - 1)], axis=0)

    def runs(self, most: int, goes_on: bool = False) -> Array:
        """P(a run of r hits or more has just been seen), r = 0 … most; (most + 1, nodes, N).

        goes_on: given that a hit follows within this stretch, which remembers the run.
        """
        none, more = 1 - self.p, self.streaks(most)
        if goes_on:
            none = none * (1 - self.g)
            more *= 1 + (1 - self.p) * self.g / np.maximum(self.p, 1e-300)
        return np.stack([none + more[0], *more])

    def in_a_row(self, x: int, streaks: Array, inherited: Array) -> Array:
        """P(a run of at least x hits), (N,), mixed over numbers of looks and nodes; x rows of `streaks` or more.

        inherited: P(the window is entered with a run of r hits or more | its first look is a hit), r = 0 … x − 1 or
            further on the first axis, then nodes or one for all, then chains or one for all.
        """
        begun, g = (1 - self.g) * streaks[x - 1], np.repeat(self.g[None], len(self.p), 0)
        flow = (1 - self.p) * (1 - g) * begun
        ends = streaks[:x] * inherited[x - 1 :: -1]  # P(the first run ends at look n) at (n − 1) % x
        ends[1:] -= streaks[1:x] * inherited[x - 1 : 0 : -1]
        ends *= self.weight  # as is all that follows from them
        still, result = self.weight * flow, np.zeros_like(self.mean)  # P(no run yet) · flow, …
        for n, at_least in enumerate(self.at_least[1:]):  # looks before this one
            now = ends[n % x]
            result += at_least * np.add.reduce(now)
            ended = now * flow
            if n > 0:  # a miss follows a miss, or begins
                np.multiply(ends[(n - 1) % x], g, out=now)
                now += still
            else:
                now[:] = self.weight * (1 - self.p) * begun
            still -= ended
        return np.minimum(result, 1.0)


def declared(
    p: Array, q: Array, fps: Array, seen: Array, votes: NDArray[np.int64], differences: dict[str, Array]
) -> tuple[Array, Array]:
    """(R, R̃): P(an event is declared), P(an empty window of length L is), of the broadcast shape of all arguments.

    seen: L·fps. `differences` has every key of `Differences`."""
    given = (p, q, fps, seen, *(differences[k] for k in Differences.__annotations__))
    shape = np.broadcast_shapes(*(a.shape for a in given))
    if 0 in (whole := np.broadcast_shapes(shape, votes.shape)):
        return np.empty(whole), np.empty(whole)
    wide = shape or (1,)
    given = tuple(np.expand_dims(a, tuple(range(len(wide) - a.ndim))) for a in given)
    p, q, fps, seen, cv, alpha, tau, alpha_empty, tau_empty, phi = given
    event = Side.of(p, fps * tau, alpha, looks(seen, cv))
    empty = Side.of(q, fps * tau_empty, alpha_empty, looks(seen, np.zeros_like(cv)))
    order = np.argsort(np.broadcast_to(seen, wide), axis=None, kind="stable")  # chains of like length together
    votes = np.minimum(votes, _MOST_LOOKS)
    asked = np.unique(votes)
    found = np.empty((2, asked.size, order.size))
    together = max(1, min(_CHAINS, TABLE_ELEMENTS // (NODES * int(asked[-1]))))
    for start in range(0, order.size, together):
        here = order[start : start + together]
        chains = np.unravel_index(here, wide)
        after_event = np.broadcast_to(phi, wide)[chains]
        found[:, :, here] = _pair(event.part(chains, wide), empty.part(chains, wide), after_event, asked.tolist())
    recall, alarms = (np.select([votes == x for x in asked], list(side.reshape(-1, *shape))) for side in found)
    return recall, alarms


def _pair(event: Side, empty: Side, phi: Array, votes: list[int]) -> Array:
    """R and R̃ for each number of votes, ascending; (2, votes, N).

    Events come after empty stretches, empty windows after those or, a share φ, after events.
    """
    most = votes[-1]
    before = [np.eye(most + 1, 1)[..., None]] * 2  # every window begins anew
    if np.any(phi):
        left, left_empty = ((side.weight * side.runs(most)).sum(1, keepdims=True) for side in (event, empty))
        before = [left_empty, phi * left + (1 - phi) * empty.runs(most, goes_on=True)]
    each = [(side, side.streaks(most), inherited) for side, inherited in zip((event, empty), before, strict=True)]
    return np.array([[one.once() if x == 1 else one.in_a_row(x, *more) for x in votes] for one, *more in each])
