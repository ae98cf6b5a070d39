"""Commands for who keeps the kit or teaches with it: `mainstream doctor`, `reference`, `claims`, `students`, …."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mainstream.errors import UserError
from mainstream.kit.commands import options

if TYPE_CHECKING:
    from mainstream.kit.pipeline.project import Project


def reference_command(
    profile: options.Profile = "default",
) -> None:
    """Keep the small results of a run in results/reference/, write REPRODUCTION.md and print the README's table."""
    from mainstream.kit.pipeline import claims
    from mainstream.kit.pipeline.project import Project
    from mainstream.kit.pipeline.reference import save_reference

    project = Project()
    project.profile(profile)
    for path in save_reference(project, profile):
        typer.echo(f"results/reference/{path.name}", err=True)
    rows = claims.judged(project.root / "data" / "claims.yml", project.results("reference") / "claims")
    typer.echo(claims.table([r for r in rows if r["size"]], claims.PAGE))


def reached(project: Project) -> dict[str, Counter[str]]:
    """Notebook → lines of the library that it reaches through imports, within functions too, per room.

    What only draws, `study/figures`, counts as a room of its own.
    """
    from mainstream.kit.pipeline.cache import modules_of
    from mainstream.kit.pipeline.project import read_notebook

    found = {}
    for book in sorted(project.notebooks.glob("*.ipynb")):
        lines: Counter[str] = Counter()
        code = ["".join(c["source"]) for c in read_notebook(book)["cells"] if c["cell_type"] == "code"]
        for path in modules_of(code, project.root):
            if path.is_relative_to(project.library):
                room, *inside = path.relative_to(project.library).parts
                room = "figures" if inside[:1] == ["figures"] else room if inside else "top"
                lines[room] += len(path.read_text(encoding="utf-8").splitlines())
        found[book.stem] = lines
    return found


def reach_command() -> None:
    """Print how many lines of the library each notebook reaches, and in which rooms; a test holds them down."""
    from mainstream.kit.pipeline.project import Project

    for name, lines in reached(Project()).items():
        rooms = ", ".join(f"{room} {n:,}" for room, n in sorted(lines.items(), key=lambda item: -item[1]))
        beside = lines.total() - lines["figures"]
        typer.echo(f"{name:<24} {beside:>6,} lines beside figures: {rooms}")


def students_command(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
) -> None:
    """Copy the notebooks for students: no solutions, an empty cell under every exercise; `check` works."""
    import json
    import shutil

    from mainstream.kit.pipeline.project import read_notebook
    from mainstream.paths import NOTEBOOKS, write_text

    if folder.exists():
        raise UserError(f"{folder}: is there already")
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns("solutions", ".ipynb_checkpoints"))
    for path in sorted(folder.glob("*.ipynb")):
        book = read_notebook(path)
        for cell in book["cells"]:
            if "".join(cell["source"]).startswith("# %load solutions/"):
                cell["source"] = ["# Your answer."]
        write_text(path, json.dumps(book, indent=1, ensure_ascii=False) + "\n")
    typer.echo(f"{len(list(folder.glob('*.ipynb')))} notebooks without solutions in {folder}")


def claims_command(
    profile: options.Profile = "default",
) -> None:
    """Hold every claim of talk and paper against a run's results: numbers, verdict, why; written to REPRODUCTION.md."""
    from mainstream.kit.pipeline import claims
    from mainstream.kit.pipeline.project import Project
    from mainstream.paths import write_text

    project = Project()
    project.profile(profile)
    results = project.results(profile)
    rows = claims.judged(project.root / "data" / "claims.yml", results)
    write_text(results / claims.PAGE, claims.page(rows))
    for row in rows:
        numbers = ", ".join(f"{name} {row[name]}" for name in claims.NUMBERS.values() if row[name] != "–")
        typer.echo(f"{row['verdict']:<14}  {row['claim']}  ({numbers})")
    typer.echo(f"{results / claims.PAGE}", err=True)


def doctor_command() -> None:
    """Look whether the main job can run here: a line for each thing that it needs, with how to mend it."""
    from mainstream.kit.doctor import examine

    found = examine()
    for finding in found:
        typer.echo(finding)
    if any(f.needed and not f.ok for f in found):
        raise typer.Exit(1)


def bench_command(
    names: Annotated[list[str] | None, typer.Argument(help="Benchmarks to run; all when none.")] = None,
) -> None:
    """Run the benchmarks: each prints JSON; a benchmark that misses its target is marked, not hidden."""
    import subprocess

    from mainstream.errors import unknown
    from mainstream.paths import BENCHMARKS

    scripts = {p.stem: p for p in sorted(BENCHMARKS.glob("*.py"))}
    for name in names or scripts:
        if name not in scripts:
            raise unknown("benchmark", name, scripts)
    failed = False
    for name in names or list(scripts):
        done = subprocess.run([sys.executable, str(scripts[name])], stdout=subprocess.PIPE, text=True)
        typer.echo(f"{name}: {done.stdout.strip() or 'failed'}")
        failed |= done.returncode != 0
    if failed:
        raise typer.Exit(1)
