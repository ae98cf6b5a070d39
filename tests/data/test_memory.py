"""What looks remember, measured on processes whose memory is known."""

from __future__ import annotations

import numpy as np
import pytest

from mainstream.data import memory, rates
from mainstream.data.footage import Footage

FPS, EVENT, EMPTY, CLIPS, PAIRS = 10, 25, 35, 12, 40  # frames of an event and of the stretch after it


def played(alpha, tau_s, rate, seed=0):
    """(decisions, footage): every stretch has a rate of its own, and a look repeats the last with e^(−1/(fps·τ))."""
    rng = np.random.default_rng(seed)
    g = np.exp(-1 / (FPS * tau_s)) if tau_s else 0.0
    present, said = [], []
    for k in range(2 * CLIPS * PAIRS):
        n = (EVENT, EMPTY)[k % 2]
        p = rng.beta(rate * (1 / alpha - 1), (1 - rate) * (1 / alpha - 1)) if alpha else rate
        fresh, keep = rng.random(n) < p, rng.random(n) < g
        for i in range(1, n):
            fresh[i] = fresh[i - 1] if keep[i] else fresh[i]
        present.append(np.full(n, k % 2 == 0))
        said.append(fresh)
    labels = np.concatenate(present)
    clip = np.repeat(np.arange(CLIPS), len(labels) // CLIPS)
    return np.concatenate(said), Footage(np.empty((len(labels), 0)), labels[:, None], ("cat",), clip, FPS)


def measured(said, footage, inside):
    found = memory.pairs(said, footage.has("cat"), footage.clip, inside, int(memory.LAGS_S * FPS))
    return memory.measured(found, FPS)


@pytest.mark.parametrize(("alpha", "tau_s"), [(0.3, 0.2), (0.0, 0.4), (0.2, 0.0), (0.5, 0.1)])
@pytest.mark.parametrize("inside", [True, False])
def test_what_was_put_in_is_found(alpha, tau_s, inside):
    said, footage = played(alpha, tau_s, 0.6)
    found = measured(said, footage, inside)
    assert found.lasting == pytest.approx(alpha, abs=0.06) and found.memory_s == pytest.approx(tau_s, abs=0.06)
    low, high = found.lasting_interval
    assert low <= found.lasting <= high and high - low < 0.3


def test_it_is_none_where_every_answer_is_alike():
    said, footage = played(0.0, 0.1, 0.5)
    assert measured(np.ones_like(said), footage, True) is None
    assert measured(np.zeros_like(said), footage, False) is None


def test_packages_carry_it():
    said, footage = played(0.2, 0.2, 0.7)
    video = rates.on_video(said.astype("float32"), footage, "cat", 0.5)
    assert video.memory.lasting > 0.1 and video.memory_empty.memory_s > 0.1
    events = rates.events_on_video(footage, "cat", [video])
    assert events.length_cv == pytest.approx(0, abs=1e-9)  # all events are of one length
    assert events.follows_event == pytest.approx(1.0)  # an empty stretch is one window, right after an event
