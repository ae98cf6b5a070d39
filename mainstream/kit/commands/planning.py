"""`mainstream schedule` and `package`: plans of a problem's applications, and what an M-Package states."""

import ctypes
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from mainstream.errors import UserError
from mainstream.kit.commands import options
from mainstream.package import MPackage

if TYPE_CHECKING:
    from mainstream.scheduler import Problem


def schedule_command(
    problem: Annotated[Path, Argument(help="A problem file (JSON; see docs/your_own.md, 'Your own problem').")],
    scheduler: options.Scheduler = "optimal",
    gap: Annotated[
        float | None,
        Option(help="Stop once proven this close to the best: 0.01 is one percent (default: to the end)."),
    ] = None,
    floor: Annotated[
        float | None,
        Option(help="Ask how many applications can all have this Event-F1, whom to leave out, what all need."),
    ] = None,
    json_: options.Json = False,
) -> None:
    """Choose split, frame rate and votes for every application of a problem."""
    from mainstream.scheduler import Problem, solve
    from mainstream.scheduler.protocol import from_file

    if floor is not None and gap is not None:
        raise UserError(f"--gap {gap:g}: not with --floor, which is proven to the end")
    if floor is not None:
        _floor(Problem.read(problem), floor, scheduler, json_)
        return
    chosen = from_file(scheduler) if ":" in scheduler else scheduler
    with _said_aside():
        result = solve(Problem.read(problem), chosen, gap=gap).to_json()
    if json_:
        typer.echo(json.dumps(result))
        return
    proven = "" if result["gap"] is None else f", proven gap {result['gap']:.1e}"
    typer.echo(
        f"{result['scheduler']}: mean F1 {result['mean_f1']:.4f}, "
        f"cost {result['cost']:.6g} of {result['budget']:g}{proven}"
    )
    if "one_zone_cost" in result:
        zones = len({unit["zone"] for unit in result["units"]})
        typer.echo(f"{zones} zones, a stem each; on one zone the same choices would cost {result['one_zone_cost']:.6g}")
    _table(result["units"])


def _floor(problem: "Problem", floor: float, scheduler: str, as_json: bool) -> None:
    from mainstream.scheduler.floor import fit

    with _said_aside():
        found = fit(problem, floor, scheduler)
    if as_json:
        typer.echo(json.dumps(found.to_json()))
        return
    units = found.schedule.to_json()["units"] if found.schedule else []
    out = f"; left out: {', '.join(found.left_out)}" if found.left_out else ""
    typer.echo(f"{len(units)} of {len(problem.apps)} applications have F1 {floor:g} within {found.budget:g}{out}")
    if found.least_budget is not None:
        all_ = "all" if not found.out_of_reach else "all that can"
        typer.echo(f"for {all_}: a budget of {found.least_budget:.6g} at least")
    for name, best in found.out_of_reach.items():
        typer.echo(f"{name} has {best:.4f} at best, at any budget")
    if units:
        _table(units)


@contextmanager
def _said_aside() -> Iterator[None]:
    """What is printed within goes to standard error, or it would spoil the JSON: HiGHS, which is C++, has a line of its
    own for some problems, whatever it is told, and a scheduler of one's own may have many."""
    out = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)
        os.dup2(out, 1)
        os.close(out)


def package_command(
    directory: Annotated[Path, Argument(help="A folder with mpackage.json.")],
    json_: options.Json = False,
) -> None:
    """Check an M-Package (schema, ranges, checksums of its tails) and show its accuracy at every split."""
    loaded = MPackage.load(directory).validate()
    if json_:
        typer.echo(loaded.model_dump_json(exclude_none=True))
        return
    typer.echo(f"{loaded.application} on {loaded.base.architecture} ({loaded.base.weights})")
    _table([{"split": s.split, "layer": s.layer, "tpr": s.tpr, "fpr": s.fpr} for s in loaded.splits])


def _table(rows: list[dict[str, Any]]) -> None:
    """Rows as aligned columns."""
    import pandas as pd

    typer.echo(pd.DataFrame(rows).to_string(index=False, float_format="{:.4f}".format))
