"""The rooms of the library: each knows only rooms below it, nothing runs in a circle, the street knows no kit."""

import ast
from graphlib import TopologicalSorter

import pytest

from mainstream.paths import PACKAGE, ROOT

LAYERS = (  # from the ground up; rooms of one layer use each other by their names alone, never what is inside
    ("errors", "paths"), ("quality", "package"), ("data",), ("networks",), ("trainer", "scheduler", "runner"),
    ("study",), ("kit",),
)  # fmt: skip
LEVEL = {name: number for number, layer in enumerate(LAYERS) for name in layer}


def modules(package):
    """Dotted name → the file, of every module of a package."""
    return {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in package.rglob("*.py")
    }


def imports(path, known):
    """Modules of `known` that a file imports, within functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {n if n in known else node.module for n in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


KNOWN = modules(PACKAGE)
USES = {name: imports(path, KNOWN) & set(KNOWN) - {name} for name, path in KNOWN.items()}
room = lambda module: [*module.split("."), ""][1]


def test_imports_run_in_no_circle():
    assert len(list(TopologicalSorter(USES).static_order())) > 100


@pytest.mark.parametrize("user", sorted(KNOWN))
def test_rooms_use_rooms_below(user):
    for used in USES[user]:
        mine, its = room(user), room(used)
        if not mine or mine.startswith("_") or not its or mine == its:
            continue
        beside = LEVEL[mine] == LEVEL[its] and used == f"mainstream.{its}"
        assert LEVEL[its] < LEVEL[mine] or beside, f"{user} uses {used}"


def test_the_top_is_eight_rooms_and_a_handful_of_files():
    top = {p.name for p in PACKAGE.iterdir()} - {"__pycache__"}
    assert len(top) <= 14 and {p.parent.name for p in PACKAGE.glob("*/__init__.py")} == set(LEVEL) - {
        "errors", "paths", "package"
    }  # fmt: skip


def test_the_street_knows_nothing_of_the_kit():
    street = modules(ROOT / "streetworld")
    assert len(street) > 15
    for path in street.values():
        assert not [m for m in imports(path, street) if m.split(".")[0] == "mainstream"], path


def test_processes_begin_in_one_place():
    """There they end with the one that began them: others would outlive a run that is killed and hold its readers."""
    known = modules(PACKAGE) | modules(ROOT / "streetworld")
    starters = ("ProcessPoolExecutor", "Parallel(", "multiprocessing.Pro")
    begin = {name for name, path in known.items() if any(word in path.read_text("utf-8") for word in starters)}
    assert begin == {"mainstream.data.jobs"}
