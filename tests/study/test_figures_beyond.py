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
