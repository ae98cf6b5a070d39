"""Colours, surface patterns, backgrounds and the camera's faults for the generic pictures of `generic`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import cv2
import numpy as np

Color = tuple[int, int, int]

# hue (degrees), saturation and value of each family, as ranges; black, grey and white have any hue
COLORS: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "red": ((-10, 8), (0.75, 1), (0.55, 1)),
    "orange": ((20, 32), (0.8, 1), (0.8, 1)),
    "yellow": ((47, 60), (0.7, 1), (0.8, 1)),
    "green": ((90, 150), (0.5, 1), (0.3, 0.8)),
    "cyan": ((172, 192), (0.5, 1), (0.6, 1)),
    "blue": ((212, 240), (0.6, 1), (0.4, 1)),
    "purple": ((265, 290), (0.45, 1), (0.35, 0.85)),
    "pink": ((318, 342), (0.3, 0.7), (0.8, 1)),
    "brown": ((18, 32), (0.5, 0.8), (0.25, 0.5)),
    "white": ((0, 360), (0, 0.06), (0.88, 1)),
    "grey": ((0, 360), (0, 0.08), (0.4, 0.65)),
    "black": ((0, 360), (0, 0.2), (0.03, 0.16)),
}
PATTERNS = ("plain", "stripes", "checks", "dots", "grid", "waves", "rings", "speckle")
_TILE = 128  # px: side of a tile of pattern, holding 8 periods
_POOL = 384  # px: side of the noise that crops are taken from


def hsv(hue: float, saturation: float, value: float) -> Color:
    """RGB (0…255) of a hue in degrees and saturation and value from 0 to 1."""
    wheel = [(hue / 60 + k) % 6 for k in (5, 3, 1)]
    red, green, blue = (int(255 * value * (1 - saturation * max(0, min(k, 4 - k, 1)))) for k in wheel)
    return red, green, blue


def color(r: Random, family: str) -> Color:
    """A colour of a family."""
    return hsv(*(r.uniform(*span) for span in COLORS[family]))


def any_color(r: Random, vivid: float = 0.6) -> Color:
    """Any colour, up to a saturation of `vivid`."""
    return hsv(r.uniform(0, 360), r.uniform(0, vivid), r.uniform(0.02, 1) ** 0.7)


@cache
def _tiles() -> dict[str, np.ndarray]:
    """Share of the second colour (0…255) of each pattern: uint8 (tile, tile), periodic."""
    y, x = np.mgrid[:_TILE, :_TILE] / 16.0  # in periods
    fx, fy = x % 1 - 0.5, y % 1 - 0.5
    rough = np.random.default_rng(7).random((_TILE // 4, _TILE // 4)).astype("float32")
    rough = cv2.resize(np.pad(rough, 4, mode="wrap"), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)[16:-16, 16:-16]
    inside = {
        "plain": fx > 1,
        "stripes": fx > 0.05,
        "checks": (fx > 0) ^ (fy > 0),
        "dots": fx**2 + fy**2 < 0.1,
        "grid": (fx > 0.28) | (fy > 0.28),
        "waves": (y + 0.3 * np.sin(2 * np.pi * x)) % 1 > 0.55,
        "rings": np.hypot(x - 4, y - 4) % 1 > 0.55,
        "speckle": rough > 0.66,
    }
    return {name: np.where(tile, 255, 0).astype(np.uint8) for name, tile in inside.items()}


def pattern(r: Random, name: str, w: int, h: int, period: float) -> np.ndarray:
    """Share of the second colour, 0…255: uint8 (h, w), turned at random; `period` in px."""
    scale, angle = 16 / period, r.uniform(0, 180)
    m = cv2.getRotationMatrix2D((w / 2, h / 2), angle, scale)
    m[:, 2] += np.array([_TILE / 2 - w / 2, _TILE / 2 - h / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(_tiles()[name], m, (w, h), flags=flags, borderMode=cv2.BORDER_WRAP)


@cache
def _noise() -> list[np.ndarray]:
    """Grain of five sizes, the last three mixed over scales: uint8 (pool, pool, 3) around 128."""
    rng = np.random.default_rng(11)

    def grain(step: int, channels: int) -> np.ndarray:
        small = rng.standard_normal((_POOL // step, _POOL // step, channels)).astype("float32")
        large = cv2.resize(small, (_POOL, _POOL), interpolation=cv2.INTER_CUBIC)
        return large.reshape(_POOL, _POOL, channels) * np.ones(3, "float32")

    scales = [grain(1, 3), grain(2, 1), grain(4, 1) + 0.5 * grain(1, 1), grain(8, 3) + grain(3, 1), grain(24, 1)]
    scales.append(sum(grain(s, 1) * s**0.5 / 4 for s in (1, 2, 4, 8, 16, 32)))
    return [np.clip(128 + 32 * s / s.std(), 0, 255).astype(np.uint8) for s in scales]


def add_noise(r: Random, picture: np.ndarray, strength: float, kind: int) -> np.ndarray:
    """`picture` with grain of standard deviation `strength` (levels of 255)."""
    h, w = picture.shape[:2]
    y, x = r.randrange(_POOL - h), r.randrange(_POOL - w)
    amount = strength / 32
    return cv2.addWeighted(picture, 1.0, _noise()[kind][y : y + h, x : x + w], amount, -128 * amount)


def background(r: Random, size: int, mess: float) -> np.ndarray:
    """A place for things to stand in: uint8 (size, size, 3); `mess` from 0 to 1 is how much else is there."""
    corners = np.array([any_color(r) for _ in range(4)], np.uint8).reshape(2, 2, 3)
    if r.random() < 0.5:
        corners[:, 1] = corners[:, 0]  # from top to bottom only
    picture = cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)
    for _ in range(r.choice((0, 0, 1, 2, 3))):
        _band(r, picture)
    if r.random() < 0.85:
        picture = add_noise(r, picture, 2 + 14 * mess, r.choice((1, 2, 2, 3, 4, 4, 5, 5)))
    for _ in range(int(mess * 4)):
        r.choice(_BUILT)(r, picture)
    for _ in range(int(mess * r.uniform(0, 14))):
        clutter(r, picture, r.uniform(0.03, 0.4) * size)
    return picture


def _band(r: Random, picture: np.ndarray) -> None:
    """Ground, water, road: everything below a slightly slanted line."""
    n = picture.shape[0]
    y, slant = r.uniform(0.2, 0.95) * n, r.uniform(-0.08, 0.08) * n
    cv2.fillPoly(picture, [_px([(0, y - slant), (n, y + slant), (n, n), (0, n)])], any_color(r), shift=4)


def _blocks(r: Random, picture: np.ndarray) -> None:
    """Rectangles side by side, some with rows of smaller ones."""
    n = picture.shape[0]
    x, floor = r.randrange(n) - n // 3, int(r.uniform(0.3, 0.9) * n)
    for _ in range(r.randint(1, 5)):
        w, h = int(r.uniform(0.1, 0.35) * n), int(r.uniform(0.1, 0.5) * n)
        cv2.rectangle(picture, (x, floor - h), (x + w, floor), any_color(r), -1)
        if r.random() < 0.5:
            dot, step, tone = r.randint(2, 4), r.randint(5, 9), any_color(r)
            for top in range(floor - h + step // 2, floor - dot, step):
                for left in range(x + step // 2, x + w - dot, step):
                    cv2.rectangle(picture, (left, top), (left + dot - 1, top + dot), tone, -1)
        x += w + r.choice((0, 0, 3))


def _fence(r: Random, picture: np.ndarray) -> None:
    """Parallel lines."""
    n, tone, width = picture.shape[0], any_color(r), r.choice((1, 1, 2))
    y, h, step = r.randrange(n), int(r.uniform(0.03, 0.3) * n), r.uniform(0.03, 0.12) * n
    lean = r.uniform(-0.3, 0.3) * h
    lines = [_px([(k * step, y), (k * step + lean, y + h)]) for k in range(int(n / step) + 1)]
    cv2.polylines(picture, [*lines, _px([(0, y), (n, y)])], False, tone, width, cv2.LINE_AA, 4)


def _wires(r: Random, picture: np.ndarray) -> None:
    """Long lines across the picture."""
    n = picture.shape[0]
    ends = [_px([(0, r.uniform(-0.2, 1.2) * n), (n, r.uniform(-0.2, 1.2) * n)]) for _ in range(r.randint(1, 4))]
    cv2.polylines(picture, ends, False, any_color(r), r.choice((1, 1, 2, 3)), cv2.LINE_AA, 4)


_BUILT: tuple[Callable[[Random, np.ndarray], None], ...] = (_blocks, _fence, _wires)


def clutter(r: Random, picture: np.ndarray, size: float) -> None:
    """A nameless thing of about `size` px: a convex polygon, a flat ellipse or a post."""
    n, kind, tone = picture.shape[0], r.random(), any_color(r, 1.0)
    x, y = r.uniform(0, n), r.uniform(0, n)
    if kind < 0.5:
        turns = sorted(r.uniform(0, 6.283) for _ in range(r.randint(3, 7)))
        cv2.fillPoly(
            picture, [_px([(x + size / 2 * np.cos(t), y + size / 2 * np.sin(t)) for t in turns])], tone, shift=4
        )
    elif kind < 0.75:
        axes = (int(size / 2) + 1, int(size * r.uniform(0.1, 0.35)) + 1)
        cv2.ellipse(picture, (int(x), int(y)), axes, r.uniform(0, 180), 0, 360, tone, -1)
    else:
        half = max(1, int(size * r.uniform(0.03, 0.1)))
        cv2.rectangle(picture, (int(x) - half, int(y - size)), (int(x) + half, int(y + size)), tone, -1)


def camera_faults(r: Random, picture: np.ndarray) -> np.ndarray:
    """Exposure, contrast, tint and haze drift; blur; sensor noise; sometimes compression."""
    gain, gamma, haze = r.uniform(0.65, 1.25), r.uniform(0.8, 1.25), r.choice((0, 0, 0.1, 0.3)) * r.random()
    level = np.linspace(0, 1, 256) ** gamma * gain * (1 - haze) + haze * r.uniform(0.4, 0.9)
    curve = level[:, None] * [r.uniform(0.93, 1.07) for _ in range(3)] * 255
    picture = cv2.LUT(picture, np.clip(curve, 0, 255).astype(np.uint8)[:, None])
    fault = r.random()
    if fault < 0.2:
        picture = cv2.GaussianBlur(picture, (3, 3), r.uniform(0.4, 1.1))
    elif fault < 0.3:
        picture = cv2.blur(picture, r.choice(((3, 1), (5, 1), (1, 3))))
    elif fault < 0.38:
        code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, r.randint(25, 80)])[1]
        decoded = cv2.imdecode(code, cv2.IMREAD_COLOR)
        assert decoded is not None  # encoded just now
        picture = decoded
    return add_noise(r, picture, r.uniform(0.5, 6), r.choice((0, 0, 1)))


def _px(points: list[tuple[float, float]]) -> np.ndarray:
    return np.array([(int(x * 16), int(y * 16)) for x, y in points], np.int32)
