"""Counted events: worked examples, properties, and agreement with the model on a simulated stream."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mainstream import quality
from mainstream.errors import UserError
from mainstream.quality import counted as events
from mainstream.quality.counted import EventTally, bootstrap_events, count_events, detections, tally_events, vote


@given(st.lists(st.integers(0, 1), max_size=40), st.integers(1, 6))
def test_vote_is_x_in_a_row(decisions, x):
    expected = [i + 1 >= x and all(decisions[i + 1 - x : i + 1]) for i in range(len(decisions))]
    assert vote(decisions, x).tolist() == expected


@given(st.lists(st.booleans(), max_size=40))
def test_detections_cover_exactly_the_declared_frames(flags):
    times = np.arange(len(flags)) / 10
    inside = [any(a <= t <= b for a, b in detections(times, flags)) for t in times]
    assert inside == flags


def test_a_worked_example():
    times = np.arange(0, 10, 0.5)
    decisions = np.zeros(20, int)
    decisions[[2, 3, 12, 17]] = 1  # seconds 1.0, 1.5 (event 1), 6.0 (empty), 8.5 (event 3)
    truth = [(1.0, 2.0), (4.0, 5.0), (8.0, 9.0)]
    score = count_events(truth, times, decisions, duration_s=10)
    assert score == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert count_events(truth, times, decisions, 2, duration_s=10) == pytest.approx((1 / 3, 1.0, 0.5))
    assert count_events(truth, times, decisions, definition="segments") == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert tally_events(truth, times, decisions, duration_s=10).found.tolist() == [True, False, True]


def test_unknown_decisions_are_left_out():
    with_unknown = count_events([(0, 1)], [0.1, 0.2, 0.3], [1, -1, 1], 2)
    assert with_unknown.recall == 1.0


def test_nothing_declared_and_nothing_true():
    assert count_events([(0, 1)], [0.5], [0]) == (0.0, 0.0, 0.0)
    assert np.isnan(count_events([], [0.5], [1]).recall)


def test_windows_fill_the_gaps():
    windows = np.array(events.empty_windows([(2.0, 3.0)], 1.0, 6.2))
    assert windows[:, 0] == pytest.approx([0, 1, 3, 3 + 3.2 / 3, 3 + 6.4 / 3])
    assert windows[:, 1] == pytest.approx([1, 2, 3 + 3.2 / 3, 3 + 6.4 / 3, 6.2])
    assert events.empty_windows([(0.4, 1.0)], 1.0, 1.4) == []  # stretches shorter than half a window give none


def test_counted_events_agree_with_the_model_on_a_long_stream():
    rng = np.random.default_rng(3)
    length, period, fps, p, q = 1.0, 4.0, 5.0, 0.5, 0.05
    truth = [(k * period + 1, k * period + 1 + length) for k in range(4000)]
    times = np.arange(0, 4000 * period, 1 / fps) + 0.01
    inside = ((times % period) >= 1) & ((times % period) < 2)
    decisions = (rng.random(times.size) < np.where(inside, p, q)).astype(int)
    tally = tally_events(truth, times, decisions, duration_s=4000 * period)
    model = quality.evaluate(p, q, fps, stream_fps=20, event_length_s=length, event_frequency=length / period)
    low, high = bootstrap_events(tally, samples=300)["f1"]
    assert low - 0.01 <= float(model.f1) <= high + 0.01
    assert tally.score().recall == pytest.approx(float(model.recall), abs=0.02)
    assert 0 < high - low < 0.05


@pytest.mark.parametrize(
    ("truth", "times", "decisions", "message"),
    [
        ([(1, 1)], [0.0], [0], "end after"), ([(0, 2), (1, 3)], [0.0], [0], "overlap"),
        ([(0, 1)], [0.0, 1.0], [0], "length"), ([(0, 1)], [1.0, 0.0], [0, 0], "ascend"),
        ([(0, 1)], [0.0], [2], "decisions"),
    ],
)  # fmt: skip
def test_bad_input(truth, times, decisions, message):
    with pytest.raises(ValueError, match=message):
        count_events(truth, times, decisions)


def test_seven_of_seven_is_no_certainty():
    all_right = EventTally(np.ones(7, bool), np.zeros(13, bool), "windows")
    spans = bootstrap_events(all_right)
    assert spans["recall"] == pytest.approx((stats.beta.ppf(0.025, 7.5, 0.5), 1), abs=0.02)  # Jeffreys' own
    draw = lambda a, b: stats.beta.rvs(a, b, size=10**5, random_state=1 + int(a))
    found, false = 7 * draw(7.5, 0.5), 13 * draw(0.5, 13.5)
    assert spans["precision"][0] == pytest.approx(np.quantile(found / (found + false), 0.025), abs=0.03)
    assert spans["precision"][1] == spans["f1"][1] == 1
    assert bootstrap_events(EventTally(np.ones(700, bool), np.zeros(13, bool), "windows"))["recall"][0] > 0.98


@given(st.integers(1, 60), st.integers(0, 90), st.data())
def test_an_interval_has_a_width_and_holds_what_was_counted(n, windows, data):
    found, false = data.draw(st.integers(0, n)), data.draw(st.integers(0, windows))
    definition = data.draw(st.sampled_from(["windows", "segments"]))
    tally = EventTally(np.arange(n) < found, np.arange(windows) < false, definition)
    for name, (low, high) in bootstrap_events(tally, samples=200).items():
        assert 0 <= low <= getattr(tally.score(), name) <= high <= 1
        assert low < high or (name != "recall" and 0 in (found, windows))


def test_windows_that_are_far_too_many_are_refused():
    with pytest.raises(UserError, match="1000 s hold too many windows of 1e-09 s; at most 1000000 are counted"):
        count_events([(1.0, 1.0 + 1e-9)], [0.5], [1], duration_s=1000, window_s=1e-9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"window_s": 0}, "window_s must be a positive number, not 0"),
        ({"window_s": float("inf")}, "window_s must be .*, not inf"),
        ({"duration_s": -1}, "duration_s must be .*, not -1"),
        ({"duration_s": float("nan")}, "duration_s must be .*, not nan"),
        ({"times": [float("nan")], "decisions": [1]}, "times must be .*, not nan"),
        ({"truth": [(1.0, float("inf"))]}, "truth must be .*, not inf"),
        ({"x_vote": float("inf")}, "x_vote must be .*, not inf"),
        ({"x_vote": "two"}, "x_vote must be numbers, not"),
    ],
)  # fmt: skip
def test_no_number_is_counted_with_that_is_none(given, message):
    with pytest.raises(UserError, match=message):
        count_events(**{"truth": [(1.0, 2.0)], "times": [0.5, 1.5], "decisions": [0, 1], **given})


@pytest.mark.filterwarnings("error")
def test_an_application_without_events_has_intervals_all_the_same():
    spans = bootstrap_events(tally_events([], [0.5, 1.5], [1, 0]), samples=20)
    assert np.isnan(spans["recall"]).all() and spans["f1"] == (0, 0)
