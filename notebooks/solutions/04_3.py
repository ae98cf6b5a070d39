# It charges a stem segment at the rate of its slowest user. The stem must run for the fastest, so the plan is over budget.
# The word is `min`; with `max` it is the true cost (nested sampling makes the maximum enough).
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.leaderboard import leaderboard


def believed(problem, choices, rate_of_segment):
    fps = problem.fps_options
    total = sum(fps[c.fps] * problem.device.tail[c.split] for c in choices)
    for k, latency in enumerate(problem.device.segments):
        total += latency * rate_of_segment((fps[c.fps] for c in choices if c.split >= k), default=0)
    return total


def scheduler(problem, rate_of_segment):
    choices = cheapest(problem)
    for a in range(len(choices)):  # one after the other looks as often as seems affordable
        for f in range(len(problem.fps_options)):
            trial = [*choices[:a], choices[a]._replace(fps=f), *choices[a + 1 :]]
            if problem.affordable(believed(problem, trial, rate_of_segment)):
                choices = trial
    return choices


forgetful = lambda problem: scheduler(problem, min)
repaired = lambda problem: scheduler(problem, max)

wrong, right = forgetful(example), repaired(example)
print(
    f"budget {example.budget:g}; forgetful believes {believed(example, wrong, min):.1f}, costs {cost(example, wrong):.1f}"
)
assert abs(believed(example, right, max) - cost(example, right)) < 1e-9
board = leaderboard({"forgetful": forgetful, "repaired": repaired}, [example])
status = board.set_index("scheduler").status
assert status["forgetful"] == "infeasible" and status["repaired"] == "ok"
board[["rank", "scheduler", "mean_f1", "status", "reason"]].round(4)
