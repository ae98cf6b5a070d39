"""Sprites: a drawing with its shadow, haze and motion blur, ready to paste into a frame."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from streetworld.weather import HAZE

GRID = 4  # px: occlusion is counted on a map of one cell per GRID × GRID pixels


class Look(NamedTuple):
    """How the moment changes every sprite."""

    shadow: tuple[float, float, float] = (0.0, 0.08, 0.35)  # shift in x and y per unit of height; strength 0…1
    haze: float = 0.0  # share of the haze's colour, 0…1
    slope: float = 0.0  # the street's rise, px per px
    motion_px: float = 0.0  # blur along x


class Sprite(NamedTuple):
    """A premultiplied picture; `mask` is the object itself (without its shadow) on the GRID map."""

    color: np.ndarray  # (h, w, 3) uint8, premultiplied
    through: np.ndarray  # (h, w, 3) uint8, 255 − alpha: what remains of the background
    mask: np.ndarray  # (h / GRID, w / GRID) bool
    anchor: tuple[int, int]  # px inside the sprite of the point that stands on the ground
    area: int  # cells of `mask`


def sprite(picture: np.ndarray, look: Look, facing: int = 1) -> Sprite:
    """The finished sprite of a `Canvas.picture`, mirrored where `facing` is −1."""
    body, shadow, anchor = _on_ground(picture if facing > 0 else cv2.flip(picture, 1), look)
    if look.motion_px >= 2:
        window = (int(look.motion_px) | 1, 1)
        body, shadow = cv2.blur(body, window), cv2.blur(shadow, window)
    color, alpha = cv2.cvtColor(body, cv2.COLOR_RGBA2RGB), cv2.extractChannel(body, 3)
    if look.haze > 0:
        veil = cv2.merge([cv2.convertScaleAbs(alpha, alpha=level / 255) for level in HAZE])
        color = cv2.addWeighted(color, 1 - look.haze, veil, look.haze, 0)
    strength = look.shadow[2] * (1 - look.haze)
    covered = cv2.add(alpha, cv2.multiply(shadow, 255 - alpha, scale=strength / 255))
    cells = (max(1, alpha.shape[1] // GRID), max(1, alpha.shape[0] // GRID))
    mask = cv2.resize(alpha, cells, interpolation=cv2.INTER_AREA) > 127
    return Sprite(color, cv2.merge([255 - covered] * 3), mask, anchor, int(mask.sum()))


def _on_ground(picture: np.ndarray, look: Look) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """`picture` sheared to the street's slope, the shadow it casts (uint8, one channel), and the anchor of both."""
    h, w = picture.shape[:2]
    kx, ky, _ = look.shadow
    side, tilt = int(abs(kx) * h) + 6, int(abs(look.slope) * w / 2) + 2
    size = (w + 2 * side, h + 2 * tilt + int(max(0.0, ky) * h) + 4)
    middle = tilt - look.slope * w / 2
    stand = np.array([[1, 0, side], [look.slope, 1, middle]], np.float32)
    lie = np.array([[1, -kx, side + kx * h], [look.slope, -ky, middle + h + ky * h]], np.float32)
    body = cv2.warpAffine(picture, stand, size)
    shadow = cv2.warpAffine(cv2.extractChannel(picture, 3), lie, size)
    return body, cv2.blur(shadow, (5, 3)), (size[0] // 2, tilt + h)


def paste(frame: np.ndarray, s: Sprite, x: int, y: int) -> None:
    """Put `s` into `frame` (h, w, 3; changed in place), its anchor at pixel (x, y), clipped at the edges."""
    x0, y0 = x - s.anchor[0], y - s.anchor[1]
    h, w = s.color.shape[:2]
    left, top = max(0, -x0), max(0, -y0)
    right, bottom = min(w, frame.shape[1] - x0), min(h, frame.shape[0] - y0)
    if right <= left or bottom <= top:
        return
    part = frame[y0 + top : y0 + bottom, x0 + left : x0 + right]
    cv2.multiply(part, s.through[top:bottom, left:right], dst=part, scale=1 / 255.0)
    cv2.add(part, s.color[top:bottom, left:right], dst=part)
