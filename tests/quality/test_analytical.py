"""The Event-F1 model against enumeration, against its Monte-Carlo witness, and against the record."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstream import quality
from mainstream.errors import UserError
from mainstream.quality import chain, event_f1, event_precision, event_recall, simulate_events
from mainstream.study import experiments, published

unit = st.floats(0, 1)


def enumerated(p: float, rho: float, n: int, x: int) -> float:
    """P(a run of ≥ x hits in n outcomes), over all 2ⁿ of them."""
    total = 0.0
    hit_after = (p - p * rho, p + (1 - p) * rho)  # after a miss, after a hit
    for outcomes in product((0, 1), repeat=n):
        chance, before, run, longest = 1.0, None, 0, 0
        for o in outcomes:
            hit = p if before is None else hit_after[before]
            chance *= hit if o else 1 - hit
            before, run = o, run + 1 if o else 0
            longest = max(longest, run)
        total += chance * (longest >= x)
    return total


@settings(max_examples=60)
@given(p=unit, rho=unit, n=st.integers(1, 12), x=st.integers(1, 6))
def test_run_probability_equals_enumeration(p, rho, n, x):
    ours = event_recall(p, n, stream_fps=n, event_length_s=1.0, correlation=rho, x_vote=x)
    assert float(ours) == pytest.approx(enumerated(p, rho, n, x), abs=1e-12)


@settings(max_examples=60)
@given(p=unit, rho=unit, seen=st.floats(0.05, 11), x=st.integers(1, 4))
def test_frames_seen_are_mixed_over_floor_and_ceiling(p, rho, seen, x):
    low, share = int(seen), seen - int(seen)
    expected = (1 - share) * (enumerated(p, rho, low, x) if low else 0) + share * enumerated(p, rho, low + 1, x)
    ours = event_recall(p, seen, stream_fps=20, event_length_s=1.0, correlation=rho, x_vote=x)
    assert float(ours) == pytest.approx(expected, abs=1e-8)


def test_model_agrees_with_its_simulation_on_300_random_sets():
    rng = np.random.default_rng(7)
    for i in range(300):
        s = float(rng.integers(5, 31))
        tpr, fpr, fps = rng.uniform(0.2, 1), rng.uniform(0, 0.5), rng.uniform(0.05, 1) * s
        scene = {
            "stream_fps": s, "event_length_s": rng.uniform(0.1, 2.5), "event_frequency": rng.uniform(0.05, 0.9),
            "correlation": rng.uniform(0, 0.95), "x_vote": int(rng.integers(1, 6)),
        }  # fmt: skip
        q = quality.evaluate(tpr, fpr, fps, **scene)
        sim = simulate_events(tpr, fpr, fps, **scene, windows=20_000, seed=i)
        for model, seen, n in ((q.recall, sim.recall, sim.events), (q.precision, sim.precision, sim.declared)):
            if n:  # the standard error that the model itself predicts; at least one count
                error = max(np.sqrt(float(model) * (1 - float(model)) / n), 1 / n)
                assert abs(float(model) - seen) <= 4 * error, (i, tpr, fpr, fps, scene)


def test_x_one_without_correlation_is_the_closed_form():
    assert float(event_recall(0.3, 5, stream_fps=10, event_length_s=1)) == pytest.approx(1 - 0.7**5, abs=1e-14)


def test_precision_and_f1_from_their_definitions():
    scene = {"stream_fps": 10, "event_length_s": 0.5, "event_frequency": 0.3, "correlation": 0.107}
    recall = event_recall(0.8, 3, stream_fps=10, event_length_s=0.5, correlation=0.107)
    false = event_recall(0.1, 3, stream_fps=10, event_length_s=0.5, correlation=0.107)
    precision = 0.3 * recall / (0.3 * recall + 0.7 * false)
    assert float(event_precision(0.8, 0.1, 3, **scene)) == pytest.approx(float(precision), abs=1e-14)
    assert float(event_f1(0.8, 0.1, 3, **scene)) == pytest.approx(
        float(2 * recall * precision / (recall + precision)), abs=1e-14
    )


def test_f1_is_zero_where_nothing_is_found():
    scene = {"stream_fps": 10, "event_length_s": 0.5, "event_frequency": 0.3}
    assert float(event_f1(0.0, 0.1, 3, **scene)) == 0.0
    assert float(event_f1(0.8, 0.1, 3, **{**scene, "event_frequency": 0.0})) == 0.0
    assert float(event_f1(0.0, 0.0, 3, **scene)) == 0.0


def test_broadcasting_equals_a_loop():
    p, f, x = np.array([[0.4], [0.9]]), np.array([0.7, 3, 10.0]), np.array([1, 2, 5])[:, None, None]
    scene = {"stream_fps": 10, "event_length_s": 1.3, "event_frequency": 0.2, "correlation": 0.4}
    table = event_f1(p, 0.1, f, x_vote=x, **scene)
    assert table.shape == (3, 2, 3)
    for i, j, k in np.ndindex(table.shape):
        alone = event_f1(float(p[j, 0]), 0.1, float(f[k]), x_vote=int(x[i, 0, 0]), **scene)
        assert table[i, j, k] == pytest.approx(float(alone), abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"tpr": 1.3}, "tpr"), ({"tpr": float("nan")}, "tpr"), ({"fpr": -0.1}, "fpr"), ({"fps": 11}, "fps 11"),
        ({"fps": 0}, "fps"), ({"correlation": 1.1}, "correlation"), ({"event_length_s": -1}, "event_length_s"),
        ({"x_vote": 0}, "x_vote"), ({"x_vote": 1.5}, "x_vote"), ({"x_vote": None}, "x_vote"),
        ({"form": "other"}, "form"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(arguments, named):
    good = {"tpr": 0.8, "fpr": 0.1, "fps": 3, "stream_fps": 10, "event_length_s": 1, "event_frequency": 0.2}
    with pytest.raises(ValueError, match=named):
        event_f1(**{**good, **arguments})


def test_as_published_reproduces_every_recorded_headline_row():
    rows = published.headline_rows()
    assert len(rows) == 114
    assert (rows.recall - rows.recorded_recall).abs().max() <= 5e-5
    assert (rows.precision - rows.recorded_precision).abs().max() <= 5e-5
    means = rows.groupby(["system", "n_apps"]).recorded_f1.mean().unstack(0)
    assert means.mainstream[32] / means.no_sharing[32] == pytest.approx(28.96, abs=5e-3)
    assert means.mainstream[2] / means.max_sharing[2] == pytest.approx(1.717, abs=1e-3)


def test_as_published_reproduces_the_voting_record():
    rows = experiments.x_voting_record("as_published")
    assert len(rows) == 418
    assert (rows.recall - rows.recorded_recall).abs().max() <= 5.01e-5
    assert (rows.precision - rows.recorded_precision).abs().max() <= 5.01e-5


def test_published_voting_with_one_vote_differs_from_no_voting():
    scene = {"stream_fps": 10, "event_length_s": 1.0, "correlation": 0.5, "form": "as_published"}
    assert float(event_recall(0.5, 10, x_vote=1, **scene)) != pytest.approx(
        float(event_recall(0.5, 10, x_vote=None, **scene))
    )


def test_averages_are_the_named_ones():
    r, p = np.array([1.0, 0.5]), np.array([0.5, 0.5])
    found = published.means(quality.Quality(r, p, quality.harmonic_mean(r, p)))
    assert found == pytest.approx({"recall": 0.75, "precision": 0.5, "f1": 0.6, "f1_mean": (2 / 3 + 0.5) / 2})


@pytest.mark.parametrize("form", ["consistent", "as_published"])
def test_long_events_and_large_votes_ask_for_little_memory(form, monkeypatch):
    """A day at 30 frames/s is 2.6 million looks: they count as `MOST_LOOKS`; no table holds more than it has to."""
    monkeypatch.setattr(chain, "MOST_LOOKS", 20_000)
    tracemalloc.start()
    p = np.linspace(0, 0.3, 5)
    found = quality.event_recall(p, 1, stream_fps=1, event_length_s=1e8, x_vote=1, form=form)
    long = tracemalloc.get_traced_memory()[1]
    many = quality.event_recall(p, [[1], [2]], stream_fps=2, event_length_s=2e3, x_vote=[[[3]], [[1500]]], form=form)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == pytest.approx([0, 1, 1, 1, 1]) and many.shape == (2, 2, 5) and np.all(many[1, :, :4] < 1e-6)
    assert long < 1e5 and peak < 50e6  # of bytes; a row for every look would be 8e5


def test_the_table_holds_the_asked_rows_of_the_whole():
    whole = np.arange(60)
    p, rho = np.random.default_rng(0).random((2, 7))
    for x in (1, 2, 5):
        every, some = (chain._run_table(p, rho, rows, x, "consistent") for rows in (whole, whole[[0, 3, 4, 41]]))
        assert np.array_equal(some, every[[0, 3, 4, 41]]) and np.all(np.diff(every, axis=0) >= -1e-15)


def test_whole_numbers_are_numbers():
    scene = {"stream_fps": 15, "event_length_s": 1, "correlation": 0}
    of = lambda kind: simulate_events(
        0.8, kind(0), kind(4), event_frequency=kind(1), windows=500, seed=1, length_cv=0.3, **scene
    )
    assert of(int) == pytest.approx(of(float)) and of(int).recall > 0.9
    assert event_f1(1, 0, 4, event_frequency=1, **scene) == event_f1(1.0, 0.0, 4.0, event_frequency=1.0, **scene)


@pytest.mark.parametrize("form", ["consistent", "as_published", "heterogeneous"])
def test_every_argument_broadcasts_also_the_streams_rate_and_empty_ones(form):
    good = {"tpr": 0.8, "fpr": 0.1, "fps": 3, "stream_fps": 10, "event_length_s": 1, "event_frequency": 0.2}
    for name, value in {**good, "x_vote": 1}.items():
        for times, shape in ((2, (2,)), (0, (0,))):
            found = event_f1(**{**good, name: [value] * times}, form=form)
            assert found.shape == shape and np.all(found == event_f1(**good, form=form)), name
            if name not in ("fpr", "event_frequency"):
                recall = {k: v for k, v in good.items() if k not in ("fpr", "event_frequency")}
                assert event_recall(**{**recall, name: [value] * times}, form=form).shape == shape, name
    with pytest.raises(ValueError, match="mismatch"):
        event_f1(**{**good, "tpr": [0.8, 0.7], "stream_fps": [10, 20, 30]}, form=form)


@pytest.mark.parametrize(("name", "value"), [("tpr", "a"), ("fps", 1j), ("fpr", {}), ("event_length_s", [1, [2]])])
def test_what_is_no_number_is_named(name, value):
    good = {"tpr": 0.8, "fpr": 0.1, "fps": 3, "stream_fps": 10, "event_length_s": 1, "event_frequency": 0.2}
    for function in (event_f1, simulate_events):
        with pytest.raises(UserError, match=f"{name} must be numbers, not"):
            function(**{**good, name: value})


def test_more_votes_than_any_event_has_looks_find_nothing():
    found = event_recall(0.9, 3, stream_fps=10, event_length_s=1, x_vote=[2, 2**53])
    assert found[0] > 0.5 and found[1] == 0
    with pytest.raises(UserError, match=r"x_vote must be a number from 0 to .*, not 9.22337e\+18"):
        event_recall(0.9, 3, stream_fps=10, event_length_s=1, x_vote=2**63)


@pytest.mark.parametrize(
    ("name", "value"),
    [("tpr", 1.5), ("fpr", float("nan")), ("fps", 0), ("stream_fps", float("nan")), ("event_length_s", -1),
     ("event_frequency", 2), ("correlation", -1), ("x_vote", 0), ("lasting", 1.0), ("memory_s", float("inf"))],
)  # fmt: skip
def test_the_simulation_takes_what_the_model_takes_and_no_more(name, value):
    good = {"tpr": 0.8, "fpr": 0.1, "fps": 3, "stream_fps": 10, "event_length_s": 1, "event_frequency": 0.2}
    with pytest.raises(UserError, match=f"{name} must be .*, not {value:g}"):
        simulate_events(**{**good, name: value}, windows=100)
