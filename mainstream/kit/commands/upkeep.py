"""Commands for who keeps the kit or teaches with it: `mainstream lab`, `students`, `doctor`, `bench` and `reach`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from mainstream.errors import UserError, unknown, without_errno
from mainstream.kit.commands import options
from mainstream.kit.pipeline.cache import modules_of
from mainstream.kit.pipeline.project import VARIABLE, Project, read_notebook
from mainstream.paths import BENCHMARKS, LAB_SETTINGS, NOTEBOOKS, ROOT, write_text

BENCHMARK = """import runpy, sys
from mainstream.data.jobs import end_with
end_with(int(sys.argv[1]))
sys.path[0], sys.argv = sys.argv[2], sys.argv[3:]
runpy.run_path(sys.argv[0], run_name="__main__")"""  # as Python runs a script, but gone with who began it


def lab_command(
    context: typer.Context,
    profile: options.Profile = "default",
) -> None:
    """Open JupyterLab on the notebooks, at their start page. Further options (--no-browser, --port=…) go to JupyterLab.

    The profile is that of notebooks which name none: smoke for a quick look.
    """
    Project().profile(profile)
    os.environ[VARIABLE] = profile
    words = ["--LabApp.default_url=/lab/tree/notebooks/START.md", f"--ServerApp.preferred_dir={NOTEBOOKS}"]
    words += [f"--LabApp.app_settings_dir={LAB_SETTINGS}"]  # Markdown is shown, not edited; no news
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(ROOT), *words, *context.args])


def students_command(
    folder: Annotated[Path, Argument(help="A folder that is not there yet.")],
) -> None:
    """Copy the notebooks for students: no solutions, an empty cell under every exercise; `check` works."""
    if folder.exists():
        raise UserError(f"{folder}: is there already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".students-") as place:  # in its place once it is whole
        made, unseen = Path(place, folder.name), shutil.ignore_patterns("solutions", ".ipynb_checkpoints")
        try:
            shutil.copytree(NOTEBOOKS, made, ignore=unseen)
        except shutil.Error as e:  # of every file one
            raise UserError(f"{folder}: {without_errno(e.args[0][0][-1])}") from e
        for path in made.glob("*.ipynb"):
            book = read_notebook(path)
            for cell in book["cells"]:
                if "".join(cell["source"]).startswith("# %load solutions/"):
                    cell["source"] = ["# Your answer."]
            write_text(path, json.dumps(book, indent=1, ensure_ascii=False) + "\n")
        made.rename(folder)
    typer.echo(f"{len(list(folder.glob('*.ipynb')))} notebooks without solutions in {folder}")


def doctor_command() -> None:
    """Look whether the main job can run here: a line for each thing that it needs, with how to mend it."""
    from mainstream.kit.doctor import answer, checks

    wanted = checks(ROOT)
    found = [answer(check) for check in wanted]
    typer.echo("\n".join(line for _, line in found))
    if any(check.needed and not ok for check, (ok, _) in zip(wanted, found, strict=True)):
        raise typer.Exit(1)


def bench_command(
    names: Annotated[list[str] | None, Argument(help="Benchmarks to run; when none all but gpu, for hours.")] = None,
) -> None:
    """Run the benchmarks: each prints JSON; a benchmark that misses its target is marked, not hidden."""
    scripts = {p.stem: p for p in sorted(BENCHMARKS.glob("*.py"))}
    for name in names or scripts:
        if name not in scripts:
            raise unknown("benchmark", name, scripts)
    failed = False
    for name in names or [name for name in scripts if name != "gpu"]:  # which has to be told of photos
        words = [sys.executable, "-c", BENCHMARK, str(os.getpid()), str(BENCHMARKS), str(scripts[name])]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
        typer.echo(f"{name}: {done.stdout.strip() or 'failed'}")
        failed |= done.returncode != 0
    if failed:
        raise typer.Exit(1)


def reached(project: Project) -> dict[str, Counter[str]]:
    """Notebook → lines of the library that it reaches through imports, within functions too, per room.

    What only draws, `study/figures`, counts as a room of its own.
    """
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
    for name, lines in reached(Project()).items():
        rooms = ", ".join(f"{room} {n:,}" for room, n in sorted(lines.items(), key=lambda item: -item[1]))
        beside = lines.total() - lines["figures"]
        typer.echo(f"{name:<24} {beside:>6,} lines beside figures: {rooms}")
