"""The fixed cameras: where road, rails, pavement and lawn lie, and what stands there. `scene.py` paints them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streetworld.errors import WorldError

WIDTH, HEIGHT = 640, 480  # px: every scene is drawn at this size


class Lane(NamedTuple):
    """A path across the frame: ground line `y` (px, at the centre), pixels per metre, allowed direction (0: both)."""

    surface: str
    y: int
    ppm: float
    direction: int = 0


class Camera(NamedTuple):
    """A fixed view: bands of ground from the top as (surface, lower edge in px), lanes, tilt, what stands there."""

    name: str
    seed: int
    bands: tuple[tuple[str, int], ...]
    lanes: tuple[Lane, ...]
    slope: float
    houses: str  # brick, glass, cottage or none
    trees: int
    fixtures: tuple[tuple[str, int, int, float], ...]  # (fixture, x px, ground y px, px per metre)


def _camera(
    name: str, seed: int, *, bands: str, lanes: str, slope: float, houses: str, trees: int, fixtures: str
) -> Camera:
    """A camera from compact text: 'surface:edge …', 'surface:y:ppm[:direction] …', 'fixture:x:y:ppm …'."""
    split = lambda text: [item.split(":") for item in text.split()]
    return Camera(
        name, seed, tuple((s, int(y)) for s, y in split(bands)),
        tuple(Lane(s, int(y), float(p), int(d[0]) if d else 0) for s, y, p, *d in split(lanes)),
        slope, houses, trees, tuple((k, int(x), int(y), float(p)) for k, x, y, p in split(fixtures)),
    )  # fmt: skip


CAMERAS: tuple[Camera, ...] = (
    _camera(
        "high street", 11, slope=0.0, houses="brick", trees=3,
        bands="sky:160 verge:182 rail:222 verge:238 road:330 kerb:338 pavement:424 lawn:480",
        lanes="rail:210:33 road:278:46:-1 road:318:55:1 pavement:366:98 pavement:410:116 lawn:468:235",
        fixtures="post:90:345:62 trunk:520:428:66",
    ),
    _camera(
        "station", 23, slope=0.035, houses="glass", trees=1,
        bands="sky:140 pavement:165 road:246 kerb:252 verge:264 "
              "rail:322 gravel:334 pavement:420 wall:480",
        lanes="road:198:40:-1 road:234:45:1 rail:306:43 pavement:368:96 pavement:408:112 lawn:462:225",
        fixtures="post:430:256:50 post:40:338:64",
    ),
    _camera(
        "garden suburb", 37, slope=-0.05, houses="cottage", trees=6,
        bands="sky:150 lawn:172 rail:204 lawn:232 road:326 kerb:334 pavement:408 lawn:480",
        lanes="rail:194:31 road:272:48:1 road:314:57:-1 pavement:358:94 pavement:398:110 lawn:466:250",
        fixtures="trunk:150:340:58 post:560:412:70",
    ),
    _camera(
        "riverside", 41, slope=0.05, houses="brick", trees=4,
        bands="sky:110 water:168 gravel:176 rail:214 kerb:220 "
              "road:312 kerb:320 gravel:330 pavement:428 planter:480",
        lanes="rail:203:34 road:262:47:1 road:302:56:-1 pavement:372:100 pavement:414:118 lawn:466:230",
        fixtures="trunk:300:334:56 post:600:334:66",
    ),
    _camera(
        "market square", 53, slope=-0.03, houses="brick", trees=2,
        bands="sky:150 pavement:186 rail:224 gravel:234 road:322 kerb:330 pavement:430 planter:480",
        lanes="rail:213:33 road:270:46:1 road:310:54:-1 pavement:370:100 pavement:416:116 lawn:468:240",
        fixtures="post:200:336:62 trunk:40:434:64",
    ),
    _camera(
        "campus", 67, slope=0.02, houses="glass", trees=5,
        bands="sky:135 lawn:190 road:268 kerb:274 lawn:282 rail:328 lawn:344 pavement:416 lawn:480",
        lanes="road:222:41:-1 road:258:47:1 rail:316:42 pavement:366:96 pavement:404:112 lawn:464:230",
        fixtures="trunk:470:348:60 post:120:276:52",
    ),
)  # fmt: skip
SEEN: tuple[int, ...] = (0, 1, 2, 3)  # cameras that applications are trained for
UNSEEN: tuple[int, ...] = (4, 5)  # cameras kept for asking how far an application carries


def camera(number: int) -> Camera:
    """Camera `number`; raises `WorldError` if there is none."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < len(CAMERAS):
        raise WorldError(f"camera={number!r}: there is no such camera (valid: 0 to {len(CAMERAS) - 1})")
    return CAMERAS[int(number)]
