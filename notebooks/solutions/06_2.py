# The same cells with two names changed. What an application gains from votes is decided by its false alarms and by how many
# looks its events meet, so each has a frontier of its own.
import matplotlib.pyplot as plt

few = counts[:: max(1, len(counts) // 4)]
again = pd.concat([
    experiments.x_voting(app, few, votes, budget=budget) for app in ("cats", "flowers")
], ignore_index=True)  # fmt: skip
set_x = again[again.x_vote > 0]
best_set = set_x.loc[set_x.groupby(["app", "n_apps"]).f1.idxmax(), ["app", "n_apps", "x_vote", "f1"]]
single = set_x[set_x.x_vote == 1][["app", "n_apps", "f1"]].rename(columns={"f1": "f1_x1"})
line = best_set.merge(single)
line["gain"] = line.f1 - line.f1_x1
assert (line.gain >= 0).all()  # X = 1 is among the choices
one = line[line.x_vote == 1].groupby("app").n_apps.min().to_dict()  # the fewest applications for which one vote is best
print("one vote is the best from so many on:", {app: one.get(app, "never here") for app in ("cats", "flowers")})

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True)
for ax, app in zip(axes, ("cats", "flowers"), strict=True):
    for x, part in set_x[set_x.app == app].groupby("x_vote"):
        ax.plot(part.n_apps, part.f1, color=plt.cm.viridis((x - 1) / 6.5), lw=1, label=f"X = {x}")
    mine = line[line.app == app]
    ax.plot(mine.n_apps, mine.f1, "k--", label="best X")
    ax.set(title=app, xlabel="applications", ylabel="mean Event-F1", ylim=(0, 1))
axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
facts = {a: {"FPR, all specialised": p.splits[0].fpr, "event length, s": p.events.length_s, "π": p.events.frequency}
         for a, p in published.mpackages().items() if a in ("cats", "flowers", "train", "pedestrian")}  # fmt: skip
print(pd.DataFrame(facts).round(3))
line.pivot(index="n_apps", columns="app", values=["x_vote", "gain"]).round(3)
