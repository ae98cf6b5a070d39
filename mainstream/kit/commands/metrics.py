"""What a running stream has done so far, for a monitor: a text file in Prometheus' exposition format.

`mainstream stream --metrics FILE`; the node exporter's textfile collector reads it where its folder is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mainstream.runner.stream import Runner

ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def exposition(runner: Runner) -> str:
    """All of it: HELP, TYPE and samples of every metric, counters named …_total."""
    report = runner.report
    of_apps = dict.fromkeys(app for plan in report.plans for app in plan["apps"])
    network = runner.current.network
    by_app = lambda counts: {app: counts[app] for app in of_apps}
    metrics: list[tuple[str, str, str, Mapping[str, float]]] = [  # name, help, label, its values no label: "")
        ("looks_planned_total", "Looks that the plans asked for.", "app", by_app(report.looks + report.missed)),
        ("looks_done_total", "Planned looks that were had.", "app", by_app(report.looks)),
        ("looks_dropped_total", "Planned looks that were not had.", "app", by_app(report.missed)),
        ("detections_total", "Detections that have ended.", "app", by_app(report.found)),
        ("frames_total", "Frames that arrived.", "", {"": report.frames}),
        ("frames_dropped_total", "Frames pushed out of the full queue.", "", {"": report.dropped}),
        ("plans_total", "Plans that have run, the first among them.", "", {"": len(report.plans)}),
        ("stream_seconds", "Time of the last frame that was worked on.", "", {"": report.stream_s}),
        ("slowdown", "Running mean of measured over profiled time of looks.", "", {"": runner.feedback.mean}),
        ("slowdown_planned", "The same, as plans reckon with it.", "", {"": runner.feedback.factor}),
        ("plan_segment_seconds", "Time in a segment of the running plan.", "segment", network.seconds),
        ("plan_segment_calls", "Calls of a segment of the running plan.", "segment", network.calls),
    ]
    return "".join(f"{line}\n" for metric in metrics for line in _lines(*metric))


def _lines(name: str, said: str, label: str, samples: Mapping[str, float]) -> Iterator[str]:
    name = f"mainstream_{name}"
    yield f"# HELP {name} {said}"
    yield f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}"
    for value, number in samples.items():
        labels = f'{{{label}="{value.translate(ESCAPES)}"}}' if label else ""
        yield f"{name}{labels} {number:.10g}"
