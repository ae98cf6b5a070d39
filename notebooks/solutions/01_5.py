# The same climb with fewer and fewer training stills; validation and test stay as they are.
import matplotlib.pyplot as plt

who, whole = apps[0], {p: photos.part(p) for p in ("train", "val", "test")}
sizes = [len(whole["train"]) // share for share in (10, 3, 1)]
lines = {n: climb({**whole, "train": whole["train"].select(np.arange(n))}, who, ladder) for n in sizes}
fig, ax = plt.subplots()
for k, (n, line) in enumerate(lines.items()):
    x = np.arange(len(line)) + 0.06 * (k - 1)
    ax.errorbar(x, line.accuracy, [line.accuracy - line.low, line.high - line.accuracy], fmt="o-", capsize=3, label=n)
    settled = line.loc[line.val_loss.idxmin()]  # of equals the deepest
    print(f"{n} stills: validation takes '{settled.layer}'; accuracy {settled.accuracy:.3f} "
          f"({settled.low:.3f} to {settled.high:.3f})")  # fmt: skip
ax.set_xticks(range(len(ladder)), [p.name for p in ladder])
ax.set(xlabel="split point, the deepest first", ylabel="balanced accuracy", title=f"{who}, test stills")
ax.legend(title="training stills", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# What was the neighbour worth? Without it a split starts from the base and the head that was fitted on it: a climb of
# two steps, whatever lies between them left out.
leap = climb({**whole, "train": whole["train"].select(np.arange(sizes[1]))}, who, [ladder[0], ladder[-1]])
print(f"'{ladder[-1].name}' straight from the head: {leap.accuracy.iloc[-1]:.3f}; "
      f"over its neighbours: {lines[sizes[1]].accuracy.iloc[-1]:.3f}")  # fmt: skip
