"""Animals, seen from the side, facing right: cats, dogs, birds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streetworld.canvas import Canvas, Color, choose, pts, shade, tint

FUR: list[Color] = [
    (34, 32, 32), (118, 112, 106), (206, 130, 60), (236, 230, 220), (92, 72, 54), (176, 150, 118),
]  # fmt: skip
PALE: Color = (236, 230, 222)
CAT_TAILS = (
    "-.2,.26 -.33,.24 -.4,.36 -.36,.55",
    "-.2,.26 -.36,.28 -.43,.2 -.48,.28",
    "-.2,.26 -.3,.34 -.33,.48 -.42,.56",
)
DOG_TAILS = ("-.2,.38 -.3,.44 -.33,.54", "-.2,.38 -.28,.32 -.34,.22", "-.2,.38 -.3,.46 -.25,.54 -.18,.5")


class Gait(NamedTuple):
    """Four legs at the trot: where they begin (±x, y in metres), how far they swing, how thick they are."""

    spread: float
    top: float
    swing: float
    width: float

    def draw(self, c: Canvas, phase: float, pair: str, fur: Color, paw: Color) -> None:
        """The `pair` of legs on the far or near side."""
        light = 0.72 if pair == "far" else 1.0
        for x, offset in ((-self.spread, 0.5), (self.spread, 0.0)):
            a = 2 * np.pi * (phase + offset + (0.0 if pair == "far" else 0.5))
            reach, lift = self.swing * np.sin(a) * self.top, max(0.0, np.cos(a)) * self.top * 0.22
            knee = (x + 0.55 * reach + (0.02 if x > 0 else -0.03), self.top * 0.5 + lift * 0.5)
            foot = (x + reach, self.width * 0.4 + lift)
            c.limb((x, self.top), knee, self.width * 1.5, self.width, shade(fur, light))
            c.limb(knee, foot, self.width, self.width * 0.8, shade(fur, light))
            c.ellipse(foot[0] + self.width * 0.4, foot[1], self.width * 0.8, self.width * 0.45, shade(paw, light))


def _wagged(tail: str, size: float, wag: float) -> np.ndarray:
    """The points of `tail`, its tip moved by `wag` metres."""
    points = pts(tail, scale=size)
    points[-1, 0] += wag
    return points


def cat(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A walking cat: tabby, plain, tuxedo or patched; upright pointed ears, short face, long tail."""
    k, fur = rng.uniform(0.88, 1.2), tint(rng, FUR, 12)
    coat = choose(rng, ["tabby", "tabby", "plain", "tuxedo", "patch"])
    tail, low, head = choose(rng, CAT_TAILS), rng.uniform(0.11, 0.125), (0.3, 0.36 + rng.uniform(-0.02, 0.05))
    eye: Color = choose(rng, [(210, 190, 60), (120, 180, 90), (110, 160, 190)])
    paw = PALE if coat in ("tuxedo", "patch") else fur
    gait = Gait(0.15 * k, 0.17 * k, 0.5, 0.042 * k)
    c = Canvas(1.02 * k, 0.62 * k, ppm)
    c.line(_wagged(tail, k, 0.02 * np.sin(2 * np.pi * phase)), 0.05 * k, fur, smooth=3)
    gait.draw(c, phase, "far", fur, paw)
    back = "-.235,.2 -.215,.285 -.1,.295 .05,.275 .17,.30 .25,.31 .245,.2"
    c.poly(pts(f"{back} .16,{low:.3f} 0,{low - 0.005:.3f} -.12,{low + 0.02:.3f} -.2,{low:.3f}", scale=k), fur, 2)
    _coat(c, k, coat, fur)
    gait.draw(c, phase, "near", fur, paw)
    c.limb((0.2 * k, 0.27 * k), ((head[0] - 0.03) * k, (head[1] - 0.02) * k), 0.12 * k, 0.1 * k, fur)
    _cat_head(c, k, head, coat, fur, eye)
    return c


def _coat(c: Canvas, k: float, coat: str, fur: Color) -> None:
    """The markings on a cat's body."""
    if coat == "tabby":
        for x in np.arange(-0.18, 0.2, 0.055):
            c.line(pts("0,.285 .015,.235 0,.195", (x * k, 0), k), 0.02 * k, shade(fur, 0.58))
    elif coat == "patch":
        c.ellipse(-0.12 * k, 0.24 * k, 0.07 * k, 0.04 * k, (40, 36, 34))
        c.ellipse(0.1 * k, 0.25 * k, 0.07 * k, 0.04 * k, (206, 130, 60))
        c.ellipse(0.0, 0.15 * k, 0.15 * k, 0.025 * k, PALE)
    elif coat == "tuxedo":
        c.poly(pts("0.26,.28 .25,.18 .14,.125 .02,.13 .18,.2", scale=k), PALE, 1)


def _cat_head(c: Canvas, k: float, head: tuple[float, float], coat: str, fur: Color, eye: Color) -> None:
    at = (head[0] * k, head[1] * k)
    for side, light in ((0.045, 0.75), (-0.045, 1.0)):
        ear = (at[0] + side * k, at[1])
        c.poly(pts("-.04,.045 0,.14 .038,.05", ear, k), shade(fur, light))
        c.poly(pts("-.018,.055 0,.11 .018,.055", ear, k), (206, 150, 140))
    c.ellipse(*at, 0.09 * k, 0.078 * k, fur)
    muzzle = PALE if coat != "plain" else shade(fur, 1.25)
    c.ellipse(at[0] + 0.055 * k, at[1] - 0.03 * k, 0.045 * k, 0.034 * k, muzzle)
    if coat == "tabby":
        for dx in (-0.02, 0.01, 0.04):
            c.line(pts("0,.07 0,.035", (at[0] + dx * k, at[1]), k), 0.012 * k, shade(fur, 0.58))
    for dx in (0.015, 0.065):
        c.ellipse(at[0] + dx * k, at[1] + 0.012 * k, 0.015 * k, 0.017 * k, eye)
        c.ellipse(at[0] + (dx + 0.003) * k, at[1] + 0.012 * k, 0.006 * k, 0.015 * k, (16, 16, 16))
    c.ellipse(at[0] + 0.085 * k, at[1] - 0.018 * k, 0.012 * k, 0.009 * k, (190, 110, 110))
    for whisker in ("0.07,-.03 .15,-.06", "0.07,-.03 .15,-.03"):
        c.line(pts(whisker, at, k), 0.006 * k, (225, 225, 225))


def dog(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A dog in a cat's colours and almost a cat's size: long muzzle, deep chest, hanging or pricked ears."""
    k, fur, patch = rng.uniform(0.9, 1.3), tint(rng, FUR, 12), tint(rng, FUR, 12)
    floppy, patched, tail = rng.random() < 0.65, rng.random() < 0.4, choose(rng, DOG_TAILS)
    collar = tint(rng, [(180, 30, 30), (40, 80, 160), (40, 40, 40)], 10)
    gait, paw = Gait(0.15 * k, 0.27 * k, 0.42, 0.048 * k), patch if patched else fur
    c = Canvas(0.95 * k, 0.66 * k, ppm)
    c.line(_wagged(tail, k, 0.03 * np.sin(4 * np.pi * phase)), 0.045 * k, fur, smooth=2)
    gait.draw(c, phase, "far", fur, paw)
    body = "-.225,.3 -.2,.40 -.05,.395 .12,.415 .22,.42 .24,.3 .18,.215 .05,.24 -.1,.27 -.2,.25"
    c.poly(pts(body, scale=k), fur, 2)
    if patched:
        c.ellipse(-0.04 * k, 0.35 * k, 0.09 * k, 0.045 * k, patch)
    gait.draw(c, phase, "near", fur, paw)
    c.limb((0.17 * k, 0.36 * k), (0.27 * k, 0.5 * k), 0.15 * k, 0.11 * k, fur)
    c.line(pts("0.18,.46 .27,.41", scale=k), 0.028 * k, collar)
    c.ellipse(0.29 * k, 0.53 * k, 0.082 * k, 0.072 * k, fur)
    c.poly(pts("0.31,.57 .43,.525 .445,.49 .42,.465 .3,.47", scale=k), shade(fur, 1.08), 1)
    c.ellipse(0.435 * k, 0.517 * k, 0.02 * k, 0.017 * k, (22, 20, 20))
    c.ellipse(0.325 * k, 0.548 * k, 0.012 * k, 0.013 * k, (20, 16, 14))
    if floppy:
        c.ellipse(0.245 * k, 0.5 * k, 0.035 * k, 0.085 * k, shade(paw, 0.72), 12)
    else:
        c.poly(pts("0.22,.57 .235,.655 .29,.59", scale=k), shade(fur, 0.75))
    return c


def bird(rng: np.random.Generator, ppm: float, phase: float) -> Canvas:
    """A pigeon or a crow on foot."""
    k = rng.uniform(0.85, 1.2)
    body = tint(rng, [(120, 126, 136), (60, 58, 62), (200, 196, 190), (130, 104, 84)], 10)
    c = Canvas(0.46 * k, 0.36 * k, ppm)
    step = 0.04 * k * np.sin(2 * np.pi * phase)
    for foot in (step, -step):
        c.line([(0.0, 0.12 * k), (foot, 0.0)], 0.014 * k, (190, 90, 80))
        c.line(pts("-.01,.008 .04,.008", (foot, 0), k), 0.012 * k, (190, 90, 80))
    c.poly(pts("-.21,.12 -.1,.2 .04,.235 .12,.2 .1,.12 0,.075 -.1,.09", scale=k), body, 2)
    c.poly(pts("-.17,.12 -.06,.19 .05,.19 .02,.12", scale=k), shade(body, 0.75), 1)
    x = (0.13 + 0.02 * np.cos(4 * np.pi * phase)) * k
    c.limb((0.07 * k, 0.2 * k), (x, 0.28 * k), 0.09 * k, 0.06 * k, shade(body, 0.62))
    c.ellipse(x, 0.29 * k, 0.042 * k, 0.04 * k, shade(body, 0.66))
    c.poly(pts("0.03,.3 .09,.28 .03,.27", (x, 0), k), (60, 56, 50))
    c.ellipse(x + 0.015 * k, 0.298 * k, 0.009 * k, 0.009 * k, (220, 120, 40))
    return c
