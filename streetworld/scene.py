"""Backgrounds: the empty street of each camera, painted once."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from streetworld.cameras import CAMERAS, HEIGHT, WIDTH, camera
from streetworld.canvas import Color, shade, vary

_SS = 2  # the background is painted at twice that


GROUND: dict[str, Color] = {
    "verge": (112, 128, 74), "lawn": (92, 132, 62), "rail": (124, 114, 104), "road": (94, 96, 100),
    "kerb": (176, 174, 168), "pavement": (168, 160, 150), "gravel": (160, 148, 130), "wall": (150, 108, 88),
    "planter": (132, 126, 116), "water": (96, 124, 138),
}  # fmt: skip


@lru_cache(maxsize=len(CAMERAS))
def background(number: int) -> np.ndarray:
    """The empty street of camera `number` in plain daylight: uint8 (HEIGHT, WIDTH, 3). Do not write to it."""
    view = camera(number)
    rng = np.random.default_rng(view.seed)
    picture = np.zeros((HEIGHT * _SS, WIDTH * _SS, 3), np.uint8)
    horizon = view.bands[0][1]
    _sky(picture, horizon)
    _houses(picture, rng, view.houses, horizon)
    top = horizon
    for surface, edge in view.bands[1:]:
        _ground(picture, rng, surface, top, edge)
        top = edge
    for _ in range(view.trees):
        x = int(rng.integers(20, WIDTH - 20))
        _tree(picture, rng, x, horizon + int(rng.integers(2, 14)), rng.uniform(0.75, 1.25))
    grain = rng.normal(0, 5, picture.shape[:2]).astype(np.float32)[..., None]
    small = cv2.resize(np.clip(picture + grain, 0, 255).astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    tilt = np.array([[1, 0, 0], [view.slope, 1, -view.slope * WIDTH / 2]], np.float32)
    small = cv2.warpAffine(small, tilt, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    small.flags.writeable = False
    return small


def depth(number: int) -> np.ndarray:
    """How far away each row of the view is: float32 (HEIGHT,), 1 at and above the horizon, 0 at the lower edge."""
    horizon = camera(number).bands[0][1]
    return np.clip((HEIGHT - np.arange(HEIGHT, dtype=np.float32)) / (HEIGHT - horizon), 0, 1)


def _rect(picture: np.ndarray, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
    a, b = (round(x0 * _SS), round(y0 * _SS)), (round(x1 * _SS) - 1, round(y1 * _SS) - 1)
    cv2.rectangle(picture, a, b, color, -1)


def _sky(picture: np.ndarray, horizon: int) -> None:
    ramp = np.linspace(0, 1, horizon * _SS)[:, None, None]
    picture[: horizon * _SS] = (1 - ramp) * (150, 184, 220) + ramp * (214, 224, 230)


def _texture(rng: np.random.Generator, h: int, w: int, cell: int) -> np.ndarray:
    coarse = rng.normal(0, 1, (max(2, h // cell), max(2, w // cell))).astype(np.float32)
    return cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)[..., None]


def _ground(picture: np.ndarray, rng: np.random.Generator, surface: str, top: int, edge: int) -> None:
    """One band of ground between rows `top` and `edge`, with its texture and markings."""
    part = picture[top * _SS : edge * _SS]
    h, w = part.shape[:2]
    rough = {"lawn": 9, "verge": 9, "gravel": 8, "rail": 10, "planter": 9, "water": 6}.get(surface, 4)
    grain = _texture(rng, h, w, 3) * rough + _texture(rng, h, w, 40) * 5
    ramp = np.linspace(0.92, 1.05, h)[:, None, None]
    part[:] = np.clip(np.array(vary(rng, GROUND[surface], 6)) * ramp + grain, 0, 255)
    if surface == "rail":
        _rails(picture, top, edge)
    elif surface == "road":
        middle = top + 0.52 * (edge - top)
        for x in range(-20, WIDTH, 70):
            _rect(picture, x, middle - 1.5, x + 38, middle + 1.5, (214, 212, 204))
        _rect(picture, 0, edge - 5, WIDTH, edge - 3, (206, 204, 196))
    elif surface == "pavement":
        rows = np.geomspace(1, 2.2, 5)
        for y in top + (rows - 1) / 1.2 * (edge - top):
            _rect(picture, 0, y, WIDTH, y + 1, (138, 132, 124))
        for x in range(-300, WIDTH + 300, 46):
            far, near = (round((WIDTH / 2 + (x - WIDTH / 2) * spread) * _SS) for spread in (0.85, 1.1))
            cv2.line(picture, (far, top * _SS), (near, edge * _SS - 1), (146, 140, 132), 1)
    elif surface == "wall":
        _rect(picture, 0, top, WIDTH, top + 26, (178, 172, 162))
        for k, y in enumerate(range(top + 26, edge, 9)):
            _rect(picture, 0, y, WIDTH, y + 1, (112, 84, 70))
            for x in range((k % 2) * 12, WIDTH, 24):
                _rect(picture, x, y, x + 1, y + 9, (112, 84, 70))
    elif surface == "planter":
        _rect(picture, 0, top, WIDTH, top + 5, (186, 182, 174))
        for _ in range(240):
            at = (int(rng.integers(0, w)), int(rng.integers((top + 12) * _SS, edge * _SS)))
            angle, green = rng.uniform(0, 180), shade((82, 118, 62), rng.uniform(0.7, 1.25))
            cv2.ellipse(picture, at, (14, 5), angle, 0, 360, green, -1)


def _rails(picture: np.ndarray, top: int, edge: int) -> None:
    near, far = edge - 0.22 * (edge - top), top + 0.45 * (edge - top)
    for x in range(-10, WIDTH + 20, 15):
        corners = np.array([(x, far - 2), (x + 5, far - 2), (x + 5 + 2, near + 3), (x + 2, near + 3)]) * _SS
        cv2.fillPoly(picture, [corners.round().astype(np.int32)], (84, 70, 58))
    for y in (far, near):
        _rect(picture, 0, y - 1, WIDTH, y + 1.5, (188, 186, 182))
        _rect(picture, 0, y + 1.5, WIDTH, y + 2.5, (66, 60, 56))


def _houses(picture: np.ndarray, rng: np.random.Generator, style: str, base: int) -> None:
    """A row of houses standing on row `base`."""
    walls: dict[str, list[Color]] = {
        "brick": [(156, 100, 82), (178, 140, 112), (198, 182, 156), (134, 92, 84)],
        "glass": [(128, 148, 160), (160, 166, 170), (104, 122, 136)],
        "cottage": [(216, 206, 186), (190, 170, 150), (176, 124, 104)],
    }
    x = -int(rng.integers(0, 40))
    while x < WIDTH:
        wide = int(rng.integers(70, 130))
        tall = int(rng.integers(40, 70) if style == "cottage" else rng.integers(70, base - 8))
        wall = vary(rng, walls[style][int(rng.integers(len(walls[style])))], 8)
        _house(picture, rng, style, x, base - tall, x + wide, base, wall)
        x += wide + (int(rng.integers(16, 60)) if style == "cottage" else int(rng.integers(0, 6)))


def _house(
    picture: np.ndarray, rng: np.random.Generator, style: str, x0: int, y0: int, x1: int, y1: int, wall: Color
) -> None:
    _rect(picture, x0, y0, x1, y1, wall)
    _rect(picture, x1 - 6, y0, x1, y1, shade(wall, 0.8))
    if style == "cottage":
        roof = np.array([(x0 - 6, y0), (x1 + 6, y0), (x1 - 14, y0 - 26), (x0 + 14, y0 - 26)]) * _SS
        cv2.fillPoly(picture, [roof.astype(np.int32)], vary(rng, (140, 78, 62), 14))
    else:
        _rect(picture, x0, y0, x1, y0 + 4, shade(wall, 0.65))
    step_x, step_y = (12, 11) if style == "glass" else (20, 24)
    for wy in range(y0 + 9, y1 - step_y, step_y):
        for wx in range(x0 + 7, x1 - step_x + 2, step_x):
            lit = shade((78, 92, 106), rng.uniform(0.75, 1.4))
            _rect(picture, wx - 1, wy - 1, wx + step_x * 0.62 + 1, wy + step_y * 0.66 + 1, shade(wall, 1.18))
            _rect(picture, wx, wy, wx + step_x * 0.62, wy + step_y * 0.66, lit)
    if style == "brick":
        _rect(picture, x0 + 5, y1 - 20, x1 - 8, y1, (70, 82, 92))
        _rect(picture, x0 + 3, y1 - 26, x1 - 6, y1 - 19, vary(rng, (110, 80, 60), 30))


def _tree(picture: np.ndarray, rng: np.random.Generator, x: int, y: int, size: float) -> None:
    green = vary(rng, (74, 112, 58), 12)
    _rect(picture, x - 4 * size, y - 46 * size, x + 4 * size, y, (92, 74, 58))
    for _ in range(46):
        dx, dy = rng.normal(0, 15 * size), rng.normal(0, 13 * size)
        at = (round((x + dx) * _SS), round((y - 64 * size + dy) * _SS))
        cv2.circle(picture, at, round(rng.uniform(5, 11) * size * _SS), shade(green, 1.0 - 0.012 * dy), -1)
