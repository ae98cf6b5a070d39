"""What lives in the world: every kind of object, where it moves, what it counts as, how long it stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streetworld import animals, buses, cars, furniture, people, wares
from streetworld.canvas import Canvas

Draw = Callable[[np.random.Generator, float, float], Canvas]

# The applications' stable identifiers, in the order of every label matrix.
APPS: tuple[str, ...] = ("pedestrian", "car", "cat", "flower", "bus", "train", "schoolbus", "redcar")


class Kind(NamedTuple):
    """One kind of object. Lengths in metres and seconds; `frequency` is π of DESIGN §3."""

    draw: Draw
    surface: str  # the lanes it uses: road, rail, pavement, lawn
    labels: tuple[str, ...]  # the applications that it is an event of; empty for a distractor
    length: float  # m, typical extent along its path
    height: float  # m, typical
    event_s: float  # mean time in view
    frequency: float
    phases: int = 1  # pictures per cycle of movement
    cycle: float = 1.0  # m travelled per cycle
    wanders: float = 0.0  # probability to pause or to turn back


KINDS: dict[str, Kind] = {
    "pedestrian": Kind(people.pedestrian, "pavement", ("pedestrian",), 0.7, 1.7, 3.0, 0.35, 8, 1.5, 0.35),
    "car": Kind(cars.car, "road", ("car",), 4.4, 1.5, 2.0, 0.25),
    "cat": Kind(animals.cat, "lawn", ("cat",), 0.8, 0.4, 2.5, 0.20, 8, 0.5, 0.4),
    "flower": Kind(wares.flower, "pavement", ("flower",), 1.5, 1.2, 3.0, 0.20, 4, 0.9, 0.15),
    "bus": Kind(buses.bus, "road", ("bus",), 9.8, 3.0, 3.0, 0.15),
    "train": Kind(buses.train, "rail", ("train",), 38.0, 3.7, 4.0, 0.20),
    "schoolbus": Kind(buses.schoolbus, "road", ("schoolbus", "bus"), 8.6, 3.0, 2.8, 0.12),
    "redcar": Kind(cars.redcar, "road", ("redcar", "car"), 4.4, 1.5, 2.0, 0.15),
    # distractors: they share colour or outline with the applications above and count as none of them
    "dog": Kind(animals.dog, "lawn", (), 0.8, 0.6, 2.2, 0.14, 8, 0.8, 0.4),
    "bird": Kind(animals.bird, "lawn", (), 0.4, 0.3, 3.5, 0.08, 8, 0.25, 0.6),
    "cyclist": Kind(people.cyclist, "pavement", (), 1.9, 1.8, 1.8, 0.12, 8, 3.0),
    "trolley": Kind(wares.trolley, "pavement", (), 1.5, 1.2, 3.0, 0.14, 4, 0.9, 0.15),
    "parasol": Kind(wares.parasol, "pavement", (), 1.6, 2.0, 3.5, 0.06),
    "truck": Kind(cars.truck, "road", (), 8.0, 3.2, 2.8, 0.12),
    "van": Kind(cars.van, "road", (), 5.2, 2.2, 2.2, 0.10),
}
# Things that stand on the pavement for a whole session; which ones, and where, changes from seed to seed.
CLUTTER: dict[str, Draw] = {
    "bin": furniture.bin_, "bush": furniture.bush, "bench": furniture.bench, "bicycle": people.bicycle,
}  # fmt: skip
# Things that belong to a camera and hide whatever passes behind them.
FIXTURES: dict[str, Draw] = {"post": furniture.post, "trunk": furniture.trunk}
