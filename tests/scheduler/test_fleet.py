"""Fleets of cameras: brute force over divisions and over all schedules of all cameras as the oracles."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduler.oracle import plain_cost

from mainstream.errors import UserError
from mainstream.scheduler import App, Choice, Device, Problem, fleet, solve
from mainstream.study import experiments


def camera(rng: np.random.Generator, apps: int, objective: str = "mean") -> Problem:
    """Latencies and rates are whole numbers, so every schedule's cost is: a grid of step 1 loses nothing."""
    device = Device(split=(0, 1, 2), stem=(0, 2, 4), tail=(5, 3, 1))
    made = tuple(
        App(
            name=f"a{i}", split=(0, 1, 2), tpr=tuple(np.sort(rng.uniform(0.3, 1, 3))[::-1]),
            fpr=tuple(np.sort(rng.uniform(0, 0.4, 3))), event_length_s=float(rng.uniform(0.2, 1)),
            event_frequency=float(rng.uniform(0.1, 0.6)), correlation=float(rng.uniform(0, 0.8)),
            weight=float(rng.uniform(0.5, 2)),
        )
        for i in range(apps)
    )  # fmt: skip
    return Problem(stream_fps=4, fps_options=(1, 2, 4), budget=1, objective=objective, device=device, apps=made)


def all_schedules(problem: Problem) -> list[tuple[float, list[float]]]:
    """Cost and F1s of every schedule of one camera."""
    menu = [Choice(k, f, 0) for k in range(3) for f in range(3)]
    f1 = problem.table.f1[..., 0]
    plans = itertools.product(menu, repeat=len(problem.apps))
    return [(plain_cost(problem, p), [f1[a, c.split, c.fps] for a, c in enumerate(p)]) for p in plans]


def joint_best(problems: list[Problem], budget: float) -> float:
    """The objective over all applications of all cameras, every combination of schedules tried."""
    flat = [app.weight if problems[0].objective == "weighted" else 1.0 for p in problems for app in p.apps]
    best = -np.inf
    for plans in itertools.product(*map(all_schedules, problems)):
        if sum(c for c, _ in plans) <= budget * (1 + 1e-9):
            f1 = [v for _, values in plans for v in values]
            value = min(f1) if problems[0].objective == "max-min" else np.average(f1, weights=flat)
            best = max(best, value)
    return best


@pytest.mark.parametrize("objective", ["mean", "weighted", "max-min"])
@pytest.mark.parametrize("seed", range(4))
def test_the_forest_of_cameras_is_planned_best_of_all(objective, seed):
    rng = np.random.default_rng(seed)
    problems = [camera(rng, n, objective) for n in (1, 2)]
    for budget in (12, 17, 29):  # 5 and 6 are the least that the two cameras run with
        plan = solve(fleet.forest(problems, budget))
        assert plan.objective_value == pytest.approx(joint_best(problems, budget), abs=1e-7)
        assert [u.zone for u in plan.units] == ["camera 0", "camera 1", "camera 1"] and plan.cost <= budget * (1 + 1e-9)
        if objective == "mean":  # costs lie on a grid of step 1: the best division on it is the best of all
            curves = np.array([fleet.curve(p, 1.0, budget) for p in problems])
            found = fleet.divide(curves, budget, fleet.weights(problems))
            assert found.value == pytest.approx(plan.objective_value, abs=1e-7)


@pytest.mark.parametrize("objective", ["mean", "max-min"])
def test_a_coarse_grid_is_below_the_best_and_the_bound_is_above_it(objective):
    gaps = []
    for seed in range(6):
        rng = np.random.default_rng(100 + seed)
        problems = [camera(rng, n, objective) for n in (2, 1, 1)]
        weight = None if objective == "max-min" else fleet.weights(problems)
        curves = np.array([fleet.curve(p, 31 / 9, 9 + 2) for p in problems])
        best = solve(fleet.forest(problems, 31)).objective_value
        value = fleet.divide(curves, 9, weight).value
        assert value <= best + 1e-7 and best <= fleet.bound(curves, 9, weight) + 1e-7
        gaps.append(best - value)
    assert max(gaps) > 1e-6  # so coarse a grid does lose something, or nothing was tested


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.booleans())
def test_divide_equals_trying_every_division(seed, least):
    rng = np.random.default_rng(seed)
    cameras, steps = int(rng.integers(1, 4)), int(rng.integers(4, 9))
    curves = np.sort(rng.integers(0, 5, (cameras, steps + 1)) / 4, axis=1)
    curves[:, 0] = -np.inf
    weight = None if least else rng.dirichlet(np.ones(cameras))
    every = [s for s in itertools.product(range(steps + 1), repeat=cameras) if sum(s) <= steps]
    best = max(fleet.evaluate(curves, s, weight).value for s in every)
    found = fleet.divide(curves, steps, weight)
    assert found.value == pytest.approx(best) and sum(found.steps) <= steps
    assert fleet.evaluate(curves, found.steps, weight).value == pytest.approx(best)
    for c, s in enumerate(found.steps):  # no step that buys nothing
        assert s == 0 or curves[c, s - 1] < curves[c, s]
    if weight is not None:
        assert fleet.marginal_gains(curves, steps, weight).value <= best + 1e-12


def test_marginal_gains_are_exact_on_concave_curves_and_stop_before_a_lump():
    concave = np.array([[0, 0.5, 0.7, 0.8, 0.8], [0, 0.4, 0.6, 0.7, 0.75]])
    half = np.array([0.5, 0.5])
    assert fleet.marginal_gains(concave, 4, half).value == pytest.approx(fleet.divide(concave, 4, half).value)
    lump = np.array([[0, 0, 0, 0.9, 0.9], [0, 0.1, 0.2, 0.3, 0.4]])
    assert fleet.marginal_gains(lump, 4, half) == fleet.Division((0, 4), 0.2)
    assert fleet.divide(lump, 4, half) == fleet.Division((3, 1), 0.5)


def test_a_curve_is_what_solving_every_budget_gives():
    problem = experiments.random_problem(4, seed=3, budget=50)
    found = fleet.curve(problem, 7.0, 20)
    least = fleet.cost(problem, fleet.cheapest(problem))
    for j, value in enumerate(found):
        if 7.0 * j < least:
            assert value == -np.inf
        else:
            again = solve(problem.model_copy(update={"budget": 7.0 * j}), "optimal")
            assert value == pytest.approx(again.objective_value, abs=1e-7)
    assert np.isneginf(found).any() and np.unique(found[np.isfinite(found)]).size > 3


def test_a_cameras_zones_keep_stems_of_their_own():
    alone = camera(np.random.default_rng(0), 3)
    apps = [app.model_copy(update={"zone": z}) for app, z in zip(alone.apps, ("", "door", "door"), strict=True)]
    zoned, deep = alone.model_copy(update={"apps": tuple(apps)}), [Choice(2, 0, 0)] * 3
    together = fleet.forest([zoned, alone], 99)
    assert fleet.cost(together, deep * 2) == fleet.cost(zoned, deep) + fleet.cost(alone, deep) == (8 + 3) + (4 + 3)


def test_what_cannot_be_divided_is_named():
    rng = np.random.default_rng(0)
    problems = [camera(rng, 1), camera(rng, 2)]
    with pytest.raises(UserError, match=re.escape("steps=10: is below the cheapest division, which needs 11")):
        fleet.divide(np.array([fleet.curve(p, 1.0, 10) for p in problems]), 10)
    for cameras in ([], [problems[0], camera(rng, 1, "max-min")]):
        with pytest.raises(UserError, match="at least one camera; all of one device"):
            fleet.forest(cameras, 20)
    with pytest.raises(UserError, match=re.escape("steps=9: must be within curves of 3 steps")):
        fleet.divide(np.zeros((2, 4)), 9)
    for step in (0, float("nan"), float("inf")):
        with pytest.raises(UserError, match=f"step={step}, steps=3: must be above 0 and finite"):
            fleet.curve(problems[0], step, 3)
