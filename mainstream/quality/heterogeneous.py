"""Events that differ and looks that remember: `form="heterogeneous"` (notebook 03).

Outcomes of two looks Δt apart within one event are correlated by ρ(Δt) = α + (1−α)·e^(−Δt/τ). α (`lasting`) is what
makes an event easy or hard as a whole: its TPR is drawn from Beta(p(1/α−1), (1−p)(1/α−1)). τ (`memory_s`) is what
passes: given that TPR, looks 1/f apart form the two-state chain of the consistent form with lag-one correlation
g = e^(−1/(f·τ)). Lengths of events are Gamma distributed with mean L and `length_cv`.

Site occupancy with imperfect detection is the same problem (Royle 2006, Biometrics 62: heterogeneous detection; Hines
et al. 2010, Ecol. Appl. 20: dependent looks). The distribution of the TPRs cannot be identified from such data (Link
2003, Biometrics 59), so what is reported are predictions, never α.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

from mainstream.quality.chain import Array, Differences

NODES = 3  # of the Gauss–Jacobi rule over an event's TPR, for more than one vote
_CHAINS = 2000  # worked on at once: they fit in a processor's cache
_MOST_LOOKS = 2000  # at one event; more count as that many, so that no length asks for gigabytes
_SAME = 1e-6  # lengths that vary by less do not
_REST = 1e-5  # share of the longest events that count as a little shorter


def memory(fps: Array, memory_s: Array) -> Array:
    """g = e^(−1/(f·τ)), the correlation that is left from one look to the next; 0 where nothing is remembered."""
    with np.errstate(divide="ignore"):
        return np.exp(-1.0 / np.maximum(fps * memory_s, 1e-300))


def looks(seen: Array, length_cv: Array) -> Array:
    """P(n looks or more meet an event), n = 0, 1, … on a new first axis, for `seen` on average and Gamma lengths.

    An event as long as λ looks meets n with probability max(0, 1 − |λ − n|), the phase being random, hence n or more
    with E[(λ − n + 1)₊] − E[(λ − n)₊].
    """
    seen, cv = np.broadcast_arrays(np.minimum(seen, _MOST_LOOKS), length_cv)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shape = 1 / cv**2
        most = np.where(cv > _SAME, seen * gammaincinv(shape, 1 - _REST) / shape, seen)
        longest = np.ceil(np.minimum(np.max(most, initial=0.0), _MOST_LOOKS))
        n = np.arange(-1.0, longest + 2).reshape(-1, *(1,) * seen.ndim)
        scaled = np.maximum(n, 0) * shape / seen
        varied = n * gammainc(shape, scaled) - seen * gammainc(shape + 1, scaled)
    below = np.where(cv > _SAME, varied, np.maximum(n - seen, 0))  # E[(n − λ)₊]
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
    """Looks at events, or at empty windows; N chains.

    p, weight: rates (nodes, N) and their weights; mean, g, lasting: (N,); at_least: P(n looks or more), (n, N).
    """

    p: Array
    weight: Array
    mean: Array
    g: Array
    lasting: Array
    at_least: Array

    @classmethod
    def of(cls, flat: Callable[[Array], Array], p: Array, g: Array, lasting: Array, at_least: Array) -> Side:
        """`flat` brings an array to shape (N,). One node where nothing lasts."""
        rates, weight = nodes(p, lasting) if np.any(lasting) else (p[None], np.ones((1, *p.shape)))
        each = lambda several: np.stack([flat(one) for one in several])
        return cls(each(rates), each(weight), flat(p), flat(g), flat(lasting), each(at_least))

    def part(self, columns: slice) -> Side:
        """Some of the chains, with as many looks as those can have."""
        some = Side(*(field[..., columns] for field in self))
        return some._replace(at_least=some.at_least[some.at_least.any(1)])

    def once(self) -> Array:
        """P(at least one hit), (N,): 1 − (1−p)·₂F₁(1−n, a; a+b+1; 1−g) for n looks, mixed over n.

        The hypergeometric function by its recurrence in n, multiplied by α so that it holds at α = 0.
        """
        p, g, alpha = self.mean, self.g, self.lasting
        before, now, missed, result = np.zeros_like(p), np.ones_like(p), np.ones_like(p), np.zeros_like(p)
        for n, at_least in enumerate(self.at_least[1:], 1):
            result += at_least * (missed - (1 - p) * now)  # the first hit is the n-th look
            missed = (1 - p) * now
            m = (n - 1) * alpha
            before, now = now, ((1 + 2 * m - (p * (1 - alpha) + m) * (1 - g)) * now - m * g * before) / (1 + m)
        return result

    def in_a_row(self, x: int, inherited: Array | None = None) -> Array:
        """P(a run of at least x hits), (N,), mixed over numbers of looks and nodes.

        inherited: P(the window is entered with a run of r hits | its first look is a hit), r = 0 … x−1 on the first
            axis (the last: x − 1 or more); none where the window begins anew.
        """
        hit_hit, stop = self.p + (1 - self.p) * self.g, (1 - self.p) * (1 - self.g)
        begun, streak = hit_hit ** (x - 1) * self.p * (1 - self.g), self.p
        misses = [np.zeros_like(self.p), 1 - self.p]  # P(no run yet, look n a miss)
        still, result, scratch = np.ones_like(self.p), np.zeros_like(self.p), np.empty_like(self.p)  # P(no run yet), …
        for n, at_least in enumerate(self.at_least[1:], 1):
            if n > 1:
                miss = misses[n - 1] * self.g
                miss += np.multiply(still, stop, out=scratch)
                misses.append(miss)
            if n > x:
                ended = np.multiply(misses[n - x], begun, out=scratch)
            else:
                ended = streak * (float(n == x) if inherited is None else inherited[x - n])
            still -= ended
            ended *= at_least
            result += ended
            streak = streak * hit_hit if n < x else streak
        return self.over_nodes(np.minimum(result, 1.0))

    def runs(self, x: int) -> Array:
        """P(a run of exactly r hits has just been seen), r = 0 … x−2, and of x − 1 or more; (x, nodes, N)."""
        hit_hit, miss_hit = self.p + (1 - self.p) * self.g, self.p * (1 - self.g)
        exact = [1 - self.p, *((1 - self.p) * miss_hit * hit_hit ** (r - 1) for r in range(1, x - 1))]
        return np.stack([*exact, 1 - sum(exact)])

    def going_on(self, x: int) -> Array:
        """`runs` where the stretch itself goes on, so that its next look remembers the last; (x, nodes, N)."""
        found = self.runs(x)
        found[0] *= 1 - self.g
        found[1:] *= 1 + (1 - self.p) * self.g / np.maximum(self.p, 1e-300)
        return found

    def over_nodes(self, values: Array) -> Array:
        """The mean of values (…, nodes, N) over an event's rates, (…, N)."""
        found: Array = (self.weight * values).sum(-2)
        return found


def declared(
    p: Array, q: Array, fps: Array, length: Array, votes: NDArray[np.int64], differences: dict[str, Array]
) -> tuple[Array, Array]:
    """(R, R̃): P(an event is declared), P(an empty window of length L is), of the broadcast shape of all arguments.

    `differences` has every key of `Differences`.
    """
    cv, alpha, tau, alpha_empty, tau_empty, phi = (differences[k] for k in Differences.__annotations__)
    shape = np.broadcast_shapes(*(a.shape for a in (p, q, fps, length, *differences.values())))
    met, met_empty = looks(fps * length, cv), looks(fps * length, np.zeros(()))
    order = np.argsort(np.broadcast_to(fps * length, shape).ravel(), kind="stable")  # chains of like length together
    flat = lambda a: np.broadcast_to(a, shape).ravel()[order]
    event = Side.of(flat, p, memory(fps, tau), alpha, met)
    empty = Side.of(flat, q, memory(fps, tau_empty), alpha_empty, met_empty)
    after_event = flat(phi)
    found = {int(x): np.empty((2, len(order))) for x in np.unique(votes)}
    for start in range(0, len(order), _CHAINS):
        here = slice(start, start + _CHAINS)
        some, others = event.part(here), empty.part(here)
        for x, values in found.items():
            values[:, order[here]] = _pair(some, others, after_event[here], x)
    asked = [votes == x for x in found]
    recall, alarms = (np.select(asked, [values[k].reshape(shape) for values in found.values()]) for k in (0, 1))
    return recall, alarms


def _pair(event: Side, empty: Side, phi: Array, x: int) -> tuple[Array, Array]:
    """(R, R̃) for x votes: events come after empty stretches, empty windows after those or, a share φ, after events."""
    if x == 1:
        return event.once(), empty.once()
    if not np.any(phi):
        return event.in_a_row(x), empty.in_a_row(x)
    left, left_empty = (side.over_nodes(side.runs(x)) for side in (event, empty))
    before = phi * left[:, None] + (1 - phi) * empty.going_on(x)
    return event.in_a_row(x, left_empty), empty.in_a_row(x, before)
