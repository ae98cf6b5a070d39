"""Who passes when: independent arrivals of individuals, and their paths through the view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streetworld.cameras import HEIGHT, WIDTH, Camera
from streetworld.errors import WorldError, unknown
from streetworld.objects import APPS, KINDS, Kind
from streetworld.weather import split_number

_KIND_NUMBER = {name: k for k, name in enumerate(KINDS)}


class EventSpec(NamedTuple):
    """How one application's events arrive: mean length in view (s) and frequency π (share of time with an event)."""

    length_s: float
    frequency: float


DEFAULT_EVENTS: dict[str, EventSpec] = {app: EventSpec(KINDS[app].event_s, KINDS[app].frequency) for app in APPS}


class Individual(NamedTuple):
    """One object on its way. `times` and `xs` are the corners of its path (s, px of its centre)."""

    kind: str
    seed: int  # draws its looks; the two highest bits are the split, so splits never share an individual
    y: int  # px, ground line at the frame's centre
    ppm: float
    times: tuple[float, ...]
    xs: tuple[float, ...]

    def x(self, t: float) -> float:
        """Centre (px) at second `t`."""
        return float(np.interp(t, self.times, self.xs))

    def facing(self, t: float) -> int:
        """+1 towards the right, −1 towards the left, at second `t`."""
        k = int(np.clip(np.searchsorted(self.times, t, side="right") - 1, 0, len(self.times) - 2))
        moves = [d for d in np.diff(self.xs)[k:] if d] or [self.xs[-1] - self.xs[0]]
        return 1 if moves[0] > 0 else -1

    def phase(self, t: float) -> int:
        """Number of the picture in the cycle of movement at second `t`."""
        kind = KINDS[self.kind]
        walked = abs(self.x(t) - self.xs[0]) / self.ppm
        return int(walked / kind.cycle * kind.phases) % kind.phases

    def speed(self) -> float:
        """Fastest pace along the path, px/s."""
        return float(np.max(np.abs(np.diff(self.xs)) / np.maximum(np.diff(self.times), 1e-6)))


def checked_events(events: Mapping[str, EventSpec] | None) -> dict[str, EventSpec]:
    """`DEFAULT_EVENTS` with `events` on top; raises `WorldError` for unknown applications or impossible values."""
    merged = dict(DEFAULT_EVENTS)
    for app, spec in (events or {}).items():
        if app not in APPS:
            raise unknown("application", str(app), APPS)
        if not 0.2 <= spec.length_s <= 60:
            raise WorldError(f"events['{app}'].length_s={spec.length_s}: must be from 0.2 to 60 seconds")
        if not 0 <= spec.frequency <= 0.9:
            raise WorldError(f"events['{app}'].frequency={spec.frequency}: must be from 0 to 0.9")
        merged[app] = spec
    return merged


def individual(kind: str, view: Camera, split: str, key: tuple[int, ...], starts: float, stays: float) -> Individual:
    """The individual numbered `key` of `split`: in view from about second `starts` for about `stays` seconds."""
    traits = KINDS[kind]
    sequence = np.random.SeedSequence([split_number(split), _KIND_NUMBER[kind], *key])
    rng = np.random.default_rng(sequence)
    seed = (split_number(split) << 62) | int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(2))
    lanes = [lane for lane in view.lanes if lane.surface == traits.surface]
    lane = lanes[int(rng.integers(len(lanes)))]
    ppm = lane.ppm * rng.uniform(0.93, 1.08)
    direction = lane.direction or int(rng.choice([-1, 1]))
    times, xs = _path(rng, traits, ppm, direction, starts, stays)
    return Individual(kind, seed, lane.y + int(rng.integers(-5, 6)), ppm, times, xs)


def _path(
    rng: np.random.Generator, traits: Kind, ppm: float, direction: int, starts: float, stays: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Corners of a path that crosses the view, pauses in it, or turns back; out of view at both ends."""
    wide, high = traits.length * ppm, traits.height * ppm
    enough = 0.4 * min(1.0, 0.1 * WIDTH * HEIGHT / (0.75 * wide * high))  # share of it in view that counts: see labels
    out, seen = -0.62 * wide - 30, (enough - 0.5) * wide  # px before the edge: gone, and just counted
    style = "cross" if rng.random() >= traits.wanders else str(rng.choice(["pause", "return"]))
    where, share = rng.uniform(0.3, 0.7) * WIDTH, rng.uniform(0.15, 0.35)
    path = WIDTH + 2 * -seen if style != "return" else 2 * (where - seen)
    pace = path / (stays * (1 - (share if style != "cross" else 0)))
    pace = max(pace, 1.0)
    t0 = starts - (seen - out) / pace
    if style == "cross":
        xs = [out, WIDTH - out]
        times = [t0, t0 + (WIDTH - 2 * out) / pace]
    else:
        end = WIDTH - out if style == "pause" else out
        xs = [out, where, where, end]
        times = list(np.cumsum([t0, (where - out) / pace, share * stays, abs(end - where) / pace]))
    if direction < 0:
        xs = [WIDTH - x for x in xs]
    return tuple(float(t) for t in times), tuple(float(x) for x in xs)


def arrivals(
    view: Camera,
    number: int,
    seed: int,
    split: str,
    seconds: float,
    events: Mapping[str, EventSpec],
    distractors: float,
) -> list[Individual]:
    """Everybody who is in view at some time in [0, seconds): one renewal process per kind, independent of all others.

    Lengths are spread ±35 % around their mean L and gaps are exponential with mean L(1−π)/π, so that about a share π of
    the time has an event (a little less where others hide it). One pedestrian in six has company.
    """
    everybody: list[Individual] = []
    for kind, traits in KINDS.items():
        spec = events.get(kind, EventSpec(traits.event_s, min(0.9, traits.frequency * distractors)))
        if spec.frequency <= 0:
            continue
        rng = np.random.default_rng([split_number(split), number, seed, 4, _KIND_NUMBER[kind]])
        gap = spec.length_s * (1 - spec.frequency) / spec.frequency
        t = rng.exponential(gap) - spec.length_s
        for n in range(1_000_000):
            if t >= seconds + 5:
                break
            stays = spec.length_s * rng.uniform(0.65, 1.35)
            everybody.append(individual(kind, view, split, (number, seed, n, 0), t, stays))
            if kind == "pedestrian" and rng.random() < 1 / 6:
                everybody.append(individual(kind, view, split, (number, seed, n, 1), t + 0.2, stays * 0.95))
            t += stays + rng.exponential(gap)
    return sorted(
        (i for i in everybody if i.times[-1] > 0 and i.times[0] < seconds), key=lambda i: (i.times[0], i.seed)
    )
