"""Why a schedule looks as it does: every number against brute force, by a cost written out in loops."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduler.oracle import plain_cost

from mainstream.scheduler import App, Choice, Device, Problem, solve
from mainstream.scheduler.explain import cost_parts, cost_shares, next_moves, with_more_budget
from mainstream.scheduler.greedy import State
from mainstream.study import experiments

SPLITS, RATES = 4, (1, 3, 10)


@st.composite
def scheduled(draw):
    """1 to 4 applications on up to two zones, some lacking a split, and any schedule of them, affordable or not."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    stem = np.concatenate([[0.0], np.cumsum(rng.uniform(0, 3, SPLITS - 1))])
    tail = rng.uniform(0.1, 1.5, SPLITS) + stem[-1] - stem
    apps = []
    for a in range(draw(st.integers(1, 4))):
        has = sorted(rng.choice(SPLITS, size=int(rng.integers(1, SPLITS + 1)), replace=False).tolist())
        apps.append(App(
            name=f"a{a}", split=tuple(has), tpr=tuple(rng.uniform(0.3, 1, len(has))),
            fpr=tuple(rng.uniform(0, 0.5, len(has))), event_length_s=float(rng.uniform(0.1, 2)),
            event_frequency=float(rng.uniform(0.05, 0.9)), weight=float(rng.uniform(0.2, 3)),
            zone=draw(st.sampled_from(["", "door"])),
        ))  # fmt: skip
    problem = Problem(
        stream_fps=10, fps_options=RATES, x_options=(1, 2), budget=float(rng.uniform(1, 60)), apps=tuple(apps),
        objective=draw(st.sampled_from(["mean", "weighted"])),
        device=Device(split=tuple(range(SPLITS)), stem=tuple(stem), tail=tuple(tail)),
    )  # fmt: skip
    pick = lambda row: Choice(int(rng.choice(np.flatnonzero(row))), int(rng.integers(3)), int(rng.integers(2)))
    return problem, [pick(row) for row in problem.allowed]


def moves(problem, choices, a):
    """Every other choice of application a, as (choice, the schedule with it)."""
    menu = itertools.product(range(SPLITS), range(len(RATES)), range(2))
    for move in (Choice(*m) for m in menu):
        if problem.allowed[a, move.split]:
            yield move, (*choices[:a], move, *choices[a + 1 :])


@settings(max_examples=60)
@given(scheduled())
def test_added_costs_are_differences_of_whole_schedules(case):
    problem, choices = case
    extra, now = State(problem, list(choices)).added_cost(), plain_cost(problem, tuple(choices))
    for a in range(len(choices)):
        for move, moved in moves(problem, choices, a):
            assert extra[a, move.split, move.fps] == pytest.approx(plain_cost(problem, moved) - now, abs=1e-9)


@settings(max_examples=60)
@given(scheduled())
def test_the_best_next_move_is_the_best_of_all(case):
    problem, choices = case
    now, table = plain_cost(problem, tuple(choices)), problem.table.f1
    mean_weight = np.mean([app.weight for app in problem.apps])
    for a, row in enumerate(next_moves(problem, choices).itertuples()):
        weight = problem.apps[a].weight / mean_weight if problem.objective == "weighted" else 1.0
        options = []
        for move, moved in moves(problem, choices, a):
            gain = table[a, move.split, move.fps, move.x_vote] - table[(a, *choices[a])]
            added = plain_cost(problem, moved) - now
            if gain > 1e-12:
                options.append((gain * weight / added if added > 1e-9 else math.inf, gain, added))
        if not options:
            assert np.isnan(row.gain) and not row.affordable
            continue
        best = max(ratio for ratio, _, _ in options)
        assert row.per_cost == pytest.approx(best) or (row.per_cost == best == math.inf)
        assert any(row.gain == pytest.approx(g) and row.added_cost == pytest.approx(c, abs=1e-9) for _, g, c in options)
        assert row.affordable == problem.affordable(now + row.added_cost)


@settings(max_examples=60)
@given(scheduled())
def test_parts_and_shares_sum_to_the_cost(case):
    problem, choices = case
    total, shares = plain_cost(problem, tuple(choices)), cost_shares(problem, choices)
    assert cost_parts(problem, choices).cost.sum() == pytest.approx(total)
    assert shares.sum() == pytest.approx(total)
    for a, (c, share) in enumerate(zip(choices, shares, strict=True)):
        rate = RATES[c.fps]
        alone = plain_cost(problem, (c,), problem.apps[a : a + 1])
        others = (*choices[:a], *choices[a + 1 :])
        without = plain_cost(problem, others, (*problem.apps[:a], *problem.apps[a + 1 :]))
        assert rate * problem.device.tail[c.split] - 1e-9 <= share <= alone + 1e-9  # sharing never makes it dearer
        assert share >= total - without - 1e-9  # nor is anybody's own cost paid by the others


def test_after_greedy_no_next_move_is_affordable():
    seen = 0
    for seed in range(8):
        problem = experiments.random_problem(6, seed=seed, budget=45)
        found = next_moves(problem, solve(problem, "greedy").choices)
        assert not found.affordable.any()
        seen += int(found.gain.notna().sum())
    assert seen > 0  # it is the budget that stops it, in some of them at least


def test_a_move_that_saves_and_gains_is_free():
    device = Device(split=(0, 1), stem=(0, 5), tail=(7, 1))
    app = App(name="a", split=(0, 1), tpr=(0.5, 0.9), fpr=(0, 0), event_length_s=1, event_frequency=0.5)
    problem = Problem(stream_fps=4, fps_options=(1,), budget=100, device=device, apps=(app,))
    move = next_moves(problem, [Choice(0, 0, 0)]).iloc[0]
    assert (move.split, move.added_cost, move.per_cost) == (1, -1, math.inf)


def test_the_step_of_a_segments_rate_is_shared_by_those_who_need_it():
    device = Device(split=(0, 1), stem=(0, 6), tail=(10, 1))
    app = App(name="a", split=(0, 1), tpr=(1, 1), fpr=(0, 0), event_length_s=1, event_frequency=0.5)
    problem = Problem(stream_fps=4, fps_options=(1, 3), budget=100, device=device, apps=(app, app, app))
    choices = [Choice(1, 0, 0), Choice(1, 1, 0), Choice(0, 1, 0)]  # 1 and 3 frames/s on the stem, one beside it
    assert list(cost_shares(problem, choices)) == [1 * 1 + 6 / 2, 3 * 1 + 6 / 2 + 6 * 2, 3 * 10]


def test_more_budget_compares_two_optimal_plans():
    problem = experiments.random_problem(5, seed=3, budget=40)
    table = with_more_budget(problem)
    richer = solve(problem.model_copy(update={"budget": 44.0}), "optimal")
    assert list(table.f1) == [u.f1 for u in solve(problem).units]
    assert list(table.f1_richer) == [u.f1 for u in richer.units] and table.gain.sum() >= -1e-9
    assert (table.gain == table.f1_richer - table.f1).all()
    assert with_more_budget(problem, factor=1.0).gain.abs().max() == 0
