"""The world and video files as the trainer takes them."""

from __future__ import annotations

import numpy as np
import pytest

from mainstream.data import rendered_stills
from mainstream.data.filmed import file_footage
from mainstream.data.intervals import read_intervals
from mainstream.data.jobs import JOBS
from mainstream.data.rendered import world_footage
from mainstream.data.rendered_stills import world_photos
from mainstream.errors import UserError
from streetworld import APPS as EVERY
from streetworld import World, render_video

APPS = ("car", "cat")


def test_stills_depend_on_the_seed_and_not_on_the_number_of_processes(monkeypatch):
    monkeypatch.setattr(rendered_stills, "PIECE", 10)
    counts = {"train": 13, "val": 4, "test": 4, "size": 32}
    drawn = []
    for jobs in ("2", "1"):
        monkeypatch.setenv(JOBS, jobs)
        drawn.append(world_photos(APPS, **counts))
    two, one = drawn
    assert np.array_equal(one.images, two.images) and np.array_equal(one.labels, two.labels)
    other = world_photos(APPS, seed=1, **counts)
    assert not np.array_equal(one.images, other.images)
    assert [int((one.partition == p).sum()) for p in ("train", "val", "test")] == [13, 4, 4]
    assert one.images.shape == (21, 32, 32, 3) and len(set(one.files)) == 21
    parts = [one.part(p).images[:4] for p in ("train", "val", "test")]
    assert not any(np.array_equal(a, b) for a, b in zip(parts, parts[1:], strict=False))


def test_clips_are_the_worlds_frames_and_truth(monkeypatch):
    monkeypatch.setenv(JOBS, "1")
    footage = world_footage(APPS, cameras=(1, 2), seeds=(5,), seconds=6, fps=4, size=48)
    world = World(2, 5, seconds=6, split="test", width=48, height=48)
    assert footage.images.shape == (48, 48, 48, 3) and footage.fps == 4
    assert np.array_equal(footage.images[footage.clip == 1][3], world.frame(15))
    assert footage.has("cat").sum() + footage.has("car").sum() > 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({"fps": 3}, "fps=3: must divide"), ({"fps": 0}, "fps=0"), ({"apps": ("dog",)}, "application 'dog'")],
)
def test_bad_footage_is_named(arguments, named):
    with pytest.raises(UserError, match=named):
        world_footage(**{"apps": APPS, **arguments})


def test_no_stills_is_refused():
    with pytest.raises(UserError, match="val=0"):
        world_photos(APPS, val=0)


def test_a_file_is_sampled_by_its_time_stamps(tmp_path):
    video, table = render_video(tmp_path / "a.mp4", 5, camera=1, seed=0, split="test")
    truth = {app: spans for app, spans in read_intervals(table, APPS).items() if app in APPS}
    footage = file_footage(video, truth, fps=4, size=48)
    assert len(footage.images) == 20 and footage.classes == APPS
    world = World(1, 0, seconds=5, split="test")
    assert np.array_equal(footage.labels, world.presence[::5][:, [EVERY.index(app) for app in APPS]])
    for k in (0, 8, 19):
        at = k / 4
        assert footage.has("car")[k] == any(a <= at < b for a, b in truth["car"])


def test_a_file_that_is_no_video_is_named(tmp_path):
    (tmp_path / "no.mp4").write_text("not a video")
    with pytest.raises(UserError, match=r"no\.mp4"):
        file_footage(tmp_path / "no.mp4", {"cat": [(0, 1)]})
    with pytest.raises(UserError, match="no application has a column of truth"):
        file_footage(tmp_path / "no.mp4", {})
