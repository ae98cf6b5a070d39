# Climb like greedy, but from several starts, and keep the best. Starting with everybody at one common rate makes the large
# purchase of Exercise 4, which no single application can justify, before the climb begins; random starts may hit on it too.
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.greedy import State
from mainstream.scheduler.leaderboard import leaderboard


def climb(problem, start):
    """Greedy's moves from any start within the budget: the best gain per added cost, until none is affordable."""
    vote, f1 = problem.best_vote
    state = State(problem, start)
    while True:
        extra, gain = state.added_cost(), f1 - state.f1(f1)[:, None, None]
        good = (gain > 1e-12) & (extra <= problem.budget - state.cost)
        if not good.any():
            return [start[a]._replace(split=int(k), fps=int(f), x_vote=int(vote[a, k, f]))
                    for a, (k, f) in enumerate(zip(state.k, state.f, strict=True))]  # fmt: skip
        score = np.where(good, gain / np.maximum(extra, 1e-12), -np.inf)
        state.move(*map(int, np.unravel_index(score.argmax(), score.shape)))


def best_of(problem, starts):
    plans = [climb(problem, s) for s in starts if problem.affordable(cost(problem, s))]
    return max(plans, key=lambda plan: np.mean([problem.table.f1[a, *c] for a, c in enumerate(plan)]))


def random_starts(problem, tries=10):
    least, rng, starts = cheapest(problem), np.random.default_rng(0), [cheapest(problem)]
    while len(starts) < tries:  # rates at random, up to a limit that is random too: high ones seldom fit the budget
        top = rng.integers(len(problem.fps_options))
        starts.append([c._replace(fps=int(rng.integers(top + 1))) for c in least])
    return best_of(problem, starts)


def common_rates(problem):
    return best_of(problem, [[c._replace(fps=f) for c in cheapest(problem)] for f in range(len(problem.fps_options))])


hard = [experiments.random_problem(3, seed=s + seed, budget=45) for s in range(12)]
board = leaderboard({"random starts": random_starts, "common rates": common_rates}, hard + trials[:8])
assert {"optimal", "random starts", "common rates"} <= set(board[board.status == "ok"].scheduler)
board.drop(columns=["value", "status"]).round(4)
