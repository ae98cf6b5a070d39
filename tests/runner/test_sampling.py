"""Nested sampling: every rate is kept, whatever a container does to time stamps."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mainstream.errors import UserError
from mainstream.runner.sampling import Ladder
from mainstream.runner.sources import VideoSource

rates = st.lists(st.integers(1, 20), min_size=1, max_size=5)
STREAMS = (12.0, 15.0, 23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0)
SHARES = ((1.0,), (0.9,), (0.97, 0.6, 0.4), (1.0, 0.95, 0.5, 0.1), (0.75,), (0.5, 0.3))  # of the stream's rate


def looks(times, chosen):
    """Rate → the times at which it looks."""
    ladder = Ladder(chosen)
    due = [ladder.lowest_due(float(t)) for t in times]  # who has a rate at or above the lowest that is due looks
    return {rate: np.array([t for t, d in zip(times, due, strict=True) if d is not None and rate >= d])
            for rate in sorted(set(map(float, chosen)))}  # fmt: skip


def kept(times, chosen, tolerance=0.02):
    """Is every rate executed as planned, and are the looks of each among those of every higher one?"""
    stream = (len(times) - 1) / (times[-1] - times[0])
    found = looks(times, chosen)
    for rate, at in found.items():
        assert (len(at) - 1) / (at[-1] - at[0]) == pytest.approx(min(rate, stream), rel=tolerance), rate
    nested = list(found.values())
    assert all(set(low) <= set(high) for low, high in zip(nested, nested[1:], strict=False))


@given(rates, st.sampled_from([20.0, 29.97, 25.0]), st.integers(1, 12))
def test_frames_of_lower_rates_are_nested_and_every_rate_is_kept(chosen, stream_fps, seconds):
    times = np.arange(int(seconds * stream_fps)) / stream_fps
    for rate, at in looks(times, chosen).items():
        assert abs(len(at) - rate * seconds) <= 1.0001 and at[0] == 0


@given(rates, st.integers(0, 1000))
def test_stamps_at_even_steps_are_taken_slot_by_slot(chosen, seed):
    """The first frame of every slot, as tables of replayed decisions rest on, also after a frame that is missing."""
    times = np.delete(np.arange(200), np.random.default_rng(seed).integers(1, 200)) / 20
    slots = np.floor(times * max(chosen) + 1e-6)
    expected = times[np.unique(slots, return_index=True)[1]]
    assert list(looks(times, chosen)[max(chosen)]) == pytest.approx(expected)


@given(rates, st.integers(0, 1000))
@example([9, 10, 11], 0)
def test_dropped_frames_are_not_made_up_for_by_a_burst(chosen, seed):
    """Looks come out of a bucket that fills at their rate: two looks deep for the highest rate, and for each lower one,
    which takes even shares of the next higher one's, that one's depth by the share, and one look more."""
    times = np.flatnonzero(np.random.default_rng(seed).random(200) < 0.6) / 20
    depth, above = 2.0, None
    for rate, at in reversed(looks(times, chosen).items()):
        depth = depth * rate / above + 1 if above else depth
        spent, above = np.arange(len(at)) - rate * at, rate
        assert (spent - np.minimum.accumulate(spent) <= depth + 1e-4).all()


@given(st.sampled_from(STREAMS), st.sampled_from(SHARES), st.integers(0, 10_000), st.sampled_from([0, 0.1, 0.2, 0.4]),
       st.sampled_from([None, 2, 3]))  # fmt: skip
def test_rates_are_kept_on_stamps_that_are_rounded_and_jitter(stream_fps, shares, seed, jitter, decimals):
    rng = np.random.default_rng(seed)
    times = (np.arange(int(40 * stream_fps)) + rng.uniform(-jitter, jitter, int(40 * stream_fps))) / stream_fps
    if decimals:
        times = np.round(times, decimals if stream_fps < 40 and jitter < 0.4 else 3)
    kept(np.sort(times), [share * stream_fps for share in shares])


@given(st.sampled_from(STREAMS), st.sampled_from(SHARES), st.sampled_from([(0.8, 1.2), (0.3, 1.7), (1, 1, 1, 1.5)]))
def test_rates_are_kept_where_frames_come_in_groups(stream_fps, shares, steps):
    times = np.cumsum(np.tile(steps, int(40 * stream_fps) // len(steps))) / np.mean(steps) / stream_fps
    kept(times, [share * stream_fps for share in shares])


@pytest.mark.parametrize(("container", "ticks"), [("mkv", 1000), ("mp4", 90_000), ("ts", 90_000), ("webm", 1000)])
@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_rates_are_kept_on_what_containers_make_of_stamps(tmp_path, container, ticks, jitter):
    rng = np.random.default_rng(0)
    for fps in (24, 30, 60):
        times = (np.arange(12 * fps) + rng.uniform(-jitter, jitter, 12 * fps) + 1) / fps
        with av.open(str(tmp_path / f"{fps}.{container}"), "w") as file:
            stream = file.add_stream("libvpx" if container == "webm" else "libx264", rate=fps)
            stream.width = stream.height = 32
            stream.pix_fmt, stream.options = "yuv420p", {"bf": "0", "deadline": "realtime"}
            stream.codec_context.time_base = stream.time_base = Fraction(1, ticks)
            for t in times:
                frame = av.VideoFrame(32, 32, "yuv420p")
                frame.pts, frame.time_base = round(t * ticks), Fraction(1, ticks)
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        stamps = np.array([f.time_s for f in VideoSource(tmp_path / f"{fps}.{container}")])
        assert len(stamps) == 12 * fps
        for chosen in ([fps], [fps, fps - 1, fps / 2, 4], [0.9 * fps]):
            kept(stamps, chosen)


def test_rates_that_are_none_are_refused():
    for bad in ([], [0.0, 2.0], [-1.0], [float("inf")], [float("nan")]):
        with pytest.raises(UserError, match="rates="):
            Ladder(bad)
