"""The scheduler under `form="heterogeneous"`: what packages carry comes to the table, the rest is assumed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from scheduler.oracle import exhaustive

from mainstream import quality
from mainstream.package import Base, Events, Memory, MPackage, SplitRecord, VideoRates
from mainstream.scheduler import App, Device, Problem, solve
from mainstream.scheduler.problem import ASSUMED, ASSUMED_CV

BASE = Base(architecture="m", input_shape=(8, 8, 3), preprocessing="x", weights="sha256:" + "0" * 64)
DEVICE = Device(split=(0, 5), stem=(0.0, 3.0), tail=(9.0, 6.0))
LOOKS = Memory(lasting=0.3, memory_s=0.2), Memory(lasting=0.1, memory_s=0.5)


def package(memory=(None, None), **events):
    video = VideoRates(tpr=0.8, fpr=0.1, positives=9, negatives=9, correlation=(0.4,), fps=10, clips=2,
                       memory=memory[0], memory_empty=memory[1])  # fmt: skip
    splits = tuple(SplitRecord(split=k, layer=f"l{k}", tpr=0.7, fpr=0.2, video=video) for k in (0, 5))
    return MPackage(application="cat", base=BASE, splits=splits,
                    events=Events(length_s=1.5, frequency=0.3, correlation=(0.4,), **events))  # fmt: skip


def problem(*packages, **changes):
    apps = tuple(App.from_package(p, name=f"a{k}") for k, p in enumerate(packages))
    given = {"stream_fps": 10, "fps_options": (1, 5, 10), "x_options": (1, 2), "budget": 60, "form": "heterogeneous"}
    return Problem(**(given | changes), device=DEVICE, apps=apps)


def test_what_a_package_carries_is_what_the_table_is_made_of():
    table = problem(package(LOOKS, length_cv=0.6, follows_event=0.2)).table
    said = quality.evaluate(
        0.8, 0.1, 5.0, stream_fps=10, event_length_s=1.5, event_frequency=0.3, x_vote=2, form="heterogeneous",
        lasting=0.3, memory_s=0.2, lasting_empty=0.1, memory_empty_s=0.5, length_cv=0.6, follows_event=0.2,
    )  # fmt: skip
    assert [float(part[0, 1, 1, 1]) for part in table] == pytest.approx([float(part) for part in said])


def test_what_it_does_not_say_is_assumed(tmp_path):
    old = package().model_copy(update={"schema_version": 1})
    old.save(tmp_path)
    assert MPackage.load(tmp_path).schema_version == 1
    app = App.from_package(MPackage.load(tmp_path))
    assert app.lasting == app.lasting_empty == (ASSUMED.lasting,) * 2 and app.length_cv == ASSUMED_CV
    assert app.memory_s == app.memory_empty_s == (ASSUMED.memory_s,) * 2 and app.follows_event == 0


def test_other_forms_do_not_know_of_it():
    rich, poor = package(LOOKS, length_cv=0.6, follows_event=0.2), package()
    for form in ("consistent", "as_published"):
        a, b = (problem(p, form=form).table.f1 for p in (rich, poor))
        assert (a == b).all()


def test_schedules_are_found_and_restricted_splits_keep_theirs():
    mixed = problem(package(LOOKS), package(), package(LOOKS, length_cv=0.9))
    assert solve(mixed, "optimal").objective_value == pytest.approx(solve(mixed, exhaustive).objective_value)
    alone = mixed.restricted(5)
    assert alone.apps[0].lasting == (0.3,) and (alone.table.f1[:, 1] == mixed.table.f1[:, 1]).all()


def test_a_value_for_each_split_or_none():
    with pytest.raises(ValidationError, match="lasting must have a value for each of 2 splits, or none"):
        App(name="a", split=(0, 5), tpr=(0.9, 0.8), fpr=(0.1, 0.1), event_length_s=1, event_frequency=0.3,
            lasting=(0.2,))  # fmt: skip
