"""The one reader of tables that people bring.

A CSV comes from a spreadsheet, another system or a hand: `read_table` takes whichever encoding, separator, quotes,
blank lines and letter case of a known column's name leave no doubt, and names the line where they do.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstream.errors import UserError
from mainstream.paths import read_text

SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_CLOCK = re.compile(r"\d+:\d\d(:\d\d)?([.,]\d+)?", re.ASCII)


class Table(NamedTuple):
    """Cells as text, without white space around them; `lines[k]` is the line of `rows[k]` in the file, from 1."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]

    def error(self, k: int, text: str) -> UserError:
        """About row `k`, with its line."""
        return UserError(f"{self.path} line {self.lines[k]}: {text}")

    def numbers(self, *names: str) -> np.ndarray:
        """float64 (rows, names), finite. A decimal comma is taken where these columns leave no doubt of it.

        Raises `UserError` with the line: a cell that is no number, or 1,500 where that may be 1.5 or 1500.
        """
        cells = [row[name] for row in self.rows for name in names]
        commas = [c.lstrip("+-") for c in cells if _COMMA.fullmatch(c)]
        sure = any(c.startswith("0,") or len(c.partition(",")[2]) != 3 for c in commas)
        sure = sure and not any("." in c for c in cells)
        found = np.empty((len(self.rows), len(names)))
        for k, row in enumerate(self.rows):
            for j, name in enumerate(names):
                cell = row[name]
                if _COMMA.fullmatch(cell) and not sure:
                    raise self.error(k, f"{name}='{cell}' may be with a decimal comma or in thousands; write a point")
                text = cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell
                if not _NUMBER.fullmatch(text) or not np.isfinite(float(text)):
                    hint = " of seconds, not minutes and seconds" if _CLOCK.fullmatch(cell) else ""
                    raise self.error(k, f"{name}='{cell}'; must be a number{hint}")
                found[k, j] = float(text)
        return found


def read_table(path: str | Path, needs: Sequence[str], knows: Sequence[str] = ()) -> Table:
    """A table with named columns, separated by commas, semicolons, tabs or bars: the one that gives the columns needed.

    Names in `needs` and `knows` are found whatever their case. Blank lines are passed over, lines that begin with '#'
    too unless they have as many cells as the others; cells that a line lacks at its end are empty.

    Raises `UserError`: as `read_text`; with the line, for a column that is missing, there twice or used without a name,
    for more cells than names, a quote that is never closed, or what may be a comment or a row.
    """
    lines = list(io.StringIO(read_text(path), newline=""))
    head = next((k for k, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if head is None:
        raise UserError(f"{path}: is empty; {_needed(needs)}")
    separators: Sequence[str] = SEPARATORS
    if re.fullmatch(r"sep=.", lines[head].strip(" \r\n"), re.IGNORECASE) and head + 1 < len(lines):
        separators, head = (lines[head].strip(" \r\n")[4],), head + 1  # as spreadsheets say it
    tried = {s: _names(lines[head], s, [*needs, *knows]) for s in separators}
    separator = next((s for s, names in tried.items() if set(needs) <= set(names)), None)
    if separator is None:
        found = max(tried.values(), key=len)
        raise UserError(f"{path} line {head + 1}: {_needed(needs)} (found: {', '.join(found)})")
    names = tried[separator]
    if twice := [n for n in names if n and [m.casefold() for m in names].count(n.casefold()) > 1]:
        raise UserError(f"{path} line {head + 1}: column '{twice[0]}' is there twice")
    rows, numbers = [], []
    for number, cells in _records(path, lines, head + 1, separator, len(names)):
        if len(cells) > len(names):
            raise UserError(f"{path} line {number}: has {len(cells)} cells, but line {head + 1} names {len(names)}")
        cells += [""] * (len(names) - len(cells))
        if any(cell and not name for cell, name in zip(cells, names, strict=True)):
            raise UserError(f"{path} line {number}: has a cell in a column that line {head + 1} does not name")
        rows.append({name: cell for name, cell in zip(names, cells, strict=True) if name})
        numbers.append(number)
    return Table(Path(path), tuple(n for n in names if n), tuple(rows), tuple(numbers))


def _records(
    path: str | Path, lines: list[str], start: int, separator: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of what is neither blank nor a comment, empty cells at the end left out."""
    split = lambda text: csv.reader(text, delimiter=separator, skipinitialspace=separator != "\t", strict=True)
    begins = True  # the line that is read next begins a record; within quotes '#' is no comment

    def told() -> Iterator[str]:
        nonlocal begins
        for number, line in enumerate(lines[start:], start + 1):
            comment, begins = begins and line.startswith("#"), False
            if comment and line.count(separator) == width - 1:
                doubt = "begins with '#': a comment, or a name? take the line or it away"
                raise UserError(f"{path} line {number}: {doubt}")
            yield "\n" if comment else line

    reader, last = split(told()), start
    while True:
        number, begins = last + 1, True
        try:
            cells = next(reader, None)
        except csv.Error as e:
            raise UserError(f"{path} line {number}: cannot be cut into cells: {e}") from e
        if cells is None:
            return
        last = start + reader.line_num
        cells = [_bare(cell) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _names(line: str, separator: str, known: Sequence[str]) -> list[str]:
    """Of the columns; [] where the line cannot be cut so."""
    try:
        [cells] = csv.reader([line], delimiter=separator, skipinitialspace=separator != "\t", strict=True)
    except (csv.Error, ValueError):
        return []
    names = [composed(_bare(cell)) for cell in cells]
    return [next((k for k in known if k.casefold() == name.casefold()), name) for name in names]


def _bare(cell: str) -> str:
    return cell.strip().strip("\ufeff\u200b").strip()  # a mark of order, a space of no width


def composed(name: str) -> str:
    """A name with its accents composed: the same whichever system wrote it."""
    return unicodedata.normalize("NFC", name)


def _needed(needs: Sequence[str]) -> str:
    return f"needs a column '{needs[0]}'" if len(needs) == 1 else f"needs the columns {', '.join(needs)}"
