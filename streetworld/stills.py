"""Still images for training: independent moments, not neighbouring frames. Notebook 01, `mainstream.trainer`."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from streetworld.cameras import SEEN, WIDTH, camera
from streetworld.errors import WorldError, unknown
from streetworld.objects import APPS, KINDS
from streetworld.render import Stage, present
from streetworld.traffic import individual
from streetworld.weather import draw_weather, split_number

_STILLS = 1 << 40  # keeps the seeds of stills away from those of `World`


def still_images(
    apps: Sequence[str] = APPS,
    n: int = 1000,
    *,
    cameras: Sequence[int] = SEEN,
    seed: int = 0,
    size: int | tuple[int, int] = 128,
    split: str = "train",
    share: float = 0.3,
    fps: float = 20.0,
) -> tuple[np.ndarray, np.ndarray]:
    """`n` pictures and their labels: uint8 (n, height, width, 3) RGB, and bool (n, len(apps)) in the order of `apps`.

    Each picture is a moment of its own: its camera, hour, weather and individuals are drawn afresh, each application's
    object being on its way through the view with probability `share` (distractors with half of that); `fps` sets the
    motion blur. The labels follow the rule of `render.present`, so an object on its way may be too hidden to count.
    size: px, one number for a square or (width, height). Raises `WorldError` for values that make no sense.
    """
    for app in apps:
        if app not in APPS:
            raise unknown("application", str(app), APPS)
    if not apps or n < 1 or not 0 < share < 1:
        raise WorldError(f"apps={list(apps)}, n={n}, share={share}: needs an application, n ≥ 1 and 0 < share < 1")
    if isinstance(seed, bool) or seed < 0:
        raise WorldError(f"seed={seed!r}: must be a whole number, 0 or larger")
    if not len(cameras):
        raise WorldError("cameras=[]: name at least one camera")
    width, height = (size, size) if isinstance(size, int) else size
    if min(width, height) < 16:
        raise WorldError(f"size={size}: must be at least 16 pixels")
    columns = [APPS.index(app) for app in apps]
    images, labels = np.empty((n, height, width, 3), np.uint8), np.empty((n, len(apps)), bool)
    for k in range(n):
        picture, found = _moment(int(cameras[k % len(cameras)]), seed, k, split, share, fps)
        images[k] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        labels[k] = found[columns]
    return images, labels


def _moment(number: int, seed: int, k: int, split: str, share: float, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture `k` of `split` at full size, and which applications can be seen in it (in the order of `APPS`)."""
    key = [_STILLS, split_number(split), number, seed, k]
    rng = np.random.default_rng([*key, 1])
    stage = Stage(number, draw_weather(rng, split), fps, [*key, 2])
    placed = []
    for name, kind in KINDS.items():
        if rng.random() >= (share if kind.labels else share / 2):
            continue
        stays = kind.event_s * rng.uniform(0.65, 1.35)
        who = individual(name, camera(number), split, (number, seed, k, _STILLS), 0.0, stays)
        t = rng.uniform(who.times[0], who.times[-1])
        if -0.6 * kind.length * who.ppm < who.x(t) < WIDTH + 0.6 * kind.length * who.ppm:
            placed.append(stage.place(who, t))
    things = stage.ordered(placed)
    return stage.paint(things, rng.uniform(0, 60), [*key, 3]), present(things)
