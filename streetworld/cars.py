"""Cars, vans and lorries, seen from the side, facing right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streetworld.canvas import Canvas, Color, choose, pts, shade, tint, vary

PAINT: list[Color] = [
    (232, 232, 228), (186, 190, 194), (112, 116, 122), (38, 40, 44), (34, 52, 96), (52, 96, 160), (44, 86, 62),
    (196, 182, 150), (98, 66, 48), (214, 110, 34), (30, 118, 124), (122, 44, 110), (196, 176, 52),
]  # fmt: skip
GLASS: Color = (58, 72, 84)
TYRE: Color = (28, 28, 30)
LAMP: Color = (246, 240, 210)


class Body(NamedTuple):
    """A car's outline from the rear (x = 0) to the front (1), y as a share of the height; its windows; its doors."""

    length: tuple[float, float]  # m
    height: tuple[float, float]  # m
    outline: str
    windows: tuple[str, ...]
    doors: tuple[float, ...]


BODIES: tuple[Body, ...] = (
    Body(  # hatchback
        (3.6, 4.1),
        (1.42, 1.56),
        "0,.22 0,.55 .03,.72 .1,.96 .19,1 .54,1 .63,.95 .78,.63 .95,.53 1,.42 1,.2 0,.2",
        (".13,.9 .34,.93 .34,.64 .08,.65", ".37,.93 .54,.93 .6,.88 .73,.63 .37,.64"),
        (0.36, 0.62),
    ),
    Body(  # saloon
        (4.3, 4.8),
        (1.40, 1.50),
        "0,.22 0,.5 .02,.63 .16,.67 .29,.97 .37,1 .55,1 .62,.97 .75,.64 .95,.55 1,.43 1,.2 0,.2",
        (".31,.91 .43,.94 .43,.64 .21,.66", ".46,.94 .56,.94 .61,.9 .71,.64 .46,.64"),
        (0.36, 0.62),
    ),
    Body(  # SUV
        (4.3, 4.8),
        (1.62, 1.80),
        "0,.22 0,.6 .01,.7 .06,.97 .13,1 .58,1 .65,.97 .76,.66 .96,.6 1,.47 1,.2 0,.2",
        (".08,.91 .2,.93 .2,.66 .05,.66", ".23,.93 .41,.93 .41,.66 .23,.66", ".44,.93 .58,.93 .63,.9 .73,.66 .44,.66"),
        (0.22, 0.425, 0.68),
    ),
)


def wheel(c: Canvas, x: float, radius: float, hub: Color, arch: Color | None = None) -> None:
    """A wheel that stands at `x`, under a dark arch where there is one."""
    if arch:
        c.ellipse(x, radius * 1.05, radius * 1.22, radius * 1.22, arch)
    c.ellipse(x, radius, radius, radius, TYRE)
    c.ellipse(x, radius, radius * 0.6, radius * 0.6, hub)
    c.ellipse(x, radius, radius * 0.2, radius * 0.2, shade(hub, 0.55))


def _car(rng: np.random.Generator, ppm: float, paint: Color) -> Canvas:
    body = choose(rng, BODIES)
    length, height = rng.uniform(*body.length), rng.uniform(*body.height)
    hub = vary(rng, (165, 168, 172), 25)
    c = Canvas(length + 0.3, height + 0.1, ppm)
    at = lambda text: pts(text, (-length / 2, 0), (length, height))
    c.poly(at(body.outline), paint, smooth=2)
    c.poly(at(".01,.2 .99,.2 .99,.31 .01,.31"), shade(paint, 0.7))
    c.poly(at(".02,.56 .93,.53 .93,.555 .02,.59"), shade(paint, 1.25))
    for window in body.windows:
        c.poly(at(window), shade(GLASS, rng.uniform(0.7, 1.3)), smooth=1)
        c.line(at(window)[:2], 0.03, (150, 165, 176))
    for x in body.doors:
        c.line(at(f"{x},.62 {x},.28"), 0.02, shade(paint, 0.62))
    c.line(at(".4,.54 .44,.54"), 0.035, shade(paint, 0.5))
    c.poly(at(".94,.42 1,.4 .99,.49 .93,.51"), LAMP, smooth=1)
    c.poly(at("0,.42 .04,.42 .04,.56 .005,.54"), (170, 24, 24), smooth=1)
    c.rect(-length / 2, 0.24, -length / 2 + 0.5, 0.3, (45, 45, 48))
    for x in (0.185, 0.805):
        wheel(c, x * length - length / 2, 0.33, hub, shade(paint, 0.3))
    return c


def car(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A hatchback, saloon or SUV in any colour but red."""
    return _car(rng, ppm, tint(rng, PAINT, 12))


def redcar(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """The same cars in red, from crimson to scarlet."""
    return _car(rng, ppm, (int(rng.integers(150, 215)), int(rng.integers(12, 42)), int(rng.integers(16, 48))))


def van(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A delivery van without side windows; often red or yellow (a distractor for cars and red cars)."""
    paint = tint(rng, [(186, 30, 34), (236, 190, 30), (235, 235, 232), (60, 80, 140), (90, 95, 100)])
    logo = tint(rng, [(240, 240, 240), (30, 60, 120), (240, 200, 40), (40, 120, 60)])
    half, height = rng.uniform(2.45, 2.8), rng.uniform(2.1, 2.4)
    c = Canvas(2 * half + 0.3, height + 0.1, ppm)
    at = lambda text: pts(text, scale=(half, height))
    c.poly(at("-1,.13 -1,1 .42,1 .68,.86 .88,.49 1,.42 1,.13"), paint, 1)
    c.poly(at(".4,.56 .4,.85 .62,.84 .82,.54"), GLASS, 1)
    c.poly(at("-1,.13 1,.13 1,.22 -1,.22"), shade(paint, 0.65))
    for x in (-0.35, 0.02, 0.34):
        c.line(at(f"{x},.22 {x},.93"), 0.03, shade(paint, 0.7))
    c.poly(at("-.85,.5 -.1,.5 -.1,.68 -.85,.68"), logo)
    c.rect(half - 0.2, 0.75, half, 0.95, LAMP)
    for x in (-0.62, 0.62):
        wheel(c, x * half, 0.36, (140, 142, 146), shade(paint, 0.3))
    return c


def truck(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A box lorry; its box may be school-bus yellow or bus blue (a distractor for buses)."""
    cab = tint(rng, [(235, 235, 235), (180, 32, 32), (40, 70, 130), (240, 180, 20), (60, 110, 70)])
    box = tint(rng, [(242, 180, 24), (230, 230, 226), (70, 110, 165), (150, 155, 160), (170, 60, 40)])
    length, height = rng.uniform(7.0, 9.0), rng.uniform(3.0, 3.5)
    c = Canvas(length + 0.3, height + 0.1, ppm)
    h, front = length / 2, length / 2 - 1.9
    c.rect(-h, 0.6, front, 0.9, (50, 50, 54))
    c.rect(-h, 0.9, front - 0.15, height, box)
    c.rect(-h, height - 0.12, front - 0.15, height, shade(box, 0.75))
    for x in np.arange(-h, front - 0.3, 0.7):
        c.line([(x, 0.95), (x, height - 0.1)], 0.025, shade(box, 0.88))
    if rng.random() < 0.6:
        c.ellipse((front - h) / 2, height * 0.62, 1.1, 0.5, vary(rng, (60, 90, 150), 50))
    c.poly([(front, 0.5), (front, 2.6), (h - 0.5, 2.6), (h - 0.05, 1.6), (h, 0.5)], cab, 1)
    c.poly([(front + 0.25, 1.6), (front + 0.25, 2.4), (h - 0.6, 2.4), (h - 0.25, 1.6)], GLASS, 1)
    c.rect(h - 0.25, 0.7, h, 0.9, LAMP)
    c.rect(front, 0.45, h, 0.6, (45, 45, 48))
    for x in (-h + 1.2, -h + 2.3, h - 1.0):
        wheel(c, x, 0.48, (150, 150, 154), (34, 34, 38))
    return c
