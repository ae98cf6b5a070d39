"""Fair objectives: each is best at what it is for; Jain's index at its ends."""

import numpy as np
import pytest

from mainstream.scheduler import solve
from mainstream.study import experiments, pooling


def test_jain_at_its_ends_and_between():
    assert pooling.jain([0.3, 0.3, 0.3]) == pytest.approx(1)
    assert pooling.jain([0.9, 0, 0]) == pytest.approx(1 / 3) == pytest.approx(pooling.jain([0, 0, 0]))
    assert pooling.jain([1, 2]) == pytest.approx(9 / 10)


def test_each_objective_is_best_at_its_own_and_the_price_is_the_difference():
    problems = [experiments.random_problem(5, seed=s, budget=50.0) for s in range(5)]
    rows = pooling.objectives(problems)
    assert len(rows) == 5 * 3 * 2
    best = rows[rows.scheduler == "optimal"].set_index(["problem", "objective"])
    for i, problem in enumerate(problems):
        for objective, column in (("mean", "mean"), ("weighted", "weighted"), ("max-min", "least")):
            assert best[column][i, objective] >= best[column][i].max() - 1e-7
            again = solve(problem.model_copy(update={"objective": objective}), "optimal")
            assert again.objective_value == pytest.approx(best[column][i, objective], abs=1e-7)
    paid = pooling.price(rows)
    ours = paid[paid.scheduler == "optimal"].set_index("problem")
    assert (ours.given_up > -1e-7).all() and (ours.least_gains > -1e-7).all()
    assert ours.given_up.max() > 1e-3 and ours.least_gains.max() > 1e-2  # at this budget there is something to share
    assert ours.given_up[2] == pytest.approx(best["mean"][2, "mean"] - best["mean"][2, "max-min"])
    assert rows.least_share.between(0, 1 + 1e-9).all() and (rows.least_share >= rows.least - 1e-9).all()
    assert np.isfinite(rows.select_dtypes(float)).all(axis=None)


def test_a_part_by_size_that_comes_out_even_is_not_a_step_short():
    """15 of 22 applications have 15 of 22 steps; by 15 / 22 it was 14."""
    rising = np.tile(np.linspace(0, 1, 23), (2, 1))
    assert pooling.divisions(rising, np.array([15, 7]) / 22, 22)["by size"].steps == (15, 7)
