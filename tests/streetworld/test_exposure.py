"""A longer exposure blurs what moves, and nothing else."""

import numpy as np
import pytest

from streetworld import World
from streetworld.errors import WorldError


def test_only_what_moves_is_blurred():
    sharp, same, long = (World(0, 3, seconds=20, exposure=e) for e in (1.0, 1.0, 6.0))
    moving = int(np.argmax(sharp.presence.any(axis=1)))
    assert (sharp.frame(moving) == same.frame(moving)).all()
    changed = (sharp.frame(moving).astype(int) - long.frame(moving)).any(axis=2)
    assert 0 < changed.mean() < 0.5
    empty = len(sharp._stage._standing)
    still = next(i for i in range(len(sharp)) if len(sharp._things(i / sharp.fps)) == empty)
    assert (sharp.frame(still) == long.frame(still)).all()


@pytest.mark.parametrize("exposure", [-1, float("nan")])
def test_an_exposure_that_is_none_is_refused(exposure):
    with pytest.raises(WorldError, match="exposure"):
        World(exposure=exposure)
