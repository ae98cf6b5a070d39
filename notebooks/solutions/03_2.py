# The rarer the events, the more empty windows there are to be wrong about: precision falls, and with it the rate at
# which one more look still pays.
import matplotlib.pyplot as plt

at = np.arange(0.5, 15.01, 0.25)
scene = {"stream_fps": 15, "event_length_s": 0.5, "correlation": 0.1}
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
rows = []
for ax, pi in zip(axes, (0.3, 0.01), strict=True):
    for fpr in (0.01, 0.05, 0.15, 0.30):
        q = quality.evaluate(0.85, fpr, at, event_frequency=pi, **scene)
        k = q.f1.argmax()
        (line,) = ax.plot(at, q.f1, label=f"{fpr:g}")
        ax.plot(at[k], q.f1[k], "v", color=line.get_color(), ms=7)
        rows.append(
            {"π": pi, "fpr": fpr, "best rate": at[k], "f1": q.f1[k], "recall": q.recall[k], "precision": q.precision[k]}
        )
    ax.set(xlabel="analysed frames/s", title=f"π = {pi:g}: ▾ marks the best rate", ylim=(0, 1))
axes[0].set_ylabel("Event-F1")
axes[0].legend(title="FPR")
plt.show()

best = pd.DataFrame(rows)
print(best.pivot(index="fpr", columns="π", values=["best rate", "f1", "precision"]).round(3).to_string())
# At one rate nothing but precision depends on π, and it can only fall with it: so does F1, at every rate.
assert (best[best["π"] == 0.01].f1.to_numpy() <= best[best["π"] == 0.3].f1.to_numpy()).all()
# Look at the best rate by itself as well: it need not fall for every FPR. Where precision is poor at any rate, F1 is
# nearly proportional to it, and precision is πR / (πR + (1−π)R̃): what then counts is the ratio of R and R̃.
check("03.2", best[(best["π"] == 0.01) & (best.fpr == 0.01)].f1.item())
