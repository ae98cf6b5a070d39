"""What `drift.py` films: days of four segments of four minutes, each in weather and traffic of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mainstream.data.footage import Footage
from mainstream.study.replay import Recording
from streetworld import APPS, World
from streetworld.traffic import DEFAULT_EVENTS, EventSpec
from streetworld.weather import Weather, draw_weather

FPS, SEGMENT_S = 5.0, 240.0
MINUTE, SEGMENT = round(60 * FPS), round(SEGMENT_S * FPS)  # frames
TRAFFIC = {"quiet": 0.3, "usual": 1.0, "busy": 2.0}  # times the usual frequency


def weathers(rng: np.random.Generator) -> dict[str, Weather]:
    """One of each kind, harder than the world draws them by itself."""
    w, u = draw_weather(rng, "test"), rng.uniform
    clear = replace(w, hour=u(11, 15), cloud=u(0, 0.3), rain=0.0, fog=0.0, blur=u(0, 0.4), noise=u(2, 4))
    fog = replace(w, cloud=0.9, rain=0.0, fog=u(0.6, 0.85), noise=u(4, 9), blur=u(0.3, 1.1), hour=u(7, 10))
    rain = replace(w, cloud=0.95, rain=u(0.6, 1), fog=u(0, 0.2), noise=u(4, 9), blur=u(0.3, 1.1), hour=u(12, 18))
    dusk = replace(w, cloud=u(0.4, 0.9), rain=0.0, fog=0.05, noise=u(8, 14), blur=u(0.5, 1.1), hour=u(19, 20.2))
    return {"clear": clear, "fog": fog, "rain": rain, "dusk": dusk}


class Scene(NamedTuple):
    """Kind of weather and of traffic, and the weather."""

    kind: str
    traffic: str
    weather: Weather


def scenes(day: int) -> list[Scene]:
    """Of a day, in an order of its own."""
    rng = np.random.default_rng([190, day])
    of, flows = weathers(rng), [*TRAFFIC, "usual"]
    pairs = zip(list(rng.permutation(list(of))), list(rng.permutation(flows)), strict=True)
    return [Scene(str(kind), str(flow), of[kind]) for kind, flow in pairs]


def filmed(day: int, apps: tuple[str, ...]) -> Iterator[Footage]:
    """The segments of a day."""
    for k, scene in enumerate(scenes(day)):
        usual, times = {app: DEFAULT_EVENTS[app] for app in apps}, TRAFFIC[scene.traffic]
        events = {app: EventSpec(s.length_s, min(0.8, s.frequency * times)) for app, s in usual.items()}
        world = World(day % 4, 1000 + 10 * day + k, seconds=SEGMENT_S, fps=FPS, split="test", events=events,
                      weather=scene.weather, width=128, height=128)  # fmt: skip
        images = np.stack(list(world.pictures()))
        labels = world.presence[:, [APPS.index(app) for app in apps]]
        yield Footage(images, labels, apps, np.zeros(len(images), int), FPS)


def in_minutes(day: Recording) -> Recording:
    """The same with every minute a clip: in each of them a plan may be another."""
    return replace(day, clip=np.arange(len(day.clip)) // MINUTE, fps=float(day.fps))


def part(day: Recording, frames: slice) -> Recording:
    """Some of its frames."""
    return replace(day, probabilities=day.probabilities[..., frames], labels=day.labels[:, frames],
                   clip=day.clip[frames])  # fmt: skip
