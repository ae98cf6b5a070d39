"""Schedulers: brute force as the oracle, invariants, and the record as witness."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scheduler.oracle import exhaustive, plain_cost

from mainstream.errors import UserError
from mainstream.scheduler import App, Choice, Device, InfeasibleSchedule, Problem, solve
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.optimal import Exact
from mainstream.scheduler.problem import OBJECTIVES
from mainstream.study import experiments, published, sweep


def small_problem(seed: int, objective: str = "mean") -> Problem:
    """Up to 3 applications, 4 splits, 3 rates, 2 votes; random in everything, sometimes lacking a split."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 5))
    stem = np.concatenate([[0.0], np.cumsum(rng.uniform(0, 3, k - 1))])
    device = Device(split=tuple(range(k)), stem=tuple(stem), tail=tuple(rng.uniform(0.5, 1.5, k) + stem[-1] - stem))
    apps = []
    for a in range(int(rng.integers(1, 4))):
        has = sorted(rng.choice(k, size=int(rng.integers(1, k + 1)), replace=False).tolist())
        apps.append(App(
            name=f"a{a}", split=tuple(has), tpr=tuple(rng.uniform(0.3, 1, len(has))),
            fpr=tuple(rng.uniform(0, 0.5, len(has))), event_length_s=float(rng.uniform(0.1, 2)),
            event_frequency=float(rng.uniform(0.05, 0.9)), correlation=float(rng.uniform(0, 0.9)),
            weight=float(rng.uniform(0.2, 3)),
        ))  # fmt: skip
    problem = Problem(
        stream_fps=10, fps_options=(1, 3, 10), x_options=(1, 2), budget=1, objective=objective, device=device,
        apps=tuple(apps),
    )  # fmt: skip
    least = cost(problem, cheapest(problem))
    return problem.model_copy(update={"budget": float(least * rng.uniform(1.0, 8))})


@pytest.mark.parametrize("objective", ["mean", "weighted", "max-min"])
def test_optimal_equals_brute_force_and_greedy_never_beats_it(objective):
    for seed in range(60 if objective == "mean" else 15):
        problem = small_problem(seed, objective)
        best, ours = solve(problem, exhaustive), solve(problem, "optimal")
        assert ours.objective_value == pytest.approx(best.objective_value, abs=1e-7), seed
        assert ours.gap is not None and ours.gap <= 1e-6
        if objective == "max-min":
            assert ours.mean_f1 == pytest.approx(best.mean_f1, abs=1e-6), seed
        assert solve(problem, "greedy").objective_value <= ours.objective_value + 1e-9, seed


@settings(max_examples=100)
@given(st.integers(0, 10**6))
def test_cost_equals_the_plain_loops_and_nothing_is_cheaper_than_cheapest(seed):
    problem = small_problem(seed)
    rng = np.random.default_rng(seed)
    choices = [
        Choice(int(rng.choice(np.flatnonzero(row))), int(rng.integers(3)), int(rng.integers(2)))
        for row in problem.allowed
    ]
    assert cost(problem, choices) == pytest.approx(plain_cost(problem, tuple(choices)), rel=1e-12)
    assert cost(problem, cheapest(problem)) <= cost(problem, choices) * (1 + 1e-12)


def forest(seed: int, objective: str = "mean") -> Problem:
    """A small problem whose applications are spread over two zones, of which some stay empty; 2 or 3 applications."""
    rng, tries = np.random.default_rng([seed, 1]), itertools.count(1000 * seed)
    problem = next(p for p in (small_problem(s, objective) for s in tries) if len(p.apps) > 1)
    apps = [app.model_copy(update={"zone": str(rng.choice(["", "door"]))}) for app in problem.apps]
    problem = problem.model_copy(update={"apps": tuple(apps)})
    return problem.model_copy(update={"budget": float(cost(problem, cheapest(problem)) * rng.uniform(1.0, 6))})


@pytest.mark.parametrize(("objective", "seeds"), [("mean", 60), ("weighted", 20), ("max-min", 20)])
def test_of_a_forest_too_the_optimum_equals_brute_force(objective, seeds):
    several = 0
    for seed in range(seeds):
        problem = forest(seed, objective)
        best, ours = solve(problem, exhaustive), solve(problem, "optimal")
        assert ours.objective_value == pytest.approx(best.objective_value, abs=1e-7), seed
        assert ours.gap is not None and ours.gap <= 1e-6
        assert ours.cost == pytest.approx(plain_cost(problem, ours.choices))
        for name in ("greedy", "greedy_as_published"):
            assert solve(problem, name).objective_value <= ours.objective_value + 1e-9, seed
        several += ours.one_zone_cost is not None
    assert several > seeds / 2


def test_zones_share_a_budget_and_no_stem():
    device = Device(split=(0, 1), stem=(0, 5), tail=(7, 2))
    app = App(name="a", split=(0, 1), tpr=(1, 1), fpr=(0, 0), event_length_s=1, event_frequency=0.5)
    apps = (app, app.model_copy(update={"zone": "door"}), app.model_copy(update={"zone": "door"}))
    p = Problem(stream_fps=4, fps_options=(1, 2), budget=100, device=device, apps=apps)
    deep = [Choice(1, 0, 0), Choice(1, 1, 0), Choice(1, 0, 0)]
    assert cost(p, deep) == 4 * 2 + 1 * 5 + 2 * 5
    assert cost(p, [Choice(0, 1, 0), *deep[1:]]) == 2 * 7 + 3 * 2 + 2 * 5
    assert [c.split for c in cheapest(p)] == [0, 1, 1]  # one alone pays 7 for 5 + 2, and takes the input
    said = solve(p, lambda problem: deep).to_json()
    assert (said["cost"], said["one_zone_cost"]) == (23, 18)
    assert [u["zone"] for u in said["units"]] == ["", "door", "door"]
    alone = solve(p.model_copy(update={"apps": (app, app)}), "optimal").to_json()  # the contract, without zones
    assert "one_zone_cost" not in alone and "zone" not in alone["units"][0]
    shared, own = solve(p, "max_sharing"), solve(p, "no_sharing")
    assert (shared.cost, shared.one_zone_cost) == (3 * 2 + 2 * 5, 3 * 2 + 5) and own.cost == own.one_zone_cost == 3 * 7


def test_optimal_is_never_below_greedy_or_the_baselines_on_larger_problems():
    for seed in range(6):
        p = experiments.random_problem(12, seed=seed, x_options=(1, 2, 3))
        best = solve(p, "optimal")
        assert best.gap is not None and best.gap <= 1e-6
        for name in ("greedy", "greedy_as_published", "max_sharing"):
            assert solve(p, name).mean_f1 <= best.mean_f1 + 1e-9
        assert best.cost <= p.budget * (1 + 1e-9)


def test_baselines_keep_to_their_split():
    p = experiments.random_problem(3, seed=1, budget=300)
    assert {u.split for u in solve(p, "no_sharing").units} == {0}
    assert {u.split for u in solve(p, "max_sharing").units} == {84}


def test_a_changed_copy_forgets_the_arrays_of_the_original():
    p = experiments.random_problem(2, seed=1, budget=300, x_options=(1,))
    assert p.table.f1.shape[-1] == 1 and p.allowed.sum() == 32
    assert p.model_copy(update={"x_options": (1, 2)}).table.f1.shape[-1] == 2
    assert p.restricted(84).allowed.sum() == 2


def test_an_application_on_its_own_network_pays_nothing_to_the_stem():
    device = Device(split=(0, 1), stem=(0, 5), tail=(7, 2))
    app = App(name="a", split=(0, 1), tpr=(1, 1), fpr=(0, 0), event_length_s=1, event_frequency=0.5)
    p = Problem(stream_fps=4, fps_options=(1, 2), budget=100, device=device, apps=(app, app))
    assert cost(p, [Choice(0, 1, 0), Choice(0, 0, 0)]) == 3 * 7
    assert cost(p, [Choice(1, 1, 0), Choice(1, 0, 0)]) == 3 * 2 + 2 * 5
    assert cost(p, [Choice(0, 1, 0), Choice(1, 0, 0)]) == 2 * 7 + 2 + 5


@pytest.mark.parametrize(("setups", "same"), [(1, 78), pytest.param(9, 690, marks=pytest.mark.slow)])
def test_recorded_greedy_schedules_come_back_row_by_row(setups, same):
    record = published.table("sweep_7apps_schedules")
    rows = record[record.scheduler == "greedy"].groupby(["budget", "system", "n_apps"]).head(setups)  # 78 rows, or 702
    again = experiments.replay_recorded_schedules(rows)
    assert set(again.groupby(["budget", "system"]).size().index) == {
        (b, s) for b in (150, 300) for s in ("mainstream", "max_sharing", "no_sharing")
    }
    assert int(again.same.sum()) >= same  # the rest are ties, decided by rounding
    assert again[again.same].difference.abs().max() <= 1e-6
    assert again.difference.abs().max() <= 1e-4


def test_exact_f1_equals_the_recorded_exact_search():
    record = published.table("sweep_7apps_schedules")
    rows = record[record.scheduler == "stems_cpp"].groupby(["budget", "n_apps"]).head(1)[::2]  # all: the slow test
    assert experiments.replay_recorded_schedules(rows).difference.abs().max() <= 1e-6


@pytest.mark.slow
def test_exact_f1_equals_the_recorded_exact_search_everywhere():
    record = published.table("sweep_7apps_schedules")
    rows = record[record.scheduler == "stems_cpp"]
    assert len(rows) == 1500
    assert experiments.replay_recorded_schedules(rows).difference.abs().max() <= 1e-6


def test_sweep_ratios_of_the_later_paper():
    f1 = sweep.rows(150).groupby(["system", "n_apps"]).f1.mean()
    assert f1["mainstream", 2] / f1["max_sharing", 2] == pytest.approx(1.473, abs=1e-3)
    assert f1["mainstream", 25] / f1["no_sharing", 25] == pytest.approx(87.75, abs=0.01)


def test_your_own_scheduler_is_run_and_checked():
    p = experiments.random_problem(4, seed=2, budget=100)

    def lazy(problem):
        return cheapest(problem)

    assert solve(p, lazy).scheduler == "lazy"
    top = len(p.fps_options) - 1
    with pytest.raises(InfeasibleSchedule, match="over the budget"):
        solve(p, lambda problem: [Choice(0, top, 0)] * 4)
    with pytest.raises(InfeasibleSchedule, match="3 choices"):
        solve(p, lambda problem: cheapest(problem)[:3])
    with pytest.raises(InfeasibleSchedule, match="fps index 99"):
        solve(p, lambda problem: [Choice(0, 99, 0)] * 4)


@pytest.mark.parametrize(
    "answer", [None, 3, "ab", [1, 2], [(0, 0), (0, 0)], [(0, 0, 0, 0)] * 2, [Choice(0, 0.5, 0)] * 2, [None, None],
               {0: Choice(0, 0, 0)}, Exact(None, 0.0), np.zeros((40, 3))],
)  # fmt: skip
def test_what_is_no_list_of_choices_is_named(answer):
    with pytest.raises(InfeasibleSchedule, match=r"^[^\n]* is no list of Choice\(split, fps, x_vote\)"):
        solve(experiments.random_problem(2, seed=1, budget=300), lambda problem: answer)


@pytest.mark.parametrize("answer", [[(0, 0, 0)] * 2, np.zeros((2, 3), int), iter([Choice(np.int64(0), 0, False)] * 2)])
def test_plain_tuples_and_rows_are_choices(answer):
    found = solve(experiments.random_problem(2, seed=1, budget=300), lambda problem: answer)
    assert found.choices == (Choice(0, 0, 0),) * 2 and type(found.choices[0].split) is int


def test_a_scheduler_that_writes_into_its_tables_is_judged_by_the_problems_own():
    def cheat(problem):
        problem.table.f1[:] = problem.best_vote[1][:] = 1.0
        return cheapest(problem)

    p = experiments.random_problem(2, seed=1, budget=300)
    assert solve(p, cheat).mean_f1 == solve(p, cheapest).mean_f1 < 1


def test_unknown_scheduler_and_impossible_budget():
    p = experiments.random_problem(4, seed=2, budget=5)
    with pytest.raises(UserError, match="did you mean 'optimal'"):
        solve(p, "optimall")
    least = cost(p, cheapest(p))
    with pytest.raises(UserError, match=f"costs {least:.6g}"):
        solve(p)


NAMES = ("optimal", "greedy", "greedy_as_published", "no_sharing", "max_sharing")


def in_other_units(problem: Problem, unit: float) -> Problem:
    """The same problem with latencies and budget in another unit of time."""
    d, scaled = problem.device, lambda values: tuple(v * unit for v in values)
    device = d.model_copy(update={"stem": scaled(d.stem), "tail": scaled(d.tail)})
    return problem.model_copy(update={"device": device, "budget": problem.budget * unit})


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([1e-15, 1e-6, 1e-3, 3.7, 1e9]), st.sampled_from(OBJECTIVES))
def test_schedules_do_not_depend_on_the_unit_of_latency(seed, unit, objective):
    problem = small_problem(seed, objective)
    for name in NAMES:
        try:
            plain = solve(problem, name)
        except UserError:  # a baseline that the budget or an application without that split rules out
            with pytest.raises(UserError):
                solve(in_other_units(problem, unit), name)
            continue
        other = solve(in_other_units(problem, unit), name)
        assert other.objective_value == pytest.approx(plain.objective_value, abs=1e-9), name
        assert other.cost == pytest.approx(plain.cost * unit, rel=1e-6), name


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from([0, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5]), st.booleans())
@example(417, 1e-8, True)
@example(37, 1e-8, True)
def test_a_budget_at_or_a_hair_below_a_schedules_cost(seed, hair, whole):
    """Solver, checker and brute force agree on what is affordable, whole-number latencies (many equal costs) too."""
    problem = small_problem(seed, OBJECTIVES[seed % 3])
    if whole:
        k = len(problem.device.split)
        device = Device(split=range(k), stem=range(0, 2 * k, 2), tail=range(2 * k + 1, 1, -2))
        problem = problem.model_copy(update={"device": device})
    rng = np.random.default_rng(seed)
    choices = [Choice(int(rng.choice(np.flatnonzero(row))), int(rng.integers(3)), 0) for row in problem.allowed]
    problem = problem.model_copy(update={"budget": cost(problem, choices) / (1 + hair)})
    if not problem.affordable(cost(problem, cheapest(problem))):
        return
    best, ours = solve(problem, exhaustive), solve(problem, "optimal")
    assert ours.objective_value == pytest.approx(best.objective_value, abs=1e-8)
    assert ours.cost <= problem.budget * (1 + 1e-9)
    assert solve(problem, "greedy").objective_value <= ours.objective_value + 1e-9


def test_what_fits_to_a_hair_is_found_beside_what_costs_a_hair_more():
    """Nearer to each other than the solver can tell: the gap says that more was in sight."""
    app = App(name="a", split=(0, 1, 2), tpr=(0.9, 0.5, 0.7), fpr=(0, 0, 0), event_length_s=1, event_frequency=0.5)
    apps = (app, *(app.model_copy(update=other) for other in ({"tpr": (0.9, 0.6, 0.8)}, {"zone": "a"}, {"zone": "b"})))
    device = Device(split=(0, 1, 2), stem=(0, 3, 3), tail=(9, 1, 1 + 3e-8))
    problem = Problem(stream_fps=4, fps_options=(1, 2), budget=13, device=device, apps=apps)
    best, ours = solve(problem, exhaustive), solve(problem)
    assert [u.split for u in ours.units] == [u.split for u in best.units] == [1] * 4 and ours.cost <= 13
    assert ours.gap is not None and ours.objective_value * (1 + ours.gap) >= best.objective_value


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
def test_a_deepest_tail_may_cost_nothing_and_a_budget_next_to_nothing(name):
    app = App(name="a", split=(0, 1, 2), tpr=(0.9, 0.8, 0.7), fpr=(0, 0, 0), event_length_s=1, event_frequency=0.5)
    device = Device(split=(0, 1, 2), stem=(0, 0, 1e9), tail=(20, 0, 0))
    problem = Problem(stream_fps=2, fps_options=(1, 2), budget=1e-9, device=device, apps=(app, app))
    if name not in ("optimal", "greedy"):
        problem = problem.model_copy(update={"budget": 1e10})
    assert {u.fps for u in solve(problem, name).units} == {2}


@pytest.mark.parametrize(("name", "value"), [("weight", 1e308), ("weight", 5e-324), ("budget", 5e-324)])
def test_weights_and_budgets_beyond_arithmetic_are_named(name, value):
    good = experiments.random_problem(2, seed=1, budget=300).model_dump()
    (good if name == "budget" else good["apps"][1])[name] = value
    with pytest.raises(ValueError, match=name):
        Problem.model_validate(good)


def test_the_solver_does_not_refuse_its_own_answer():
    app = App(name="a", split=(0,), tpr=(0.8,), fpr=(0.1,), event_length_s=1, event_frequency=0.3)
    device = Device(split=(0,), stem=(0,), tail=(1,))
    problem = Problem(stream_fps=2, fps_options=(1, 2), budget=2 / (1 + 1e-7), device=device, apps=(app,))
    assert [u.fps for u in solve(problem).units] == [1]
    exact = problem.model_copy(update={"budget": 2.0})
    assert [u.fps for u in solve(exact).units] == [2] and solve(exact).gap <= 1e-9


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_equal_applications_are_one_kind_and_get_the_same_value(objective):
    """Copies are counted, applications that differ by nothing but a hair are not: the optimum is the same."""
    p = experiments.random_problem(3, seed=5, budget=120).model_copy(update={"objective": objective})
    copies = p.model_copy(update={"apps": p.apps * 4, "budget": 180.0})
    apart = [a.model_copy(update={"weight": a.weight * (1 + i * 1e-9), "event_frequency": a.event_frequency - i * 1e-9})
             for i, a in enumerate(copies.apps)]  # fmt: skip
    different = copies.model_copy(update={"apps": tuple(apart)})
    ours = solve(copies)
    assert ours.gap is not None and ours.gap <= 1e-8
    assert ours.objective_value == pytest.approx(solve(different).objective_value, abs=1e-6)
    assert ours.cost <= copies.budget * (1 + 1e-9)


def test_a_gap_to_stop_at_is_stated_and_kept():
    p = experiments.random_problem(20, seed=1, x_options=(1, 2, 3))
    best, near = solve(p), solve(p, gap=0.05)
    assert near.gap is not None and near.gap <= 0.05 and best.gap is not None and best.gap <= 1e-8
    assert near.objective_value <= best.objective_value <= near.objective_value * (1 + near.gap) + 1e-9
    with pytest.raises(UserError, match=r"gap=0\.1: greedy proves none; optimal, no_sharing, max_sharing do"):
        solve(p, "greedy", gap=0.1)
    with pytest.raises(UserError, match="gap=-1: must be from 0"):
        solve(p, gap=-1)


def test_the_solver_prints_nothing(capfd):
    solve(experiments.random_problem(20, seed=1))
    assert capfd.readouterr() == ("", "")
