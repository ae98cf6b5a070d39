"""The parameters of a notebook: what its own cell says, and what may stand in their place."""

import ast
import json
import math
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import yaml

from mainstream.errors import UserError

INJECTED = ("profile", "output_dir")  # that the pipeline sets itself
KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list"}


def of_type(value: Any, default: Any, where: str, *, nothing: bool = True) -> Any:
    """`value` as what the notebook's own value is: 1e3 is a number, 2024 may be a text; None takes anything.

    Within lists and mappings whole numbers are numbers; where the notebook's has none or several kinds, anything goes.
    Raises `UserError` naming `where`, the value and what would be right: nothing below 0 where the notebook's is not,
    nor 0, an empty list or mapping there, unless it may be `nothing` (the notebook's comment says `0:` or `empty:`).
    """
    kind = type(default)
    if kind in (int, float) and isinstance(value, str):
        with suppress(ValueError):  # YAML takes 1e3 for a text
            value = float(value)
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    value = str(value) if kind is str and type(value) is int else value
    value = int(value) if kind is int and number and value == int(value) else value
    below = kind in (int, float) and number and value < 0 <= default
    fits = number if kind is float else type(value) is kind or default is None
    void = fits and kind in (int, float, list, dict) and bool(default) and not (value or nothing)
    if below or void or not fits:
        shown = yaml.safe_dump(default, default_flow_style=True, width=1000, allow_unicode=True).split("\n")[0]
        wrong = "below 0" if below else "0" if number else "empty"
        right = f"not be {wrong}" if below or void else f"be {KINDS.get(kind, 'a mapping')}"
        raise UserError(f"{where}={json.dumps(value, ensure_ascii=False, default=str)}: must {right}, like {shown}")
    if kind is list:
        return [_inner(v, default, where) for v in value]
    if kind is dict:
        return {_inner(k, default, where): _inner(v, default.values(), where) for k, v in value.items()}
    return value


def _inner(value: Any, examples: Collection[Any], where: str) -> Any:
    """A value within a list or mapping whose own values are `examples`."""
    numbers = [float(e) if type(e) is int else e for e in examples]
    return of_type(value, numbers[0], where) if len({type(e) for e in numbers}) == 1 else value


def declared_parameters(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Names and defaults in the notebook's one cell tagged `parameters` (papermill itself only warns).

    Raises `UserError`: no such cell or several, or one that holds anything else than `name = literal` (with or without
    a type): papermill replaces the names only, so what is computed from them there would keep the old value.
    """
    tagged = [c for c in notebook["cells"] if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UserError(f"{name}: needs exactly one cell tagged 'parameters', not {len(tagged)}")
    found: dict[str, Any] = {}
    try:
        for node in ast.parse("".join(tagged[0]["source"])).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(targets[0], ast.Name):
                raise ValueError(f"line {node.lineno}")
            found[targets[0].id] = ast.literal_eval(node.value or ast.Constant(None))
    except (SyntaxError, ValueError) as e:
        raise UserError(f"{name}: its parameters cell may hold only `name = literal`: {e}") from e
    return found
