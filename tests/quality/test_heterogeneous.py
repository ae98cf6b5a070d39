"""Events that differ and looks that remember: against brute force, against the consistent form, against simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi
from scipy.stats import beta, gamma

from mainstream.errors import UserError
from mainstream.quality import evaluate, event_f1, event_recall, heterogeneous, simulate_events

share = st.floats(0, 1)
inside = st.floats(0.02, 0.98)


def chain(p, g, outcomes):
    """P(these outcomes, in this order) of the stationary chain with hit rate p and lag-one correlation g."""
    value = p if outcomes[0] else 1 - p
    for a, b in zip(outcomes, outcomes[1:], strict=False):
        hit = p + (1 - p) * g if a else p * (1 - g)
        value *= hit if b else 1 - hit
    return value


def found(outcomes, x):
    return any(all(outcomes[i : i + x]) for i in range(len(outcomes) - x + 1))


def by_hand(p, g, alpha, n, x):
    """P(a run of x hits among n looks): every outcome, every node of the event's own rate."""
    if alpha == 0:
        rates = [(p, 1.0)]
    elif x == 1:  # enough nodes to be exact
        rates = jacobi(p, alpha, 40)
    else:
        rates = jacobi(p, alpha, heterogeneous.NODES)
    return sum(w * chain(r, g, o) for o in product((0, 1), repeat=n) if found(o, x) for r, w in rates)


def jacobi(p, alpha, number):
    a, b = p * (1 / alpha - 1), (1 - p) * (1 / alpha - 1)
    at, weight = roots_jacobi(number, b - 1, a - 1)
    return list(zip((at + 1) / 2, weight / weight.sum(), strict=True))


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize(("p", "g", "alpha"), [(0.37, 0.4, 0.2), (0.9, 0.0, 0.05), (0.6, 0.7, 0.6), (0.2, 0.3, 0.0)])
def test_equals_brute_force_over_outcomes_and_nodes(n, p, g, alpha):
    fps, tau = 2.0, -0.5 / np.log(g) if g else 0.0
    given = {"stream_fps": 10, "event_length_s": n / fps, "lasting": alpha, "memory_s": tau, "form": "heterogeneous"}
    for x, tolerance in ((1, 1e-9), (2, 1e-6), (3, 1e-6)):
        if x == 1 and n > 8 and alpha:
            continue  # 40 nodes × 4096 outcomes: the closed form is checked at 8
        ours = float(event_recall(p, fps, x_vote=x, **given))
        assert ours == pytest.approx(by_hand(p, g, alpha, n, x), abs=tolerance)


@given(p=inside, q=inside, f=st.floats(0.2, 10), length=st.floats(0.1, 4), x=st.integers(1, 4), pi=inside)
@settings(max_examples=60, deadline=None)
def test_with_nothing_given_it_is_the_consistent_form_without_correlation(p, q, f, length, x, pi):
    given = {"stream_fps": 10, "event_length_s": length, "event_frequency": pi, "x_vote": x}
    ours = evaluate(p, q, f, form="heterogeneous", **given)
    assert np.allclose(ours, evaluate(p, q, f, **given), atol=1e-12)


@given(p=inside, alpha=st.floats(0, 0.95))
@settings(max_examples=60, deadline=None)
def test_the_nodes_have_the_mean_and_spread_of_the_beta(p, alpha):
    at, weight = heterogeneous.nodes(np.array(p), np.array(alpha))
    assert weight.sum() == pytest.approx(1) and (weight * at).sum() == pytest.approx(p)
    variance = alpha * p * (1 - p)
    assert (weight * (at - p) ** 2).sum() == pytest.approx(variance, abs=1e-9)
    if alpha > 0.01:
        skewed = beta(p * (1 / alpha - 1), (1 - p) * (1 / alpha - 1)).moment(3)
        assert (weight * at**3).sum() == pytest.approx(skewed, abs=1e-8)


def test_no_number_of_votes_asks_for_gigabytes():
    given = {"stream_fps": 10, "event_length_s": 3, "lasting": 0.2, "memory_s": 0.3, "follows_event": 0.3}
    found = evaluate(0.9, 0.1, 10, x_vote=[3, 10**9], event_frequency=0.1, form="heterogeneous", **given)
    assert found.recall[0] > 0.5 and found.recall[1] == 0


def test_votes_may_have_more_dimensions_than_all_else():
    rates, fps = ([0.1, 0.9, 0.5], [0.0, 0.2, 0.5]), [1.0, 2.0, 3.0]
    other = {"stream_fps": 10, "event_length_s": 1, "event_frequency": 0.3, "form": "heterogeneous", "lasting": 0.5}
    together = evaluate(*rates, fps, x_vote=np.array([[1], [3]]), **other)
    for row, x in enumerate((1, 3)):
        for part, alone in zip(together, evaluate(*rates, fps, x_vote=x, **other), strict=True):
            np.testing.assert_array_equal(part[row], alone)


@given(seen=st.floats(0.05, 20), cv=st.floats(0.05, 1.5))
@settings(max_examples=40, deadline=None)
def test_numbers_of_looks_are_those_of_gamma_lengths(seen, cv):
    mine = -np.diff(heterogeneous.looks(np.array(seen), np.array(cv)), append=0)
    assert mine.sum() == pytest.approx(1) and (np.arange(len(mine)) @ mine) == pytest.approx(seen, rel=1e-4)
    lengths = gamma.ppf((np.arange(4000) + 0.5) / 4000, cv**-2, scale=seen * cv**2)
    one = np.maximum(0, 1 - np.abs(lengths - 1)).mean()
    assert mine[1] == pytest.approx(one, abs=2e-3)


@given(p=inside, q=st.floats(0.01, 0.4), alpha=st.floats(0, 0.6), tau=st.floats(0, 2), cv=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_broadcasting_gives_what_single_calls_give(p, q, alpha, tau, cv):
    given = {
        "stream_fps": 10, "event_length_s": 1.7, "event_frequency": 0.3, "form": "heterogeneous", "lasting": alpha,
        "memory_s": tau, "length_cv": cv, "lasting_empty": 0.1, "memory_empty_s": 0.3, "follows_event": 0.2,
    }  # fmt: skip
    rates, votes = np.array([0.5, 3.0, 10.0]), np.array([1, 2, 3])
    table = event_f1(np.array([p, 0.5])[:, None, None], q, rates[:, None], x_vote=votes, **given)
    assert table.shape == (2, 3, 3)
    for i, rate in enumerate(rates):
        for j, x in enumerate(votes):
            assert table[0, i, j] == pytest.approx(float(event_f1(p, q, rate, x_vote=x, **given)), abs=1e-6)


def drawn(seed):
    """A random set of arguments."""
    rng = np.random.default_rng(seed)
    return {
        "tpr": rng.uniform(0.2, 0.98), "fpr": rng.uniform(0.01, 0.4), "fps": rng.uniform(0.3, 6),
        "stream_fps": 10.0, "event_length_s": rng.uniform(0.3, 3), "event_frequency": rng.uniform(0.2, 0.7),
        "x_vote": int(rng.integers(1, 4)), "length_cv": rng.uniform(0, 0.8), "lasting": rng.uniform(0, 0.5),
        "memory_s": rng.uniform(0, 1), "lasting_empty": rng.uniform(0, 0.3), "memory_empty_s": rng.uniform(0, 1),
        "follows_event": rng.choice([0.0, 0.3, 0.8]),
    }  # fmt: skip


def agrees(seed, windows):
    case = drawn(seed)
    seen = simulate_events(**case, windows=windows, seed=seed)
    said = evaluate(**case, form="heterogeneous")
    for mine, theirs, counted in (
        (said.recall, seen.recall, seen.events),
        (said.precision, seen.precision, seen.declared),
    ):
        if counted:
            error = np.sqrt(theirs * (1 - theirs) / counted)
            assert abs(float(mine) - theirs) < 4 * error + 3 / windows + 2e-3 * (case["x_vote"] > 1), (seed, case)


@pytest.mark.parametrize("seed", range(24))
def test_agrees_with_the_simulation(seed):
    agrees(seed, 20_000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_agrees_with_the_simulation_on_300_sets(seed):
    agrees(seed, 40_000)


def test_events_of_a_day_ask_for_no_gigabytes():
    day = {"stream_fps": 1000, "event_length_s": 86_400.0, "event_frequency": 0.3, "form": "heterogeneous"}
    assert event_recall(0.5, 1000, stream_fps=1000, event_length_s=86_400.0, form="heterogeneous") == pytest.approx(1)
    assert np.isfinite(event_f1(0.5, 0.01, 1000, x_vote=2, length_cv=8.0, lasting=0.5, memory_s=3.0, **day))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"form": "consistent", "lasting": 0.2}, "lasting: only with"),
        ({"form": "heterogeneous", "correlation": 0.2}, "correlation: not with"),
        ({"form": "heterogeneous", "lasting": 1.0}, "lasting must be"),
        ({"form": "heterogeneous", "memory_s": -1}, "memory_s must be"),
    ],
)
def test_bad_arguments_are_named(arguments, said):
    with pytest.raises(ValueError, match=said):
        event_f1(0.8, 0.1, 2, stream_fps=10, event_length_s=1, event_frequency=0.3, **arguments)


@pytest.mark.parametrize("other", ["memory_s", "memory_empty_s", "follows_event"])
def test_a_correlation_is_not_left_out_in_silence(other):
    with pytest.raises(UserError, match=r"^correlation: not with memory_s"):
        simulate_events(0.5, 0, 5, stream_fps=9, event_length_s=1, event_frequency=0.5, correlation=0.9, **{other: 0.1})
