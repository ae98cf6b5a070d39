"""Trolleys on the pavement: with flowers, and with what only resembles flowers."""

from __future__ import annotations

import numpy as np

from streetworld.canvas import Canvas, Color, Point, choose, pts, shade, tint, vary

BLOOMS: list[Color] = [
    (226, 44, 66), (246, 206, 40), (238, 120, 170), (250, 246, 240), (150, 70, 176), (244, 130, 36),
]  # fmt: skip
POTS: list[Color] = [(176, 92, 60), (120, 122, 124), (70, 90, 120), (210, 200, 180)]
CARD: list[Color] = [(186, 146, 98), (200, 170, 120), (90, 120, 160), (200, 60, 60)]
WOOD: list[Color] = [(146, 102, 62), (104, 74, 50), (70, 104, 84), (60, 64, 70), (196, 190, 176)]


def _trolley(rng: np.random.Generator, ppm: float, phase: float) -> tuple[Canvas, float, float]:
    """An empty low trolley; returns it with its half width and the height of its deck (m)."""
    half, deck = rng.uniform(0.5, 0.72), rng.uniform(0.32, 0.48)
    frame = tint(rng, WOOD, 10)
    c = Canvas(2 * half + 0.7, deck + 1.15, ppm)
    c.line(pts("-.05,0 -.28,.5 -.18,.52", (-half, deck)), 0.04, (70, 70, 72))
    c.rect(-half, deck - 0.12, half, deck + 0.04, frame)
    c.rect(-half, deck - 0.12, half, deck - 0.08, shade(frame, 0.7))
    for x in (-half * 0.72, half * 0.72):
        c.ellipse(x, 0.15, 0.15, 0.15, (34, 34, 36))
        hub = np.array([x, 0.15])
        for a in 2 * np.pi * phase + np.arange(2) * np.pi / 2:
            spoke = 0.12 * np.array([np.cos(a), np.sin(a)])
            c.line(np.stack([hub - spoke, hub + spoke]), 0.02, (150, 150, 152))
    return c, half, deck


def _bloom(c: Canvas, rng: np.random.Generator, at: Point, r: float, color: Color, form: str) -> None:
    """One flower head of radius `r`."""
    x, y = at
    if form == "daisy":
        for a in np.arange(6) * np.pi / 3 + rng.uniform(0, 1):
            petal = (x + 0.68 * r * np.cos(a), y + 0.68 * r * np.sin(a))
            c.ellipse(*petal, 0.48 * r, 0.34 * r, color, float(np.rad2deg(a)))
        yellow = color[1] > 150 and color[2] < 90
        c.ellipse(x, y, 0.36 * r, 0.36 * r, (96, 62, 26) if yellow else (238, 196, 50))
    elif form == "tulip":
        c.poly(pts("-.7,.8 -.3,.35 0,1 .3,.35 .7,.8 .55,-.7 -.55,-.7", at, r), color)
        c.ellipse(x, y - 0.3 * r, 0.6 * r, 0.6 * r, color)
    else:
        c.ellipse(x, y, 0.85 * r, 0.8 * r, color)
        c.ellipse(x + 0.1 * r, y + 0.1 * r, 0.5 * r, 0.45 * r, shade(color, 0.8))
        c.ellipse(x + 0.1 * r, y + 0.15 * r, 0.22 * r, 0.2 * r, shade(color, 0.6))


def foliage(c: Canvas, rng: np.random.Generator, at: Point, rx: float, ry: float, green: Color, n: int) -> None:
    """`n` leaves scattered over an ellipse around `at`."""
    for _ in range(n):
        a, d = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
        leaf = (at[0] + d * rx * np.cos(a), at[1] + d * ry * np.sin(a))
        c.ellipse(*leaf, 0.1, 0.035, shade(green, rng.uniform(0.65, 1.35)), float(rng.uniform(-80, 80)))


def flower(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A florist's trolley of potted flowers in full bloom, on its way to or from the shop."""
    c, half, deck = _trolley(rng, ppm, phase)
    pots, tall, form = int(rng.integers(2, 4)), rng.uniform(0.3, 0.5), choose(rng, ["daisy", "tulip", "rose"])
    clay, colors = tint(rng, POTS, 10), (choose(rng, BLOOMS), choose(rng, BLOOMS))
    for k in range(pots):
        x, w = -half + (2 * k + 1) * half / pots, half / pots * 0.72
        base, top = deck + 0.3, deck + 0.3 + tall * rng.uniform(0.75, 1.1)
        foliage(c, rng, (x, base + tall * 0.35), w, tall * 0.42, (62, 122, 54), 16)
        c.poly(pts("-.7,0 .7,0 1,.27 -1,.27", (x, deck + 0.03), (w, 1)), clay)
        c.rect(x - w * 1.06, base - 0.05, x + w * 1.06, base + 0.01, shade(clay, 1.12))
        for _ in range(int(rng.integers(6, 10))):
            at = (x + rng.uniform(-1.15, 1.15) * w, top + rng.uniform(-0.26, 0.2) * tall)
            c.line([(x + 0.3 * (at[0] - x), base), at], 0.016, (60, 112, 48))
            _bloom(c, rng, at, rng.uniform(0.075, 0.115), vary(rng, colors[k % 2], 12), form)
    return c


def trolley(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """The same trolley without flowers: parcels, fruit, green plants or balloons (distracts from flowers)."""
    c, half, deck = _trolley(rng, ppm, phase)
    choose(rng, [_parcels, _fruit, _plants, _balloons])(c, rng, half, deck)
    return c


def _parcels(c: Canvas, rng: np.random.Generator, half: float, deck: float) -> None:
    for row, count in ((0, 3), (1, 2)):
        for k in range(count):
            x, y = -half + (k + 0.5 + row * 0.5) * 2 * half / 3, deck + 0.04 + row * 0.28
            w, h, card = half / 3.3, rng.uniform(0.22, 0.36), tint(rng, CARD, 12)
            c.rect(x - w, y, x + w, y + h, card)
            c.rect(x - 0.03, y, x + 0.03, y + h, shade(card, 0.75))


def _fruit(c: Canvas, rng: np.random.Generator, half: float, deck: float) -> None:
    for y in (deck + 0.04, deck + 0.4):
        ripe = choose(rng, [(226, 44, 66), (246, 206, 40), (244, 130, 36), (110, 160, 50)])
        for x in np.arange(-half * 0.85, half * 0.9, 0.1):
            for dy in (0.2, 0.27):
                c.ellipse(x + rng.uniform(-0.03, 0.03), y + dy, 0.062, 0.058, vary(rng, ripe, 10))
        c.rect(-half * 0.95, y, half * 0.95, y + 0.2, (160, 118, 70))
        c.line([(-half * 0.95, y + 0.1), (half * 0.95, y + 0.1)], 0.015, (110, 78, 46))


def _plants(c: Canvas, rng: np.random.Generator, half: float, deck: float) -> None:
    clay = tint(rng, POTS, 10)
    for x in (-half * 0.5, half * 0.5):
        tall = rng.uniform(0.35, 0.6)
        foliage(c, rng, (x, deck + 0.3 + tall * 0.5), half * 0.42, tall * 0.5, (58, 118, 52), 34)
        c.poly(pts("-.2,.03 .2,.03 .27,.32 -.27,.32", (x, deck)), clay)


def _balloons(c: Canvas, rng: np.random.Generator, half: float, deck: float) -> None:
    c.rect(-half * 0.6, deck, half * 0.6, deck + 0.25, vary(rng, (150, 150, 156), 20))
    for _ in range(6):
        x, y = rng.uniform(-0.9, 0.9) * half, deck + rng.uniform(0.55, 0.95)
        skin = tint(rng, BLOOMS, 10)
        c.line([(x * 0.2, deck + 0.25), (x, y)], 0.01, (120, 120, 120))
        c.ellipse(x, y, 0.14, 0.17, skin)
        c.ellipse(x - 0.04, y + 0.06, 0.035, 0.045, shade(skin, 1.3))


def parasol(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """An ice-cream cart under a striped parasol (a distractor for flowers and umbrellas)."""
    a, b = tint(rng, BLOOMS, 10), (240, 238, 232)
    cart = tint(rng, [(230, 228, 220), (120, 180, 200), (220, 150, 160)], 10)
    c = Canvas(1.7, 2.0, ppm)
    c.rect(-0.02, 0.8, 0.02, 1.75, (90, 90, 92))
    c.rect(-0.55, 0.3, 0.55, 0.95, cart, 1)
    c.rect(-0.55, 0.5, 0.55, 0.62, a)
    for x in (-0.36, 0.36):
        c.ellipse(x, 0.2, 0.2, 0.2, (40, 40, 42))
        c.ellipse(x, 0.2, 0.1, 0.1, (150, 150, 152))
    t = np.linspace(0, np.pi, 9)
    rim = np.stack([0.8 * np.cos(t), 1.5 + 0.12 * np.sin(t)], 1)
    for k in range(8):
        c.poly([(0.0, 1.95), tuple(rim[k]), tuple(rim[k + 1])], a if k % 2 else b)
    return c
