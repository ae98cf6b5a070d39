"""The synthetic world: a fixed camera over a street, played frame by frame, with ground truth.

Eight applications (`APPS`) have events here; distractors share their colours and outlines. A school bus is also a bus
and a red car is also a car. Everything follows from (camera, seed, split): the same arguments on the same machine give
the same bytes. DESIGN §6; notebooks 01, 03 and 07.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import cv2
import numpy as np

from streetworld.cameras import HEIGHT, SEEN, UNSEEN, WIDTH, camera
from streetworld.errors import WorldError
from streetworld.objects import APPS
from streetworld.render import Placed, Stage, boxes, present
from streetworld.traffic import DEFAULT_EVENTS, EventSpec, Individual, arrivals, checked_events
from streetworld.weather import SPLITS, Weather, draw_weather, split_number

__all__ = ["APPS", "DEFAULT_EVENTS", "SEEN", "SPLITS", "UNSEEN", "EventSpec", "World"]

HIDDEN_S = 0.5  # an event hidden for less than this (behind a bus, say) is still the same event
BLINK_S = 0.15  # what shows for less than this is no event


class World:
    """`seconds` of video of one camera, in random access.

    camera: 0…5; applications are trained for `SEEN` cameras, `UNSEEN` ones ask how far they carry.
    seed: another day: other weather, hour, individuals and arrivals. split: train, val or test; two splits share no
    individual, hour or weather, whatever their seeds. events: `EventSpec` per application, over `DEFAULT_EVENTS`.
    distractors: factor on their frequency (0: none). weather: a `Weather` instead of the seed's own.
    width, height: px of the frames returned. exposure: how many times as long the shutter is open, hence the motion
    blur: a camera that sees everything pass s times as fast, by the same light, has s times its blur. Raises
    `WorldError` for values that make no sense.
    """

    def __init__(
        self,
        camera: int = 0,
        seed: int = 0,
        *,
        seconds: float = 60.0,
        fps: float = 20.0,
        split: str = "test",
        events: Mapping[str, EventSpec] | None = None,
        distractors: float = 1.0,
        weather: Weather | None = None,
        width: int = WIDTH,
        height: int = HEIGHT,
        exposure: float = 1.0,
    ):
        sizes = {"width": width, "height": height}
        _check(camera, seed, seconds=seconds, fps=fps, distractors=distractors, exposure=exposure, **sizes)
        self.camera, self.seed, self.split = int(camera), int(seed), split
        self.seconds, self.fps, self.size = float(seconds), float(fps), (int(width), int(height))
        self._key = (split_number(split), self.camera, self.seed)
        self.weather = weather or draw_weather(np.random.default_rng([*self._key, 1]), split)
        self.events = checked_events(events)
        self._distractors = distractors
        self._stage = Stage(self.camera, self.weather, self.fps, [*self._key, 2], exposure)
        self._seen: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        """Number of frames."""
        return round(self.seconds * self.fps)

    @cached_property
    def individuals(self) -> list[Individual]:
        """Everybody who passes, by time of arrival."""
        view = self._stage.view
        return arrivals(view, self.camera, self.seed, self.split, self.seconds, self.events, self._distractors)

    @cached_property
    def _by_second(self) -> list[list[Individual]]:
        seconds: list[list[Individual]] = [[] for _ in range(int(self.seconds) + 2)]
        for who in self.individuals:
            for second in range(max(0, int(who.times[0])), min(int(self.seconds) + 1, int(who.times[-1])) + 1):
                seconds[second].append(who)
        return seconds

    def _things(self, t: float) -> list[Placed]:
        inside = (who for who in self._by_second[int(t)] if who.times[0] <= t <= who.times[-1])
        return self._stage.ordered(self._stage.place(who, t) for who in inside)

    def _present(self, i: int) -> np.ndarray:
        """Row `i` of `visible`, kept."""
        if i not in self._seen:
            self._seen[i] = present(self._things(i / self.fps))
        return self._seen[i]

    @cached_property
    def visible(self) -> np.ndarray:
        """What can be seen in each frame by the rule of `render.present`: bool (frames, len(APPS))."""
        return np.array([self._present(i) for i in range(len(self))])

    @cached_property
    def presence(self) -> np.ndarray:
        """The labels, bool (frames, len(APPS)): `visible` with gaps under HIDDEN_S closed and blinks dropped."""
        labels = self.visible.copy()
        for column in labels.T:
            for start, stop in _runs(~column):
                if start > 0 and stop < len(column) and (stop - start) / self.fps < HIDDEN_S:
                    column[start:stop] = True
            for start, stop in _runs(column):
                if start > 0 and stop < len(column) and (stop - start) / self.fps < BLINK_S:
                    column[start:stop] = False
        return labels

    @cached_property
    def truth(self) -> dict[str, list[tuple[float, float]]]:
        """Events of each application as (start_s, end_s): from its first frame to one frame after its last."""
        runs = {app: _runs(self.presence[:, k]) for k, app in enumerate(APPS)}
        return {app: [(a / self.fps, b / self.fps) for a, b in spans] for app, spans in runs.items()}

    def frame(self, i: int) -> np.ndarray:
        """Frame `i` (taken at i / fps s): uint8 (height, width, 3), RGB. Any order, same bytes."""
        if not 0 <= i < len(self):
            raise WorldError(f"frame {i}: the world has frames 0 to {len(self) - 1}")
        t = i / self.fps
        picture = self._stage.paint(self._things(t), t, [*self._key, 3, i])
        return picture if self.size == (WIDTH, HEIGHT) else cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA)

    def boxes(self, i: int) -> list[tuple[str, tuple[int, int, int, int]]]:
        """Where in frame `i` the visible objects are, far to near: (application, (left, top, width, height) in px).

        In px of the scene, WIDTH × HEIGHT. Notebook 00.
        """
        return boxes(self._things(i / self.fps))

    def pictures(self, stride: int = 1) -> Iterator[np.ndarray]:
        """Every `stride`-th frame in order, and on the way what `presence` needs: nothing is drawn twice for it."""
        for i in range(len(self)):
            self._present(i)
            if i % stride == 0:
                yield self.frame(i)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of True as (first, one past last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _check(number: int, seed: int, **values: float) -> None:
    camera(number)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise WorldError(f"seed={seed!r}: must be a whole number, 0 or larger")
    limits = {
        "seconds": (0.05, 86_400), "fps": (0.5, 240), "distractors": (0, 5), "exposure": (0, 100),
        "width": (32, 3840), "height": (32, 2160),
    }  # fmt: skip
    for name, value in values.items():
        low, high = limits[name]
        if not low <= value <= high:
            raise WorldError(f"{name}={value}: must be from {low} to {high}")
    if not round(values["seconds"] * values["fps"]):
        raise WorldError(f"seconds={values['seconds']}: hold no frame at {values['fps']:g} frames/s")
