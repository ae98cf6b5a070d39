"""Figures of the study that are recomputed from the record."""

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.scheduler import solve
from mainstream.study import experiments, published, recomputed


@pytest.mark.parametrize(("app", "events"), [("train", 8), ("pedestrian", 38)])
def test_the_lengths_found_give_the_recorded_dependent_curve_back(app, events):
    record = published.table("recall_by_sample_rate").query("app == @app and series == 'dependent-whole'")
    found = recomputed.sampling_events(app)
    assert len(found.frames) == events and found.share.sum() == pytest.approx(1)
    ours = recomputed.sampling_recall(found, record.stride, correlation=1.0)
    assert np.abs(ours - record.event_recall).max() < 2e-4


@pytest.mark.parametrize("app", ["train", "pedestrian"])
def test_consistent_units_predict_the_recorded_independent_curve_and_the_published_form_does_not(app):
    record = published.table("recall_by_sample_rate").query("app == @app and series == 'independent-whole'")
    events = recomputed.sampling_events(app)
    error = {
        form: np.abs(
            recomputed.sampling_recall(events, record.stride, correlation=0.0, form=form) - record.event_recall
        )
        for form in ("consistent", "as_published")
    }
    assert error["consistent"].mean() < 0.01 and error["consistent"].max() < 0.021
    assert error["as_published"].mean() > 0.3


def test_the_sweeps_recall_and_precision_are_given_back_to_their_rounding():
    rows = recomputed.sweep_quality(150)
    assert set(rows.part) == {"f1", "recall", "precision"} and set(rows.system) == set(published.SYSTEMS)
    assert np.abs(rows.ours - rows.recorded).max() < 1e-6


def test_schedules_under_the_setups_own_correlation_are_the_recorded_ones():
    ours = recomputed.correlation_sweep([2], setups=2)
    assert len(ours) == 3 * 3 * 2
    record = published.table("sweep_7apps_schedules").query("scheduler == 'greedy' and budget == 300 and n_apps == 2")
    both = ours[ours.dependence == "as in the setups"].merge(record, on=["system", "n_apps", "setup"])
    assert len(both) == 6 and np.abs(both.f1 - both.mean_f1).max() < 1e-6
    means = ours[ours.system == "mainstream"].groupby("dependence").f1.mean()
    assert means["independent"] >= means["as in the setups"] >= means["dependent"]


@pytest.mark.parametrize("form", ["consistent", "as_published", "heterogeneous"])
def test_the_headline_is_a_problem_in_every_form(form):
    problem = published.headline_problem(("cats", "train"), form=form)
    assert problem.device.split[0] == 0 and all(app.split[0] == 0 and app.tpr[0] == app.tpr[1] for app in problem.apps)
    assert 0 < solve(problem, "no_sharing").mean_f1 <= solve(problem, "optimal").mean_f1 < 1


@pytest.mark.parametrize("asked", [{"budget": 0.0}, {"n_apps": 0}, {"fps_options": []}, {"fps_options": [0, 1]}])
def test_a_random_problem_without_budget_applications_or_rates_is_refused_and_no_budget_drawn_for_it(asked):
    with pytest.raises(UserError, match=r"n_apps=.*must all be above 0"):
        experiments.random_problem(**{"n_apps": 2, "seed": 0, **asked})
