# The same measurement with one thread, and again with the notebook's number just after it: other work on the machine
# changes from minute to minute, so old figures are no witness.
name = next(iter(models))
how = bases.ARCHITECTURES[name][2]
ends = [chosen[name][0], chosen[name][len(chosen[name]) // 2], chosen[name][-1]]
again = pd.concat({
    n: throughput(models[name], ends, counts, threads=n, repeats=repeats, preprocessing=how) for n in (1, threads)
}, names=["threads"]).reset_index(0)  # fmt: skip
again["ratio"] = again.median_ms / again.predicted_ms
print(again.pivot(index=["layer", "applications"], columns="threads", values="ratio").round(3).to_string())

distance = (again.ratio - 1).abs().groupby(again.threads)
spread = ((again.q75_ms - again.q25_ms) / again.predicted_ms).groupby(again.threads).median()
for n, mean in distance.mean().items():
    print(
        f"{n} thread(s): the sum of parts is off by {mean:.1%} on average, single measurements spread by {spread[n]:.1%}"
    )
# A difference smaller than the spread is none. If one is left: two threads meet at the end of every layer, and whoever
# comes late keeps the other waiting. A tail measured alone and a tail among others need not wait equally long.
