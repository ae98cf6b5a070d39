"""From a list of things standing in a scene to a frame, and to how much of each thing can be seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from streetworld.cameras import HEIGHT, WIDTH, Camera, camera
from streetworld.objects import APPS, CLUTTER, FIXTURES, KINDS
from streetworld.scene import background, depth
from streetworld.sprite import GRID, Look, Sprite, paste, sprite
from streetworld.traffic import Individual
from streetworld.weather import Weather, expose, hazy

VISIBLE_SHARE = 0.4  # of its own area that must be in view and unhidden for an object to count
FRAME_SHARE = 0.1  # of the frame: the area of larger objects is taken as this, so that a train can count at all
_CAP = FRAME_SHARE * (WIDTH // GRID) * (HEIGHT // GRID)


class Placed(NamedTuple):
    """A sprite standing at pixel (x, y), with the applications that it is an event of."""

    sprite: Sprite
    x: int
    y: int
    rank: float  # painting order: larger is nearer
    labels: tuple[str, ...] = ()


class Stage:
    """One camera in one weather: paints moments of it. Used by `World` and `still_images`."""

    def __init__(self, number: int, weather: Weather, fps: float, clutter_seed: Sequence[int], exposure: float = 1.0):
        self.view: Camera = camera(number)
        self.weather, self.fps, self.exposure = weather, fps, exposure
        self._depth = depth(number)
        self._backdrop = hazy(background(number), weather, self._depth)
        self._sprites: OrderedDict[tuple[object, ...], Sprite] = OrderedDict()
        self._standing = self._fixtures() + self._clutter(np.random.default_rng(clutter_seed))

    def _look(self, y: int, motion_px: float = 0.0) -> Look:
        far = float(self._depth[int(np.clip(y, 0, HEIGHT - 1))])
        haze = self.weather.fog * (0.35 + 0.65 * far)
        return Look(self.weather.shadow(), haze, self.view.slope, motion_px)

    def _ground(self, x: float, y: float) -> int:
        return round(y + self.view.slope * (x - WIDTH / 2))

    def _fixtures(self) -> list[Placed]:
        placed = []
        for k, (_, x, y, _) in enumerate(self.view.fixtures):
            placed.append(Placed(sprite(_fixture(self.view, k), self._look(y)), x, self._ground(x, y), y))
        return placed

    def _clutter(self, rng: np.random.Generator) -> list[Placed]:
        """Bins, bushes, benches and bicycles that stand at the back of the pavement for the whole session."""
        lane = min((lane for lane in self.view.lanes if lane.surface == "pavement"), key=lambda lane: lane.y)
        placed = []
        for _ in range(int(rng.integers(0, 4))):
            name = list(CLUTTER)[int(rng.integers(len(CLUTTER)))]
            x, y = int(rng.integers(20, WIDTH - 20)), lane.y - 12
            drawn = CLUTTER[name](rng, lane.ppm * 0.92, 0.0)
            placed.append(Placed(sprite(drawn.picture(), self._look(y)), x, self._ground(x, y), y))
        return placed

    def place(self, who: Individual, t: float) -> Placed:
        """`who` where it is at second `t`; its pictures are kept for the next frames."""
        kind, phase, facing = KINDS[who.kind], who.phase(t), who.facing(t)
        key = (who, phase, facing)
        if key in self._sprites:
            self._sprites.move_to_end(key)
        else:
            drawn = kind.draw(np.random.default_rng(who.seed), who.ppm, phase / kind.phases)
            open_share = 0.25 if self.weather.cloud < 0.6 else 0.4  # of the frame's time
            motion_px = who.speed() / self.fps * open_share * self.exposure
            self._sprites[key] = sprite(drawn.picture(), self._look(who.y, motion_px), facing)
            if len(self._sprites) > 240:
                self._sprites.popitem(last=False)
        x = who.x(t)
        return Placed(self._sprites[key], round(x), self._ground(x, who.y), who.y, kind.labels)

    def ordered(self, passing: Iterable[Placed]) -> list[Placed]:
        """Everything in view from far to near."""
        return sorted([*self._standing, *passing], key=lambda p: p.rank)

    def paint(self, things: Sequence[Placed], t: float, noise_seed: Sequence[int]) -> np.ndarray:
        """The frame at second `t`: uint8 (HEIGHT, WIDTH, 3) RGB. `things` as `ordered` returns them."""
        frame = self._backdrop.copy()
        for thing in things:
            paste(frame, thing.sprite, thing.x, thing.y)
        return expose(frame, self.weather, t, np.random.default_rng(noise_seed))


@cache
def _fixture(view: Camera, k: int) -> np.ndarray:
    """The picture of a camera's fixture `k`, drawn once for all weathers."""
    name, _, _, ppm = view.fixtures[k]
    return FIXTURES[name](np.random.default_rng([view.seed, k]), ppm, 0.0).picture()


def present(things: Sequence[Placed]) -> np.ndarray:
    """Which applications' objects can be seen: bool (len(APPS),), in the order of `APPS`.

    The rule: an object counts when at least VISIBLE_SHARE of its own area is inside the frame and hidden by nothing
    nearer. An object larger than FRAME_SHARE of the frame counts as if it were just that large.
    """
    found = np.zeros(len(APPS), bool)
    for thing, _ in _counting(things):
        found[[APPS.index(label) for label in thing.labels]] = True
    return found


def boxes(things: Sequence[Placed]) -> list[tuple[str, tuple[int, int, int, int]]]:
    """(application, (left, top, width, height) in px) around what shows of each object that counts for `present`."""
    found = []
    for thing, cells in _counting(things):
        rows, columns = (GRID * np.flatnonzero(cells.any(axis)) for axis in (1, 0))
        box = (int(columns[0]), int(rows[0]), int(np.ptp(columns)) + GRID, int(np.ptp(rows)) + GRID)
        found += [(label, box) for label in thing.labels]
    return found


def _counting(things: Sequence[Placed]) -> Iterator[tuple[Placed, np.ndarray]]:
    """Each object that counts, and the cells in which it shows: bool (HEIGHT / GRID, WIDTH / GRID)."""
    owner = np.zeros((HEIGHT // GRID, WIDTH // GRID), np.uint8)
    for k, thing in enumerate(things, 1):
        _stamp(owner, thing, k)
    seen = np.bincount(owner.ravel(), minlength=len(things) + 1)
    for k, thing in enumerate(things, 1):
        if thing.labels and seen[k] >= VISIBLE_SHARE * min(thing.sprite.area, _CAP):
            yield thing, owner == k


def _stamp(owner: np.ndarray, thing: Placed, number: int) -> None:
    """Write `number` into `owner` wherever `thing` covers it."""
    mask, (ax, ay) = thing.sprite.mask, thing.sprite.anchor
    x0, y0 = (thing.x - ax) // GRID, (thing.y - ay) // GRID
    left, top = max(0, -x0), max(0, -y0)
    right, bottom = min(mask.shape[1], owner.shape[1] - x0), min(mask.shape[0], owner.shape[0] - y0)
    if right > left and bottom > top:
        owner[y0 + top : y0 + bottom, x0 + left : x0 + right][mask[top:bottom, left:right]] = number
