# Votes cost nothing: they change what is made of the looks, not which looks are taken. So of all X at one (split, rate) only
# the best can matter, whatever the other tenants do, and `best_vote` takes it before the solver begins.
import itertools

from mainstream.scheduler.cost import cost
from mainstream.scheduler.problem import Choice

problem = experiments.random_problem(8, seed=mix_seed, budget=120, x_options=tuple(votes))
vote, f1_of = problem.best_vote
print(f"choices per application: {problem.table.f1[0].size}; after taking the best vote: {f1_of[0].size}")
for x in range(len(votes)):  # the cost of a schedule does not know X
    assert cost(problem, [Choice(3, 4, x)] * 8) == cost(problem, [Choice(3, 4, 0)] * 8)

# The proof by trial: two applications, two splits; brute force tries every X of every choice and finds nothing better.
small = experiments.random_problem(2, seed=mix_seed, budget=60, x_options=tuple(votes))
small = small.restricted(small.device.split[0], small.device.split[-1])
menu = [Choice(k, f, x) for k in range(2) for f in range(len(small.fps_options)) for x in range(len(votes))]


def try_all(p):
    plans = [plan for plan in itertools.product(menu, repeat=2) if p.affordable(cost(p, plan))]
    return max(plans, key=lambda plan: sum(p.table.f1[a, *choice] for a, choice in enumerate(plan)))


brute, exact = solve(small, try_all), solve(small, "optimal")
print(f"all tried: {brute.mean_f1:.6f} in {brute.seconds:.2f} s; optimal: {exact.mean_f1:.6f} in {exact.seconds:.2f} s")
assert abs(brute.mean_f1 - exact.mean_f1) < 1e-7

# The best X still differs from rate to rate; here the application for which it differs most, at its deepest split.
app = int(np.ptp(vote[:, -1], axis=1).argmax())
print(problem.apps[app].name)
best_x = np.array(votes)[vote[app, -1]]
pd.DataFrame({"looks/s": problem.fps_options, "best X": best_x, "F1": f1_of[app, -1].round(3)})
