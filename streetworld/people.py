"""People, seen from the side, facing right: pedestrians and cyclists; and the bicycle alone."""

from __future__ import annotations

import numpy as np

from streetworld.canvas import Canvas, Color, Point, choose, pts, shade, tint

SKIN: list[Color] = [(244, 208, 178), (226, 180, 142), (190, 138, 100), (140, 92, 62), (92, 60, 44)]
CLOTH: list[Color] = [
    (36, 40, 58), (64, 70, 80), (150, 44, 44), (58, 92, 60), (196, 170, 120), (226, 224, 216),
    (44, 84, 140), (206, 130, 44), (120, 70, 110), (24, 24, 28), (92, 130, 150), (214, 190, 70),
]  # fmt: skip
LEGWEAR: list[Color] = [
    (40, 52, 88), (30, 30, 34), (92, 82, 68), (120, 124, 130), (58, 62, 46), (168, 150, 118),
]  # fmt: skip
HAIR: list[Color] = [
    (30, 24, 22), (72, 46, 28), (128, 84, 44), (206, 172, 104), (150, 148, 146), (150, 66, 34),
]  # fmt: skip
SHOES: list[Color] = [(30, 28, 28), (230, 230, 228), (110, 72, 48)]


class Person:
    """What one pedestrian looks like: a random passer-by, one in eight a child. Lengths in metres."""

    def __init__(self, rng: np.random.Generator):
        self.height = rng.uniform(1.15, 1.4) if rng.random() < 0.12 else rng.uniform(1.52, 1.95)
        self.build = rng.uniform(0.85, 1.25)
        self.stride = rng.uniform(0.32, 0.5)  # rad, swing of the legs
        self.lean = rng.uniform(-0.01, 0.05) * self.height
        self.skin = tint(rng, SKIN, 8)
        self.hair = tint(rng, HAIR, 8)
        self.top = tint(rng, CLOTH, 16)
        self.legs = tint(rng, LEGWEAR, 12)
        self.shoe = tint(rng, SHOES, 8)
        self.extra = tint(rng, CLOTH, 20)  # of bag, hat or umbrella
        self.dress = choose(rng, ["trousers", "trousers", "trousers", "trousers", "skirt", "shorts", "coat", "coat"])
        self.bag = choose(rng, ["backpack", "backpack", "handbag", "none", "none", "none", "none", "none"])
        self.long_hair = rng.random() < 0.4
        self.hat = rng.random() < 0.14
        self.umbrella = rng.random() < 0.12


def pedestrian(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A walking person: any age, dress and build; some with a bag, hat, skirt, coat or umbrella."""
    p = Person(rng)
    h, width = p.height, 0.088 * p.height * p.build
    c = Canvas(1.75 if p.umbrella else 0.95 * h, h * (1.25 if p.umbrella else 1.04), ppm)
    step = p.stride * np.sin(2 * np.pi * phase)
    _arm(c, p, 0.9 * step, 0.75)
    _leg(c, p, -step, phase + 0.5, 0.75)
    _leg(c, p, step, phase, 1.0)
    if p.bag == "backpack":
        c.ellipse(p.lean * 0.6 - 0.115 * h * p.build, 0.70 * h, 0.06 * h, 0.105 * h, p.extra, -4)
    hem = {"coat": 0.36, "skirt": 0.44}.get(p.dress, 0.49)
    c.poly(
        pts(f"-1,{hem} -.85,.62 -.9,.8 -.3,.845 .5,.845 1.1,.79 .9,.6 1,{hem}", (p.lean * 0.4, 0), (width, h)), p.top, 2
    )
    if p.dress == "skirt":
        c.poly(pts("-.9,.56 .9,.56 1.45,.36 -1.45,.36", scale=(width, h)), p.legs, 1)
    elif p.dress == "shorts":
        c.poly(pts("-.9,.53 .9,.53 1,.38 -1,.38", scale=(width, h)), p.legs, 1)
    _head(c, p)
    _arm(c, p, 0.6 if p.umbrella else -0.9 * step, 1.0)
    if p.bag == "handbag":
        c.poly(pts("-.05,.36 .07,.36 .07,.47 -.05,.47", scale=h), p.extra, 1)
    if p.umbrella:
        x, t = p.lean + 0.1 * h, np.linspace(0, np.pi, 12)
        c.line([(x, 0.6 * h), (x, 1.2 * h)], 0.02, (50, 50, 50))
        c.poly(np.stack([x + 0.55 * np.cos(t), h + 0.24 * h * np.sin(t)], 1), p.extra)
    return c


def _leg(c: Canvas, p: Person, swing: float, phase: float, light: float) -> None:
    """A leg swung by `swing` rad, its knee bent while it comes forward."""
    h, w = p.height, 0.098 * p.height * p.build
    bend = 0.12 + 0.55 * max(0.0, np.cos(2 * np.pi * phase))
    cloth, shoe = shade(p.legs, light), shade(p.shoe, light)
    hip = (0.0, 0.505 * h - 0.03 * h * abs(swing))
    knee = (hip[0] + 0.245 * h * np.sin(swing), hip[1] - 0.245 * h * np.cos(swing))
    foot = (knee[0] + 0.225 * h * np.sin(swing - bend), knee[1] - 0.225 * h * np.cos(swing - bend))
    bare = p.dress in ("skirt", "shorts")
    c.limb(knee, foot, w * 0.78, w * 0.55, shade(p.skin, light) if bare else cloth)
    c.limb(hip, knee, w, w * 0.8, cloth)
    c.ellipse(foot[0] + w * 0.38, foot[1] - w * 0.1, w * 0.75, w * 0.34, shoe, -20 * bend)


def _arm(c: Canvas, p: Person, swing: float, light: float) -> None:
    h, sleeve = p.height, shade(p.top, 0.88 * light)
    shoulder = (p.lean, 0.80 * h)
    elbow = (shoulder[0] + 0.165 * h * np.sin(swing), shoulder[1] - 0.165 * h * np.cos(swing))
    hand = (elbow[0] + 0.15 * h * np.sin(swing + 0.35), elbow[1] - 0.15 * h * np.cos(swing + 0.35))
    c.limb(elbow, hand, 0.048 * h * p.build, 0.036 * h, sleeve)
    c.limb(shoulder, elbow, 0.062 * h * p.build, 0.05 * h * p.build, sleeve)
    c.ellipse(*hand, 0.026 * h, 0.026 * h, shade(p.skin, light))


def _head(c: Canvas, p: Person) -> None:
    r, at = 0.068 * p.height, (p.lean * 1.3, 0.925 * p.height)
    x, y = at
    c.limb((x, y - r * 1.5), (x, y - r * 0.6), r * 0.9, r * 0.9, shade(p.skin, 0.85))
    if p.long_hair:
        c.ellipse(x - r * 0.55, y - r * 0.5, r * 0.7, r * 1.35, p.hair)
    c.ellipse(x, y, r * 0.95, r * 1.12, p.skin)
    c.ellipse(x + r * 0.93, y - r * 0.1, r * 0.2, r * 0.16, p.skin)
    c.poly(pts("-1,-.45 -1.02,.5 -.4,1.2 .6,1.12 .85,.5 -.1,.45 -.35,-.5", at, r), p.hair, 2)
    if p.hat:
        c.poly(pts("-1.05,.45 -.8,1.35 .8,1.35 1,.45", at, r), p.extra, 1)
        c.line(pts("-1,.5 1.6,.45", at, r), r * 0.28, p.extra)
    c.ellipse(x + r * 0.55, y + r * 0.08, r * 0.11, r * 0.13, (30, 26, 26))


def bicycle(rng: np.random.Generator, ppm: float, phase: float, height: float = 1.1) -> Canvas:
    """A bicycle alone, as parked against a wall."""
    paint = tint(rng, CLOTH, 20)
    c = Canvas(1.9, height, ppm)
    t = np.linspace(0, 2 * np.pi, 24)
    for x in (-0.54, 0.54):
        c.line(np.stack([x + 0.34 * np.cos(t), 0.35 + 0.34 * np.sin(t)], 1), 0.05, (36, 36, 38))
        hub = np.array([x, 0.35])
        for a in np.arange(4) * np.pi / 4 + 2 * np.pi * phase:
            spoke = 0.32 * np.array([np.cos(a), np.sin(a)])
            c.line(np.stack([hub - spoke, hub + spoke]), 0.012, (150, 150, 152))
    c.line(pts("-.54,.35 -.02,.35 .42,.85 -.18,.85 -.54,.35"), 0.05, paint)
    c.line(pts("-.02,.35 -.2,.95"), 0.05, paint)
    c.line(pts("0.54,.35 .40,1.0"), 0.05, paint)
    c.line(pts("0.38,1.02 .55,1.0"), 0.05, (40, 40, 40))
    c.rect(-0.34, 0.93, -0.08, 0.99, (40, 40, 40))
    return c


def cyclist(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A person riding a bicycle (a distractor for pedestrians: nobody is on foot)."""
    c = bicycle(rng, ppm, phase, 1.85)
    skin, top, legs = tint(rng, SKIN, 8), tint(rng, CLOTH, 16), tint(rng, LEGWEAR, 12)
    helmet = tint(rng, CLOTH, 24)
    hip: Point = (-0.2, 1.0)
    for turn, light in ((np.pi, 0.7), (0.0, 1.0)):
        a = 2 * np.pi * phase + turn
        pedal = (-0.02 + 0.16 * np.cos(a), 0.35 - 0.16 * np.sin(a))
        knee = ((hip[0] + pedal[0]) / 2 + 0.26, (hip[1] + pedal[1]) / 2 + 0.1)
        c.limb(hip, knee, 0.17, 0.13, shade(legs, light))
        c.limb(knee, pedal, 0.12, 0.08, shade(legs, light))
        c.ellipse(pedal[0] + 0.04, pedal[1], 0.12, 0.05, (40, 36, 36))
    c.limb(hip, (0.12, 1.42), 0.24, 0.27, top)
    c.limb((0.12, 1.42), (0.3, 1.12), 0.11, 0.08, shade(top, 0.85))
    c.limb((0.3, 1.12), (0.5, 1.04), 0.08, 0.06, skin)
    c.ellipse(0.24, 1.63, 0.11, 0.13, skin)
    t = np.linspace(-0.1, np.pi + 0.1, 12)
    c.poly(np.stack([0.23 + 0.15 * np.cos(t), 1.66 + 0.15 * np.sin(t)], 1), helmet)
    return c
