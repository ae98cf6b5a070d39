"""Shared: a tiny real project whose notebooks run through papermill."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, settings

from mainstream.kit.pipeline.project import Project

# Two workers share two cores: more threads than one each would only wait for one another.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}

# What holds does not depend on how busy the machine is.
settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")

def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Notebooks are run first: a worker that began them last would be at them alone for minutes."""
    items.sort(key=lambda item: "test_smoke" not in item.nodeid)


def pytest_collection_finish() -> None:
    """What all tests import stays: the collector need not go through it again and again."""
    gc.freeze()


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
    return tiny_project(tmp_path)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same, run once for all tests, which take copies of it (`ran`)."""
    from mainstream.kit.pipeline.run import run  # which imports NumPy: not before the threads are set

    made = tiny_project(tmp_path_factory.mktemp("ran"))
    assert [o.state for o in run(made, "default")] == ["fresh", "fresh"]
    return made


@pytest.fixture
def ran(once: Project, tmp_path: Path) -> Project:
    """A project of the test's own, whose stages have run."""
    return Project(shutil.copytree(once.root, tmp_path, dirs_exist_ok=True))


def tiny_project(root: Path) -> Project:
    made = Project(root)
    (root / "mainstream").mkdir()
    (root / "notebooks" / "profiles").mkdir(parents=True)
    (root / "mainstream" / "__init__.py").write_text("")
    (root / "mainstream" / "maths.py").write_text("FACTOR = 2\n")
    write_notebook(
        made,
        "01_make",
        "# from mainstream import maths would be the kit's own: this project is only read\n"
        "if not output_dir:\n    from mainstream import maths\n"
        "from pathlib import Path\nPath(output_dir, 'made.txt').write_text(str(value))",
    )
    write_notebook(made, "02_use", "print(value)", needs=["01_make"])
    write_profile(made, "description: tiny\ncell_timeout_s: 60\nnotebooks:\n  01_make: {}\n  02_use: {value: 5}\n")
    return made
