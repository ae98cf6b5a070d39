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

import operator
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any, Protocol

from mainstream.errors import UserError, without_errno
from mainstream.scheduler.cost import cost
from mainstream.scheduler.optimal import Exact
from mainstream.scheduler.problem import Choice, Problem


class Scheduler(Protocol):
    """A problem in, one choice per application out, in the applications' order; `Exact` where a gap is proven."""

    def __call__(self, problem: Problem, /) -> Sequence[Choice] | Exact: ...


class InfeasibleSchedule(UserError):
    """A budget below the cheapest schedule, or what a scheduler returned is over it or no schedule of the problem."""


def checked(problem: Problem, answer: Any) -> list[Choice]:
    """What a scheduler answered, as choices. Raises `InfeasibleSchedule` naming the first thing wrong."""
    try:
        choices = [Choice(*map(operator.index, choice)) for choice in answer]
    except TypeError:
        raise InfeasibleSchedule(f"{answer!r} is no list of Choice(split, fps, x_vote), whole numbers each") from None
    if len(choices) != len(problem.apps):
        raise InfeasibleSchedule(f"{len(choices)} choices for {len(problem.apps)} applications")
    limits = (len(problem.device.split), len(problem.fps_options), len(problem.x_options))
    for a, (app, choice) in enumerate(zip(problem.apps, choices, strict=True)):
        for name, value, limit in zip(Choice._fields, choice, limits, strict=True):
            if value not in range(limit):
                raise InfeasibleSchedule(f"app '{app.name}': {name} index {value} is not in 0..{limit - 1}")
        if not problem.allowed[a, choice.split]:
            raise InfeasibleSchedule(f"app '{app.name}' has no accuracy at split {problem.device.split[choice.split]}")
    if not problem.affordable(total := cost(problem, choices)):
        raise InfeasibleSchedule(f"cost {total:.6g} is over the budget {problem.budget:.6g}")
    return choices


def from_file(spec: str) -> Scheduler:
    """Loads `path/to/file.py:function` – your own code, run as such.

    Raises `UserError` in one line, with the line of the file where it went wrong: no such file or function, or whatever
    the file raises while it is read or the function when it is called.
    """
    path, _, name = spec.rpartition(":")
    if not Path(path).is_file():
        raise UserError(f"scheduler file '{path}' does not exist")
    loader = SourceFileLoader(f"scheduler_file_{Path(path).stem}", path)
    module = module_from_spec(spec_from_loader(loader.name, loader))  # type: ignore[arg-type]
    sys.modules[loader.name] = module  # where dataclasses look for their annotations
    with _blamed(path):
        loader.exec_module(module)
    if not callable(function := getattr(module, name, None)):
        raise UserError(f"{path} has no function '{name}'")

    @wraps(function)
    def called(problem: Problem, /) -> Sequence[Choice] | Exact:
        with _blamed(path):
            return function(problem)

    return called


@contextmanager
def _blamed(path: str) -> Iterator[None]:
    """Turns what a file of somebody's own raises, a request to exit included, into one line."""
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as e:
        own = [f.lineno for f in traceback.extract_tb(e.__traceback__) if f.filename == path]
        line = e.lineno if isinstance(e, SyntaxError) and e.filename == path else own[-1] if own else 0
        said = e.msg if isinstance(e, SyntaxError) else without_errno(e) or "no more is said"
        raise UserError(f"{path}{f' line {line}' if line else ''}: {type(e).__name__}: {said}") from e
