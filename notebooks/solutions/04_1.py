# A pair may go when another is no worse and no dearer whatever the other tenants do, so nobody else need be asked.
# (k', f') replaces (k, f) when its F1 is no less, f' <= f, and it would cost no more even if it had to pay alone for
# every segment between k and k'. In company it pays less than that: a segment that others run anyway is free, and f' <= f
# cannot raise the rate of a segment that both use. That is the worst case, and the worst case is enough.
from mainstream.scheduler.cost import cost
from mainstream.scheduler.optimal import _undominated
from mainstream.scheduler.problem import Choice

vote, f1_of = example.best_vote
kept = _undominated(example, f1_of)
names = [a.name for a in example.apps]
pairs = pd.DataFrame({"pairs": np.isfinite(f1_of).sum((1, 2)), "kept": kept.sum((1, 2))}, index=names)
print(f"{int(pairs.kept.sum())} of {int(pairs.pairs.sum())} (split, rate) pairs go to the solver")

# The proof by trial: for every pair thrown away there is one kept that, in random company, never costs more.
rng = np.random.default_rng(0)
splits, rates = len(example.device.split), len(example.fps_options)
random_choice = lambda: Choice(int(rng.integers(splits)), int(rng.integers(rates)), 0)
company = [[random_choice() for _ in example.apps[1:]] for _ in range(10)]
cost_of = lambda k, f: np.array([cost(example, [Choice(int(k), int(f), 0), *others]) for others in company])
stays = [(f1_of[0, k, f], f, cost_of(k, f)) for k, f in np.argwhere(kept[0])]
gone = np.argwhere(~kept[0] & np.isfinite(f1_of[0]))
for k, f in gone:
    dear = cost_of(k, f)
    assert any(v >= f1_of[0, k, f] and g <= f and (c <= dear + 1e-9).all() for v, g, c in stays)
print(f"{names[0]}: {len(gone)} pairs thrown away; for each, one that stays is no worse and cost no more, "
      f"in {len(company)} random companies")  # fmt: skip
pairs
