"""Good files made bad in many ways, from a seed: bytes, JSON values, cells. No file is named, nothing is run."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

NASTY: list[Any] = [
    None, True, -1, 0, 2, 1e308, -1e-308, 10**400, 2**63, float("nan"), float("inf"), "", " ", "..", "../../etc/passwd",
    "/etc/passwd", "a" * 300, "\0", "\u202egpj.exe", "\ud800", "con", "cat\ncat", "=1+1", [], {}, [[]], [None], {"": 0},
    [0] * 2000, {"__class__": "os"}, "!!python/object/apply:os.system ['true']", "1e5", "0x10", "১", "[" * 5000,
]  # fmt: skip


def mutated_bytes(data: bytes, rng: random.Random) -> bytes:
    """Some bytes exchanged, a piece cut out, doubled or moved, or the end lost."""
    spoiled = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        a, b = sorted(rng.randrange(len(spoiled) + 1) for _ in range(2))
        kind = rng.randrange(6)
        if kind <= 2 and spoiled:
            spoiled[rng.randrange(len(spoiled))] = rng.choice([0, 1, 0x22, 0x2C, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        elif kind == 3:
            del spoiled[a : min(b, a + 64)]
        elif kind == 4:
            spoiled[a:a] = spoiled[a : min(b, a + 64)]
        else:
            del spoiled[max(b, 1) :]
    return bytes(spoiled)


def mutated_header(data: bytes, rng: random.Random) -> bytes:
    """Bytes exchanged where a binary file says what is where: mostly its first and last pages; sometimes cut short."""
    spoiled, edge = bytearray(data), min(len(data), 4096)
    for _ in range(rng.choice([1, 2, 8, 32])):
        where = rng.choice([rng.randrange(edge), len(data) - 1 - rng.randrange(edge), rng.randrange(len(data))])
        spoiled[where] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
    return bytes(spoiled[: rng.randrange(len(data))] if rng.random() < 0.1 else spoiled)


def mutated_json(text: str, rng: random.Random) -> str:
    """A value, a key or a branch exchanged for another, or for something nasty; keys given twice, deep nesting."""
    tree = json.loads(text)
    for _ in range(rng.choice([1, 1, 2, 4])):
        holder, key = rng.choice(list(_places(tree)))
        kind = rng.randrange(5)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[str(rng.choice(NASTY))] = holder.pop(key)
        elif kind == 2:
            other, place = rng.choice(list(_places(tree)) or [(holder, key)])
            holder[key] = json.loads(json.dumps(other[place], default=str))
        else:
            holder[key] = copy.deepcopy(rng.choice(NASTY))
        if not list(_places(tree)):
            break
    spoiled = json.dumps(tree)
    if rng.random() < 0.05:
        deep = rng.choice([10, 1000, 100_000])
        spoiled = spoiled.replace("1", "[" * deep + "1" + "]" * deep, 1)
    if rng.random() < 0.05:
        spoiled = spoiled.replace('"', '"application": "cat", "', 1)
    return spoiled


def mutated_table(text: str, rng: random.Random) -> bytes:
    """Cells, lines and separators exchanged; sometimes in another encoding."""
    lines = [line.split(",") for line in text.splitlines()]
    for _ in range(rng.choice([1, 2, 4])):
        line = rng.choice(lines)
        kind = rng.randrange(5)
        if kind == 0 and line:
            line[rng.randrange(len(line))] = str(rng.choice([*NASTY, '"', "1,5", "1:02", "nan", "-0", "٣", "1e999"]))
        elif kind == 1 and line:
            line.pop(rng.randrange(len(line)))
        elif kind == 2:
            line.append("7")
        elif kind == 3:
            lines.append(list(line))
        else:
            lines.insert(rng.randrange(len(lines)), [rng.choice(["#", "", "sep=;", "\ufeff", "app"])])
    usual, odd = rng.choice([",", ",", ";", "\t"]), rng.choice([",", ";", "|"])
    spoiled = "\n".join((usual if rng.random() < 0.97 else odd).join(line) for line in lines)
    data = spoiled.encode(rng.choice(["utf-8", "utf-8", "utf-8", "utf-16", "latin-1"]), "replace")
    return mutated_bytes(data, rng) if rng.random() < 0.2 and data else data


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """(list or dict, key) of everything below `tree`."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else []
    for key in keys:
        yield tree, key
        yield from _places(tree[key])
