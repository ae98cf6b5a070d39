"""What was found, for people and programs: the last cells of notebook 09, which are the report's first page.

Sentences are the templates of this folder, filled with numbers of the summary.
"""

import shlex
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from mainstream.data.datasets import NEUTRAL, SHARES
from mainstream.data.rates import wilson
from mainstream.kit.new_app.material import Material, counts
from mainstream.kit.new_app.request import Request
from mainstream.kit.new_app.training import ties
from mainstream.package import MPackage
from mainstream.runner.report import Report
from mainstream.scheduler import Device

NUMBERS = {"percent": "{:.0%}", "f2": "{:.2f}", "f3": "{:.3f}", "g": "{:g}"}  # filters of the templates


def summarise(
    request: Request, material: Material, package: MPackage, planned: pd.DataFrame, cost: float, device: Device,
    found: pd.DataFrame, report: Report | None,
) -> dict[str, Any]:  # fmt: skip
    """`summary.json`: everything that the sentences need, as numbers.

    planned: app, layer, fps, x_vote, model_f1 of every application. cost: share of the device. found:
    `held_out.count_stream` of each that has truth; empty, and report None, where nothing was streamed.
    """
    assert package.events is not None
    summary: dict[str, Any] = {
        "name": request.name, "command": request.command(), "next": stream_command(request),
        "made_of": request.made_of(), "base": request.base, "budget": request.budget,
        "counts": counts(material.photos), "without": material.without, "parts": material.parts,
        "unreadable": list(material.photos.unreadable), "ties": ties(package),
        "splits": [s.model_dump(mode="json", exclude={"tail", "threshold"}) for s in package.splits],
        "events": {**package.events.model_dump(mode="json"), "assumed": material.measured is None},
        "device": {"name": device.name, "whole_ms": device.stem[0] + device.tail[0]},
        "schedule": planned.to_dict("records"), "cost": cost,
        "stream_fps": material.stream_fps, "stream_fps_assumed": request.video is None,
    }  # fmt: skip
    if report is not None:
        start, end = material.parts["stream"]
        summary["streamed"] = {
            "start_s": start, "end_s": end, "frames": report.frames, "dropped": report.dropped,
            "corrupt": report.corrupt, "clock": request.clock, "achieved": report.achieved().to_dict("records"),
        }  # fmt: skip
        summary["counted"] = found.set_index("app").to_dict("index")
    return {**summary, "warnings": sentences("careful", summary), "findings": sentences("findings", summary)}


def stream_command(request: Request, video: str = "/dev/video0") -> str:
    """The command that runs the application, and those it shares the device with, on a camera or a file."""
    words = ["mainstream", "stream", "--video", video, "--apps", str(request.place)]
    words += [word for folder in request.others for word in ("--apps", str(folder))]
    words += ["--device", str(request.place / "device.json"), "--budget", f"{min(request.budget, 1):g}"]
    words += ["--weights", str(request.weights)] * bool(request.weights)
    return shlex.join([*words, "--events", str(request.place / "camera.jsonl")])


def first_page(summary: dict[str, Any]) -> str:
    """Markdown: what should not be trusted, what was found, the command for a camera and that of the report."""
    careful = [f"> **{escape(text)}**\n>" for text in summary["warnings"]]
    said = [f"- {escape(text)}" for text in summary["findings"]]
    commands = [f"{what}\n```\n{summary[key]}\n```\n" for what, key in (
        ("On a camera next; a file or an RTSP address will do in its place.", "next"),
        ("Made, and made again, by", "command"),
    )]  # fmt: skip
    return "\n".join([f"# {escape(summary['name'])}", *careful, "", *said, "", *commands])


def sentences(template: str, summary: dict[str, Any]) -> list[str]:
    """Lines of a template of this folder, every number of which comes from the summary.

    `careful`: what should keep somebody from trusting the application, plainly; [] where nothing does. `findings`:
    what was counted on the stream first.
    """
    import jinja2

    plan = next(u for u in summary["schedule"] if u["app"] == summary["name"])
    split = next(s for s in summary["splits"] if s["layer"] == plan["layer"])
    one = summary.get("counted", {}).get(summary["name"])
    low, high = one["f1_interval"] if one else (0.0, 1.0)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {name: text.format for name, text in NUMBERS.items()}
    text = environment.get_template(f"{template}.j2").render(
        s=summary, plan=plan, split=split, rates=split["video"] or split, one=one, low=low, high=high,
        share=share, count=lambda k, n: f"{k} of {n} ({k / max(n, 1):.0%})", held_out=SHARES[2],
        anything=NEUTRAL | {"nothing named"},
    )  # fmt: skip
    return [line for line in text.splitlines() if line]


def share(k: int, n: int) -> str:
    """How many of how many, in percent, with Wilson's 95% interval.

    >>> share(8, 9)
    '8 of 9 (89%; 95%: 57% to 98%)'
    """
    if not n:
        return "0 of 0"
    low, high = wilson(k, n)
    return f"{k} of {n} ({k / n:.0%}; 95%: {low:.0%} to {high:.0%})"
