"""Time stamps mended: whatever was done to a regular film's, its frames have their own times again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstream.data.stamps import AHEAD, in_order, mended, rate_of, stated_rate

FRAMES = 60


def times(stamps, step, *, dense=False):
    """(frame, seconds) from stamps in the order of decoding, which here is that of showing."""
    found = mended(((k, s, s) for k, s in enumerate(stamps)), step=step, back=0.5 * step, leap=10.0)
    return list(in_order(found, step=step, dense=dense))


fps = st.sampled_from([0.5, 1, 5, 10, 24, 25, 30000 / 1001, 60])


@settings(max_examples=60)
@given(fps, st.floats(-1e4, 1e5), st.integers(10, 50), st.floats(-5e4, 5e4).filter(lambda s: abs(s) > 200))
def test_counters_that_start_again_or_leap_go_on(fps, start, at, leap):
    stamps = start + np.arange(FRAMES) / fps + leap * (np.arange(FRAMES) >= at)
    numbers, found = zip(*times(stamps, 1 / fps), strict=True)
    assert numbers == tuple(range(FRAMES))
    assert np.array(found) - found[0] == pytest.approx(np.arange(FRAMES) / fps, abs=1e-6)


@settings(max_examples=60)
@given(fps, st.integers(10, 50), st.floats(-1e5, 1e5).filter(lambda s: abs(s) > 40))
def test_one_wrong_stamp_moves_its_frame_alone_and_by_no_more_than_a_step(fps, at, by):
    stamps = np.arange(FRAMES) / fps
    stamps[at] += by
    numbers, found = zip(*times(stamps, 1 / fps), strict=True)
    assert numbers == tuple(range(FRAMES))
    assert found == pytest.approx(np.arange(FRAMES) / fps, abs=1.01 / fps)


@pytest.mark.parametrize("gop", [(0,), (2, 0, 1), (7, 3, 1, 0, 2, 5, 4, 6)])
def test_a_pause_of_any_length_is_one_and_what_follows_keeps_its_time(gop):
    """Frames come in the order of decoding, by stamps of decoding or, where there are none, of showing."""
    order = np.array([k + place for k in range(0, 72, len(gop)) for place in gop])
    delay = int((np.argsort(order) - np.arange(72)).max())
    for step, gap in itertools.product((0.04, 0.1), range(1, 60)):
        shown = (np.arange(72) + (gap - 1) * (np.arange(72) >= 24)) * step
        decoded = np.r_[np.arange(-delay, 0) * step, shown][:72]
        for line, back in ((decoded, 0.5 * step), (shown[order], (AHEAD + 0.5) * step)):
            stamped = zip(order.tolist(), line.tolist(), shown[order].tolist(), strict=True)
            found = sorted(mended(stamped, step=step, back=back, leap=3600.0))  # as a decoder gives them
            given = [t for _, t in in_order(found, step=step, dense=False)]
            assert given == pytest.approx(shown), (step, gap, back)


@settings(max_examples=60)
@given(fps, st.randoms(use_true_random=False))
def test_stamps_that_changed_places_and_missing_ones(fps, random):
    true = np.arange(FRAMES) / fps
    order = sorted(range(FRAMES), key=lambda k: k + random.uniform(0, 6))
    found = list(in_order(enumerate(true[order].tolist()), step=1 / fps, dense=False))
    assert [t for _, t in found] == pytest.approx(true)
    some = [None if k % 3 else t for k, t in enumerate(true.tolist())]
    assert [t for _, t in in_order(enumerate(some), step=1 / fps, dense=True)] == pytest.approx(true)


@settings(max_examples=60)
@given(fps, st.floats(0, 0.2), st.integers(0, 2**31), st.booleans())
def test_the_rate_is_that_of_the_stamps(fps, jitter, seed, paused):
    stamps = (np.arange(300) + jitter * np.random.default_rng(seed).uniform(-1, 1, 300)) / fps
    stamps[150:] += 1e3 * paused
    assert rate_of(stamps) == pytest.approx(fps, rel=0.01)
    assert stated_rate(fps * 1.003, [1000.0, fps]) == fps and stated_rate(30.0001, [1000.0]) == 30
