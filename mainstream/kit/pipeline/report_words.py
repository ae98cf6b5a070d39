"""What the report says: sentences, tables and commands, each computed from files that stages wrote."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import mistune
import pandas as pd
from markupsafe import Markup

from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.reference import SHOWN, executed_table, readme_table

MODEL_ERROR = "03_event_f1_model-predicted_and_counted"
NAMES = {"no_sharing": "No Sharing", "max_sharing": "Max Sharing"}


def headline(results: Path, figures: dict[str, Any]) -> list[dict[str, str]]:
    """What came out, one sentence per step (`track`, `text`, `figure`: where it is drawn); none before notebook 05."""
    try:
        said = [*_recorded(results / "05_headline"), _executed(results / "05_headline")]
    except (OSError, KeyError, IndexError):
        return []
    if MODEL_ERROR in figures:
        said.append({"track": "executed", "text": figures[MODEL_ERROR]["caption"], "figure": MODEL_ERROR})
    return said


def _recorded(stage: Path) -> list[dict[str, str]]:
    rows: Any = pd.read_csv(stage / "headline.csv", index_col="n_apps")
    steps = ("recorded", "2 consistent units", "3 optimal")
    then, now, anew = ([rows.at[n, f"{base}: {step}"] for _, base, n in SHOWN] for step in steps)
    over = [f"{v:.2f} times {NAMES[base]} at {n} applications" for v, (_, base, n) in zip(then, SHOWN, strict=True)]
    kept = [(b - 1) / (a - 1) for a, b in zip(then, now, strict=True)]
    texts = (
        f"In the record Mainstream's Event-F1 is {' and '.join(over)}.",
        f"With one stream rate and consistent units the same schedules give {now[0]:.2f} and {now[1]:.2f}: "
        f"{kept[0]:.0%} of the gain over No Sharing is left, {kept[1]:.0%} of the gain over Max Sharing. "
        f"Scheduled anew (optimal) it is {anew[0]:.2f} and {anew[1]:.2f}.",
    )
    drawn = ("05_headline-as_published", "05_headline-corrections")
    return [{"track": "published", "text": t, "figure": f} for t, f in zip(texts, drawn, strict=True)]


def _executed(stage: Path) -> dict[str, str]:
    """The optimal schedule at the largest number of applications, counted."""
    rows: Any = pd.read_csv(stage / "executed_tracks.csv").query("system == 'optimal'")
    last, parts = rows.loc[rows.n_apps.idxmax()], []
    for base, name in NAMES.items():
        ratio, low, high = (last[f"over_{base}{end}"] for end in ("", "_low", "_high"))
        verdict = "a gain" if low > 1 else "a loss" if high < 1 else "no difference shown"
        parts.append(f"{ratio:.2f} [{low:.2f}, {high:.2f}] times {name} ({verdict})")
    text = (
        f"Our own applications, executed and counted: at {last.n_apps} applications the optimal schedule has "
        f"{' and '.join(parts)}; its Event-F1 is {last.executed:.3f}, the model says {last.model:.3f}."
    )
    return {"track": "executed", "text": text, "figure": "05_headline-executed_ratios"}


def headline_tables(results: Path) -> list[dict[str, Any]]:
    """The README's two tables, from this profile's results; those that it has."""
    tables = []
    for title, track, table in (
        ("Ratio of Event-F1, Mainstream over each baseline", "published", readme_table),
        ("Optimal schedule over each baseline, 95% intervals", "executed", executed_table),
    ):
        with suppress(OSError, KeyError):
            tables.append({"title": title, "track": track, "table": table(results / "05_headline")})
    return tables


def tally(sections: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows of all paper / ours / match tables: how many match, and per table those that do not."""
    tables = [(s, t) for s in sections for t in s["matches"]]
    groups = []
    for section, table in tables:
        off = [{**r, "why": why(r["quantity"])} for r in table["rows"] if not r["match"]]
        if off:
            groups.append({"section": section, "title": table["title"], "off": off, "of": len(table["rows"])})
    rows = sum(len(t["rows"]) for _, t in tables)
    return {"rows": rows, "off": sum(len(g["off"]) for g in groups), "tables": len(tables), "groups": groups}


def why(quantity: str) -> str:
    """Why two sides differ, as far as the row's own name says so."""
    sides = re.search(r"\(paper(?::\s*(?P<paper>[^;,]+))?[;,]\s*ours:\s*(?P<ours>.+)\)\s*$", quantity)
    if sides:
        paper = f"The paper's side: {sides['paper'].strip()}. " if sides["paper"] else ""
        return f"{paper}Ours: {sides['ours'].strip()}."
    if "consistent units" in quantity:
        return "Ours counts an event's frames in consistent units; the record does not."
    if "executed" in quantity:
        return "Ours is counted on our own applications; the paper's number is modelled on the study's."
    return ""


def provenance(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Revision, machine and versions, each value with the stages that have it (one entry where all agree)."""
    runs = {s["name"]: s["run"] for s in sections if s["run"]}
    texts = {
        "git revision": lambda r: r["git"],
        "machine": lambda r: f"{r['machine']['cpu']}, {r['machine']['cores']} cores, {r['machine']['system']}",
        "versions": lambda r: ", ".join(f"{k} {v}" for k, v in r["versions"].items()),
    }
    entries = []
    for label, text in texts.items():
        values: dict[str, list[str]] = {}
        for name, run in runs.items():
            values.setdefault(text(run), []).append(name)
        entries += [
            {"label": label, "text": v, "stages": [] if len(values) == 1 else names} for v, names in values.items()
        ]
    return entries


def commands(project: Project, profile: str, sections: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(command, what it does): how to get these results again; parameters that differ from the profile's are named."""
    shown = "" if profile == "default" else f" --profile {profile}"
    changed = []
    for stage in project.stages(profile):
        run = next((s["run"] for s in sections if s["name"] == stage.name), None)
        expected = {**stage.defaults, **stage.parameters}
        for name in sorted(set(expected) & set(run["parameters"] if run else ()) - {"profile", "output_dir"}):
            if run and run["parameters"][name] != json.loads(json.dumps(expected[name])):
                changed.append(f" --param '{stage.name[:2]}.{name}={json.dumps(run['parameters'][name])}'")
    again = f"./run_all.sh{shown}{''.join(changed)}"
    return [
        (again, "everything; what has not changed is not run again"),
        (f"./run_all.sh{shown} --only 05 --force", "one stage, anew"),
        ("./run_all.sh --lab", "the notebooks, to read and bend"),
        (f".venv/bin/mainstream report{shown} --format pdf", "every figure in one PDF"),
    ]


def short(value: Any) -> str:
    """A number at four significant digits; anything else as it is."""
    return f"{value:.4g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def minutes(seconds: float) -> str:
    """Seconds as people say them: `34 s`, `7 min 5 s`."""
    whole = round(seconds)
    return f"{seconds:.2g} s" if seconds < 9.5 else f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def inline(text: str) -> Markup:
    """One line of Markdown as HTML, what is HTML in it escaped."""
    return Markup(str(mistune.create_markdown(escape=True)(text)).strip().removeprefix("<p>").removesuffix("</p>"))
