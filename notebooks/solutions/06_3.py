# With high correlation looks repeat one another: the second positive follows the first almost by itself. Votes then cost
# hardly any recall, and for the same reason they stop hardly any false alarm: free, but also worth little.
from mainstream.quality import evaluate

rho = [0.0, 0.5, 0.9]
at = {"stream_fps": 10, "event_length_s": 1.5, "event_frequency": 0.3}
rows = []
for r in rho:  # one application at five looks a second, with one vote and with three
    one, three = (evaluate(0.8, 0.2, 5, x_vote=x, correlation=r, **at) for x in (1, 3))
    rows.append({"ρ": r, "recall X=1": one.recall, "recall X=3": three.recall, "recall lost": one.recall - three.recall,
                 "precision X=1": one.precision, "precision X=3": three.precision,
                 "precision won": three.precision - one.precision})  # fmt: skip
single = pd.DataFrame(rows).set_index("ρ").astype(float)
assert single["recall lost"].is_monotonic_decreasing and (single["recall lost"] >= 0).all()
display(single.round(3))

rows = []  # and the mixes: what is choosing X per application worth over one vote for all?
for r in rho:
    for i in range(min(mixes, 3)):
        mix = experiments.random_problem(8, seed=mix_seed + i, budget=120, x_options=(1, 2, 3, 4))
        mix = mix.model_copy(update={"apps": tuple(a.model_copy(update={"correlation": r}) for a in mix.apps)})
        f1 = {x: solve(mix.model_copy(update={"x_options": x}), "greedy").mean_f1 for x in ((1,), (1, 2, 3, 4))}
        rows.append({"ρ": r, "X = 1": f1[1,], "per application": f1[1, 2, 3, 4]})
mixed_rho = pd.DataFrame(rows).groupby("ρ").mean()
mixed_rho.assign(gain=mixed_rho["per application"] - mixed_rho["X = 1"]).round(3)
