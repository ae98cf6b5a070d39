"""When a stage need not run again: one key over everything that its result depends on, kept in run.json."""

from __future__ import annotations

import ast
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from mainstream.kit.pipeline.project import Project, Stage, read_notebook

RUN = "run.json"
PACKAGES = ("mainstream", "streetworld")


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def stage_hashes(project: Project, stage: Stage, profile: str) -> dict[str, str]:
    """SHA-256 of each thing that the stage depends on, by name.

    The notebook's cells (not its outputs), its parameters, the library modules that it imports (found in the source,
    through imports within functions too), the data those modules read, the lock of dependencies, and the results of
    the stages that it needs.
    """
    notebook = read_notebook(stage.notebook)
    cells = [(c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", [])) for c in notebook["cells"]]
    hashes = {
        "notebook": digest(json.dumps(cells).encode()),
        "parameters": digest(json.dumps([profile, stage.parameters], sort_keys=True).encode()),
    }
    files = set(modules_of([source for kind, source, _ in cells if kind == "code"], project.root))
    if project.library / "study" / "figures.py" in files:
        files.update(project.library.rglob("*.mplstyle"))
    if project.library / "data" / "tables.py" in files:
        files.update((project.root / "data" / "published").glob("*.csv"))
    for pattern in stage.inputs:
        files.update(p for p in project.root.glob(pattern) if p.is_file())
    files.update(p for p in [project.root / "requirements.lock"] if p.is_file())
    for needed in stage.needs:
        files.add(project.results(profile) / needed / RUN)
    for path in sorted(files):
        hashes[path.relative_to(project.root).as_posix()] = _file_digest(path) if path.is_file() else "missing"
    return hashes


def key(hashes: dict[str, str]) -> str:
    """One hash of all of a stage's: a stage whose key is that of its last run is not run again."""
    return digest(json.dumps(hashes, sort_keys=True).encode())


def _file_digest(path: Path) -> str:
    return _digest_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4096)
def _digest_at(path: Path, _mtime: int) -> str:
    return digest(path.read_bytes())


def modules_of(cells: list[str], root: Path) -> set[Path]:
    """Files of the project's packages that code cells import, directly or through one another."""
    found: set[Path] = set()
    waiting = [(plain_python(cell), "") for cell in cells]
    while waiting:
        code, package = waiting.pop()
        for name in imported_names(code, package):
            for path in module_files(name, root):
                if path not in found:
                    found.add(path)
                    inside = path.parent.relative_to(root).parts
                    waiting.append((path.read_text(encoding="utf-8"), ".".join(inside)))
    return found


def plain_python(cell: str) -> str:
    """A code cell without its magics: `%matplotlib inline` goes, what stands around it stays.

    A whole-cell magic (`%%time`) keeps its body: it usually is Python, and what is not has no imports to find.
    """
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in cell.splitlines())


def imported_names(code: str, package: str) -> set[str]:
    """Dotted names below `PACKAGES` that are imported anywhere in the code (module or attribute: both are tried).

    Args:
        package: the package that the code lies in, for `from . import x`.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:  # the cell will say so itself when it runs
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            names.update([module, *(f"{module}.{a.name}" for a in node.names)])
    return {n for n in names if n.split(".")[0] in PACKAGES}


def module_files(name: str, root: Path) -> list[Path]:
    """The file of a dotted module name and the __init__ of every package above it; those that exist."""
    parts = name.split(".")
    candidates = [root.joinpath(*parts[:i], "__init__.py") for i in range(1, len(parts) + 1)]
    candidates.append(root.joinpath(*parts[:-1], parts[-1] + ".py"))
    return [p for p in candidates if p.is_file()]


def read_run(directory: Path) -> dict[str, Any] | None:
    """The run.json of a stage directory, or None."""
    try:
        run = json.loads((directory / RUN).read_text(encoding="utf-8"))
        return run if isinstance(run, dict) else None
    except (OSError, ValueError):
        return None


def is_fresh(directory: Path, wanted: str) -> bool:
    """Whether the directory holds a good result under this key, with every output still as it was written."""
    run = read_run(directory)
    if run is None or run.get("key") != wanted or run.get("outcome") != "ok":
        return False
    outputs: dict[str, str] = run.get("outputs", {})
    return all((directory / name).is_file() and _file_digest(directory / name) == h for name, h in outputs.items())
