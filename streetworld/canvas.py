"""Drawing in metres on a supersampled canvas. `sprite.py` turns the drawing into something to paste."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np

Color = tuple[int, int, int]
Point = tuple[float, float]
Option = TypeVar("Option")
_TURN = np.linspace(0, 2 * np.pi, 20, endpoint=False)
_CIRCLE = np.cos(_TURN), np.sin(_TURN)  # the corners that an ellipse is drawn with


def shade(color: Color, factor: float) -> Color:
    """`color` made darker (factor < 1) or lighter (> 1)."""
    red, green, blue = (int(min(255, max(0, c * factor))) for c in color)
    return red, green, blue


def vary(rng: np.random.Generator, color: Color, amount: float = 14) -> Color:
    """`color` with a small random change of brightness and of each channel (in levels of 255)."""
    shift = rng.normal(0, amount) + rng.normal(0, amount / 3, 3)
    red, green, blue = (int(v) for v in np.clip(np.add(color, shift), 4, 252))
    return red, green, blue


def choose(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of `options`, uniformly (NumPy's own `choice` would turn tuples into arrays)."""
    return options[int(rng.integers(len(options)))]


def tint(rng: np.random.Generator, options: Sequence[Color], amount: float = 14) -> Color:
    """One of the colours `options`, varied by `amount`."""
    return vary(rng, choose(rng, options), amount)


@lru_cache(maxsize=512)
def _parsed(text: str) -> np.ndarray:
    return np.array([[float(v) for v in pair.split(",")] for pair in text.split()])


def pts(text: str, at: Point = (0.0, 0.0), scale: float | Point = 1.0) -> np.ndarray:
    """Points written as 'x,y x,y …', enlarged by `scale` and moved to `at`: float (n, 2)."""
    return _parsed(text) * scale + at


def rounded(
    points: Sequence[Point] | np.ndarray, rounds: int = 2, closed: bool = True, reach: float = 0.14
) -> np.ndarray:
    """Corner cutting (Chaikin): a smooth curve of shape (n, 2) that follows `points`.

    Each round cuts a quarter of every edge, but never more than `reach`, so that long edges stay straight.
    """
    p = np.asarray(points, float)
    for _ in range(rounds):
        after = np.roll(p, -1, axis=0) if closed else p[1:]
        before = p if closed else p[:-1]
        length = np.hypot(*(after - before).T)[:, None] + 1e-9
        step = (after - before) * np.minimum(0.25, reach / length)
        cut = np.stack([before + step, after - step], 1).reshape(-1, 2)
        p = cut if closed else np.concatenate([p[:1], cut, p[-1:]])
    return p


class Canvas:
    """A transparent picture of `width` × `height` metres: x to the right of the centre, y up from the ground.

    Colours are opaque, so averaging the supersampled picture gives premultiplied colour and alpha at once.
    """

    def __init__(self, width: float, height: float, ppm: float):
        self.width, self.height, self.ppm = width, height, ppm
        self.size = (max(8, round(width * ppm)), max(8, round(height * ppm)))  # px, (w, h)
        self.oversampling = 3 if self.size[0] < 500 else 2
        w, h = self.size
        self.rgba = np.zeros((h * self.oversampling, w * self.oversampling, 4), np.uint8)

    def _px(self, points: Sequence[Point] | np.ndarray) -> np.ndarray:
        p = np.asarray(points, float)
        scale = self.ppm * self.oversampling * 8  # 8: three fractional bits for OpenCV
        placed = np.empty(p.shape)
        placed[:, 0], placed[:, 1] = (p[:, 0] + self.width / 2) * scale, (self.height - p[:, 1]) * scale
        return placed.round().astype(np.int32)

    def poly(self, points: Sequence[Point] | np.ndarray, color: Color, smooth: int = 0) -> None:
        """A filled polygon; `smooth` rounds of corner cutting."""
        if smooth:
            points = rounded(points, smooth)
        cv2.fillPoly(self.rgba, [self._px(points)], (*color, 255), shift=3)

    def rect(self, x0: float, y0: float, x1: float, y1: float, color: Color, smooth: int = 0) -> None:
        """A filled rectangle."""
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], color, smooth)

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color, angle: float = 0.0) -> None:
        """A filled ellipse turned by `angle` degrees."""
        a = np.deg2rad(angle)
        u, v = rx * _CIRCLE[0], ry * _CIRCLE[1]
        self.poly(np.array([x + u * np.cos(a) - v * np.sin(a), y + u * np.sin(a) + v * np.cos(a)]).T, color)

    def line(self, points: Sequence[Point] | np.ndarray, width: float, color: Color, smooth: int = 0) -> None:
        """A polyline with round ends, `width` metres thick."""
        p = rounded(points, smooth, closed=False) if smooth else points
        thickness = max(1, round(width * self.ppm * self.oversampling))
        cv2.polylines(self.rgba, [self._px(p)], False, (*color, 255), thickness, shift=3)

    def limb(self, a: Point, b: Point, width_a: float, width_b: float, color: Color) -> None:
        """A tapered stroke with round ends: arms, legs, necks."""
        d = np.subtract(b, a)
        n = np.array([-d[1], d[0]]) / (np.hypot(*d) + 1e-9)
        a_, b_ = np.asarray(a), np.asarray(b)
        sides = [a_ + n * width_a / 2, b_ + n * width_b / 2, b_ - n * width_b / 2, a_ - n * width_a / 2]
        self.poly(np.array(sides), color)
        self.ellipse(*a, width_a / 2, width_a / 2, color)
        self.ellipse(*b, width_b / 2, width_b / 2, color)

    def picture(self) -> np.ndarray:
        """The drawing at its final size: premultiplied RGBA, uint8 (h, w, 4), lit from above."""
        small = cv2.resize(self.rgba, self.size, interpolation=cv2.INTER_AREA)
        ramp = np.linspace(1.1, 0.82, small.shape[0], dtype=np.float32)
        light = np.stack([ramp, ramp, ramp, np.ones_like(ramp)], 1)[:, None]
        return cv2.multiply(small, np.broadcast_to(light, small.shape).copy(), dtype=cv2.CV_8U)
