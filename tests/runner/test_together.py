"""Tails that are due together: what they say, what they take, and plans that reckon with it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduler.oracle import plain_cost
from scheduler.test_schedulers import small_problem

from mainstream.data.answers import sure
from mainstream.errors import UserError
from mainstream.networks.engines import compiler
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.runner.clock import Virtual
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.profiler import this_machine
from mainstream.runner.stream import Runner
from mainstream.runner.throughput import with_together
from mainstream.runner.together import solve_together, tails_ms
from mainstream.scheduler import Choice, Device, InfeasibleSchedule, solve

DEVICE = Device(
    split=(0, 21, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2),  # ms
    together=((2, 70, 280), (2, 60, 240), (1, 40, 120), (1, 2.2, 2.8)),
)  # fmt: skip


@pytest.mark.parametrize("layer", ["input", "conv_pw_9", "pooled features"])
def test_tails_in_one_call_say_what_each_says_alone(base, layer):
    model, rng = with_head(base.network), np.random.default_rng(0)
    tail = cut(model, next(p for p in split_points(model) if p.name == layer))[1]
    *body, kernel, bias = tail.get_weights()
    sets = [[*body, rng.normal(size=kernel.shape).astype("float32"), bias + k] for k in range(3)]
    x = rng.random((1, *tail.input_shape[1:]), dtype=np.float32)
    alone = [float(call(x)[0, 0]) for call in map(compiler(tail), sets)]
    assert len(set(np.round(alone, 3))) == 3
    for options in ({"lanes": 1}, {"lanes": 2}, {"lanes": 9, "threads": 3}, {"engine": "keras"}):
        found = compiler(tail, **options)(*sets)(x)
        assert found.shape == (3, 1)
        assert sure(found[:, 0]) == pytest.approx(sure(np.array(alone)), abs=1e-4), options


def test_applications_together_decide_as_each_alone(base, packages):
    layers = dict(zip(packages, ("conv_pw_3", "conv_pw_3", "conv_pw_3", "pooled features"), strict=True))
    members = [Member(a, p, layers[a], 5.0, 1) for a, p in packages.items()]
    image = np.random.default_rng(2).integers(0, 256, (96, 96, 3)).astype(np.uint8)
    alone = {m.app: SharedNetwork(base, [m]).run(image)[m.app] for m in members}
    for lanes in ({}, {21: 2, 82: 2}):
        shared = SharedNetwork(base, members, lanes=lanes)
        found = shared.run(image)
        assert [name for name in shared.calls if name.startswith("tail")] == ["tail cat, car, bus", "tail train"]
        assert found == {app: (pytest.approx(p, abs=1e-4), positive) for app, (p, positive) in alone.items()}


def test_a_measured_device_charges_what_was_measured():
    assert [tails_ms(DEVICE, 3, n) for n in (1, 2, 5, 8)] == [2, 2.2, pytest.approx(2.5), 2.8]
    assert tails_ms(DEVICE, 0, 3) == tails_ms(DEVICE, 0, 4) == 140  # two side by side: half empty is no quicker
    assert tails_ms(DEVICE, 3, 16) == 2 * 2.8 and tails_ms(DEVICE, 0, 1) == 52
    plain = DEVICE.model_copy(update={"together": ()})
    assert tails_ms(plain, 0, 3) == 3 * 52 and Device.model_validate_json(DEVICE.model_dump_json()) == DEVICE
    with pytest.raises(ValueError, match="together"):
        Device(**{**DEVICE.model_dump(), "together": DEVICE.together[1:]})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["mean", "weighted", "max-min"]))
def test_plans_fit_as_measured_and_are_proven_against_brute_force(seed, objective):
    problem, rng = small_problem(seed, objective), np.random.default_rng(seed)
    tail = problem.device.tail
    few = [t * rng.uniform(1.0, 2.2) for t in tail]  # some are no quicker together
    many = [max(f, 8 * t * rng.uniform(0.1, 1.1)) for f, t in zip(few, tail, strict=True)]
    lanes = [int(n) for n in rng.integers(1, 3, len(tail))]
    device = problem.device.model_copy(update={"together": tuple(zip(lanes, few, many, strict=True))})
    measured = problem.model_copy(update={"device": device})
    found, alone = solve_together(measured, "optimal"), solve(problem)
    best = max(_value(measured, c) for c in _menu(measured) if problem.affordable(_charged(measured, c)))
    assert found.cost == pytest.approx(_charged(measured, found.choices)) and found.budget == problem.budget
    assert problem.affordable(found.cost)
    assert alone.objective_value - 1e-7 <= found.objective_value <= best + 1e-7
    assert best <= found.objective_value * (1 + found.gap) + 1e-7
    same = solve_together(problem, "optimal")
    assert (same.choices, same.gap, same.cost) == (alone.choices, alone.gap, alone.cost)


def _menu(problem):
    votes = problem.best_vote[0]
    menus = [
        [Choice(k, f, int(votes[a, k, f])) for k in np.flatnonzero(row) for f in range(3)]
        for a, row in enumerate(problem.allowed)
    ]
    return itertools.product(*menus)


def _value(problem, choices):
    return problem.value(np.array([problem.table.f1[a, c.split, c.fps, c.x_vote] for a, c in enumerate(choices)]))


def _charged(problem, choices):
    """Every split and rate, one after the other."""
    total, device = plain_cost(problem, choices), problem.device
    for k, f in itertools.product(range(len(device.split)), range(len(problem.fps_options))):
        n = sum((c.split, c.fps) == (k, f) for c in choices)
        total += problem.fps_options[f] * (tails_ms(device, k, n) - n * device.tail[k]) if n else 0.0
    return total


def test_what_together_saves_is_spent_and_a_frame_costs_what_the_plan_says(base, packages, noise):
    options = {"stream_fps": 20, "budget": 0.5, "schedule_options": {"scheduler": "no_sharing", "fps_options": (1, 3)}}
    dearer = Runner(base, packages, DEVICE.model_copy(update={"together": ()}), **options).current.schedule
    made = Runner(base, packages, DEVICE, **options)
    plan, report = made.current, made.run(noise(3.0), Virtual())
    assert plan.schedule.objective_value > dearer.objective_value and plan.schedule.cost <= plan.schedule.budget
    assert plan.schedule.gap is not None
    rates = sorted({m.fps for m in plan.network.members})
    steps = np.diff([0.0, *rates])  # nested looks: a frame is due at all rates up to some
    assert sum(s * plan.cost_ms(r) for s, r in zip(steps, rates, strict=True)) == pytest.approx(plan.schedule.cost)
    assert report.profiled_ms > 0 and report.dropped == 0


def test_too_small_a_budget_is_named_as_it_was_asked_for():
    problem = small_problem(3)
    device = problem.device.model_copy(update={"together": tuple((1, t, 2 * t) for t in problem.device.tail)})
    poor = problem.model_copy(update={"device": device, "budget": 1e-3})
    with pytest.raises(InfeasibleSchedule, match=r"budget 0\.001 is below"):
        solve_together(poor, "optimal")


def test_a_budget_that_has_room_for_the_cheapest_together_alone_is_planned():
    """One by one it is over the budget, so no smaller one is tried: this was told as a budget that is too small."""
    problem = small_problem(14)
    device = problem.device.model_copy(update={"together": tuple((1, t, 2 * t) for t in problem.device.tail)})
    problem = problem.model_copy(update={"device": device, "budget": 2.68})
    found, fits = solve_together(problem, "optimal"), [c for c in _menu(problem) if _charged(problem, c) <= 2.68]
    assert found.cost == pytest.approx(_charged(problem, found.choices)) and found.cost <= 2.68 < 5.1
    assert plain_cost(problem, found.choices) > 5.1
    assert max(_value(problem, c) for c in fits) <= found.objective_value * (1 + found.gap) + 1e-7
    with pytest.raises(InfeasibleSchedule, match=r"budget 2\.66 is below the cheapest"):
        solve_together(problem.model_copy(update={"budget": 2.66}), "optimal")


@pytest.mark.slow
def test_the_profiler_measures_tails_together(base):
    splits = tuple(p.frozen_layers for p in split_points(with_head(base.network)))
    plain = Device(split=splits, stem=(0.0,) * len(splits), tail=(1.0,) * len(splits))
    found = with_together(plain, base, repeats=3)
    assert {lanes for lanes, _, _ in found.together} <= {1, 2} and len(found.together) == len(splits)
    assert all(few > 0 and many > 0 for _, few, many in found.together)
    with pytest.raises(UserError, match="engine"):
        with_together(plain, base, engine="none")


def test_a_device_is_every_stem_and_its_tail(base):
    device = this_machine(base, repeats=1)
    assert device.split == tuple(p.frozen_layers for p in split_points(with_head(base.network)))
    assert device.stem[0] == 0 < device.stem[1] and min(device.tail) > 0 and not device.together
    with pytest.raises(UserError, match="engine"):
        this_machine(base, engine="none")
