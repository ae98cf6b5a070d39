"""One way for photos and frames: whole pictures, the same in training and on the stream."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstream.data.geometry import GREY, LETTERBOX, SQUEEZED, edges, fitted
from mainstream.errors import UserError
from mainstream.package import Zone
from streetworld import World

sides = st.integers(1, 90)


def disc(height: int, width: int, radius: int) -> np.ndarray:
    """White on black, in the middle; red along the edges."""
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.circle(picture, (width // 2, height // 2), radius, (255, 255, 255), -1)
    edge = width // 30 + 1
    picture[:, :edge], picture[:, -edge:] = (255, 0, 0), (255, 0, 0)
    return picture


def extent(picture: np.ndarray) -> tuple[int, int]:
    """(height, width) of what is white."""
    rows, columns = np.nonzero(picture.min(2) > 200)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@settings(max_examples=60)
@given(sides, sides, st.floats(0, 0.98), st.floats(0.01, 1))
def test_a_zone_is_cut_to_whole_pixels_and_neighbours_meet(height, width, x, w):
    zone = Zone(x, 0.0, min(w, 1 - x), 1.0)
    left, top, right, bottom = edges(zone, width, height)
    assert 0 <= left < right <= width and (top, bottom) == (0, height)
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, left:right] = 200
    assert (fitted(picture, 16, SQUEEZED, zone) == 200).all()
    if x + w < 0.9 and right - left > 1:
        assert edges(Zone(x + w, 0.0, 0.1, 1.0), width, height)[0] == min(right, width - 1)


@pytest.mark.parametrize("shape", [(480, 640), (640, 480), (1080, 1920), (300, 300), (97, 211)])
def test_a_circle_stays_a_circle_and_the_edge_stays_in(shape):
    picture = disc(*shape, radius=min(shape) // 4)
    found = fitted(picture, 128, LETTERBOX)
    height, width = extent(found)
    assert abs(height - width) <= 2 and abs(height - 128 * 2 * (min(shape) // 4) / max(shape)) <= 3
    left = (128 - round(128 * shape[1] / max(shape))) // 2
    assert found[64, left, 0] > 150 and found[64, left, 1] < 60, "red of the edge"


@given(sides, sides, sides, sides, st.sampled_from([LETTERBOX, SQUEEZED]))
@settings(max_examples=60)
def test_the_whole_picture_and_grey_besides(h, w, height, width, geometry):
    found = fitted(np.full((h, w, 3), 250, np.uint8), (height, width), geometry)
    scale = min(height / h, width / w)  # of a letterbox
    inside = (max(1, round(h * scale)), max(1, round(w * scale)))
    rows, columns = inside if geometry == LETTERBOX else (height, width)
    assert found.shape == (height, width, 3)
    assert (found == 250).all(2).sum() == rows * columns and ((found == 250) | (found == GREY)).all()
    assert rows == height or columns == width


def test_squeezed_is_what_older_packages_were_trained_on():
    frame = World(0, 1, seconds=1).frame(3)
    old = cv2.resize(cv2.resize(frame, (320, 240), interpolation=cv2.INTER_AREA), (128, 128))
    assert np.array_equal(fitted(frame, 128, SQUEEZED), old)
    assert np.array_equal(fitted(old, 128, SQUEEZED), old) and np.array_equal(fitted(old, 128, LETTERBOX), old)


def test_an_unknown_geometry():
    with pytest.raises(UserError, match="unknown geometry 'letterbx': did you mean 'letterbox'"):
        fitted(np.zeros((4, 4, 3), np.uint8), 2, "letterbx")
