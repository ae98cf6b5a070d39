"""A video cut in time: its parts, and streams of them, count from the same zero as truth does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstream.data.intervals import merged
from mainstream.errors import UserError
from mainstream.runner.frames import Frame, Source
from mainstream.runner.held_out import Between, cut_between_events, within

ALONE = {"train": 0.34, "val": 0.12, "test": 0.12, "measure": 0.2, "stream": 0.22}


class Stamped(Source):
    def __init__(self, times, fps=1.0):
        super().__init__()
        self.times, self.fps = times, fps

    def __iter__(self):
        for k, time_s in enumerate(self.times):
            yield Frame(k, time_s, np.zeros((8, 8, 3), np.uint8))


@given(st.lists(st.floats(0.01, 3), min_size=5, max_size=40), st.floats(0, 20), st.floats(1, 30))
def test_a_part_counts_from_where_truth_was_cut(gaps, start, length):
    times = list(np.cumsum(gaps))
    frames = list(Between(Stamped(times), start, start + length))
    expected = [t for t in times if start - 1e-6 <= t < start + length - 1e-6]
    assert [f.time_s + start for f in frames] == pytest.approx(expected, abs=2e-6)
    assert [f.number for f in frames] == list(range(len(expected)))


def test_a_frame_a_second_cut_between_two_is_not_moved():
    frames = list(Between(Stamped(range(30)), 10.1, 20.0))
    assert [f.time_s for f in frames] == pytest.approx(np.arange(11, 20) - 10.1)
    assert [f.time_s for f in Between(Stamped(range(30)), number=27)] == [0, 1, 2]


spans = st.lists(st.tuples(st.floats(0, 600), st.floats(0.5, 8)), min_size=1, max_size=60)


@given(spans, st.floats(0, 4), st.sampled_from([{"measure": 0.5, "stream": 0.5}, ALONE]))
def test_every_event_is_whole_in_one_part_and_the_parts_have_enough(raw, gap, shares):
    events = merged([(start, start + length) for start, length in raw])
    least = dict.fromkeys(shares, 2)
    try:
        parts = cut_between_events(events, 610.0, shares, least=least, gap_s=gap)
    except UserError as e:
        assert "too few" in str(e) or "too close together" in str(e)
        return
    found = [within(events, part) for part in parts.values()]
    assert sum(map(len, found)) == len(events) and all(len(found[k]) >= 2 for k in range(len(shares)))
    lengths = sorted(b - a for part in found for a, b in part)
    assert lengths == pytest.approx(sorted(b - a for a, b in events), abs=1e-6)
    edges = list(parts.values())
    assert edges[0][0] == 0 and edges[-1][1] == 610
    assert all(b[0] - a[1] == pytest.approx(gap) for a, b in zip(edges, edges[1:], strict=False))


def test_cuts_move_to_where_there_is_room():
    events = [(10.0 * k, 10.0 * k + 9.5) for k in range(12)]
    events[5:] = [(a + 20, b + 20) for a, b in events[5:]]  # the only pause is after the fifth
    parts = cut_between_events(events, 200, {"a": 0.5, "b": 0.5}, least={"a": 2, "b": 2}, gap_s=2)
    assert [len(within(events, p)) for p in parts.values()] == [5, 7]
    with pytest.raises(UserError, match=r"12 events are too close together.*only 1 are followed"):
        cut_between_events(events, 200, dict.fromkeys("abc", 1 / 3), least=dict.fromkeys("abc", 2), gap_s=2)
