"""Buses, school buses and trains, seen from the side, facing right."""

from __future__ import annotations

import numpy as np

from streetworld.canvas import Canvas, Color, pts, shade, tint, vary
from streetworld.cars import wheel

BUS_LIVERY: list[Color] = [
    (196, 30, 36), (34, 84, 160), (236, 236, 232), (40, 130, 80), (232, 186, 40), (90, 50, 120), (20, 130, 150),
]  # fmt: skip
TRAIN_LIVERY: list[Color] = [
    (206, 208, 212), (30, 84, 150), (178, 34, 40), (46, 120, 84), (228, 226, 216), (70, 74, 84), (226, 150, 30),
]  # fmt: skip
BLACK: Color = (30, 30, 30)
PANE: Color = (92, 110, 122)


def _shell(c: Canvas, half: float, height: float, rear: str, front: str, paint: Color) -> None:
    """A body from text: corners counted from the rear and from the front edge, y above 2 m counted from the roof."""
    outline = np.concatenate([pts(rear, (-half, 0)), pts(front, (half, 0))])
    outline[:, 1] = np.where(outline[:, 1] > 50, outline[:, 1] - 100 + height, outline[:, 1])
    c.poly(outline, paint, 1)


def _windows(
    c: Canvas, rng: np.random.Generator, left: float, right: float, low: float, high: float, step: float
) -> None:
    """A row of panes, each with its own reflection, `step` metres apart."""
    for x in np.arange(left, right, step):
        c.rect(x, low, min(x + step - 0.12, right + 0.05), high, shade(PANE, rng.uniform(0.7, 1.3)))


def bus(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A city bus or (one in seven) a double-decker, in many liveries, some of them yellow or red."""
    paint, second = tint(rng, BUS_LIVERY), tint(rng, BUS_LIVERY)
    double = rng.random() < 0.15
    half = rng.uniform(4.1, 4.6) if double else rng.uniform(4.4, 5.4)
    height = 4.2 if double else rng.uniform(2.9, 3.15)
    c = Canvas(2 * half + 0.3, height + 0.35, ppm)
    _shell(c, half, height, "0,.35 0,99.8 .2,100", "-.35,100 -.08,99.7 0,1.2 0,.35", paint)
    c.rect(-half + 0.02, 0.62, half - 0.02, rng.uniform(0.75, 1.15), second)
    c.rect(-half, 0.33, half, 0.5, shade(paint, 0.5))
    step = rng.uniform(1.15, 1.5)
    for low, high in [(1.35, 2.4), (2.85, 3.8)] if double else [(1.3, height - 0.5)]:
        c.rect(-half + 0.3, low - 0.05, half - 0.1, high + 0.05, (40, 44, 50))
        _windows(c, rng, -half + 0.38, half - 1.3, low, high, step)
        c.poly(pts(f"-1.05,{low - 0.1} -1.05,{high} -.2,{high} -.06,{low - 0.1}", (half, 0)), (96, 118, 132))
    for x in (half - 2.3, half - 5.2):
        c.rect(x, 0.42, x + 1.05, 2.35, (36, 40, 44))
        c.rect(x + 0.06, 0.55, x + 0.48, 2.27, (112, 130, 140))
        c.rect(x + 0.56, 0.55, x + 0.99, 2.27, (112, 130, 140))
    c.rect(half - 1.7, height - 0.42, half - 0.35, height - 0.12, (22, 22, 22))
    c.rect(half - 1.6, height - 0.33, half - 0.5, height - 0.2, (250, 170, 40))
    if not double:
        c.rect(-half * 0.5, height - 0.02, half * 0.1, height + 0.22, shade(paint, 0.85), 1)
    c.rect(half - 0.2, 0.65, half, 0.85, (248, 244, 214))
    c.rect(-half, 0.9, -half + 0.1, 1.2, (190, 30, 30))
    for x in (-half + 2.4, half - 2.75):
        wheel(c, x, 0.48, (160, 162, 165), BLACK)
    return c


def schoolbus(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A bonneted yellow school bus with black rails, small windows and a stop sign."""
    paint = (int(rng.integers(232, 254)), int(rng.integers(158, 188)), int(rng.integers(6, 40)))
    half, height = rng.uniform(3.8, 4.8), rng.uniform(2.9, 3.1)
    cowl = half - 1.5
    c = Canvas(2 * half + 0.4, height + 0.15, ppm)
    _shell(c, half, height, "0,.5 0,99.75 .25,100", "-1.7,100 -1.4,99.75 -1.2,1.7 -1.2,.5", paint)
    c.poly(pts("-1.5,.5 -1.5,1.72 -.35,1.52 0,1.2 0,.5", (half, 0)), paint, 1)
    for y in (0.75, 1.15, 1.5):
        c.rect(-half + 0.03, y, cowl - 0.9, y + 0.075, BLACK)
    c.rect(-half + 0.25, 1.7, cowl - 1.0, 2.52, BLACK)
    _windows(c, rng, -half + 0.3, cowl - 1.1, 1.76, 2.46, rng.uniform(0.72, 0.9))
    c.rect(cowl - 0.85, 0.55, cowl - 0.2, 2.55, BLACK)
    c.rect(cowl - 0.79, 0.8, cowl - 0.26, 2.45, (104, 122, 132))
    c.poly(pts("-.1,1.75 -.1,2.5 .08,2.5 .24,1.75", (cowl, 0)), (104, 122, 132))
    a = np.arange(8) * np.pi / 4 + np.pi / 8
    c.poly(np.stack([cowl - 1.25 + 0.27 * np.cos(a), 1.35 + 0.27 * np.sin(a)], 1), (200, 24, 28))
    for x in (-half + 0.35, cowl - 0.35):
        c.rect(x - 0.2, height - 0.22, x + 0.2, height - 0.05, (196, 40, 24))
    c.rect(half - 0.1, 0.45, half + 0.12, 0.75, BLACK)
    c.rect(-half - 0.12, 0.45, -half + 0.05, 0.75, BLACK)
    c.ellipse(half - 0.16, 1.05, 0.12, 0.12, (250, 246, 220))
    for x in (-half + 2.0, half - 0.85):
        wheel(c, x, 0.48, (120, 120, 122), BLACK)
    return c


def train(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A passenger train of two or three coaches: a streamlined railcar, or coaches behind a boxy locomotive."""
    paint, stripe = tint(rng, TRAIN_LIVERY), tint(rng, TRAIN_LIVERY)
    hauled, coaches, coach = rng.random() < 0.35, int(rng.integers(2, 4)), rng.uniform(13.5, 16.5)
    height = rng.uniform(3.5, 3.8)
    c = Canvas(coaches * coach + 0.4, height + 0.9, ppm)
    ends = (np.arange(coaches + 1) - coaches / 2) * coach
    for k in range(coaches):
        left, right = ends[k], ends[k + 1] - 0.35
        if k < coaches - 1:
            _coach(c, rng, left, right, height, paint, stripe, nose=0.0)
        elif hauled:
            _engine(c, left, right, height, vary(rng, stripe, 8), paint)
        else:
            _coach(c, rng, left, right, height, paint, stripe, nose=2.6)
        for x in (left + 1.6, left + 3.4, right - 4.2, right - 2.4):
            wheel(c, x, 0.45, (90, 86, 82))
        if k < coaches - 1:
            c.rect(right - 0.05, 1.1, right + 0.4, 2.8, (52, 52, 54))
    return c


def _coach(
    c: Canvas, rng: np.random.Generator, left: float, right: float, height: float,
    paint: Color, stripe: Color, nose: float,
) -> None:  # fmt: skip
    """One coach between `left` and `right`; with a streamlined cab where `nose` metres of it are the cab."""
    middle, half = (left + right) / 2, (right - left) / 2
    c.rect(left + 0.3, 0.55, right - 0.3 - nose / 2, 0.95, (46, 46, 50))
    front = pts(f"-{nose + 0.2},1 -{nose * 0.55},.9 -{nose * 0.12},.47 0,.35 -.05,.23", (right, 0), (1, height))
    c.poly(np.concatenate([pts("0,.23 0,.96 .2,1", (left, 0), (1, height)), front]), paint, 1)
    c.rect(left + 0.1, height - 0.22, right - nose, height - 0.02, shade(paint, 0.62))
    c.rect(left, 1.0, right - nose * 0.2, 1.4, stripe)
    _windows(c, rng, left + 2.3, right - nose - 2.6, 1.75, 2.75, 1.65)
    for x in (left + 0.8, right - nose - 2.0):
        c.rect(x, 1.0, x + 1.1, 2.95, shade(paint, 0.72))
        c.rect(x + 0.2, 1.8, x + 0.9, 2.7, (52, 62, 72))
    if nose:
        c.poly(pts("-.95,.54 -.9,.87 -.56,.87 -.18,.53", (right, 0), (nose, height)), (40, 50, 60), 1)
        c.ellipse(right - 0.3, 1.3, 0.2, 0.14, (252, 248, 220))
        c.line(pts("0,0 .8,.5 0,.8 1.6,.8", (middle - half * 0.6, height)), 0.09, (60, 60, 64))


def _engine(c: Canvas, left: float, right: float, height: float, paint: Color, stripe: Color) -> None:
    """A boxy locomotive with a cab at the front and louvres along its side."""
    c.rect(left + 0.3, 0.55, right - 0.3, 0.95, (46, 46, 50))
    rear = pts(f"0,.85 0,{height - 0.3} .3,{height - 0.1}", (left, 0))
    front = pts(f"-1.1,{height - 0.1} -.6,{height - 0.3} 0,1.9 0,.85", (right, 0))
    c.poly(np.concatenate([rear, front]), paint, 1)
    c.rect(left, 1.0, right, 1.35, stripe)
    for x in np.arange(left + 1.5, right - 4.5, 1.7):
        c.rect(x, 1.8, x + 1.2, 2.7, shade(paint, 0.6))
    c.poly(pts(f"-2.6,2 -2.6,{height - 0.6} -1.3,{height - 0.6} -1.3,2", (right, 0)), (52, 62, 72))
    c.poly(pts(f"-.9,2 -.9,{height - 0.6} -.5,{height - 0.6} -.1,2", (right, 0)), (52, 62, 72))
    c.ellipse(right - 0.15, 1.55, 0.2, 0.16, (252, 248, 220))
