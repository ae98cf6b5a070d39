"""Write your own scheduler: one function (notebook 04, exercises).

    from mainstream.scheduler import Choice, Problem, solve
    from mainstream.scheduler.cost import cost, cheapest

    def my_scheduler(problem: Problem) -> list[Choice]:
        choices = cheapest(problem)                 # one Choice(split, fps, x_vote) per application: indices into
        ...                                         # problem.device.split, problem.fps_options, problem.x_options
        return choices

    solve(problem, scheduler=my_scheduler)          # or, on the command line: --scheduler my_file.py:my_scheduler

Helpful: `problem.table.f1[a, k, f, x]`, `problem.best_vote`, `cost(problem, choices)`, `problem.affordable(cost)`.
`solve` checks what comes back and names what is wrong with it: a schedule over budget is not ranked, it is refused.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mainstream.errors import UserError
from mainstream.scheduler.cost import cost
from mainstream.scheduler.optimal import Exact
from mainstream.scheduler.problem import Choice, Problem


class Scheduler(Protocol):
    """A problem in, one choice per application out, in the applications' order; `Exact` where a gap is proven."""

    def __call__(self, problem: Problem, /) -> Sequence[Choice] | Exact: ...


class InfeasibleSchedule(UserError):
    """A scheduler returned something that is not a schedule of the problem, or one over budget."""


def check(problem: Problem, choices: Sequence[Choice]) -> None:
    """Raises `InfeasibleSchedule` naming the first thing wrong."""
    if len(choices) != len(problem.apps):
        raise InfeasibleSchedule(f"{len(choices)} choices for {len(problem.apps)} applications")
    limits = (len(problem.device.split), len(problem.fps_options), len(problem.x_options))
    for a, (app, choice) in enumerate(zip(problem.apps, choices, strict=True)):
        for name, value, limit in zip(Choice._fields, choice, limits, strict=True):
            if not 0 <= value < limit:
                raise InfeasibleSchedule(f"app '{app.name}': {name} index {value} is not in 0..{limit - 1}")
        if not problem.allowed[a, choice.split]:
            split = problem.device.split[choice.split]
            raise InfeasibleSchedule(f"app '{app.name}' has no accuracy at split {split}")
    if not problem.affordable(total := cost(problem, choices)):
        raise InfeasibleSchedule(f"cost {total:.6g} is over the budget {problem.budget:.6g}")


def from_file(spec: str) -> Scheduler:
    """Loads `path/to/file.py:function` – your own code, run as such."""
    path, _, name = spec.rpartition(":")
    if not Path(path).is_file():
        raise UserError(f"scheduler file '{path}' does not exist")
    module_spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert module_spec and module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    function: Scheduler | None = getattr(module, name, None)
    if not callable(function):
        raise UserError(f"{path} has no function '{name}'")
    return function
