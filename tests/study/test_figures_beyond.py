"""The figures of notebook 08: what their captions say of small data; how a fleet's budget is divided."""

import numpy as np
import pandas as pd

from mainstream.study import pooling
from mainstream.study.figures import beyond, fleets


def test_memory_says_what_fits_and_where_features_outweigh_weights():
    rows = pd.DataFrame([("one", k, n, n * 10.0 + k, n * 10.0) for n in (1, 2) for k in (0, 1, 2)],
                        columns=["network", "index", "applications", "mb", "alone_mb"])  # fmt: skip
    said = beyond.memory(rows, {"one": pd.Series([4, 6, 8])}, 50).text
    assert said == (
        "Without sharing and at the middle split fit 4 and 6 (one). At 2 of the 2 splits of one the features handed "
        "over outweigh the weights saved for some number of applications above one."
    )


def test_curves_with_lumps_are_counted_and_rules_compared():
    curves, weight = np.array([[-np.inf, 0.5, 0.5, 0.5, 0.9], [0.1, 0.4, 0.4, 0.4, 0.4]]), np.array([0.5, 0.5])
    table = pooling.curve_table(curves, 4.0, [1, 3])
    assert table.budget.tolist() == [4, 8, 12, 16, 0, 4, 8, 12, 16] and set(table.n_apps) == {1, 3}
    found = pooling.divisions(curves, weight, 4)
    assert {rule: d.steps for rule, d in found.items()} == {
        "equal": (2, 2), "by size": (2, 1), "marginal gains": (1, 1), "pooled": (4, 0)
    }  # fmt: skip
    rows = pd.DataFrame([(0, 335.5 * b, rule, d.value + b / 100, 0.52) for b in (1, 2) for rule, d in found.items()],
                        columns=["fleet", "budget", "rule", "f1", "bound"])  # fmt: skip
    said = fleets.pooling(table, rows, 4.0).text
    assert said.startswith("1 of 2 curves are not concave: at 0 to 1 budgets the next 4 units buy more than the last")
    assert "pooling wins 0.0500 Event-F1 on average where it wins most (1.00 devices" in said
    assert "Marginal gains are 0.0500 below pooling at worst, and below equal parts in 0% of cases" in said


def test_more_networks_or_budgets_than_colours_and_shapes_are_all_drawn():
    """The ninth network was left out of both panels; a sixth budget was a KeyError after all was computed."""
    names = [f"net{k}" for k in range(10)]
    rows = pd.DataFrame([(name, k, 10.0, 10.0) for name in names for k in (0, 1)],
                        columns=["network", "index", "mb", "alone_mb"]).assign(applications=1)  # fmt: skip
    _, right = beyond.memory(rows, dict.fromkeys(names, pd.Series([1, 2])), 50).figure.axes
    assert len({line.get_color() for line in right.lines}) == 10
    below = rows.assign(parameters_below=0.5, time_below=0.5, segment_ms=2.0, q25_ms=1.0, q75_ms=2.0)
    menus = pd.DataFrame({"network": names, "coarsest": 0.5, "whole_ms": 1.0, "ms": 1.0, "parameters_at_half": 0.5})
    assert [len(ax.lines) for ax in beyond.backbones(below, menus, 8).figure.axes] == [10, 10]
    fair = [(0, float(b), s, o, 0.5, 0.5, 0.5)
            for b in range(6) for s in ("greedy", "optimal") for o in ("mean", "max-min")]  # fmt: skip
    columns = ["problem", "budget", "scheduler", "objective", "mean", "least", "least_share"]
    (ax,) = fleets.fair(pd.DataFrame(fair, columns=columns).assign(n_apps=2)).figure.axes
    assert len({tuple(map(tuple, dots.get_paths()[0].vertices)) for dots in ax.collections}) == 6
