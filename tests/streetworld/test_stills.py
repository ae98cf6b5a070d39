"""Still images for training: independent moments with honest labels."""

from __future__ import annotations

import numpy as np
import pytest

from streetworld.errors import WorldError
from streetworld.stills import still_images
from streetworld.world import APPS, UNSEEN


@pytest.fixture(scope="module")
def stills():
    return still_images(n=120, seed=1, size=64)


def test_shapes_and_both_answers_for_every_application(stills):
    images, labels = stills
    assert images.shape == (120, 64, 64, 3) and images.dtype == np.uint8
    assert labels.shape == (120, len(APPS)) and labels.dtype == bool
    share = labels.mean(axis=0)
    assert (share > 0.08).all() and (share < 0.6).all()


def test_the_same_call_gives_the_same_bytes_and_a_prefix_stays(stills):
    images, labels = still_images(n=12, seed=1, size=64)
    assert np.array_equal(images, stills[0][:12]) and np.array_equal(labels, stills[1][:12])


def test_splits_seeds_and_cameras_give_other_pictures(stills):
    for other in ({"split": "val"}, {"split": "test"}, {"seed": 2}, {"cameras": UNSEEN}):
        images, _ = still_images(n=4, size=64, **{"seed": 1, **other})
        assert not any(np.array_equal(a, b) for a, b in zip(images, stills[0], strict=False))


def test_chosen_applications_keep_their_labels(stills):
    images, labels = still_images(("cat", "bus"), n=20, seed=1, size=(80, 60))
    assert images.shape == (20, 60, 80, 3)
    assert np.array_equal(labels, stills[1][:20][:, [APPS.index("cat"), APPS.index("bus")]])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"apps": ("cta",)}, "cat"),
        ({"apps": ()}, "apps"),
        ({"n": 0}, "n=0"),
        ({"share": 1.5}, "share"),
        ({"cameras": ()}, "cameras"),
        ({"cameras": (99,)}, "camera"),
        ({"size": 4}, "size"),
        ({"split": "all"}, "split"),
        ({"seed": -3}, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, named):
    with pytest.raises(WorldError, match=named):
        still_images(**{"n": 4, **arguments})
