"""Light, weather, blur and sensor noise of one session, and what they do to a frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from streetworld.cameras import HEIGHT, WIDTH
from streetworld.canvas import Color
from streetworld.errors import unknown

SPLITS: tuple[str, ...] = ("train", "val", "test")
HAZE: Color = (204, 208, 212)
FIRST_HOUR, LAST_HOUR = 6.5, 19.5  # the cameras rest at night
_NOISE_LEVEL, _MARGIN = 100, 64  # mid grey of the noise picture; px by which it is larger than a frame


@dataclass(frozen=True)
class Weather:
    """One session's weather. Shares are 0…1; `blur` and `noise` in px and levels of 255."""

    hour: float = 12.0
    cloud: float = 0.3
    rain: float = 0.0
    fog: float = 0.0
    blur: float = 0.0
    noise: float = 3.0
    sun: float = 0.4  # shift of a shadow along x per unit of height, when the sun is out
    drift: tuple[float, float, float] = (0.05, 31.0, 0.0)  # of the light: amplitude, period (s), phase

    def shadow(self) -> tuple[float, float, float]:
        """Shift in x and in y per unit of height, and strength, of every shadow."""
        if self.cloud > 0.6 or self.fog > 0.3:
            return (0.0, 0.07, 0.35)
        return (self.sun, 0.1 + 0.1 * abs(self.sun), 0.6 - 0.4 * self.cloud)

    def light(self, t: float) -> np.ndarray:
        """The tone curve at second `t`: uint8 (1, 256, 3), colour of the hour and drifting exposure."""
        height = float(np.sin(np.pi * np.clip((self.hour - 5.5) / 15.0, 0, 1))) ** 0.7  # of the sun
        amplitude, period, phase = self.drift
        gain = (0.60 + 0.46 * height) * (1 - 0.16 * self.cloud - 0.10 * self.rain)
        gain *= 1 + amplitude * np.sin(2 * np.pi * t / period + phase) + 0.3 * amplitude * np.sin(9.7 * t / period)
        low = 1 - height
        tint = np.array([1 + 0.10 * low, 1.0, 1 - 0.16 * low]) * (1 - 0.05 * self.cloud * np.array([1, 0.4, -0.6]))
        tone = np.linspace(0, 1, 256)[:, None] ** (1 + 0.12 * low)
        return np.clip(255 * tone * gain * tint, 0, 255).astype(np.uint8)[None]


def split_number(split: str) -> int:
    """0, 1, 2 for train, val, test; raises `WorldError` for anything else."""
    if split not in SPLITS:
        raise unknown("split", str(split), SPLITS)
    return SPLITS.index(split)


def draw_hour(rng: np.random.Generator, split: str) -> float:
    """A time of day of `split`: half hours are dealt out train, train, val, test, so that splits share none."""
    mine = {"train": (0, 1), "val": (2,), "test": (3,)}[split]
    slots = [s for s in range(round(FIRST_HOUR * 2), round(LAST_HOUR * 2)) if s % 4 in mine]
    return (slots[int(rng.integers(len(slots)))] + rng.random()) / 2


def draw_weather(rng: np.random.Generator, split: str) -> Weather:
    """A random session of `split`: two in five clear, the rest cloudy, rainy or foggy."""
    kind = str(rng.choice(["clear", "cloudy", "rain", "fog"], p=[0.4, 0.3, 0.17, 0.13]))
    rain = rng.uniform(0.3, 1.0) if kind == "rain" else 0.0
    fog = rng.uniform(0.35, 0.8) if kind == "fog" else rng.uniform(0, 0.12) + 0.1 * rain
    return Weather(
        hour=draw_hour(rng, split),
        cloud=rng.uniform(0, 0.45) if kind == "clear" else rng.uniform(0.65, 1.0),
        rain=rain,
        fog=fog,
        blur=rng.uniform(0, 1.1),
        noise=rng.uniform(2, 9),
        sun=rng.uniform(0.15, 0.8) * rng.choice([-1, 1]),
        drift=(rng.uniform(0.02, 0.12), rng.uniform(12, 60), rng.uniform(0, 2 * np.pi)),
    )


@lru_cache(maxsize=1)
def _noise_picture() -> np.ndarray:
    """Sensor noise of unit deviation × 20 around `_NOISE_LEVEL`, larger than a frame so that crops differ."""
    rng = np.random.default_rng(7)
    h, w = HEIGHT + _MARGIN, WIDTH + _MARGIN
    grey = rng.normal(0, 16, (h, w, 1)) + rng.normal(0, 12, (h, w, 3))
    return np.clip(_NOISE_LEVEL + grey, 0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _rain_picture() -> np.ndarray:
    """Falling streaks, twice as high as a frame so that it can be scrolled: uint8 (2·HEIGHT, WIDTH + margin, 3)."""
    rng = np.random.default_rng(8)
    sheet = np.zeros((HEIGHT, WIDTH + _MARGIN), np.uint8)
    for _ in range(520):
        x, y, n = int(rng.integers(sheet.shape[1])), int(rng.integers(HEIGHT)), int(rng.integers(10, 26))
        for wrap in (0, -HEIGHT):
            cv2.line(sheet, (x, y + wrap), (x - n // 5, y + n + wrap), int(rng.integers(40, 110)), 1, cv2.LINE_AA)
    return cv2.merge([np.vstack([sheet, sheet])] * 3)


@lru_cache(maxsize=1)
def _haze_picture() -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), HAZE, np.uint8)


def hazy(picture: np.ndarray, weather: Weather, depth: np.ndarray) -> np.ndarray:
    """`picture` seen through the session's fog, thicker with `depth` (float32 (HEIGHT,)): a new uint8 array."""
    if weather.fog < 0.02:
        return picture.copy()
    veil = np.repeat((weather.fog * (0.35 + 0.65 * depth))[:, None], picture.shape[1], axis=1).astype(np.float32)
    return cv2.blendLinear(picture, _haze_picture(), 1 - veil, veil)


def expose(frame: np.ndarray, weather: Weather, t: float, rng: np.random.Generator) -> np.ndarray:
    """`frame` as the camera records it at second `t`: lens blur, light, rain, noise. Returns a new uint8 array."""
    if weather.blur > 0.3:
        frame = cv2.GaussianBlur(frame, (3, 3) if weather.blur < 0.8 else (5, 5), weather.blur)
    frame = cv2.LUT(frame, weather.light(t))
    dx, dy = (int(v) for v in rng.integers(0, _MARGIN, 2))
    if weather.rain > 0:
        fall = HEIGHT - int(t * 900) % HEIGHT
        streaks = _rain_picture()[fall : fall + HEIGHT, dx // 8 : dx // 8 + WIDTH]
        cv2.addWeighted(frame, 1.0, streaks, 0.9 * weather.rain, 0, dst=frame)
    noise = _noise_picture()[dy : dy + HEIGHT, dx : dx + WIDTH]
    gain = weather.noise / 20
    return cv2.addWeighted(frame, 1.0, noise, gain, -_NOISE_LEVEL * gain, dst=frame)
