"""What was found, for people: `report.html` and `README.md` beside the application; `summary.json` for programs.

Sentences and pages are the templates of this folder, filled with numbers of the summary.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from mainstream.data.datasets import SHARES
from mainstream.paths import write_text

FILES = {
    "mpackage.json": "the application: rates at every split, events; the split_*.weights.h5 are its tails",
    "samples.png": "photos with the class and without it, as the network gets them",
    "accuracy.png": "balanced accuracy at every split",
    "wrong.png": "held-out photos that it was most sure of and wrong about",
    "training.csv": "epochs, loss and seconds of every split",
    "device.json": "latencies of the device that the schedule was made for",
    "timeline.png": "what every look at the stream said, beside the truth",
    "events.jsonl": "detections of the stream, one per line, in seconds of the video",
    "annotated.mp4": "the analysed frames with what was said of them",
    "summary.json": "everything in report.html as numbers",
}
NUMBERS = {"percent": "{:.0%}", "f1": "{:.1f}", "f2": "{:.2f}", "f3": "{:.3f}", "g": "{:g}"}  # filters of the templates
ANYTHING = {"other", "others", "none", "nothing", "nothing named", "negative", "negatives", "background", "rest"}


def stream_command(place: Path, summary: dict[str, Any], video: str = "/dev/video0") -> str:
    """The command that runs the application, and those it shares the device with, on a camera or a file."""
    words = ["mainstream", "stream", "--video", video, "--apps", str(place)]
    words += [word for folder in summary["others"] for word in ("--apps", folder)]
    words += ["--device", str(place / "device.json"), "--budget", f"{min(summary['budget'], 1):g}"]
    words += ["--weights", summary["weights"]] * bool(summary["weights"])
    return shlex.join([*words, "--events", str(place / "camera.jsonl")])


def write_report(place: Path, summary: dict[str, Any]) -> None:
    """The three files; `summary` is what the steps found."""
    files = {name: text for name, text in FILES.items() if (place / name).exists() or name == "summary.json"}
    summary["next"] = stream_command(place, summary)
    write_text(place / "summary.json", json.dumps(summary, indent=1) + "\n")
    shown = {"files": files, "careful": warnings(summary), "findings": findings(summary)}
    for name in ("report.html", "README.md"):
        write_text(place / name, _filled(name, summary, **shown))


def warnings(summary: dict[str, Any]) -> list[str]:
    """What should keep somebody from trusting the application, plainly; [] where nothing does."""
    return [line for line in _filled("careful", summary).splitlines() if line]


def findings(summary: dict[str, Any]) -> list[str]:
    """Sentences, every number of which comes from the summary; what was counted on the stream first."""
    return [line for line in _filled("findings", summary).splitlines() if line]


def _filled(template: str, summary: dict[str, Any], **more: Any) -> str:
    """A template of this folder with the summary, the new application's plan, its split and what was counted of it."""
    import jinja2

    plan = next(u for u in summary["schedule"] if u["app"] == summary["name"])
    split = next(s for s in summary["splits"] if s["layer"] == plan["layer"])
    counted = summary.get("counted", {})
    one = counted.get(summary["name"])
    low, high = f1_interval(one) if one else (0.0, 1.0)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=template.endswith(".html"),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {name: text.format for name, text in NUMBERS.items()}
    return environment.get_template(f"{template}.j2").render(
        s=summary, plan=plan, split=split, rates=split["video"] or split, counted=counted, one=one, low=low, high=high,
        share=share, count=lambda k, n: f"{k} of {n} ({k / max(n, 1):.0%})", held_out=SHARES[2], anything=ANYTHING,
        **more,
    )  # fmt: skip


def share(k: int, n: int) -> str:
    """How many of how many, in percent, with Wilson's 95% interval.

    >>> share(8, 9)
    '8 of 9 (89%; 95%: 57% to 98%)'
    """
    if not n:
        return "0 of 0"
    span = binomtest(k, n).proportion_ci(method="wilson")
    return f"{k} of {n} ({k / n:.0%}; 95%: {span.low:.0%} to {span.high:.0%})"


def f1_interval(one: dict[str, Any]) -> tuple[float, float]:
    """95% of Event-F1 from counts of events and windows (Jeffreys' priors): never of width zero, however few."""
    rng = np.random.default_rng(0)
    events, windows = one["events"], one["empty_windows"]
    found = events * rng.beta(one["found"] + 0.5, events - one["found"] + 0.5, 4000)
    false = windows * rng.beta(one["false"] + 0.5, windows - one["false"] + 0.5, 4000)
    low, high = np.quantile(2 * found / (found + events + false), [0.025, 0.975])
    return float(low), float(high)
