"""Fifty abstract silhouettes, each varied a little from one drawing to the next. Used by `generic`.

None of them is, or is to be taken for, anything that an application of the synthetic world looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from random import Random
from typing import NamedTuple

import numpy as np


class Fill(NamedTuple):
    """A filled area; a contour inside another is a hole."""

    contours: list[np.ndarray]  # each float (n, 2), in the square from −1 to 1, y downwards


class Line(NamedTuple):
    """A stroke along `points`; `width` in the same unit."""

    points: np.ndarray
    width: float


Parts = list[Fill | Line]


def _pts(*numbers: float) -> np.ndarray:
    return np.array(numbers, float).reshape(-1, 2)


def _area(*numbers: float) -> Parts:
    return [Fill([_pts(*numbers)])]


def _box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return _pts(x0, y0, x1, y0, x1, y1, x0, y1)


def _arc(radius: float, start: float = 0.0, end: float = 2 * pi, at: tuple[float, float] = (0, 0)) -> np.ndarray:
    t = np.linspace(start, end, 20)
    return np.stack([at[0] + radius * np.cos(t), at[1] + radius * np.sin(t)], 1)


def _curve(x: np.ndarray, y: np.ndarray, width: float) -> Parts:
    return [Line(np.stack([x, y], 1), width)]


def _lines(width: float, *segments: Sequence[float]) -> Parts:
    return [Line(_pts(*s), width) for s in segments]


def _spikes(points: int, inner: float, start: float = -pi / 2) -> np.ndarray:
    t = start + np.arange(2 * points) * pi / points
    r = np.where(np.arange(2 * points) % 2, inner, 1.0)
    return np.stack([r * np.cos(t), r * np.sin(t)], 1)


def _gear(r: Random) -> Parts:
    teeth = r.randint(7, 10)
    t = np.arange(4 * teeth) * pi / (2 * teeth)
    radius = np.where(np.arange(4 * teeth) % 4 < 2, 1.0, 0.74)
    return [Fill([np.stack([radius * np.cos(t), radius * np.sin(t)], 1), _arc(r.uniform(0.25, 0.4))])]


def _comb(r: Random) -> Parts:
    n, back = r.randint(6, 9), r.uniform(-0.5, -0.25)
    return [
        Fill([_box(-1, -0.75, 1, back)]),
        *_lines(0.8 / n, *[(x, back, x, 0.75) for x in np.linspace(-0.9, 0.9, n)]),
    ]


def _stairs(r: Random) -> Parts:
    n = r.randint(3, 5)
    edge = [v for k in range(n) for v in (2 * k / n - 1, 1 - 2 * (k + 1) / n, 2 * (k + 1) / n - 1, 1 - 2 * (k + 1) / n)]
    return _area(*edge, 1, 1, -1, 1)


def _ziggurat(r: Random) -> Parts:
    n = r.randint(3, 5)
    boxes = [_box(-(k + 1) / n, 1.6 * k / n - 0.8, (k + 1) / n, 1.6 * (k + 1) / n - 0.86) for k in range(n)]
    return [Fill([b]) for b in boxes]


def _table(r: Random) -> Parts:
    legs = r.choice(((-0.85, 0.85), (-0.85, 0.0, 0.85), (-0.9, -0.55, 0.55, 0.9)))
    return [Fill([_box(-1, -0.6, 1, r.uniform(-0.4, -0.25))]), *_lines(0.14, *[(x, -0.3, x, 0.9) for x in legs])]


def _zigzag(r: Random) -> Parts:
    x = np.linspace(-1, 1, r.randint(5, 8))
    return _curve(x, r.uniform(0.3, 0.5) * (-1.0) ** np.arange(len(x)), r.uniform(0.14, 0.24))


def _wave(r: Random) -> Parts:
    x = np.linspace(-1, 1, 24)
    return _curve(x, r.uniform(0.25, 0.45) * np.sin(x * r.uniform(5, 9)), r.uniform(0.14, 0.24))


def _spiral(r: Random) -> Parts:
    t = np.linspace(0.1, 1, 36)
    turn = t * r.uniform(2.2, 3.0) * 2 * pi
    return _curve(t * np.cos(turn), t * np.sin(turn), r.uniform(0.1, 0.16))


def _coil(r: Random) -> Parts:
    t = np.linspace(0, 1, 60)
    turn = t * 2 * pi * r.randint(4, 6)
    return _curve(1.6 * t - 0.8 + 0.25 * np.cos(turn), 0.5 * np.sin(turn), 0.09)


def _ladder(r: Random) -> Parts:
    side, n = r.uniform(0.3, 0.45), r.randint(4, 6)
    rungs = [(-side, y, side, y) for y in np.linspace(-0.75, 0.75, n)]
    return _lines(0.13, (-side, -1, -side, 1), (side, -1, side, 1), *rungs)


def _grid(r: Random) -> Parts:
    at = np.linspace(-0.95, 0.95, r.randint(4, 5))
    return _lines(0.11, *[(x, -1, x, 1) for x in at], *[(-1, y, 1, y) for y in at])


def _lattice(r: Random) -> Parts:
    frame = Line(_box(-0.95, -0.6, 0.95, 0.6)[[0, 1, 2, 3, 0]], 0.12)
    at = np.linspace(-0.95, 0.95, r.randint(3, 4))
    cross = [s for a, b in zip(at, at[1:], strict=False) for s in ((a, -0.6, b, 0.6), (a, 0.6, b, -0.6))]
    return [frame, *_lines(0.1, *cross)]


def _chain(r: Random) -> Parts:
    n = r.randint(3, 4)
    return [Line(_arc(1.25 / n, at=(x, 0.0)), 0.12) for x in np.linspace(1.25 / n - 1, 1 - 1.25 / n, n)]


def _beads(r: Random) -> Parts:
    xs = np.linspace(-0.82, 0.82, r.randint(4, 5))
    return [*_lines(0.08, (-1, 0, 1, 0)), *[Fill([_arc(0.19, at=(x, 0.0))]) for x in xs]]


def _branch(r: Random) -> Parts:
    parts: Parts = list(_lines(0.16, (0, 1, 0, 0.2)))
    ends = [(0.0, 0.2, -pi / 2, 0.5)]
    for _ in range(3):
        grown = []
        for x, y, a, length in ends:
            for turn in (-r.uniform(0.35, 0.7), r.uniform(0.35, 0.7)):
                b = a + turn
                grown.append((x + length * cos(b), y + length * sin(b), b, length * 0.72))
                parts += _lines(length * 0.22, (x, y, *grown[-1][:2]))
        ends = grown
    return parts


def _pinwheel(r: Random) -> Parts:
    n, lean = r.randint(3, 4), r.uniform(0.5, 0.75)
    corners = [2 * pi * k / n for k in range(n)]
    return [Fill([_pts(0, 0, cos(a), sin(a), lean * cos(a + 0.9), lean * sin(a + 0.9))]) for a in corners]


def _key(r: Random) -> Parts:
    bow = Fill([_arc(0.38, at=(-0.6, 0)), _arc(0.18, at=(-0.6, 0))])
    return [bow, *_lines(0.13, (-0.25, 0, 1, 0), (0.9, 0, 0.9, 0.35), (0.6, 0, 0.6, r.uniform(0.22, 0.4)))]


def _crescent(r: Random) -> Parts:
    outer, dent = _arc(1, 0.9, 2 * pi - 0.9), r.uniform(0.55, 0.75)
    inner = np.stack([np.linspace(outer[-1, 0], outer[0, 0], 20), np.linspace(outer[-1, 1], outer[0, 1], 20)], 1)
    inner[:, 0] -= 2 * dent * (1 - (inner[:, 1] / outer[0, 1]) ** 2) * 0.55
    return [Fill([np.concatenate([outer, inner]) + np.array([0.15, 0])])]


def _heart(r: Random) -> Parts:
    t = np.linspace(0, 2 * pi, 28)
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return [Fill([np.stack([np.sin(t) ** 3, y], 1)])]


def _target(r: Random) -> Parts:
    return [Fill([_arc(1), _arc(0.72), _arc(0.45), _arc(0.2)][: r.choice((3, 4))])]


def _asterisk(r: Random) -> Parts:
    n = r.choice((3, 4))
    return _lines(0.2, *[(-cos(a), -sin(a), cos(a), sin(a)) for a in (pi * (k + 0.5) / n for k in range(n))])


def _eight(r: Random) -> Parts:
    t = np.linspace(0, 2 * pi, 40)
    return _curve(0.95 * np.sin(t), r.uniform(0.8, 1.1) * np.sin(t) * np.cos(t), 0.18)


def _goblet(r: Random) -> Parts:
    bowl = np.concatenate([_arc(0.62, 0, pi, at=(0, -0.5)), _pts(-0.62, -0.95, 0.62, -0.95)])
    return [Fill([bowl]), *_lines(0.14, (0, 0, 0, 0.85)), Fill([_box(-0.5, 0.82, 0.5, 1)])]


def _dumbbell(r: Random) -> Parts:
    size = r.uniform(0.3, 0.42)
    return [*[Fill([_arc(size, at=(x, 0))]) for x in (-0.65, 0.65)], *_lines(0.18, (-0.65, 0, 0.65, 0))]


def _arch(r: Random) -> Parts:
    inner = r.uniform(0.45, 0.65)
    outside = np.concatenate([_arc(0.9, pi, 2 * pi, at=(0, -0.1)), _pts(0.9, 1, inner, 1)])
    return [Fill([np.concatenate([outside, _arc(inner, 2 * pi, pi, at=(0, -0.1)), _pts(-inner, 1, -0.9, 1)])])]


def _hook(r: Random) -> Parts:
    bend = _arc(0.45, 0, r.uniform(0.9, 1.15) * pi, at=(0, 0.45))
    return [Line(np.concatenate([_pts(0.45, -1), bend]), r.uniform(0.18, 0.26))]


def _brackets(r: Random) -> Parts:
    gap = r.uniform(0.35, 0.5)
    return [Line(_pts(s * gap, -0.9, s * 0.85, -0.9, s * 0.85, 0.9, s * gap, 0.9), 0.2) for s in (-1, 1)]


def _bar(r: Random) -> float:
    return r.uniform(0.16, 0.28)


SHAPES: dict[str, Callable[[Random], Parts]] = {
    "star": lambda r: [Fill([_spikes(5, r.uniform(0.35, 0.5))])],
    "burst": lambda r: [Fill([_spikes(r.randint(10, 14), r.uniform(0.55, 0.68))])],
    "plus": lambda r: _lines(r.uniform(0.35, 0.6), (-0.8, 0, 0.8, 0), (0, -0.8, 0, 0.8)),
    "gear": _gear,
    "ring": lambda r: [Fill([_arc(1), _arc(r.uniform(0.55, 0.75))])],
    "frame": lambda r: [Fill([_box(-1, -0.75, 1, 0.75), _box(-(a := r.uniform(0.6, 0.75)), 0.25 - a, a, a - 0.25)])],
    "crescent": _crescent,
    "half disc": lambda r: [Fill([_arc(1, 0, pi) - (0, 0.4)])],
    "fan": lambda r: [
        Fill([np.concatenate([_pts(0, 0.8), _arc(1.7, -pi / 2 - (a := r.uniform(0.3, 0.6)), a - pi / 2, at=(0, 0.8))])])
    ],
    "notched disc": lambda r: [Fill([np.concatenate([_pts(-0.1, 0), _arc(1, a := r.uniform(0.35, 0.6), 2 * pi - a)])])],
    "arrow": lambda r: _area(-1, -(w := _bar(r)), 0.1, -w, 0.1, -0.65, 1, 0, 0.1, 0.65, 0.1, w, -1, w),
    "double arrow": lambda r: _area(
        *(-1, 0, -0.45, -0.6, -0.45, -(w := _bar(r)), 0.45, -w, 0.45, -0.6),
        *(1, 0, 0.45, 0.6, 0.45, w, -0.45, w, -0.45, 0.6),
    ),
    "chevron": lambda r: _area(-0.6, -1, 0, -1, 0.7, 0, 0, 1, -0.6, 1, r.uniform(-0.1, 0.15), 0),
    "hourglass": lambda r: _area(-0.7, -1, 0.7, -1, w := r.uniform(0.06, 0.15), 0, 0.7, 1, -0.7, 1, -w, 0),
    "tee": lambda r: _area(-0.9, -1, 0.9, -1, 0.9, -0.5, w := _bar(r), -0.5, w, 1, -w, 1, -w, -0.5, -0.9, -0.5),
    "ell": lambda r: _area(-0.7, -1, w := _bar(r) - 0.4, -1, w, 0.5, 0.8, 0.5, 0.8, 1, -0.7, 1),
    "u": lambda r: _area(-0.8, -1, -(w := 0.6 - _bar(r)), -1, -w, 0.5, w, 0.5, w, -1, 0.8, -1, 0.8, 1, -0.8, 1),
    "aitch": lambda r: _lines(2 * _bar(r), (-0.65, -0.8, -0.65, 0.8), (0.65, -0.8, 0.65, 0.8), (-0.6, 0, 0.6, 0)),
    "e": lambda r: _lines(
        r.uniform(0.26, 0.36), (-0.6, -0.85, -0.6, 0.85), *[(-0.6, y, 0.7, y) for y in (-0.8, 0, 0.8)]
    ),
    "comb": _comb,
    "stairs": _stairs,
    "bolt": lambda r: _area(0.1, -1, -0.6, 0.15, -0.05, 0.15, -0.35, 1, 0.6, -0.2, 0.05, -0.2, 0.5, -1),
    "heart": _heart,
    "teardrop": lambda r: [Fill([np.concatenate([_pts(0, -1), _arc(0.62, -0.5, pi + 0.5, at=(0, 0.35))])])],
    "arch": _arch,
    "dumbbell": _dumbbell,
    "table": _table,
    "goblet": _goblet,
    "funnel": lambda r: _area(-0.9, -0.9, 0.9, -0.9, w := _bar(r) * 0.7, 0, w, 1, -w, 1, -w, 0),
    "ziggurat": _ziggurat,
    "pinwheel": _pinwheel,
    "key": _key,
    "pennant": lambda r: [*_lines(0.12, (-0.8, -1, -0.8, 1)), *_area(-0.8, -1, 0.9, r.uniform(-0.7, -0.4), -0.8, 0)],
    "crown": lambda r: _area(-1, -0.6, -0.5, 0, 0, -r.uniform(0.6, 0.9), 0.5, 0, 1, -0.6, 0.85, 0.7, -0.85, 0.7),
    "brackets": _brackets,
    "zigzag": _zigzag,
    "wave": _wave,
    "spiral": _spiral,
    "ladder": _ladder,
    "grid": _grid,
    "lattice": _lattice,
    "chain": _chain,
    "beads": _beads,
    "branch": _branch,
    "hook": _hook,
    "trident": lambda r: [
        *_lines(0.15, (0, -1, 0, 1), (-0.55, -0.15, 0.55, -0.15)),
        *_lines(0.15, (-0.55, -0.9, -0.55, -0.15), (0.55, -0.9, 0.55, -0.15)),
    ],
    "asterisk": _asterisk,
    "eight": _eight,
    "coil": _coil,
    "target": _target,
}
