"""The synthetic world: deterministic, truthful, disjoint between splits."""

from __future__ import annotations

import numpy as np
import pytest

from streetworld.cameras import HEIGHT, WIDTH
from streetworld.errors import WorldError
from streetworld.weather import Weather
from streetworld.world import APPS, SEEN, UNSEEN, EventSpec, World


@pytest.fixture(scope="module")
def minute() -> World:
    return World(0, seed=3, seconds=60)


def test_same_arguments_same_bytes_in_any_order():
    first, second = World(1, seed=5, seconds=3), World(1, seed=5, seconds=3)
    forward = [first.frame(i).tobytes() for i in range(0, 60, 7)]
    backward = [second.frame(i).tobytes() for i in reversed(range(0, 60, 7))]
    assert forward == backward[::-1]
    assert World(1, seed=6, seconds=3).frame(0).tobytes() != forward[0]


def test_a_longer_world_begins_like_a_shorter_one():
    short, long = World(0, seed=1, seconds=8), World(0, seed=1, seconds=20)
    assert np.array_equal(short.visible, long.visible[: len(short)])
    assert np.array_equal(short.frame(100), long.frame(100))


def test_pictures_and_labels_of_every_frame():
    world = World(2, seed=0, seconds=1, fps=10)
    pictures = list(world.pictures())
    assert all(p.shape == (480, 640, 3) and p.dtype == np.uint8 for p in pictures)
    assert len(pictures) == len(world) == 10 and world.presence.shape == (10, len(APPS))
    assert World(2, seed=0, seconds=1, width=320, height=240).frame(0).shape == (240, 320, 3)


def test_truth_is_exactly_the_runs_of_presence(minute):
    rebuilt = np.zeros_like(minute.presence)
    for k, app in enumerate(APPS):
        ends = [0.0]
        for start, end in minute.truth[app]:
            assert ends[-1] < start or (start == 0 and ends == [0.0])
            ends.append(end)
            rebuilt[round(start * minute.fps) : round(end * minute.fps), k] = True
    assert np.array_equal(rebuilt, minute.presence)


def test_boxes_are_around_what_can_be_seen(minute):
    for i in range(0, len(minute), 100):
        found = minute.boxes(i)
        assert {app for app, _ in found} == {app for app, seen in zip(APPS, minute.visible[i], strict=True) if seen}
        for _, (left, top, width, height) in found:
            assert 0 <= left < left + width <= WIDTH and 0 <= top < top + height <= HEIGHT


def test_presence_differs_from_visible_only_in_short_gaps_and_blinks(minute):
    changed = minute.presence != minute.visible
    for column in changed.T:
        longest = max((len(run) for run in "".join("x" if c else " " for c in column).split()), default=0)
        assert longest < 0.5 * minute.fps
    assert changed.mean() < 0.02


def test_every_application_comes_and_goes():
    presence = np.concatenate([World(camera, seed=2, seconds=60, fps=5).presence for camera in SEEN])
    assert (presence.any(axis=0) & ~presence.all(axis=0)).all()


def test_a_red_car_is_a_car_and_a_school_bus_is_a_bus(minute):
    column = {app: minute.visible[:, k] for k, app in enumerate(APPS)}
    assert not (column["redcar"] & ~column["car"]).any()
    assert not (column["schoolbus"] & ~column["bus"]).any()
    assert (column["car"] & ~column["redcar"]).any()


def test_length_and_frequency_of_events_follow_their_specification():
    none = {app: EventSpec(2.0, 0.0) for app in APPS}
    spec = EventSpec(length_s=2.0, frequency=0.3)
    world = World(0, seed=0, seconds=600, events={**none, "cat": spec}, distractors=0, split="train", fps=4)
    lengths = [end - start for start, end in world.truth["cat"]]
    assert sum(lengths) / world.seconds == pytest.approx(spec.frequency, abs=0.06)
    assert np.mean(lengths) == pytest.approx(spec.length_s, abs=0.4)
    assert not any(world.truth[app] for app in APPS if app != "cat")


def test_an_event_changes_the_picture_where_nothing_else_does():
    none = {app: EventSpec(2.0, 0.0) for app in APPS}
    with_train = World(0, seed=0, seconds=30, events={**none, "train": EventSpec(4.0, 0.5)}, distractors=0)
    empty = World(0, seed=0, seconds=30, events=none, distractors=0)
    column = APPS.index("train")
    for i in (
        int(np.argmax(with_train.visible[:, column])) + 30,
        int(np.argmin(with_train.visible[:, column])),
    ):
        difference = np.abs(with_train.frame(i).astype(int) - empty.frame(i)).mean()
        assert (difference > 2) == bool(with_train.visible[i, column])


def test_splits_share_no_individual_hour_or_weather():
    seeds, hours, weathers = {}, {}, {}
    for split in ("train", "val", "test"):
        worlds = [World(camera, seed=s, seconds=20, split=split) for camera in (0, 3) for s in range(12)]
        seeds[split] = {who.seed for world in worlds for who in world.individuals}
        hours[split] = {int(world.weather.hour * 2) for world in worlds}
        weathers[split] = {world.weather for world in worlds}
        assert len(seeds[split]) == sum(len(world.individuals) for world in worlds)
    for a, b in (("train", "val"), ("train", "test"), ("val", "test")):
        assert not seeds[a] & seeds[b] and not hours[a] & hours[b] and not weathers[a] & weathers[b]
    assert not set(SEEN) & set(UNSEEN)


def test_the_camera_stands_still_while_light_and_noise_go_on():
    none = {app: EventSpec(2.0, 0.0) for app in APPS}
    world = World(1, seed=0, seconds=5, events=none, distractors=0, weather=Weather(noise=2.0))
    first, last = world.frame(0).astype(float), world.frame(99).astype(float)
    assert np.corrcoef(first.ravel(), last.ravel())[0, 1] > 0.98
    assert first.mean() != pytest.approx(last.mean(), abs=0.5)


def test_weather_can_be_seen():
    plain = World(0, weather=Weather()).frame(0).astype(float)
    foggy = World(0, weather=Weather(fog=0.8)).frame(0).astype(float)
    dusk = World(0, weather=Weather(hour=19.4)).frame(0).astype(float)
    wet = World(0, weather=Weather(rain=1.0)).frame(0).astype(float)
    assert foggy[:200].std() < 0.7 * plain[:200].std()
    assert dusk.mean() < 0.85 * plain.mean() and dusk[..., 2].mean() / dusk[..., 0].mean() < 0.95 * (
        plain[..., 2].mean() / plain[..., 0].mean()
    )
    assert np.abs(wet - plain).max() > 60


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"camera": 6}, "camera"),
        ({"camera": -1}, "camera"),
        ({"camera": 0.5}, "camera"),
        ({"seed": -1}, "seed"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 0.2, "fps": 2}, "seconds=0.2: hold no frame"),
        ({"fps": float("nan")}, "fps"),
        ({"split": "tset"}, "test"),
        ({"distractors": -1}, "distractors"),
        ({"width": 8}, "width"),
        ({"events": {"kat": EventSpec(1, 0.1)}}, "cat"),
        ({"events": {"cat": EventSpec(0, 0.1)}}, "length_s"),
        ({"events": {"cat": EventSpec(1, 1.0)}}, "frequency"),
    ],
)
def test_bad_arguments_are_named(arguments, named):
    with pytest.raises(WorldError, match=named):
        World(**arguments)


def test_there_is_no_frame_past_the_end():
    with pytest.raises(WorldError, match="frame 20"):
        World(seconds=1).frame(20)
