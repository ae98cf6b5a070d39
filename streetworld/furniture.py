"""What stands in the street: bins, shrubs, benches for a session; lamps and trees for good."""

from __future__ import annotations

import numpy as np

from streetworld.canvas import Canvas, shade, tint, vary
from streetworld.wares import foliage


def bin_(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A wheelie bin."""
    plastic = tint(rng, [(50, 84, 58), (60, 64, 70), (40, 70, 120), (120, 70, 44), (200, 170, 40)], 10)
    c = Canvas(0.75, 1.15, ppm)
    c.poly([(-0.25, 0.08), (0.25, 0.08), (0.31, 0.98), (-0.31, 0.98)], plastic)
    c.rect(-0.34, 0.96, 0.34, 1.06, shade(plastic, 0.75), 1)
    c.ellipse(-0.2, 0.09, 0.09, 0.09, (30, 30, 30))
    c.line([(-0.1, 0.2), (-0.13, 0.9)], 0.02, shade(plastic, 0.8))
    return c


def bush(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A shrub in a tub."""
    c = Canvas(1.2, 1.25, ppm)
    green = vary(rng, (62, 108, 56), 12)
    c.ellipse(0, 0.72, 0.42, 0.42, shade(green, 0.7))
    foliage(c, rng, (0.0, 0.74), 0.42, 0.42, green, 60)
    c.poly([(-0.26, 0), (0.26, 0), (0.34, 0.42), (-0.34, 0.42)], vary(rng, (150, 140, 128), 14))
    return c


def bench(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A park bench."""
    wood = vary(rng, (130, 88, 54), 14)
    c = Canvas(1.9, 0.95, ppm)
    for x in (-0.75, 0.75):
        c.line([(x, 0.0), (x, 0.9)], 0.06, (54, 54, 58))
    for y in (0.42, 0.62, 0.76):
        c.rect(-0.88, y, 0.88, y + 0.09, wood)
    return c


def post(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A street lamp."""
    c = Canvas(1.4, 4.6, ppm)
    iron = vary(rng, (62, 68, 70), 10)
    c.rect(-0.06, 0, 0.06, 4.3, iron)
    c.rect(-0.12, 0, 0.12, 0.5, iron)
    c.line([(0, 4.3), (0.25, 4.5), (0.5, 4.45)], 0.07, iron)
    c.rect(0.35, 4.3, 0.66, 4.45, (226, 222, 200))
    return c


def trunk(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A street tree: trunk and crown."""
    c = Canvas(2.6, 4.6, ppm)
    bark, green = vary(rng, (96, 76, 58), 10), vary(rng, (70, 116, 56), 14)
    c.poly([(-0.17, 0), (0.17, 0), (0.11, 2.6), (-0.11, 2.6)], bark)
    for dx in (-0.06, 0.02, 0.07):
        c.line([(dx, 0.1), (dx * 0.8, 2.4)], 0.02, shade(bark, 0.75))
    for _ in range(26):
        x, y = rng.normal(0, 0.42), 3.3 + rng.normal(0, 0.4)
        r = rng.uniform(0.2, 0.36)
        c.ellipse(x, y, r, r * 0.85, shade(green, 0.65 + 0.2 * (y - 2.6)))
    return c
