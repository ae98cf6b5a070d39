"""The model beside counts, and schedules executed, on decisions that are drawn from the model's own chain."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from mainstream.package import Base, Events, MPackage, SplitRecord, VideoRates
from mainstream.quality import Form
from mainstream.runner.devices import nuc_2017
from mainstream.scheduler import solve
from mainstream.study import executed, fitted, on_video, replay
from mainstream.study.replay import Recording

FPS, SPLITS = 10.0, (0, 45, 82)
TPR, FPR, RHO = (0.9, 0.8, 0.6), (0.02, 0.08, 0.2), 0.4


def chain(rng, p, n):
    """n outcomes of the model's chain, bool."""
    fresh = rng.random(n) < p
    keep = rng.random(n) < RHO
    for k in range(1, n):
        if keep[k]:
            fresh[k] = fresh[k - 1]
    return fresh


@pytest.fixture(scope="module")
def recording():
    """Two applications, eight clips of four minutes, an event of two seconds every eight."""
    rng = np.random.default_rng(0)
    n, clips = 2400, 8
    labels = np.stack([(np.arange(n * clips) + 37 * a) % 80 < 20 for a in range(2)])
    said = np.array([[np.where(labels[a], chain(rng, p, n * clips), chain(rng, q, n * clips))
                      for p, q in zip(TPR, FPR, strict=True)] for a in range(2)])  # fmt: skip
    return Recording(
        apps=np.array(["car", "cat"]), layers=np.array(["input", "middle", "last"]), splits=np.array(SPLITS),
        probabilities=said.astype("float32"), thresholds=np.full((2, 3), 0.5), labels=labels,
        clip=np.repeat(np.arange(clips), n), fps=FPS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def packages(recording):
    """Packages that claim something else, fitted to the recording."""
    base = Base(architecture="a", input_shape=(1, 1, 3), preprocessing="none", weights="sha256:" + "0" * 64)
    splits = tuple(
        SplitRecord(split=k, layer=layer, tpr=0.5, fpr=0.5, threshold=0.5)
        for k, layer in zip(SPLITS, recording.layers.tolist(), strict=True)
    )
    events = Events(length_s=1, frequency=0.5, correlation=(0.0,))
    bare = [MPackage(application=a, base=base, splits=splits, events=events) for a in ("car", "cat")]
    return on_video.refitted(bare, recording)


def test_what_was_put_in_is_found(packages):
    for package in packages:
        assert [s.video.tpr for s in package.splits] == pytest.approx(TPR, abs=0.02)
        assert [s.video.fpr for s in package.splits] == pytest.approx(FPR, abs=0.02)
        assert isinstance(package.splits[0].video, VideoRates)
        assert package.events.length_s == pytest.approx(2.0, abs=0.03)
        assert package.events.frequency == pytest.approx(0.25, abs=0.01)  # an event, then three empty windows
        assert package.events.correlation[:3] == pytest.approx([RHO, RHO**2, RHO**3], abs=0.05)


def test_the_model_predicts_what_is_counted_when_its_assumptions_hold(recording, packages):
    table = fitted.with_parameters(fitted.grid(recording, [1, 2, 5, 10], [1, 2]), packages)
    assert len(table) == 2 * 3 * 4 * 2 and (table.events > 200).all() and (table.f1_se < 0.05).all()
    errors = {f: np.abs(fitted.expected(table, FPS, form=f).f1 - table.f1).mean() for f in get_args(Form)}
    assert errors["heterogeneous"] < 0.02  # nothing lasts, one thing passes: a chain seen every k-th frame
    assert errors["heterogeneous"] < errors["consistent"] and errors["as_published"] > 0.1
    blind = fitted.expected(table, FPS, form="heterogeneous", without=["what passes"])
    assert np.abs(blind.f1 - table.f1).mean() > errors["consistent"]


def test_a_schedule_is_executed_as_its_units_say(recording, packages):
    named = executed.in_turn(packages, 5)
    assert list(named) == ["car", "cat", "car 2", "cat 2", "car 3"]
    problem = executed.problem(named, nuc_2017(), stream_fps=FPS, budget=0.5)
    for system in ("no_sharing", "optimal"):
        schedule = solve(problem, system)
        counts = executed.execute(schedule, recording, named)
        assert counts.shape == (5, 8, 4)
        rates = [u.fps for u in schedule.units]
        for unit, mine in zip(schedule.units, counts, strict=True):
            ladder = [unit.fps] if system == "no_sharing" else rates
            seen = replay.looks(ladder, recording)[float(unit.fps)]
            assert seen.sum() == pytest.approx(unit.fps * 4 * 60 * 8, abs=8 * 2)
            app = named[unit.app].application
            window = packages[["car", "cat"].index(app)].events.length_s
            assert (mine == replay.count(recording, app, unit.split, seen, unit.x_vote, window_s=window)).all()


def test_tracks_agree_where_the_model_holds_and_nothing_beats_optimal_by_the_model(recording, packages):
    tracks = executed.headline(packages, recording, [1, 6], nuc_2017())
    assert len(tracks) == 2 * 4
    assert ((tracks.low <= tracks.executed) & (tracks.executed <= tracks.high)).all()
    assert np.abs(tracks.model - tracks.executed).max() < 0.08  # looks are further apart than the frames that ρ is of
    best = tracks[tracks.system == "optimal"]
    for base in ("no_sharing", "max_sharing"):
        assert (best[f"model_over_{base}"] >= 1 - 1e-9).all()
        assert (best[f"over_{base}_low"] <= best[f"over_{base}"]).all()
        assert (tracks[tracks.system == base][f"over_{base}"] == 1).all()


def test_sharing_is_worth_more_for_more_applications_and_shorter_events(packages):
    over = {}
    for speed in (1, 10):
        faster = [executed.played(p, speed) for p in packages]
        table = executed.promised(faster, [2, 16], nuc_2017(), stream_fps=FPS * speed, form="consistent")
        assert (table[["no_sharing", "max_sharing"]] >= 1 - 1e-6).all(axis=None)
        over[speed] = table.set_index("n_apps").no_sharing
    assert over[10][16] > over[10][2] and over[10][16] > over[1][16]


def test_a_film_played_faster_has_shorter_events_and_the_same_answers(recording, packages):
    film, [car, _] = recording.played(4), [executed.played(p, 4) for p in packages]
    assert film.fps == 4 * FPS and (film.said == recording.said).all()
    [again, _] = on_video.refitted(packages, film)
    assert car.events.length_s == pytest.approx(again.events.length_s) == pytest.approx(0.5, abs=0.01)
    assert [s.video.tpr for s in car.splits] == [s.video.tpr for s in again.splits]
    assert [s.video.fps for s in car.splits] == [s.video.fps for s in again.splits]
    assert car.splits[0].video.memory.memory_s == pytest.approx(again.splits[0].video.memory.memory_s, abs=0.03)
    assert executed.played(car, 0.25).events == packages[0].events
