"""The study's record: its tables, its curves as M-Packages; and rows of tables for code that reads them.

pandas types a cell as the union of everything that a cell can be. A row of `records` is untyped (`Any`): what a CSV's
columns hold, its README knows, not pandas; the reader states what it takes each value for, where it takes it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

from mainstream.package import Base, Events, MPackage, SplitRecord
from mainstream.paths import PUBLISHED

HEADLINE_VINTAGE, SWEEP_VINTAGE = "2018-02", "2018-05"


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


@cache
def mpackages(vintage: str = HEADLINE_VINTAGE) -> dict[str, MPackage]:
    """The recorded curves as M-Packages without weights, one per application.

    `tpr`, `fpr` as the study's scheduler used them. Events are known for the 2018-02 vintage only.
    """
    curves = recorded("split_accuracy")
    base = Base(
        architecture="mobilenet-1.0",
        input_shape=(224, 224, 3),
        preprocessing="x/127.5-1",
        weights=f"record:mainstream-{vintage}",
    )
    packages = {}
    for app, rows in groups(curves[curves.vintage == vintage], "app"):
        first = rows.iloc[0]
        package = MPackage(
            application=str(app),
            base=base,
            splits=tuple(
                SplitRecord(split=r.frozen_layers, layer=f"layer_{r.frozen_layers}", tpr=r.tpr, fpr=r.fpr)
                for r in records(rows.sort_values("frozen_layers"))
            ),
            source=f"data/published/split_accuracy.csv, vintage {vintage}",
        )
        known = first.event_length_s, first.event_frequency, first.correlation
        packages[str(app)] = with_events(package, *known) if pd.notna(known[0]) else package
    return packages


def with_events(package: MPackage, length_s: float, frequency: float, correlation: float) -> MPackage:
    """The package with these events, whatever it was recorded with."""
    events = Events(length_s=length_s, frequency=frequency, correlation=(correlation,))
    return package.model_copy(update={"events": events})
