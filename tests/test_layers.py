"""The drawing in CONTRIBUTING.md is what the imports are: rows use rows below, and nothing runs in a circle."""

import ast
import re
from graphlib import TopologicalSorter

from mainstream.paths import PACKAGE, ROOT

COMMAND_LINE = ("__main__", "completion", "usage")


def part(module):
    """The part that a module belongs to: `mainstream.runner.clock` → runner."""
    name = [*module.split("."), ""][1]
    return "cli" if name.startswith("cli") or name in COMMAND_LINE else name


def uses():
    """Part → parts that it imports, within functions too. The package itself and its modules' names are told apart."""
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        modules[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    found = {part(m): set() for m in modules}
    for module, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mainstream"):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                found[part(module)] |= {part(n if n in modules else node.module) for n in names}
    return {name: others - {name, ""} for name, others in found.items()}


def drawing():
    """Part → its row, and pairs (user, used) of neighbours with an arrow between."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## The architecture")[1].split("```")[1]
    rows, arrows = {}, set()
    for number, line in enumerate(text.splitlines()):
        line = re.sub(r"\(.*?\)|(?<=  )who asks|tables for notebooks", "", line)
        rows |= dict.fromkeys(re.findall(r"[a-z_]+(?!/)\b", line), number)
        arrows |= set(re.findall(r"(?=\b(\w+) ──▶ (\w+))", line))
        arrows |= {(b, a) for a, b in re.findall(r"(?=\b(\w+) ◀── (\w+))", line)}
    return rows, arrows


def test_imports_run_in_no_circle():
    assert list(TopologicalSorter(uses()).static_order())


def test_rows_use_rows_below():
    imports, (rows, arrows) = uses(), drawing()
    assert len(rows) > 25 and arrows
    assert set(rows) <= set(imports), "a name that is no part"
    wrong = [
        f"{user} → {used}"
        for user in rows
        for used in imports.get(user, ())
        if used in rows and not (rows[user] < rows[used] or (rows[user] == rows[used] and (user, used) in arrows))
    ]
    assert not wrong
    assert not [(user, used) for user, used in arrows if used not in imports[user]], "an arrow without an import"
