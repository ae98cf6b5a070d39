"""Generic pictures: an abstract silhouette in a colour and a pattern, in clutter, for pretraining a base network.

None of the classes is one of the applications of the synthetic world: features learnt here have to transfer. Each
picture shows one object and has three labels: its shape, its pattern and its colour. Every picture depends on its seed
and its index alone. Used by `pretrain` (the embedded base, `data/base`). Drawn with Python's own random
numbers: one at a time they cost a tenth of NumPy's.
"""

from __future__ import annotations

from math import cos, radians, sin
from random import Random

import cv2
import numpy as np

from generic.scenery import COLORS, PATTERNS, any_color, background, camera_faults, clutter, color, pattern
from generic.shapes import SHAPES, Fill
from mainstream.errors import UserError

SHAPE_NAMES, COLOR_NAMES = tuple(SHAPES), tuple(COLORS)
HEADS = {"shape": len(SHAPE_NAMES), "pattern": len(PATTERNS), "color": len(COLOR_NAMES)}  # label → number of classes
EXTENT = (0.3, 0.85)  # of the object, as a share of the picture's side


def generic_images(
    n: int, *, seed: int = 0, size: int = 128, start: int = 0, difficulty: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures `start` … `start + n − 1` of a seed: uint8 (n, size, size, 3) RGB, and int64 (n, 3) labels as `HEADS`.

    Any two calls agree on the pictures that both draw at one `difficulty`: at 0 the object is large and alone, at 1
    small ones occur, and clutter. Raises `UserError` for values that make no sense.
    """
    for name, value, least in (("n", n, 1), ("seed", seed, 0), ("size", size, 16), ("start", start, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise UserError(f"{name}={value!r}: must be a whole number, {least} or larger")
    if not 0 <= difficulty <= 1:
        raise UserError(f"difficulty={difficulty!r}: must be from 0 to 1")
    if size > 256:
        raise UserError(f"size={size}: must be at most 256 pixels")
    images, labels = np.empty((n, size, size, 3), np.uint8), np.empty((n, len(HEADS)), np.int64)
    for k in range(n):
        images[k], labels[k] = _picture(Random((int(seed) << 64) + int(start) + k), size, difficulty)
    return images, labels


def _picture(r: Random, size: int, difficulty: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """One picture and its labels. Half of the pictures have little in them but the object."""
    canvas = background(r, size, mess=difficulty * r.random() ** 2)
    smallest, largest = EXTENT
    label = _put(r, canvas, r.uniform(smallest + 0.25 * (1 - difficulty), largest) * size)
    if r.random() < 0.3 * difficulty:
        clutter(r, canvas, r.uniform(0.08, 0.25) * size)  # in front
    return camera_faults(r, canvas), label


def _put(r: Random, canvas: np.ndarray, extent: float) -> tuple[int, int, int]:
    """Draws a random object of about `extent` px, with its shadow, on `canvas`, nearly all of it inside; its labels."""
    shape, surface, family = r.randrange(len(SHAPE_NAMES)), _surface(r), r.randrange(len(COLOR_NAMES))
    mask, outline = _mask(r, SHAPE_NAMES[shape], extent)
    h, w = mask.shape
    first = color(r, COLOR_NAMES[family])
    texture = _texture(r, PATTERNS[surface], first, w, h, extent)
    if r.random() < 0.3:
        tone = tuple(int(c * r.uniform(0.2, 0.6)) for c in first)
        cv2.polylines(texture, outline, True, tone, 1, cv2.LINE_AA, 4)
    n = len(canvas)
    x, y = (int(r.uniform(-0.1 * side, n - 0.9 * side)) for side in (w, h))
    if r.random() < 0.6:
        _shadow(r, canvas, mask, x, y)
    top, left, bottom, right = max(y, 0), max(x, 0), min(y + h, n), min(x + w, n)
    inside = np.s_[top - y : bottom - y, left - x : right - x]
    there = canvas[top:bottom, left:right]
    alpha = mask[inside].astype(np.float32) * np.float32(1 / 255)
    there[:] = cv2.blendLinear(np.ascontiguousarray(texture[inside]), there, alpha, 1 - alpha)
    return shape, surface, family


def _surface(r: Random) -> int:
    """Index of a pattern; plain ones are most frequent."""
    return 0 if r.random() < 0.4 else r.randrange(1, len(PATTERNS))


def _mask(r: Random, name: str, extent: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """Silhouette seen from somewhere: coverage uint8 (h, w), and its contours in sixteenths of a pixel."""
    angle = radians(r.uniform(-25, 25) if r.random() < 0.7 else r.uniform(0, 360))
    squash, shear, depth = r.uniform(0.55, 1), r.uniform(-0.2, 0.2), r.uniform(-0.22, 0.22)
    sx, sy = (squash, 1.0) if r.random() < 0.5 else (1.0, squash)
    flip = r.choice((-1, 1))
    m = extent / 2 * np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    m = (np.array([[sx * flip, 0], [shear, sy]]) @ m).astype(float)

    def seen(points: np.ndarray) -> np.ndarray:
        return points @ m / (1 + depth * points[:, 1:])

    parts = SHAPES[name](r)
    contours = [[seen(c) for c in (p.contours if isinstance(p, Fill) else [p.points])] for p in parts]
    everything = np.concatenate([c for group in contours for c in group])
    thick = extent / 2 * squash**0.5
    margin = 2 + 0.5 * thick * max((p.width for p in parts if not isinstance(p, Fill)), default=0)
    low = everything.min(0) - margin
    w, h = (everything.max(0) + margin - low).astype(int) + 1
    mask = np.zeros((h, w), np.uint8)
    outline = []
    for part, group in zip(parts, contours, strict=True):
        px = [((c - low) * 16).astype(np.int32) for c in group]
        if isinstance(part, Fill):
            cv2.fillPoly(mask, px, 255, cv2.LINE_AA, 4)
            outline += px
        else:
            cv2.polylines(mask, px, False, 255, max(1, round(part.width * thick)), cv2.LINE_AA, 4)
    return mask, outline


def _texture(r: Random, name: str, first: tuple[int, int, int], w: int, h: int, extent: float) -> np.ndarray:
    """The surface: `first` with a pattern of a second colour, lit from above: uint8 (h, w, 3)."""
    second: tuple[int, ...]
    if r.random() < 0.5:
        second = any_color(r, 1.0)
    else:
        factor = r.choice((0.35, 0.5, 1.6))
        second = tuple(int(min(255, c * factor + 60 * (factor > 1))) for c in first)
    texture: np.ndarray
    if name == "plain":
        texture = np.full((h, w, 3), first, np.uint8)
    else:
        share = pattern(r, name, w, h, max(4.0, extent * r.uniform(0.12, 0.3)))
        blend = np.linspace(first, second, 256).astype(np.uint8)[:, None]
        texture = cv2.LUT(cv2.cvtColor(share, cv2.COLOR_GRAY2RGB), blend)
    light = np.linspace(r.uniform(1, 1.2), r.uniform(0.65, 1), h, dtype=np.float32)
    return cv2.multiply(texture, cv2.merge([light] * 3).reshape(h, 1, 3).repeat(w, 1), dtype=cv2.CV_8U)


def _shadow(r: Random, canvas: np.ndarray, mask: np.ndarray, x: int, y: int) -> None:
    """Darkens the ground under the object: its silhouette pressed flat, below or beside it."""
    h, w = mask.shape
    flat = cv2.blur(cv2.resize(mask, (w, max(2, int(h * r.uniform(0.2, 0.6))))), (3, 3))
    n, x, y = len(canvas), x + int(r.uniform(-0.2, 0.2) * w), y + h - len(flat) * 2 // 3
    top, left, bottom, right = max(y, 0), max(x, 0), min(y + len(flat), n), min(x + w, n)
    if bottom <= top or right <= left:
        return
    factor = 1 - flat[top - y : bottom - y, left - x : right - x].astype(np.float32) * (r.uniform(0.3, 0.6) / 255)
    there = canvas[top:bottom, left:right]
    there[:] = cv2.multiply(there, cv2.merge([factor] * 3), dtype=cv2.CV_8U)
