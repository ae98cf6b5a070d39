"""How a picture of any shape becomes the square that a network takes: one way for photos, footage and streams.

Frames of a fixed camera are first cut to the application's zone, if it has one; photos, which somebody framed, never.

    letterbox   whole, its aspect kept, padded with grey: a circle stays a circle, what stands at the edge stays in
    squeezed    whole, stretched to the square: the synthetic world, and packages from before there was a choice

Training and stream must agree: data says its geometry, the M-Package records it, the runner follows.
"""

from typing import get_args

import numpy as np

from mainstream.errors import unknown
from mainstream.package import Geometry, Zone

GREY = 128  # of the padding: the middle, near 0 for a network
LETTERBOX: Geometry = "letterbox"
SQUEEZED: Geometry = "squeezed"


def fitted(image: np.ndarray, size: int | tuple[int, int], geometry: Geometry, zone: Zone | None = None) -> np.ndarray:
    """uint8 (h, w, 3) RGB of any shape, or what lies in a zone of it, as (size, size, 3), or of (height, width) px.

    Halved while that is not too small, then interpolated: hardly another picture than averaging over areas at once,
    which takes several times as long. Raises `UserError` for an unknown geometry.
    """
    if geometry not in get_args(Geometry):
        raise unknown("geometry", str(geometry), get_args(Geometry))
    if zone is not None:
        left, top, right, bottom = edges(zone, image.shape[1], image.shape[0])
        image = image[top:bottom, left:right]
    height, width = (size, size) if isinstance(size, int) else size
    inside = (height, width)
    if geometry == LETTERBOX:
        scale = min(height / image.shape[0], width / image.shape[1])
        inside = max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale))
    small = _resized(image, *inside)
    if inside == (height, width):
        return small
    padded = np.full((height, width, 3), GREY, np.uint8)
    top, left = (height - inside[0]) // 2, (width - inside[1]) // 2
    padded[top : top + inside[0], left : left + inside[1]] = small
    return padded


def edges(zone: Zone, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a zone in whole px of a picture, at least one px apart; neighbours leave no gap."""
    left, top = min(round(zone.x * width), width - 1), min(round(zone.y * height), height - 1)
    return left, top, max(left + 1, round((zone.x + zone.w) * width)), max(top + 1, round((zone.y + zone.h) * height))


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    import cv2  # not in the base of dependencies: replays read tables of footage without it

    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = cv2.resize(image, half, interpolation=cv2.INTER_AREA)
    if image.shape[:2] == (height, width):
        return image
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
