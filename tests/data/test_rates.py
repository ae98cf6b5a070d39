"""Rates, thresholds, correlation and events, against brute force and against processes whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binomtest

from mainstream.data import memory, rates
from mainstream.data.answers import decide, sure
from mainstream.data.footage import Footage

answers = hnp.arrays("float32", st.integers(4, 40), elements=st.floats(0, 1, width=32))


@given(answers, st.data())
def test_no_threshold_is_better_than_the_best(p, data):
    labels = data.draw(hnp.arrays(bool, len(p)))
    labels[:2] = [True, False]
    value = lambda t: (p[labels] >= t).mean() - (p[~labels] >= t).mean()
    chosen = rates.best_threshold(p, labels)
    assert 0 <= chosen <= 1
    tried = np.concatenate([np.unique(p).astype(float), np.nextafter(np.unique(p).astype(float), 2), [0.0, 1.0]])
    assert value(chosen) >= max(value(t) for t in tried[tried <= 1]) - 1e-9


@given(st.lists(st.integers(0, 2**30), min_size=2, max_size=12), st.data())
def test_what_is_chosen_is_what_is_decided(bits, data):
    """Neighbouring float32 values, down to the smallest: the balanced accuracy promised is the one counted."""
    p = (np.asarray(bits, np.uint32) // data.draw(st.sampled_from([1, 2**20, 2**29]))).view(np.float32)
    p = np.clip(np.nan_to_num(p), 0, 1)
    labels = data.draw(hnp.arrays(bool, len(p)))
    labels[:2] = [True, False]
    said = decide(p, rates.best_threshold(p, labels))
    reached = said[labels].mean() - said[~labels].mean()
    every = [decide(p, v) for v in [*p, np.float32(1)]]
    assert reached >= max(s[labels].mean() - s[~labels].mean() for s in every) - 1e-9


def test_neighbouring_values_are_told_apart():
    p, labels = np.array([1e-45, 0, 1e-45, 1e-45], np.float32), np.array([True, False, True, True])
    assert rates.count_rates(p, labels, rates.best_threshold(p, labels))[:2] == (1, 0)


@given(hnp.arrays("float32", st.integers(4, 60), elements=st.floats(-90, 90, width=32)), st.data())
def test_one_logit_is_decided_alike_alone_and_among_others(logits, data):
    labels = data.draw(hnp.arrays(bool, len(logits)))
    labels[:2] = [True, False]
    threshold = rates.best_threshold(sure(logits), labels)
    alone = [bool(decide(sure(np.asarray(float(v))), threshold)) for v in logits]
    assert alone == decide(sure(logits), threshold).tolist()


def test_intervals_of_a_single_clip_are_over_its_events_or_there_are_none():
    labels = np.tile(np.repeat([False, True], [12, 4]), 6)
    p = np.where(np.repeat(np.arange(6), 16) % 2 == 0, 0.9, 0.1)  # every other event is seen, its surroundings too
    one = rates.clip_rates(p, labels, 0.5, np.zeros(len(labels), int))
    assert one.tpr == 0.5 and one.tpr_interval[0] < 0.3 and one.tpr_interval[1] > 0.7
    assert one.fpr_interval[0] < 0.4 and one.fpr_interval[1] > 0.6
    lone = rates.clip_rates(p[:16], labels[:16], 0.5, np.zeros(16, int))
    assert lone.tpr_interval is None and lone.fpr_interval is not None


def test_where_every_clip_answers_alike_the_interval_is_that_of_so_many_clips():
    labels = np.tile(np.repeat([False, True], [12, 4]), 6)
    all_right = rates.clip_rates(labels * 1.0, labels, 0.5, np.repeat(np.arange(6), 16))
    low, high = binomtest(6, 6).proportion_ci(method="wilson")
    assert all_right.tpr == 1 and all_right.tpr_interval == (low, high) and low < 0.7
    assert all_right.fpr == 0 and all_right.fpr_interval == pytest.approx((0, 1 - low))


def test_a_threshold_without_information_stays_near_the_middle():
    assert rates.best_threshold(np.array([0.1, 0.9, 0.2, 0.8]), np.array([False, True, False, True])) == 0.5


def test_rates_and_wilson_intervals():
    p, labels = np.array([0.9, 0.8, 0.2, 0.6, 0.1, 0.3]), np.array([1, 1, 1, 0, 0, 0], bool)
    found = rates.count_rates(p, labels, 0.5)
    assert (found.tpr, found.fpr) == pytest.approx((2 / 3, 1 / 3)) and (found.positives, found.negatives) == (3, 3)
    z, n, k = 1.959964, 3, 2  # Wilson's formula, written out
    middle = (k / n + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(k / n * (1 - k / n) / n + z**2 / (4 * n**2))
    assert found.tpr_interval == pytest.approx((middle - half, middle + half), abs=1e-5)


def test_intervals_over_clips_are_wider_where_clips_differ():
    clip = np.repeat(np.arange(12), 50)
    labels = np.tile([True, False], 300)
    even = np.tile([0.9, 0.9, 0.1, 0.1], 150)  # half right in every clip
    uneven = np.where(clip % 2 == 0, 0.9, 0.1)  # all or nothing
    width = lambda p: float(np.subtract(*rates.clip_rates(p, labels, 0.5, clip).tpr_interval[::-1]))
    assert rates.clip_rates(even, labels, 0.5, clip).tpr == rates.clip_rates(uneven, labels, 0.5, clip).tpr == 0.5
    assert width(even) < 0.05 < 0.3 < width(uneven)


def markov(p: float, rho: float, events: int, length: int, seed: int = 0) -> np.ndarray:
    """Hits within events: with probability ρ as the look before, else drawn anew."""
    rng = np.random.default_rng(seed)
    hits = rng.random((events, length)) < p
    for k in range(1, length):
        keep = rng.random(events) < rho
        hits[keep, k] = hits[keep, k - 1]
    return hits


def rho_of(probabilities, footage, lags):
    said = decide(probabilities, 0.5)
    return rates.correlation(memory.pairs(said, footage.has("cat"), footage.clip, True, lags))


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.8])
def test_correlation_by_lag_is_that_of_the_process(rho):
    hits = markov(0.7, rho, 4000, 8)
    gap = np.zeros((4000, 2), bool)
    labels = np.concatenate([np.ones_like(hits), gap], 1).ravel()[:, None]
    said = np.concatenate([hits, ~gap], 1).ravel().astype(float)  # false alarms between events must not count
    footage = Footage(np.zeros((len(said), 1)), labels, ("cat",), np.zeros(len(said), int), 4.0)
    found = rho_of(said, footage, 3)
    assert found == pytest.approx([rho, rho**2, rho**3], abs=0.03)


def test_correlation_does_not_look_across_clips_and_events():
    labels = np.array([1, 1, 1, 1], bool)[:, None]
    footage = Footage(np.zeros((4, 1)), labels, ("cat",), np.array([0, 0, 1, 1]), 4.0)
    assert rho_of(np.array([1.0, 1.0, 0.0, 0.0]), footage, 3) == [1.0]  # no pair further apart
    assert rho_of(np.ones(4), footage, 2) == [0.0, 0.0]


def test_length_and_frequency_of_events():
    labels = np.array([0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0], bool)[:, None]
    footage = Footage(np.zeros((12, 1)), labels, ("cat",), np.repeat([0, 1], 6), 2.0)
    # clip 0: frames 1-2 and 5; clip 1: frames 0-2 (an event that runs on into the next clip is two)
    assert rates.event_length_s(footage, "cat") == pytest.approx((2 + 1 + 3) / 3 / 2)
    # empty windows of about a second: two between 0, 1 and 5, two after 2
    assert rates.event_frequency(footage, "cat", 1.0) == pytest.approx(3 / 7)
    assert footage.intervals("cat") == [[(0.5, 1.5), (2.5, 3.0)], [(0.0, 1.5)]]
