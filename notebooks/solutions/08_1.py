# A camera's best value never falls with its budget. If the best schedule at budget b costs only c < b, nobody with a
# budget between c and b can do better (that schedule would be known at b too) and everybody there can do as well: one
# solution serves all of them. Upwards nothing like it holds: what was best with less says nothing about what more
# buys. With greedy it would be wrong both ways: its plan at b is not the best one, and at c it may find another.
from unittest import mock

from mainstream.scheduler import fleet

solved = []
counted = lambda problem, name: (solved.append(problem.budget), solve(problem, name))[1]
with mock.patch.object(fleet, "solve", counted):  # the library's own calls, written down
    skipping = fleet.curve(pool[0], STEP, reach)

every = np.full(reach + 1, -np.inf)
for j in range(reach + 1):
    try:
        every[j] = solve(pool[0].model_copy(update={"budget": STEP * j}), "optimal").objective_value if j else -np.inf
    except ValueError:  # below the cheapest schedule
        continue
able = np.isfinite(every)
assert (able == np.isfinite(skipping)).all() and np.allclose(every[able], skipping[able], atol=1e-7)
print(f"{len(solved)} budgets solved of the {able.sum()} at which the camera can run; largest difference "
      f"{np.abs(every[able] - skipping[able]).max():.1e}")  # fmt: skip
