"""How fast the synthetic world renders on one core. Prints JSON.

Best pinned: `taskset -c 0 python benchmarks/world.py`. Counts everything a frame needs: truth, sprites, weather, noise.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import cv2

from streetworld.stills import still_images
from streetworld.world import SEEN, World


def frames_per_second(camera: int, seed: int, seconds: float) -> tuple[float, dict[str, object]]:
    """Frames per second of wall clock for one world, and its weather."""
    World(camera, seed, seconds=1).frame(0)  # the camera's background is painted once per process
    start = time.perf_counter()
    count = sum(1 for _ in World(camera, seed, seconds=seconds).pictures())
    took = time.perf_counter() - start
    weather = World(camera, seed, seconds=1).weather
    return count / took, {
        "cloud": round(weather.cloud, 2),
        "rain": round(weather.rain, 2),
        "fog": round(weather.fog, 2),
    }


def main() -> None:
    """Render every seen camera under several seeds and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of video per world")
    parser.add_argument("--seeds", type=int, default=2, help="worlds per camera")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    worlds = []
    for camera in SEEN:
        for seed in range(options.seeds):
            fps, weather = frames_per_second(camera, seed, options.seconds)
            worlds.append({"camera": camera, "seed": seed, "frames_per_s": round(fps, 1), "weather": weather})
    rates = [world["frames_per_s"] for world in worlds]
    start = time.perf_counter()
    still_images(n=200, size=128)
    report = {
        "what": "synthetic world, 640x480, one thread",
        "cores_allowed": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "frames_per_s_mean": round(len(rates) / sum(1 / rate for rate in rates), 1),
        "frames_per_s_slowest": min(rates),
        "stills_per_s": round(200 / (time.perf_counter() - start), 1),
        "worlds": worlds,
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
