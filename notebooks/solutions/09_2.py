# A budget too small for anybody's cheapest choice is refused; above it the plan first looks less often, or shares more.
from mainstream.errors import UserError

rows = []
for share in (0.05, 0.1, 0.25, 0.5, 1.0):
    try:
        asked, answer = plan(packages, nuc, budget=share, stream_fps=stream_fps)
    except UserError as e:
        print(f"{share:g}: {e}")
        continue
    rows += [
        {"budget": share, "app": m.app, "layer": m.layer, "fps": m.fps, "x_vote": m.x_vote, "model_f1": u.f1}
        for m, u in zip(asked, answer.units, strict=True)
    ]
budgets = pd.DataFrame(rows)
# With more to spend the optimum is never worse on average; single applications may well lose.
assert budgets.groupby("budget").model_f1.mean().round(6).is_monotonic_increasing
budgets.pivot(index="budget", columns="app", values=["layer", "fps", "x_vote", "model_f1"])
