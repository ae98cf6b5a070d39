"""What is replayed is what a runner would have done; what is counted is what `count_events` counts."""

from __future__ import annotations

from dataclasses import fields

import clusters
import numpy as np
import pytest

from mainstream.data import jobs
from mainstream.data.footage import Footage
from mainstream.errors import UserError
from mainstream.quality import counted as events
from mainstream.runner.clock import Unhurried
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.problem import Choice, Device
from mainstream.study import recorder, replay
from streetworld import render_video

FPS = 20.0


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    place = tmp_path_factory.mktemp("video")
    return [render_video(place / f"{k}.mp4", s, camera=k, seed=2, split="val")[0] for k, s in enumerate((3, 2))]


@pytest.fixture(scope="module")
def runner(base, packages):
    device = Device(name="even", split=(0, 9 + 12, 57, 82), stem=(0, 10, 30, 50), tail=(52, 42, 22, 2))  # ms
    mixed = lambda problem: [Choice(k, fps - 1, k % 3) for k, fps in enumerate((4, 7, 5, 20))]
    return Runner(base, packages, device, stream_fps=FPS, budget=20.0, schedule_options={"scheduler": mixed})


@pytest.fixture(scope="module")
def pieces(packages, videos, runner):
    """One piece of footage per video, cut into pixels as the runner does it; 'car' there for a second at a time."""
    found = []
    for video in videos:
        images = np.concatenate([runner.current.network.prepare(f.image) for f in VideoSource(video)])
        labels = np.stack([np.arange(len(images)) // 20 % (k + 2) == 1 for k in range(len(packages))], axis=1)
        found.append(Footage(images, labels, tuple(packages), np.zeros(len(images), int), FPS))
    return found


@pytest.fixture(scope="module")
def recording(base, packages, pieces):
    return recorder.record(list(packages.values()), base, pieces)


@pytest.mark.slow
def test_recorded_on_two_workers_it_is_the_same(tmp_path, base, packages, pieces, recording, monkeypatch):
    with clusters.started(tmp_path, 2) as cluster:
        monkeypatch.setenv(jobs.DASK, cluster.address)
        there = recorder.record(list(packages.values()), base, pieces)
    for field in fields(recording):
        assert np.array_equal(getattr(there, field.name), getattr(recording, field.name)), field.name


def test_replay_is_a_real_run(runner, recording, videos):
    members = runner.current.network.members
    assert {m.fps for m in members} == {4.0, 7.0, 5.0, 20.0} and len({m.layer for m in members}) == 4
    seen = replay.looks([m.fps for m in members], recording)
    for part, video in zip(recording.clips, videos, strict=True):
        table = runner.run(VideoSource(video), Unhurried()).table()
        assert {m.app for m in members} == set(table.app)
        for m in members:
            mine = table[table.app == m.app]
            a, k = list(recording.apps).index(m.app), list(recording.layers).index(m.layer)
            assert list(mine.frame) == list(np.flatnonzero(seen[m.fps][part]))
            answers = recording.probabilities[a, k, part][mine.frame]
            assert np.abs(answers - mine.probability).max() < 1e-4
            clear = np.abs(answers - recording.thresholds[a, k]) > 1e-4
            assert clear.sum() > 0.9 * len(clear)
            assert (recording.said[a, k, part][mine.frame] == mine.positive)[clear].all()


def test_counts_are_those_of_count_events(recording):
    split = recording.splits[1]
    seen = replay.looks([4.0], recording)[4.0]
    counts = replay.count(recording, "car", split, seen, x_vote=2, window_s=0.5)
    assert counts.shape == (2, 4) and list(counts[:, 0]) == [1, 1]  # one second of two, then of three
    a, k = recording.place("car", split)
    for row, part in zip(counts, recording.clips, strict=True):
        at = np.flatnonzero(seen[part])
        truth = [(1.0, 2.0)]
        length = (part.stop - part.start) / FPS
        assert length == pytest.approx({60: 3.0, 40: 2.0}[part.stop - part.start])
        expected = events.count_events(
            truth, at / FPS, recording.said[a, k, part][at], 2, window_s=0.5, duration_s=length
        )  # fmt: skip
        found = replay.score(row)
        assert [float(v) for v in found] == pytest.approx(list(expected), nan_ok=True)
    both = replay.score(counts.sum(0))
    assert float(both.recall) == counts[:, 1].sum() / 2


def test_a_recording_is_kept_and_missing_ones_are_named(recording, packages, tmp_path):
    recording.save(tmp_path / "r.npz")
    again = replay.Recording.load(tmp_path / "r.npz")
    assert np.array_equal(again.probabilities, recording.probabilities) and again.fps == recording.fps
    assert list(again.layers) == [s.layer for s in packages["cat"].splits]
    with pytest.raises(UserError, match="not a recording"):
        replay.Recording.load(tmp_path / "none.npz")
    np.save(tmp_path / "r.npy", np.zeros(3))
    (tmp_path / "r.npy").replace(tmp_path / "r.npz")
    with pytest.raises(UserError, match="not a recording"):
        replay.Recording.load(tmp_path / "r.npz")
    (tmp_path / "r.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(UserError, match="not a recording"):
        replay.Recording.load(tmp_path / "r.npz")
    with pytest.raises(UserError, match="'dog' at split 3: not in this recording"):
        recording.place("dog", 3)


def test_without_probabilities_the_decisions_stay(recording, tmp_path):
    bare = recording.without_probabilities()
    assert np.array_equal(bare.said, recording.said) and bare.probabilities.dtype == np.uint8
    bare.save(tmp_path / "bare.npz")
    assert np.array_equal(replay.Recording.load(tmp_path / "bare.npz").said, recording.said)
