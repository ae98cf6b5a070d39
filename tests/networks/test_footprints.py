"""Memory counted from weights and shapes: against the arrays themselves, and brute force over the number that fits."""

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks import footprints as memory
from mainstream.networks.splits import cut, split_points, with_head


@pytest.fixture(scope="module")
def model():
    return with_head(bases.build("mobilenet-0.25", 64))


@pytest.fixture(scope="module")
def table(model):
    return memory.by_split(model)


def test_counts_are_the_bytes_of_the_arrays(model, table):
    frame = np.zeros((1, 64, 64, 3), "float32")
    for k in (0, 1, 7, len(table) - 1):
        stem, tail = cut(model, k)
        row = table.loc[k]
        assert row.stem_mb == pytest.approx(sum(w.nbytes for w in stem.get_weights()) / 1e6)
        assert row.tail_mb == pytest.approx(sum(w.nbytes for w in tail.get_weights()) / 1e6)
        assert row.handed_mb == (pytest.approx(np.asarray(stem(frame)).nbytes / 1e6) if k else 0)
    assert list(table.layer) == [p.name for p in split_points(model)]
    assert memory.by_split(model, bytes_per_number=1).tail_mb[0] == pytest.approx(table.tail_mb[0] / 4)


def test_a_plan_has_one_stem_and_every_tail(table):
    whole = table.tail_mb[0]
    assert memory.plan_mb(table, [0, 0, 0]) == pytest.approx(3 * whole)
    assert memory.plan_mb(table, [4]) == pytest.approx(whole + table.handed_mb[4])
    mixed = table.stem_mb[9] + table.tail_mb[0] + table.tail_mb[4] + 2 * table.tail_mb[9]
    assert memory.plan_mb(table, [9, 0, 4, 9]) == pytest.approx(mixed + table.handed_mb[4] + table.handed_mb[9])
    for splits in ([], [16], [-1]):
        with pytest.raises(UserError, match="each split from 0 to 15"):
            memory.plan_mb(table, splits)


def test_as_many_fit_as_can_be_added_one_by_one(table):
    limit = 2.6 * table.tail_mb[0]
    found = memory.fits(table, limit)
    counts = range(1, 60)
    every = memory.by_count(table, counts)
    few = [k for k in table.index if found[k] < max(counts)]
    assert len(few) > 10
    for k in few:
        these = every[every["index"] == k]
        assert found[k] == (these.mb <= limit).sum()
        assert these.alone_mb.to_numpy() == pytest.approx(table.tail_mb[0] * np.array(counts))
    assert found[0] == 2 and found[12] > 3
    assert (memory.fits(table, table.stem_mb.iloc[-1] / 2) == 0).to_numpy()[-3:].all()
