# With a tenth of the device everybody looks rarely and shares deeply. Under the mean, whoever loses least per saved
# millisecond gives most; that need not be the one you would have chosen. Max-min protects the worst served instead.
from mainstream.scheduler import solve
from mainstream.study.executed import problem

packages = {app: trained[app] for app in joins}
asked = {
    "whole device": problem(packages, nuc, stream_fps=world.fps),
    "a tenth": problem(packages, nuc, stream_fps=world.fps, budget=0.1),
}
asked["a tenth, max-min"] = asked["a tenth"].model_copy(update={"objective": "max-min"})
schedules = {name: solve(p, "optimal") for name, p in asked.items()}
f1 = pd.DataFrame({name: {u.app: u.f1 for u in s.units} for name, s in schedules.items()})
loss = f1["whole device"] - f1["a tenth"]
print(f"{loss.idxmax()} loses most: {loss.max():.3f} of {f1['whole device'][loss.idxmax()]:.3f}; "
      f"the worst served has {f1['a tenth'].min():.3f} under the mean, {f1['a tenth, max-min'].min():.3f} under max-min")  # fmt: skip
assert f1["a tenth, max-min"].min() >= f1["a tenth"].min() - 1e-6  # whatever the numbers
assert schedules["a tenth"].mean_f1 >= schedules["a tenth, max-min"].mean_f1 - 1e-6

rows = [{"app": u.app, "budget": name, "split": u.split, "looks/s": u.fps, "X": u.x_vote, "F1": round(u.f1, 3)}
        for name, s in schedules.items() for u in s.units]  # fmt: skip
pd.DataFrame(rows).pivot(index="app", columns="budget", values=["split", "looks/s", "X", "F1"])
