"""Schedulers side by side, your own among them; what is wrong with one is named, and it is not ranked (notebook 04)."""

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd

from mainstream.errors import UserError, unknown
from mainstream.scheduler.problem import Problem
from mainstream.scheduler.protocol import InfeasibleSchedule, Scheduler
from mainstream.scheduler.schedule import SCHEDULERS, Schedule, require_feasible, solve

BASELINES = ("no_sharing", "max_sharing", "greedy", "optimal")
DIGITS = 7  # of the objective: closer than that is a tie, within the exact solver's own tolerance
SCORES = ["mean_f1", "value", "of_best", "worst_gap", "wins", "median_s"]
COLUMNS = ["rank", "scheduler", *SCORES, "status", "bad", "reason"]


class _Run(NamedTuple):
    """What one scheduler made of one problem."""

    schedule: Schedule | None
    status: str = "ok"  # or infeasible, failed, too slow
    reason: str = ""


def leaderboard(
    schedulers: Mapping[str, Scheduler | str], problems: Sequence[Problem], *, time_limit_s: float = 20.0
) -> pd.DataFrame:
    """Every scheduler on every problem, the baselines included, ranked by the mean of the objective's value.

    A scheduler is ranked only when all its schedules are within the rules: one over budget, of a wrong length or off
    the menu makes it `infeasible`, an exception `failed`, a problem that takes longer than `time_limit_s` `too slow`
    (it is then stopped, where the platform has interval timers; elsewhere, as in threads, judged afterwards).

    Args:
        schedulers: name → function (`scheduler/protocol.py`) or a scheduler's name. They get copies of the problems.
        problems: each with at least one schedule within its budget.
    Returns:
        One row per scheduler, the ranked ones first: rank; mean_f1; value (mean of the objective, which is what ranks);
        of_best (value ÷ the best on the board, which is the optimum); worst_gap (to the best, over the problems);
        wins (problems where nobody did better); median_s; status, bad (problems spoilt) and the first reason.
        Scores of unranked ones are NaN: they are means over other problems.
    Raises `UserError`: no problem, one that no schedule fits, or the name of a baseline or scheduler misused.
    """
    entries = _entries(schedulers)
    if not problems:
        raise UserError("problems is empty: a leaderboard needs at least one")
    for problem in problems:
        require_feasible(problem)
    runs = {name: _attempt(entry, problems, time_limit_s) for name, entry in entries.items()}
    values = {n: np.array([r.schedule.objective_value if r.schedule else np.nan for r in rs]) for n, rs in runs.items()}
    clean = [n for n, rs in runs.items() if all(r.schedule for r in rs)]
    best = np.max([values[n] for n in clean], axis=0) if clean else np.full(len(problems), np.nan)
    rows = [_row(name, runs[name], values[name], best) for name in entries]
    board = pd.DataFrame(rows).sort_values("value", ascending=False, na_position="last", kind="stable")
    rank = board.value.round(DIGITS).rank(method="min", ascending=False)
    return board.assign(rank=rank.astype("Int64"))[COLUMNS].reset_index(drop=True)


def _entries(schedulers: Mapping[str, Scheduler | str]) -> dict[str, Scheduler | str]:
    for name, entry in schedulers.items():
        if isinstance(entry, str) and entry not in SCHEDULERS:
            raise unknown("scheduler", entry, SCHEDULERS)
        if name in BASELINES and entry != name:
            raise UserError(f"'{name}' is the name of a baseline, which is always on the board: choose another")
    return {**schedulers, **{name: name for name in BASELINES if name not in schedulers}}


def _attempt(scheduler: Scheduler | str, problems: Sequence[Problem], time_limit_s: float) -> list[_Run]:
    """All problems in turn; whoever is too slow once is stopped there, lest a cell take hours."""
    runs: list[_Run] = []
    for i, problem in enumerate(problems):
        run = _one(scheduler, problem, time_limit_s)
        where = f"problem {i} ({len(problem.apps)} applications): "
        runs.append(run._replace(reason=where + run.reason) if run.reason else run)
        if run.status == "too slow":
            return runs + [_Run(None, "too slow", "not tried")] * (len(problems) - len(runs))
    return runs


def _one(scheduler: Scheduler | str, problem: Problem, time_limit_s: float) -> _Run:
    slow = f"took longer than {time_limit_s:g} s"
    try:
        with _alarm(time_limit_s):
            schedule = solve(problem, scheduler)
    except _TooSlow:
        return _Run(None, "too slow", slow)
    except InfeasibleSchedule as e:
        return _Run(None, "infeasible", str(e))
    except (Exception, SystemExit) as e:  # the student's code may raise anything; the board goes on
        return _Run(None, "failed", f"{type(e).__name__}: {e}")
    return _Run(schedule) if schedule.seconds <= time_limit_s else _Run(None, "too slow", slow)


def _row(name: str, runs: list[_Run], values: np.ndarray, best: np.ndarray) -> dict[str, object]:
    bad = [r for r in runs if r.schedule is None]
    row = {"scheduler": name, "status": bad[0].status if bad else "ok", "bad": len(bad)}
    row["reason"] = bad[0].reason if bad else ""
    schedules = [r.schedule for r in runs if r.schedule is not None]
    if bad:
        return {**row, **dict.fromkeys(SCORES, np.nan)}
    return {
        **row, "mean_f1": np.mean([s.mean_f1 for s in schedules]), "value": values.mean(),
        "of_best": values.mean() / best.mean() if best.mean() > 0 else np.nan, "worst_gap": (best - values).max(),
        "wins": (values >= best - 10.0**-DIGITS).sum(), "median_s": np.median([s.seconds for s in schedules]),
    }  # fmt: skip


class _TooSlow(BaseException):
    """Not an `Exception`: a student's `except Exception` must not swallow it."""


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raises `_TooSlow` in the block after `seconds` (main thread, platforms with interval timers; else never)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
