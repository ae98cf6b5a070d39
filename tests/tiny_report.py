"""A tiny project with everything a report shows: figures of two tracks, a match table, a headline, a failure, a gap."""

from __future__ import annotations

from pathlib import Path

import nbformat
from conftest import write_notebook, write_profile

from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import run

CAPTIONS = {
    "rising": "Costs rise by 5% per step: $1 becomes $1.05, and ρ_1 stays <1.",
    "broad": "A picture twice as broad as high takes the whole row.",
    "headline_forms": "The recorded ratio, as the study counted it.",
    "corrections": "Of the gain 3% is left.",
}
DRAW = """
import matplotlib.pyplot as plt, pandas as pd
from mainstream.study.figures import Drawing, Match, Output
out = Output(output_dir, "{stage}")
def draw(name, title, caption, track, size=(4, 3)):
    fig, ax = plt.subplots(figsize=size)
    ax.plot([1, 2, 4, 3]); ax.set(xlabel="step")
    out.show(name, Drawing(fig, pd.DataFrame({{"y": [1, 2, 4, 3]}}), title, track, caption, {{}}))
"""
LINES = (
    DRAW.format(stage="01_lines")
    + f"""
draw("rising", "It rises", {CAPTIONS["rising"]!r}, "published")
draw("broad", "It is broad", {CAPTIONS["broad"]!r}, "executed", (8, 3))
out.matches("Slopes", [Match("slope (paper: NUC; ours: this machine)", 1.0, 2.0, 0.1), Match("start", 1.0, 1.0, 0.0)])
"""
)
HEADLINE = (
    DRAW.format(stage="05_headline")
    + f"""
draw("headline_forms", "Headline", {CAPTIONS["headline_forms"]!r}, "published")
draw("corrections", "What remains", {CAPTIONS["corrections"]!r}, "published")
"""
)
FIRST = (
    "# 01 · Does it rise?\n\n**Question.** Is *this* `line` rising & why?\n\n**Reference.** None.\n\n**Run time.** –"
)


def make(root: Path, only: str = "01,05,07") -> Project:
    """Runs its stages, of which 07_fails fails and 06_never stays out, through papermill."""
    project = Project(root)
    (root / "notebooks" / "profiles").mkdir(parents=True)
    (root / "mainstream").mkdir()
    (root / "mainstream" / "__init__.py").write_text("")
    for name, code in (("01_lines", LINES), ("05_headline", HEADLINE), ("06_never", ""), ("07_fails", "1 / 0")):
        write_notebook(project, name, code)
    book = nbformat.read(project.notebooks / "01_lines.ipynb", as_version=4)
    book.cells[0].source = FIRST
    nbformat.write(book, project.notebooks / "01_lines.ipynb")
    (root / "CITATION.cff").write_text((Path(__file__).parents[1] / "CITATION.cff").read_text())
    stages = "".join(f"  {s}: {{}}\n" for s in ("01_lines", "05_headline", "06_never", "07_fails"))
    write_profile(project, f"description: tiny\ncell_timeout_s: 60\nnotebooks:\n{stages}")
    run(project, "default", only=only, overrides=["01.value=3"])
    return project
