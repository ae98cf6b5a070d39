"""When a stage need not run again: one key over everything that its result depends on, kept in run.json."""

import ast
import hashlib
import json
import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from mainstream.errors import UserError
from mainstream.kit.pipeline.project import Project, Stage, read_notebook
from mainstream.paths import read_json

RUN = "run.json"
PACKAGES = ("mainstream", "streetworld")


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def stage_hashes(project: Project, stage: Stage, profile: str) -> dict[str, str]:
    """SHA-256 of each thing that the stage depends on, by name.

    The notebook's cells (not its outputs), its parameters, the library modules that it imports (found in the source,
    through imports within functions too), templates and other files beside those modules, the data they read, the lock
    of dependencies, files that parameters name (of those in a folder, or of photos that a table labels: name, size,
    time), the versions of Python and of what is installed of it, and the results of the stages that it needs.
    """
    notebook = read_notebook(stage.notebook)
    cells = [(c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", [])) for c in notebook["cells"]]
    hashes = {
        "notebook": digest(json.dumps(cells).encode()),
        "parameters": digest(json.dumps([profile, stage.parameters], sort_keys=True).encode()),
    }
    lock = project.root / "requirements.lock"
    hashes["versions"] = digest(json.dumps([(name, version_of(name)) for name in locked(lock)]).encode())
    files = set(modules_of([source for kind, source, _ in cells if kind == "code"], project.root))
    for folder in {module.parent for module in files}:
        files.update(p for p in folder.iterdir() if p.is_file() and p.suffix != ".py")
    if project.library / "data" / "recorded.py" in files:
        files.update((project.root / "data" / "published").glob("*.csv"))
    for pattern in stage.inputs:
        files.update(p for p in project.root.glob(pattern) if p.is_file())
    files.update([lock] if lock.is_file() else [])
    for needed in stage.needs:
        files.add(project.results(profile) / needed / RUN)
    named = _files_named(stage.parameters, project.root)
    hashes |= {f"given {k}: {path.name}": told for k, (path, told) in enumerate(named, 1)}
    for path in sorted(files):
        hashes[path.relative_to(project.root).as_posix()] = file_digest(path) if path.is_file() else "missing"
    return hashes


def _files_named(value: Any, root: Path) -> Iterator[tuple[Path, str]]:
    """Those that a parameter names, anywhere within it: weights, a film, a table, photos of a folder or a table; with a
    hash."""
    from mainstream.data.pictures import files_in
    from mainstream.data.tables import read_table

    if isinstance(value, dict | list):
        for inner in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from _files_named(inner, root)
    with suppress(OSError, ValueError):  # a text that is no name of a file, a file that is no table of photos
        if isinstance(value, str) and value and (place := root / value).exists():
            if place.is_file():
                yield place, file_digest(place)
                named = [row["image"] for row in read_table(place, ("image",)).rows]
            folders = (place.parent, place.parent / "images")  # one of them, as `list_table` says
            photos = files_in(place) if place.is_dir() else [folder / name for folder in folders for name in named]
            found = [(str(p), (now := p.stat()).st_size, now.st_mtime_ns) for p in photos if p.exists()]
            yield place, digest(json.dumps(found).encode())


def key(hashes: dict[str, str]) -> str:
    """One hash of all of a stage's: a stage whose key is that of its last run is not run again."""
    return digest(json.dumps(hashes, sort_keys=True).encode())


@lru_cache
def version_of(name: str) -> str:
    """Version of an installed package, or of Python itself; 'not installed'."""
    try:
        return platform.python_version() if name == "python" else version(name)
    except PackageNotFoundError:
        return "not installed"


def locked(lock: Path) -> list[str]:
    """'python' and the packages that a file of locked requirements names; without one those without which none runs."""
    text = lock.read_text(encoding="utf-8") if lock.is_file() else "numpy==\nipykernel==\n"
    return ["python", *re.findall(r"^([\w.-]+)==", text, re.MULTILINE)]


def file_digest(path: Path) -> str:
    """`digest` of what a file holds, computed once while the file stays as it is."""
    return _digest_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4096)
def _digest_at(path: Path, _mtime: int) -> str:
    return digest(path.read_bytes())


class _Finder(ModuleFinder):
    """Leaves out a module that is no Python, and follows the others."""

    def import_hook(self, *args: Any, **options: Any) -> Any:
        try:
            return super().import_hook(*args, **options)
        except (SyntaxError, ValueError) as e:
            raise ImportError(str(e)) from e


def modules_of(cells: list[str], root: Path) -> set[Path]:
    """Files of the project's packages that code cells import, directly or through one another.

    Imports within functions count, and in cells those within strings: of a magic, or for import_module.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    finder = _Finder([str(root)], excludes=[p.stem for p in root.iterdir() if p.name not in PACKAGES])
    notebook = finder.add_module("__main__")

    def follow(code: str) -> None:
        with suppress(SyntaxError, ValueError):  # the cell will say so itself when it runs
            finder.scan_code(compile(code, "cell", "exec"), notebook)
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    follow(node.value if "import" in node.value else f"import {node.value}")

    for cell in cells:
        follow(TransformerManager().transform_cell(cell))
    files = [getattr(module, "__file__", None) for module in finder.modules.values()]
    return {Path(file) for file in files if file}


class Run(BaseModel, extra="allow"):
    """What others read of a run.json; a part that its writer left out is empty."""

    seconds: float = Field(ge=0, allow_inf_nan=False)
    megabytes: float = 0.0
    outcome: str = ""
    profile: str = ""
    finished: str = ""
    key: str = ""
    git: str = "unknown"
    machine: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    seeds: dict[str, Any] = {}
    versions: dict[str, str] = {}
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}


def read_run(directory: Path) -> dict[str, Any] | None:
    """The run.json of a stage directory, every part of `Run` in it; None where there is none, or a spoiled one."""
    try:
        return Run.model_validate(read_json(directory / RUN)).model_dump()
    except ValueError:
        return None


def check_written(results: Path, file: str) -> None:
    """Raises `UserError`: a stage's file that is not as its run wrote it, or of a run for another profile."""
    stage, _, name = file.partition("/")
    run, here = read_run(results / stage), results / file
    if run and run["profile"] not in ("", results.name):
        raise UserError(f"{results.name}/{stage}: is of profile '{run['profile']}'; run it for '{results.name}'")
    if run and name in run["outputs"] and here.is_file() and file_digest(here) != run["outputs"][name]:
        raise UserError(f"{results.name}/{file}: has been changed since it was written; run {stage} again")


def is_fresh(project: Project, stage: Stage, profile: str) -> bool:
    """Whether there is a good result of all that the stage now depends on, every output still as it was written."""
    directory = project.results(profile) / stage.name
    run = read_run(directory)
    if run is None or run["outcome"] != "ok" or run["key"] != key(stage_hashes(project, stage, profile)):
        return False
    outputs: dict[str, str] = run["outputs"]
    return all((directory / name).is_file() and file_digest(directory / name) == h for name, h in outputs.items())
