"""Writes the library's reference from its docstrings: build.py FOLDER [MODULE …]. `scripts/docs.sh` calls it."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import pdoc
import pdoc.render
from pdoc import _pydantic

# All but the command line and how the synthetic pictures are drawn. pdoc sees no modules of packages that have an
# __all__, so those are named.
MODULES = (
    "mainstream", "!mainstream.(kit.commands.*|networks.backend|__main__)", "streetworld",
    "!streetworld.(animals|buses|canvas|cars|furniture|objects|people|scene|sprite|wares)",
    *(f"mainstream.scheduler.{m}" for m in ("problem", "cost", "protocol", "schedule", "greedy", "optimal",
                                            "explain", "leaderboard")),
    *(f"mainstream.trainer.{m}" for m in ("settings", "run")),
)  # fmt: skip
LIMITS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
ARRAY = re.compile(r"(?:numpy\.)?ndarray\[tuple\[(?:typing\.)?Any, \.\.\.\], (?:numpy\.)?dtype\[(?:numpy\.)?(\w+)\]\]")
CHECKED = re.compile(r"typing\.Annotated\[(\w+), FieldInfo\(annotation=NoneType, required=True, metadata=\[(.*?)\]\)\]")

CHANGED = re.compile(r"\b(?:Before|After)Validator\([^)]*\)(?:, )?")  # what is done to a value before it is checked


def plain(annotation: str) -> str:
    """A field's type as people write it.

    >>> plain(": typing.Annotated[float, FieldInfo(annotation=NoneType, required=True, metadata=[Ge(ge=0), Le(le=1)])]")
    ': float ≥ 0 ≤ 1'
    """

    def limited(found: re.Match[str]) -> str:
        limits = re.findall(r"\b(ge|gt|le|lt)=([-\d.]+)", found[2])
        return " ".join([found[1], *(f"{LIMITS[kind]} {value}" for kind, value in limits)])

    annotation = ARRAY.sub(r"NDArray[\1]", CHANGED.sub("", annotation))
    return CHECKED.sub(limited, annotation).replace("typing.", "")


def build(folder: Path, modules: tuple[str, ...] = MODULES) -> None:
    """Pages of the modules below `folder`, index.html first. Warns of a module that cannot be imported."""
    warnings.filterwarnings("ignore", "Error parsing type annotation ForwardRef")  # of named tuples' constructors
    _pydantic.IGNORED_FIELDS -= {"validate"}  # pydantic's is deprecated; `MPackage` has one of its own
    pdoc.render.env.filters["plain"] = plain
    pdoc.render.configure(
        docformat="google", template_directory=Path(__file__).parent, footer_text="Mainstream, reproduced"
    )
    pdoc.pdoc(*modules, output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]), tuple(sys.argv[2:]) or MODULES)
