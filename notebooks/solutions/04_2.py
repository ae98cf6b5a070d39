# Weight 5 pulls budget towards one application; the others pay for it. `solve` maximises sum(w * F1) / sum(w): one more
# hundredth for the heavy one now counts as five for another. It cannot buy more accuracy than the application has.
headroom = example.best_vote[1].max(axis=(1, 2)) - units.f1.to_numpy()  # with the device for itself, less what it has
who = int(headroom.argmax())
weigh = lambda w: tuple(a.model_copy(update={"weight": w if k == who else 1.0}) for k, a in enumerate(example.apps))
plans = {
    w: solve(example.model_copy(update={"apps": weigh(w), "objective": "weighted"}), "optimal") for w in (1.0, 5.0)
}
side_by_side = pd.concat(
    {f"weight {w:g}": pd.DataFrame([u.__dict__ for u in p.units]).set_index("app") for w, p in plans.items()}, axis=1
)
side_by_side = side_by_side.swaplevel(axis=1)[["split", "fps", "f1"]]
side_by_side["gain", ""] = gain = (side_by_side["f1", "weight 5"] - side_by_side["f1", "weight 1"]).to_numpy()
print(f"{units.app[who]}, which could gain {headroom[who]:.3f} at most: {gain[who]:+.4f}; all others together: "
      f"{gain.sum() - gain[who]:+.4f}; mean F1 {plans[1.0].mean_f1:.4f} -> {plans[5.0].mean_f1:.4f}")  # fmt: skip

# Whatever the numbers: equal weights are the plain mean, and a weight never hurts the one who has it.
assert abs(plans[1.0].mean_f1 - plan.mean_f1) < 1e-6 and gain[who] > -1e-6
side_by_side.round(3)
