"""What was found, for people: `report.html` and `README.md` beside the application; `summary.json` for programs."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_name("report.html.j2")
FILES = {
    "mpackage.json": "the application: rates at every split, events; the split_*.weights.h5 are its tails",
    "samples.png": "photos with the class and without it, as the network gets them",
    "accuracy.png": "balanced accuracy at every split",
    "training.csv": "epochs, loss and seconds of every split",
    "device.json": "latencies of the device that the schedule was made for",
    "timeline.png": "what every look at the stream said, beside the truth",
    "events.jsonl": "detections of the stream, one per line",
    "annotated.mp4": "the analysed frames with what was said of them",
    "summary.json": "everything in report.html as numbers",
}


def stream_command(place: Path, summary: dict[str, Any], video: str = "/dev/video0") -> str:
    """The command that runs the application, and those it shares the device with, on a camera or a file."""
    words = ["mainstream", "stream", "--video", video, "--apps", str(place)]
    words += [word for folder in summary["others"] for word in ("--apps", folder)]
    words += ["--device", str(place / "device.json"), "--budget", f"{summary['budget']:g}"]
    words += ["--base", summary["base"]] * (summary["base"] != "embedded")
    words += ["--weights", summary["weights"]] * bool(summary["weights"])
    return shlex.join([*words, "--events", str(place / "camera.jsonl")])


def write_report(place: Path, summary: dict[str, Any]) -> None:
    """The three files; `summary` is what the steps found."""
    import jinja2

    files = {name: text for name, text in FILES.items() if (place / name).exists() or name == "summary.json"}
    command = stream_command(place, summary)
    summary["next"] = command
    (place / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    template = jinja2.Template(TEMPLATE.read_text(encoding="utf-8"), autoescape=True, trim_blocks=True)
    page = template.render(s=summary, files=files, command=command, findings=findings(summary))
    (place / "report.html").write_text(page, encoding="utf-8")
    lines = [f"# {summary['name']}", "", "Made with:", "```bash", summary["command"], "```", ""]
    lines += [f"- {text}" for text in findings(summary)]
    lines += ["", "On a camera (or a file, or an RTSP address) next:", "```bash", command, "```", ""]
    lines += ["| file | what it is |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in files.items())]
    (place / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def findings(summary: dict[str, Any]) -> list[str]:
    """Sentences, every number of which comes from the summary."""
    name, events = summary["name"], summary["events"]
    found = []
    plan = next(u for u in summary["schedule"] if u["app"] == name)
    split = next(s for s in summary["splits"] if s["layer"] == plan["layer"])
    rates = split["video"] or split
    where = "frames of held-out video" if split["video"] else "held-out photos"
    found.append(f"At the split that the schedule chose ({plan['layer']}), {rates['tpr']:.1%} of {where} with '{name}' "
                 f"are recognised and {rates['fpr']:.1%} of those without it are false alarms.")  # fmt: skip
    source = "ASSUMED, for there was no video:" if events["assumed"] else "As the measured part of the video has them:"
    found.append(f"{source} events of {events['length_s']:.2f} s, frequency {events['frequency']:.2f}.")
    others = f" beside {len(summary['schedule']) - 1} other(s)" if len(summary["schedule"]) > 1 else ""
    found.append(f"The schedule{others}: {plan['fps']:g} looks per second, X = {plan['x_vote']}; the model says "
                 f"Event-F1 {plan['model_f1']:.3f}. All cost {summary['cost']:.3f} of the device.")  # fmt: skip
    if one := summary.get("counted", {}).get(name):
        low, high = one["f1_interval"]
        found.append(f"On the part of the video that nothing was learnt from, {one['found']} of {one['events']} events "
                     f"were found and {one['false']} of {one['empty_windows']} empty windows were false alarms: "
                     f"Event-F1 {one['f1']:.3f} (95%: {low:.2f} to {high:.2f}).")  # fmt: skip
        if one["events"] < 20:
            found.append(f"{one['events']} events are few: the interval is wide, a longer video would narrow it.")
    if summary["base"] == "embedded":
        found.append("The embedded base knows drawn pictures only; for real photos use --base imagenet --weights FILE.")
    return found
