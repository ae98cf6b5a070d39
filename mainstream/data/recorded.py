"""The study's recorded tables, and rows of tables for code that reads them.

pandas types a cell as the union of everything that a cell can be. A row of `records` is untyped (`Any`): what a CSV's
columns hold, its README knows, not pandas; the reader states what it takes each value for, where it takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

from mainstream.paths import PUBLISHED


@cache
def recorded(name: str) -> pd.DataFrame:
    """A tidy table of `data/published/` by name (without .csv). Do not change it in place."""
    return pd.read_csv(PUBLISHED / f"{name}.csv")


def records(table: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table as named tuples, in order: `for r in records(t): r.app`."""
    return iter(table.itertuples())


def groups(table: pd.DataFrame, by: str | list[str]) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Pairs of (value of column `by`, its rows), in order of the values; of several columns, their tuple of values."""
    return iter(table.groupby(by))
