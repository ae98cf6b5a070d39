"""The figures of notebook 03: what their captions say of small data."""

import numpy as np
import pandas as pd
import pytest

from mainstream import quality
from mainstream.errors import UserError
from mainstream.study.figures import event_model as draw
from mainstream.study.figures import model_and_count as held


def test_one_event_names_the_best_rate_of_each_network_and_keeps_every_frame():
    event = np.arange(8) // 4 == 1
    scores = pd.DataFrame(
        [("shared", 4, 1, 0.4, 0.5, 0.44), ("shared", 1, 4, 0.9, 0.6, 0.72), ("own", 4, 1, 0.9, 1.0, 0.95)],
        columns=["network", "step", "fps", "recall", "precision", "f1"],
    )
    drawing = draw.one_event(event, {"shared": event, "own": ~event}, scores)
    assert drawing.text == (
        "Over many such events the best of these rates is 4/s for the shared network (Event-F1 0.72) and 1/s for the "
        "own network (Event-F1 0.95); from 0.44 to 0.95 in all."
    )
    assert drawing.data.groupby(["network", "fps"]).looked.sum().to_dict() == {
        ("own", 1): 2, ("shared", 1): 2, ("shared", 4): 8
    }  # fmt: skip


def test_rates_and_their_captions():
    points = pd.DataFrame([(p, f) for p in (0.5, 0.9) for f in (1.0, 2.0, 8.0)], columns=["tpr", "fps"])
    points["recall"] = [0.25, 0.5, 0.9, 0.45, 0.9, 1.0]
    rho = pd.DataFrame([(x, r, v) for x, *ends in ((1, 0.9, 0.7), (5, 0.3, 0.6)) for r, v in enumerate(ends)],
                       columns=["x_vote", "correlation", "recall"])  # fmt: skip
    said = draw.recall(points.assign(simulated=points.recall - 0.02), rho, 0.5).text
    assert "goes from 0.90 to 0.70 with one vote and from 0.30 to 0.60 with 5" in said
    assert "50% of the events of 0.5 s are looked at: even TPR 0.9 finds 0.45" in said and "by 0.020 at most" in said
    alarms = pd.DataFrame({"fpr": [0.1, 0.1, 0.3, 0.3], "fps": [2.0, 4.0, 2.0, 4.0], "f1": [0.8, 0.9, 0.7, 0.6]})
    surface = np.array([[0.3, 0.2], [0.8, 0.9]])
    said = draw.f1_surface(alarms, np.array([0.7, 0.95]), surface).text
    assert said.startswith("With an FPR of 0.1 the best rate is 4 frames/s (F1 0.90), with 0.3 it is 2 (0.70)")
    assert "At accuracy 0.70 F1 is 0.30 at best, at 2 frames/s; at accuracy 0.95 it is 0.90, at 4." in said


def test_where_each_application_is_best():
    two = pd.DataFrame({
        "app": ["cats", "cats", "flowers", "flowers"], "split": [3, 75] * 2, "fps": [1.0, 3.0] * 2,
        "tpr": [0.8, 0.7, 0.8, 0.3], "f1": [0.5, 0.7, 0.6, 0.4],
    })  # fmt: skip
    assert draw.sample_or_specialise(two, 16).text == (
        "16 tenants on one budget: cats do best with 75 layers frozen, 3.0 frames/s and Event-F1 0.70; flowers do best "
        "with 3 layers frozen, 1.0 frames/s and Event-F1 0.60."
    )
    f1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.9, 0.5]])
    said = draw.estimate(quality.Quality(f1, f1, f1), [3, 75], np.array([1.0, 2.0, 3.0]), "cats", 4).text
    assert said.startswith("6 choices for cats alone, the best at 75 frozen layers and 2 frames/s: Event-F1 0.90.")


def test_forms_beside_the_count():
    dots = pd.DataFrame({
        "form": ["consistent", "as_published", "heterogeneous"] * 2, "fps": [1.0] * 3 + [5.0] * 3, "f1": 0.5,
        "model_f1": [0.6, 0.1, 0.5, 0.5, 0.5, 0.5], "error": [0.1, -0.4, 0.0, 0.0, 0.0, 0.0],
    })  # fmt: skip
    drawing = held.predicted_and_counted(dots)
    assert "over 2 combinations: 0.050 by the consistent form, 0.000 by the heterogeneous one, 0.200" in drawing.text
    assert "at up to 2 frames/s, with its sign, +0.100, +0.000 and -0.400" in drawing.text
    assert "at up to 5 frames/s, with its sign, +0.000" in held.predicted_and_counted(dots[dots.fps > 2]).text
    with pytest.raises(UserError, match="caption of"):
        _ = held.predicted_and_counted(dots[dots.form != "heterogeneous"]).text  # never a caption with a gap


@pytest.mark.parametrize(("fps", "said"), [(10, "0.5 s apart have hits that correlate by 0.25"),
                                           (2.5, "0.4 s apart have hits that correlate by 0.20")])  # fmt: skip
def test_what_looks_remember_is_told_of_those_nearest_to_half_a_second_apart(fps, said):
    """At 5, 7 and 15 frames/s no two looks are half a second apart: the caption had no number, and ended the run."""
    lag = np.arange(1, 6) / fps
    text = held.correlation_by_lag(pd.DataFrame({"app": "cat", "lag_s": lag, "rho": lag / 2, "chain": 0.1})).text
    assert text == f"Looks {said} on average; a chain with the same ρ between neighbouring frames has 0.10 there."
