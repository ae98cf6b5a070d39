# Greedy moves one application at a time. One more frame per second of the whole stem is a large purchase that pays only
# when several share it: greedy spends on small things first, and then cannot afford it. So look at budgets around whole
# multiples of the stem's cost (the dotted lines): left of a line nobody can buy it, far to its right greedy can too.
import matplotlib.pyplot as plt

stem = sum(example.device.segments)
scan = []
for stems in (1.9, 2.02, 2.1, 2.2, 2.5, 2.9, 3.05):
    for s in range(seed, seed + 16):
        problem = experiments.random_problem(3, seed=s, budget=stems * stem)
        gap = solve(problem, "optimal").mean_f1 - solve(problem, "greedy").mean_f1
        scan.append({"stems": stems, "seed": s, "gap": gap})
scan = pd.DataFrame(scan)
assert scan.gap.min() > -1e-8  # optimal is never below

worst = scan.loc[scan.gap.idxmax()]
print(f"{(scan.gap > 0.02).sum()} of {len(scan)} problems have a gap above 0.02; the largest is {worst.gap:.3f}, "
      f"with a budget of {worst.stems:g} stems per second:")  # fmt: skip
problem = experiments.random_problem(3, seed=int(worst.seed), budget=worst.stems * stem)
for name in ("greedy", "optimal"):
    s = solve(problem, name)
    shown = ", ".join(f"{u.app} split {u.split}, {u.fps}/s, F1 {u.f1:.2f}" for u in s.units)
    print(f"{name:8} cost {s.cost:.1f}: {shown}")

fig, ax = plt.subplots()
ax.plot(scan.stems, scan.gap, "o", color=figures.COLOURS["greedy"], alpha=0.6)
for n in (2, 3):
    ax.axvline(n, color="0.6", lw=0.8, ls=":")
ax.set(xlabel="budget, in whole stems per second", ylabel="optimal − greedy (F1)", title="Three random applications")
plt.show()
