"""results/<profile>/report/index.html: one offline page like a paper's artifact page; beside it the figures as one PDF.

`gather` reads what the stage directories hold, whatever ran now; the page and the PDF both draw from it.
"""

from pathlib import Path
from typing import Any

import jinja2
import mistune
from markupsafe import Markup
from PIL import Image

from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.claims import CLAIMS, NUMBERS, judged
from mainstream.kit.pipeline.execute import Outcome
from mainstream.kit.pipeline.project import Project, read_notebook, read_yaml
from mainstream.paths import read_json, read_text, write_text, written

TRACKS = {
    "published": "recorded figures of the original study; nothing is trained",
    "measured": "applications trained and timed here, and the analytical model",
    "executed": "schedules run on video with ground truth; events are counted",
    "model": "the formula alone, with parameters chosen for the picture",
}
AGAINST = {"study": "With the study", "hardware": "On other hardware", "forecast": "With our own forecasts"}
KEY_FIGURES = (
    "05_headline-headline_forms",
    "05_headline-corrections",
    "05_headline-executed_by_length_figure",
    "05_headline-executed_trainings",
    "03_event_f1_model-predicted_and_counted",
)  # shown before all others
FIGURE = ("name", "title", "caption", "tracks")  # of an entry of figures.json
CHANGED = "inputs changed since"
PDF = "figures.pdf"
WIDE = 2.0  # width over height from which a picture takes the whole row


def write_page(project: Project, report: dict[str, Any]) -> Path:
    """Writes what was gathered as index.html; links the PDF where there is one that is not older than the results."""
    path = project.results(report["profile"]) / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    pdf, runs = path.with_name(PDF), [path.parents[1] / s["name"] / cache.RUN for s in report["sections"] if s["run"]]
    current = pdf.is_file() and all(run.stat().st_mtime <= pdf.stat().st_mtime for run in runs)
    write_text(path, render("report.html.j2", {**report, "pdf": PDF if current else ""}))
    return path


def write_pdf(project: Project, report: dict[str, Any]) -> Path:
    """Joins the figures' own pages in one PDF, a bookmark per notebook and figure; what has no PDF is left out.

    Raises `UserError`: one that is spoiled.
    """
    from pypdf import PdfWriter
    from pypdf.errors import PyPdfError

    path, writer = project.results(report["profile"]) / "report" / PDF, PdfWriter()
    for section in report["sections"]:
        above = None
        for figure in [f for f in section["figures"] if "pdf" in f["kinds"]]:
            place = len(writer.pages)
            try:
                writer.append(figure["stem"].with_suffix(".pdf"), import_outline=False)
            except PyPdfError as e:
                raise UserError(f"{figure['stem']}.pdf: cannot be read: {e}; run {section['name']} again") from e
            above = above or writer.add_outline_item(title=section["title"], page_number=place)
            writer.add_outline_item(title=figure["title"], page_number=place, parent=above)
    writer.page_mode = "/UseOutlines"
    writer.add_metadata({"/Title": f"Mainstream, reproduced: figures of profile {report['profile']}"})
    with written(path) as part:
        writer.write(part)
    return path


def from_disk(project: Project, profile: str) -> dict[str, Any]:
    """`gather` outside a run; each stage says whether its inputs are still those of this checkout.

    Raises `UserError` for an unknown profile, or one that has no results.
    """
    stages, results, outcomes = project.stages(profile), project.results(profile), []
    for stage in stages:
        if (results / stage.name / cache.RUN).is_file():
            state = "up to date" if cache.is_fresh(project, stage, profile) else CHANGED
            outcomes.append(Outcome(stage.name, 0.0, state, "ok"))
    if not outcomes:
        raise UserError(f"profile '{profile}' has no results yet: ./run_all.sh --profile {profile} makes them")
    return gather(project, profile, outcomes)


def gather(project: Project, profile: str, outcomes: list[Outcome]) -> dict[str, Any]:
    """All that the report shows of every stage of the profile, as the templates name it; `outcomes`: of those due."""
    stated, results, states = project.profile(profile), project.results(profile), {o.stage: o for o in outcomes}
    sections = [_section(project, profile, name, states.get(name)) for name in sorted(stated.notebooks)]
    figures = {f["id"]: f for s in sections for f in s["figures"]}
    return {
        "profile": profile, "description": stated.description, "sections": sections,
        "tracks": TRACKS, "changed": CHANGED, "figures": figures, "unmatched": _unmatched(sections),
        "of_track": {track: sum(track in f["tracks"] for f in figures.values()) for track in TRACKS},
        "key_figures": [figures[name] for name in KEY_FIGURES if name in figures],
        "claims": _claims(project, results), "claim_columns": list(NUMBERS.values()),
        "kit": read_yaml(read_text(cff), cff.name) if (cff := project.root / "CITATION.cff").is_file() else None,
    }  # fmt: skip


def _unmatched(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is outside its tolerance, by what it was held against (`AGAINST`), and of how many rows."""
    groups = []
    for against, words in AGAINST.items():
        rows = [{**row, "stage": s["name"]} for s in sections for table in s["matches"] for row in table["rows"]
                if table.get("against", "study") == against]  # fmt: skip
        groups.append({"words": words, "of": len(rows), "off": [row for row in rows if not row["match"]]})
    return groups


def _claims(project: Project, results: Path) -> list[dict[str, Any]] | str:
    """Verdicts on the claims whose notebooks have run; in words why there are none, where a number is missing."""
    try:
        return judged(project.root / CLAIMS, results, of_what_ran=True)
    except UserError as e:
        return str(e)


def render(template: str, report: dict[str, Any]) -> str:
    """A template of this folder, filled."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {"short": short, "inline": inline, "minutes": minutes}
    return environment.get_template(template).render(report)


def _section(project: Project, profile: str, name: str, outcome: Outcome | None) -> dict[str, Any]:
    """One stage: what it asks, what it drew, how it ended."""
    directory = project.results(profile) / name
    run = cache.read_run(directory)
    failed = directory.with_name(f"{name}.failed.ipynb").is_file()
    executed, source = directory / f"{name}.ipynb", project.notebooks / f"{name}.ipynb"
    return {
        "name": name,
        **_first_cell(executed if executed.is_file() else source, name),
        "run": run,
        "failed": failed,
        "state": outcome.state if outcome else "not asked for" if run else "–",
        "result": outcome.result if outcome else "ok" if run else "failed" if failed else "never run",
        "figures": [_figure(directory, f) for f in _listed(directory / "figures.json", *FIGURE)],
        "matches": _listed(directory / "matches.json", "title", "rows"),
    }


def _first_cell(notebook: Path, name: str) -> dict[str, str]:
    """Title, question and reference as the notebook's first cell puts them; empty where it does not."""
    cells = read_notebook(notebook)["cells"] if notebook.is_file() else []
    text = "".join(cells[0]["source"]) if cells else ""
    found = {"title": text.partition("\n")[0].lstrip("# ") or name}
    for part in ("Question", "Reference"):
        found[part.lower()] = " ".join(text.partition(f"**{part}.**")[2].partition("\n\n")[0].split())
    return found


def _figure(directory: Path, entry: dict[str, str]) -> dict[str, Any]:
    """A figure of figures.json with its files and the size of its picture in pixels (0, 0 where it is gone)."""
    stem = directory / entry["name"]
    kinds = [kind for kind in ("png", "pdf", "csv") if stem.with_suffix(f".{kind}").is_file()]
    width, height = Image.open(stem.with_suffix(".png")).size if "png" in kinds else (0, 0)
    return {
        **entry, "id": f"{directory.name}-{entry['name']}", "stage": directory.name, "stem": stem, "kinds": kinds,
        "link": f"../{directory.name}/{entry['name']}", "width": width, "height": height,
        "wide": bool(height) and width / height >= WIDE,
    }  # fmt: skip


def _listed(path: Path, *keys: str) -> list[dict[str, Any]]:
    """What a stage lists of itself, [] where it does not. Raises `UserError`: entries that lack one of the keys."""
    found = read_json(path) if path.is_file() else []
    if not (isinstance(found, list) and all(isinstance(e, dict) and e.keys() >= {*keys} for e in found)):
        raise UserError(f"{path}: must be a list of entries with {', '.join(keys)}; run {path.parent.name} again")
    return found


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
