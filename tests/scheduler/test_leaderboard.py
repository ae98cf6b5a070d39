"""The leaderboard: a right scheduler is ranked, a wrong one is named with its reason, and none stops the board."""

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.scheduler import Choice
from mainstream.scheduler.cost import cheapest
from mainstream.scheduler.leaderboard import BASELINES, leaderboard
from mainstream.study import experiments

# Each budget has room for three full networks at 1 frame/s: the baselines can all run.
PROBLEMS = [experiments.random_problem(3, seed=s, budget=b) for s, b in ((0, 90), (1, 120), (2, 200))]


def lazy(problem):
    return cheapest(problem)


def greedy_budget(problem):
    """Everything at full rate on networks of their own: over any of these budgets."""
    return [Choice(0, len(problem.fps_options) - 1, 0)] * len(problem.apps)


def row(board, name):
    return board[board.scheduler == name].iloc[0]


def test_a_right_scheduler_is_ranked_below_the_optimum_and_ties_share_a_rank():
    board = leaderboard({"lazy": lazy, "again": "optimal"}, PROBLEMS)
    assert set(board.scheduler) == {*BASELINES, "lazy", "again"}
    assert (board.status == "ok").all() and board["rank"].notna().all()
    optimum = row(board, "optimal")
    assert (board.value <= optimum.value + 1e-7).all() and (board.of_best <= 1 + 1e-7).all()
    assert optimum["rank"] == row(board, "again")["rank"] == 1 and optimum.wins == len(PROBLEMS)
    lowest = row(board, "lazy")
    assert lowest.value < optimum.value and lowest["rank"] > 1 and lowest.worst_gap > 0
    assert lowest.mean_f1 == pytest.approx(np.mean([solve_f1(p) for p in PROBLEMS]))
    assert list(board.value) == sorted(board.value, reverse=True)


def solve_f1(problem):
    f1 = [problem.table.f1[(a, *c)] for a, c in enumerate(cheapest(problem))]
    return float(np.mean(f1))


@pytest.mark.parametrize(
    ("wrong", "status", "reason"),
    [
        (greedy_budget, "infeasible", r"problem 0 \(3 applications\): cost .* is over the budget 90"),
        (lambda p: cheapest(p)[:-1], "infeasible", "2 choices for 3 applications"),
        (lambda p: [Choice(0, 99, 0)] * 3, "infeasible", "fps index 99"),
        (lambda p: [Choice(-1, 0, 0)] * 3, "infeasible", "split index -1"),
        (lambda p: 1 / 0, "failed", "ZeroDivisionError: division by zero"),
        (lambda p: None, "infeasible", "None is no list of Choice"),
        (lambda p: exit(), "failed", "SystemExit"),
    ],
)
def test_a_wrong_scheduler_is_named_and_not_ranked(wrong, status, reason):
    board = leaderboard({"mine": wrong, "lazy": lazy}, PROBLEMS)
    mine = row(board, "mine")
    assert (mine.status, mine.bad) == (status, 3)
    assert board[board.scheduler == "mine"].reason.str.contains(reason).all(), mine.reason
    assert board["rank"].isna().sum() == 1 and np.isnan(mine.value) and np.isnan(mine.mean_f1)
    assert row(board, "lazy")["rank"] >= 1 and row(board, "optimal")["rank"] == 1
    assert board.scheduler.iloc[-1] == "mine"


def test_wrong_once_is_wrong():
    calls = []

    def moody(problem):
        calls.append(problem)
        return cheapest(problem) if len(calls) != 2 else greedy_budget(problem)

    mine = row(leaderboard({"moody": moody}, PROBLEMS), "moody")
    assert (mine.status, mine.bad, len(calls)) == ("infeasible", 1, 3) and mine.reason.startswith("problem 1 ")


def test_an_endless_scheduler_is_stopped_and_not_tried_again():
    calls = []

    def endless(problem):
        calls.append(problem)
        while True:
            try:
                sum(range(1000))
            except Exception:  # a student's net, which must not catch the alarm
                continue

    mine = row(leaderboard({"endless": endless}, PROBLEMS, time_limit_s=0.5), "endless")
    assert (mine.status, len(calls)) == ("too slow", 1) and "took longer than 0.5 s" in mine.reason


def test_a_baseline_that_cannot_run_is_infeasible_not_an_error():
    tight = [experiments.random_problem(6, seed=0, budget=40)]
    board = leaderboard({}, tight)
    assert row(board, "no_sharing").status == "infeasible"
    assert "below the cheapest schedule of no_sharing" in row(board, "no_sharing").reason
    assert row(board, "optimal")["rank"] == 1


def test_writing_into_a_problems_tables_helps_nobody():
    def cheat(problem):
        problem.table.f1[:] = 1.0
        return cheapest(problem)

    board = leaderboard({"cheat": cheat, "lazy": lazy}, PROBLEMS)
    assert row(board, "cheat").value == row(board, "lazy").value < row(board, "optimal").value


def test_max_min_is_ranked_by_its_own_objective():
    fair = [p.model_copy(update={"objective": "max-min", "budget": 40.0}) for p in PROBLEMS]
    board = leaderboard({"lazy": lazy}, fair)
    assert (board.value.dropna() <= row(board, "optimal").value + 1e-7).all()
    assert row(board, "optimal").value < row(board, "optimal").mean_f1


def test_misuse_is_told_in_one_line():
    with pytest.raises(UserError, match="needs at least one"):
        leaderboard({}, [])
    with pytest.raises(UserError, match="did you mean 'greedy'"):
        leaderboard({"g": "greedi"}, PROBLEMS)
    with pytest.raises(UserError, match="'greedy' is the name of a baseline"):
        leaderboard({"greedy": lazy}, PROBLEMS)
    with pytest.raises(UserError, match="below the cheapest schedule"):
        leaderboard({}, [PROBLEMS[0].model_copy(update={"budget": 1.0})])
