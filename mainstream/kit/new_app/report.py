"""What was found, for people: `report.html` and `README.md` beside the application; `summary.json` for programs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from mainstream.data.datasets import SHARES
from mainstream.paths import read_text, write_text

TEMPLATE = Path(__file__).with_name("report.html.j2")
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
CHANCE = 0.2  # TPR − FPR below which an application is hardly better than chance
APART = 0.1  # between the model's and the counted Event-F1
FEW_EVENTS, FEW_KINDS = 20, 2
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
    import jinja2

    files = {name: text for name, text in FILES.items() if (place / name).exists() or name == "summary.json"}
    summary["next"] = command = stream_command(place, summary)
    careful, found = warnings(summary), findings(summary)
    write_text(place / "summary.json", json.dumps(summary, indent=1) + "\n")
    template = jinja2.Template(read_text(TEMPLATE), autoescape=True, trim_blocks=True)
    counted = {app: one["f1"] for app, one in summary.get("counted", {}).items()}
    schedule = [
        {"application": u["app"], "counted F1": counted.get(u["app"]), "model's F1": u["model_f1"],
         "looks/s": f"{u['fps']:g}", "X": u["x_vote"], "split": u["layer"]} for u in summary["schedule"]
    ]  # fmt: skip
    page = template.render(
        s=summary, files=files, command=command, careful=careful, findings=found,
        counts=_table(summary["counts"]), schedule=_table(schedule),
    )  # fmt: skip
    write_text(place / "report.html", page)
    lines = [f"# {summary['name']}", "", "Made with:", "```bash", summary["command"], "```", ""]
    lines += [f"- **{text}**" for text in careful] + [f"- {text}" for text in found]
    lines += ["", "On a camera (or a file, or an RTSP address) next:", "```bash", command, "```", ""]
    lines += ["| file | what it is |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in files.items())]
    write_text(place / "README.md", "\n".join(lines) + "\n")


def _table(rows: Iterable[dict[str, Any]]) -> str:
    """HTML; a dash for what there is not."""
    return pd.DataFrame(rows).style.hide(axis="index").format(precision=3, na_rep="–", escape="html").to_html()


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


def _chosen(summary: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The new application's line of the schedule, and its split."""
    plan = next(u for u in summary["schedule"] if u["app"] == summary["name"])
    return plan, next(s for s in summary["splits"] if s["layer"] == plan["layer"])


def warnings(summary: dict[str, Any]) -> list[str]:
    """What should keep somebody from trusting the application, plainly; [] where nothing does."""
    name, (plan, split), found = summary["name"], _chosen(summary), []
    rates, one = split["video"] or split, summary.get("counted", {}).get(summary["name"])
    if rates["tpr"] - rates["fpr"] < CHANCE:
        found.append(
            f"Near chance: it says yes to {rates['tpr']:.0%} of what shows '{name}' and to {rates['fpr']:.0%} of what "
            "does not. Do not rely on it: look at the photos below, mend labels, add photos."
        )
    elif split["tpr_interval"] and split["tpr_interval"][0] <= split["fpr_interval"][1]:
        found.append(
            f"{split['positives']} held-out photos with '{name}' and {split['negatives']} without it are too few to "
            "tell this application from chance: the 95% intervals of the two rates overlap. Add photos."
        )
    if one:
        (low, high), model, f1 = f1_interval(one), plan["model_f1"], one["f1"]
        if abs(model - f1) > 2 * APART or (abs(model - f1) > APART and not low <= model <= high):
            found.append(
                f"Model and count disagree: the model promised Event-F1 {model:.3f}, counted was {f1:.3f} (95%: "
                f"{low:.2f} to {high:.2f}). Believe the count: what is streamed differs from what was measured, or "
                "there are too few events to measure on."
            )
        if one["found"] * one["empty_windows"] <= one["false"] * one["events"]:
            found.append(
                f"On the stream it is no better than chance: {one['found']} of {one['events']} events found, "
                f"{one['false']} of {one['empty_windows']} empty windows false."
            )
        if one["events"] < FEW_EVENTS:
            found.append(f"{one['events']} events are few: intervals are wide, a longer video would narrow them.")
    kinds = summary["without"]
    if 0 < len(kinds) <= FEW_KINDS and not ANYTHING & {kind.lower() for kind in kinds}:
        shown = " and ".join(f"'{kind}' ({n})" for kind, n in kinds.items())
        found.append(
            f"All photos without '{name}' show {shown}: it learns to tell '{name}' from that, not from an empty "
            "street. Add photos of the place as the camera sees it, in a folder 'other'."
        )
    if (budget := summary["budget"]) > 1:
        found.append(f"A budget of {budget:g} is {budget:g} times this device; in real time it has 1.0 at most.")
    if summary["base"] == "embedded":
        found.append("The embedded base knows drawn pictures only; for real photos use --base imagenet --weights FILE.")
    return found


def findings(summary: dict[str, Any]) -> list[str]:
    """Sentences, every number of which comes from the summary; what was counted on the stream first."""
    name, events, (plan, split), found = summary["name"], summary["events"], _chosen(summary), []
    if one := summary.get("counted", {}).get(name):
        low, high = f1_interval(one)
        found.append(
            f"On the part of the video that nothing was learnt from, {share(one['found'], one['events'])} events were "
            f"found and {share(one['false'], one['empty_windows'])} empty windows were false alarms: Event-F1 "
            f"{one['f1']:.3f} (95%: {low:.2f} to {high:.2f})."
        )
    for what, rates in (("frames of held-out video", split["video"]), ("held-out photos", split)):
        if rates and rates["positives"] is not None:
            right, false = (
                (round(rates[r] * rates[n]), rates[n]) for r, n in (("tpr", "positives"), ("fpr", "negatives"))
            )
            say = share if rates is split else lambda k, n: f"{k} of {n} ({k / max(n, 1):.0%})"
            found.append(
                f"At the split that the schedule chose ({plan['layer']}), {say(*right)} {what} with '{name}' are "
                f"recognised and {say(*false)} without it are false alarms."
            )
    if split["positives"] and summary["made_of"]["images"]:
        rarer, word = min((split["positives"], "with"), (split["negatives"], "without"))
        found.append(
            f"Four times as many held-out photos halve such an interval: {3 * rarer} more of those {word} '{name}', or "
            f"about {round(3 * rarer / SHARES[2])} to the whole, {SHARES[2]:.0%} of which is held out by its names."
        )
    found += [summary["ties"]] if summary["ties"] else []
    source = "ASSUMED, for there was no video:" if events["assumed"] else "As the measured part of the video has them:"
    found.append(f"{source} events of {events['length_s']:.2f} s, frequency {events['frequency']:.2f}.")
    others = f" beside {len(summary['schedule']) - 1} other(s)" if len(summary["schedule"]) > 1 else ""
    found.append(
        f"The schedule{others}: {plan['fps']:g} looks per second, X = {plan['x_vote']}; the model says Event-F1 "
        f"{plan['model_f1']:.3f}. All cost {summary['cost']:.3f} of the device."
    )
    return found
