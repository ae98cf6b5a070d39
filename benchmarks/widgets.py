"""How long the interactive cells take to redraw after a move, the model's and the solver's computing included: JSON.

Targets are for an otherwise idle machine; on a busy one, the seconds of CPU say what it would take. What the browser
adds is not in it.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from mainstream.kit.widgets.explorer import Explorer
from mainstream.kit.widgets.player import Player
from mainstream.kit.widgets.playground import Playground
from mainstream.runner.report import Decision, Report
from mainstream.runner.voting import Detection
from mainstream.study import experiments, figures
from streetworld.world import World

TARGET_S = 0.3


def redraws(move: Callable[[Any], None], values: Iterable[Any]) -> dict[str, float | bool]:
    """Seconds of a move to each of the values, the first not counted."""
    times, work = [], []
    for value in values:
        start, begun = time.perf_counter(), time.process_time()
        move(value)
        times.append(time.perf_counter() - start)
        work.append(time.process_time() - begun)
    return {
        **summary(times[1:]),
        "median_cpu_s": round(statistics.median(work[1:]), 4),
        "max_cpu_s": round(max(work[1:]), 4),
    }


def summary(times: list[float]) -> dict[str, float | bool]:
    """Median and largest, and whether the target is met."""
    median, largest = statistics.median(times), max(times)
    return {"median_s": round(median, 4), "max_s": round(largest, 4), "met": largest <= TARGET_S}


def explorer() -> dict[str, Any]:
    """Every slider from one end to the other, at the slowest preset for the model: long events on a fast stream."""
    made = Explorer(event_length_s=10.0, stream_fps=30, fps=20.0)
    found: dict[str, Any] = {}
    for name in ("tpr", "fpr", "fps", "event_frequency", "correlation", "x_vote"):
        slider = made.sliders[name]
        low, high, whole = slider.min, slider.max, name == "x_vote"
        points = [low + (high - low) * k / 20 for k in range(21)]
        found[name] = redraws(lambda v, slider=slider: setattr(slider, "value", v), [*range(1, 8)] if whole else points)
        slider.value = getattr(made.presets["noisy classifier, three votes (made up)"], name)
    found["stream_fps"] = redraws(lambda v: setattr(made.sliders["stream_fps"], "value", v), range(30, 9, -1))
    found["preset"] = redraws(lambda v: setattr(made.preset, "value", v), list(made.presets) * 2)
    return found


def player() -> dict[str, Any]:
    """A frame of the world with two minutes of four applications' looks in its timeline: playing, and at random."""
    world = World(0, 10, seconds=120, split="test")
    apps = ("pedestrian", "car", "cat", "flower")
    unit = {"layer": "conv_pw_6", "fps": 10, "x_vote": 1}
    report = Report(plans=[{"since_s": 0.0, "apps": dict.fromkeys(apps, unit)}])
    for app in apps:
        report.decisions += [Decision(app, k, k / 20, 0.5, k % 3 == 0) for k in range(0, len(world), 2)]
        report.detections += [Detection(app, t, t + 1, 0.5, (float(t), t + 1.0)) for t in range(0, 119, 3)]
    made = Player(world, world.truth, report)
    show = lambda k: setattr(made.slider, "value", k)
    return {"playing": redraws(show, range(200, 240)), "jumping": redraws(show, [k * 379 % 2400 for k in range(1, 41)])}


def playground() -> dict[str, Any]:
    """The budget of notebook 04's worked example, dragged: with the two optimal plans that are shown."""
    made = Playground(experiments.random_problem(10, seed=0, budget=60.0))
    drag = lambda budget: setattr(made.controls["budget"], "value", budget)
    return {"budget": redraws(drag, [60 + 6.25 * k for k in range(1, 17)])}


def main() -> None:
    figures.use_style()
    report: dict[str, Any] = {
        "target_s": TARGET_S,
        "explorer": explorer(),
        "player": player(),
        "playground": playground(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
