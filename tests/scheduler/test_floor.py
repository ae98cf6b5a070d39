"""How many fit at a floor, who is left out, what all would need: against every subset and every schedule."""

from __future__ import annotations

import itertools

import pytest
from scheduler.oracle import plain_cost
from scheduler.test_schedulers import small_problem

from mainstream.errors import UserError
from mainstream.scheduler import App, Choice, Device, Problem
from mainstream.scheduler.floor import fit


def tried(problem, floor):
    """(how many fit at most, their highest sum of F1), and the least cost of all that can reach the floor at all."""
    f1, shape = problem.table.f1, problem.table.f1.shape[1:]
    menus = [
        [Choice(*c) for c in itertools.product(*map(range, shape)) if problem.allowed[a, c[0]] and f1[a][c] >= floor]
        for a in range(len(problem.apps))
    ]
    reach = [a for a, menu in enumerate(menus) if menu]
    best, least = (0, 0.0), None
    for n in range(1, len(reach) + 1):
        for some in itertools.combinations(reach, n):
            alone = problem.model_copy(update={"apps": tuple(problem.apps[a] for a in some)})
            for choices in itertools.product(*(menus[a] for a in some)):
                spent = plain_cost(alone, choices)
                if problem.affordable(spent):
                    best = max(best, (n, sum(f1[a][c] for a, c in zip(some, choices, strict=True))))
                if n == len(reach):
                    least = spent if least is None else min(least, spent)
    return best, least


@pytest.mark.parametrize("floor", [0.3, 0.6, 0.8])
def test_it_equals_brute_force(floor):
    seen = set()
    for seed in range(8):
        problem = small_problem(seed)
        problem = problem.model_copy(update={"budget": problem.budget * (0.4, 1.0)[seed % 2]})
        (most, total), least = tried(problem, floor)
        found = fit(problem, floor)
        units = found.schedule.units if found.schedule else ()
        assert len(units) == most and sum(u.f1 for u in units) == pytest.approx(total, abs=1e-6), seed
        assert all(u.f1 >= floor for u in units) and (not units or found.schedule.cost <= problem.budget * (1 + 1e-9))
        assert {u.app for u in units}.isdisjoint(found.left_out) and most + len(found.left_out) == len(problem.apps)
        assert found.least_budget == (None if least is None else pytest.approx(least)), seed
        seen.add((most == 0, bool(found.left_out), bool(found.out_of_reach)))
    assert len(seen) >= 2, "not all problems of one kind"


def test_the_least_budget_is_enough_and_a_hair_less_is_not():
    problem = next(p for p in map(small_problem, range(40)) if not fit(p, 0.5).out_of_reach and len(p.apps) == 3)
    least = fit(problem, 0.5).least_budget
    assert not fit(problem.model_copy(update={"budget": least}), 0.5).left_out
    assert fit(problem.model_copy(update={"budget": least * 0.999}), 0.5).left_out


def test_the_least_budget_is_the_same_whatever_the_given_one():
    for problem in map(small_problem, (1, 13)):
        endless = [problem.model_copy(update={"budget": budget}) for budget in (1e3, 1e12, 1e15)]
        assert [fit(p, 0.3).least_budget for p in endless] == pytest.approx([tried(problem, 0.3)[1]] * 3)


def test_of_two_of_one_name_the_one_out_of_reach_is_named():
    app = App(name="cat", split=(0,), tpr=(0.1,), fpr=(0.0,), event_length_s=1, event_frequency=0.5)
    both = (app, app.model_copy(update={"tpr": (0.9,)}))
    device = Device(split=(0,), stem=(0,), tail=(1,))
    found = fit(Problem(stream_fps=2, fps_options=(1, 2), budget=10, device=device, apps=both), 0.8)
    assert found.left_out == ("cat",) and found.out_of_reach["cat"] < 0.8 and found.to_json()["fit"] == 1


def test_a_baseline_is_asked_as_the_system_that_it_is_and_what_proves_nothing_is_refused():
    problem = next(p for p in map(small_problem, range(40)) if p.allowed[:, 0].all() and len(p.apps) == 3)
    shared, alone = fit(problem, 0.2), fit(problem, 0.2, "no_sharing")
    assert alone.least_budget > shared.least_budget
    with pytest.raises(UserError, match="greedy proves nothing; optimal"):
        fit(problem, 0.5, "greedy")
    with pytest.raises(UserError, match=r"floor=1\.5: must be above 0"):
        fit(problem, 1.5)
