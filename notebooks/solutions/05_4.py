# With as much as it used on the device, No Sharing looks more often, so the ratio over it falls from what step 3 shows:
# step 3 answers "what is sharing worth at one budget", this answers "what would it be worth beside what was observed".
from mainstream.scheduler import solve

equal = derived[derived.system == "no_sharing"].groupby("n_apps").f1.mean()
best = derived[derived.system == "optimal"].groupby("n_apps").f1.mean()
rows = []
for n in recorded_counts:
    used = costs.no_sharing[n]  # mean over the recorded schedules of this size, units per second
    f1 = []
    for mix in (m for m in published.headline_mixes() if len(m) == n):
        plan = solve(published.headline_problem(mix, budget=used), "no_sharing")
        recall, precision = np.mean([[u.recall, u.precision] for u in plan.units], axis=0)
        f1.append(2 * recall * precision / (recall + precision))
    rows.append({"n_apps": n, "budget used": used, "no_sharing, 350": equal[n], "no_sharing, as used": np.mean(f1),
                 "ratio, 350": best[n] / equal[n], "ratio, as used": best[n] / np.mean(f1)})  # fmt: skip
as_used = pd.DataFrame(rows).set_index("n_apps")
last = as_used.loc[recorded_counts[-1]]
print(f"at {recorded_counts[-1]} applications, optimal over No Sharing: {last['ratio, 350']:.2f} at one budget, "
      f"{last['ratio, as used']:.2f} as used")  # fmt: skip

import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot(as_used.index, as_used["ratio, 350"], "o-", label="both have 350 units per second")
ax.plot(as_used.index, as_used["ratio, as used"], "o-", label="No Sharing has what it used, Mainstream 350")
figures.log_ticks(ax, recorded_counts)
ax.axhline(1, color="0.5", lw=0.8)
ax.set(xlabel="applications", ylabel="optimal ÷ No Sharing (F1 of means)")
ax.legend()
plt.show()
display(as_used.round(3))
check("05.4", last["ratio, as used"])
