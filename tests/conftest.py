"""Shared: a tiny real project whose notebooks run through papermill."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from mainstream.kit.pipeline.project import Project

# Two workers share two cores: more threads than one each would only wait for one another.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}

PARAMETERS = 'profile = "default"\noutput_dir = ""\nvalue = 1'


def write_notebook(project: Project, name: str, code: str, *, parameters: str = PARAMETERS, **metadata) -> None:
    cells = [nbformat.v4.new_markdown_cell(f"# {name}"), nbformat.v4.new_code_cell(parameters)]
    cells[1]["metadata"]["tags"] = ["parameters"]
    cells.append(nbformat.v4.new_code_cell(code))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "mainstream": metadata})
    nbformat.write(book, project.notebooks / f"{name}.ipynb")


def write_profile(project: Project, text: str, name: str = "default") -> None:
    (project.notebooks / "profiles" / f"{name}.yml").write_text(text)


def snapshot(root: Path) -> dict[str, int]:
    return {p.relative_to(root).as_posix(): p.stat().st_mtime_ns for p in root.rglob("*")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two stages: `01_make` writes a file from a library module; `02_use` needs it."""
    made = Project(tmp_path)
    (tmp_path / "mainstream").mkdir()
    (tmp_path / "notebooks" / "profiles").mkdir(parents=True)
    (tmp_path / "mainstream" / "__init__.py").write_text("")
    (tmp_path / "mainstream" / "maths.py").write_text("FACTOR = 2\n")
    write_notebook(
        made,
        "01_make",
        "# from mainstream import maths would be the kit's own: this project is only read\n"
        "if False:\n    from mainstream import maths\n"
        "from pathlib import Path\nPath(output_dir, 'made.txt').write_text(str(value))",
    )
    write_notebook(made, "02_use", "print(value)", needs=["01_make"])
    write_profile(made, "description: tiny\ncell_timeout_s: 60\nnotebooks:\n  01_make: {}\n  02_use: {value: 5}\n")
    return made
