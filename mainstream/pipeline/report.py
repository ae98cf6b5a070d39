"""results/<profile>/report/index.html: one offline page like a paper's artifact page."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstream.pipeline import cache
from mainstream.pipeline.project import Project

if TYPE_CHECKING:
    from mainstream.pipeline.run import Outcome

TEMPLATE = Path(__file__).with_name("report.html.j2")


def write_report(project: Project, profile: str, description: str, stages: list[str], outcomes: list[Outcome]) -> Path:
    """Renders the report from what the stage directories hold, whatever ran now; returns its path."""
    import jinja2

    results = project.results(profile)
    states = {o.stage: o for o in outcomes}
    sections = [_section(results / name, name, states.get(name)) for name in stages]
    headline = results / "05_headline" / "headline.csv"
    page = jinja2.Template(TEMPLATE.read_text(encoding="utf-8"), autoescape=True).render(
        profile=profile,
        description=description,
        sections=sections,
        headline=_rows(headline) if headline.is_file() else [],
        mismatches=[
            (s["name"], t["title"], r) for s in sections for t in s["matches"] for r in t["rows"] if not r["match"]
        ],
        last=next((s["run"] for s in reversed(sections) if s["run"]), None),
    )
    path = results / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def _section(directory: Path, name: str, outcome: Outcome | None) -> dict[str, Any]:
    return {
        "name": name,
        "title": _title(directory / f"{name}.ipynb", name),
        "run": cache.read_run(directory),
        "failed": directory.with_name(f"{name}.failed.ipynb").is_file(),
        "state": outcome.state if outcome else "not asked for",
        "result": outcome.result if outcome else "",
        "figures": _json(directory / "figures.json"),
        "matches": _json(directory / "matches.json"),
    }


def _title(notebook: Path, name: str) -> str:
    if notebook.is_file():
        first = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"]
        return "".join(first).splitlines()[0].lstrip("# ")
    return name


def _json(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _rows(path: Path) -> list[dict[str, str]]:
    """A CSV as rows of text, numbers at four significant digits."""
    with path.open(encoding="utf-8") as file:
        return [{k: _short(v) for k, v in row.items()} for row in csv.DictReader(file)]


def _short(text: str) -> str:
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text
