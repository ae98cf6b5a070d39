# A network is added in two lines; the question is asked of all of them. Frozen layers are what sharing demands, saved
# time is what it gives: how many of its layers must a network freeze until half of its time is shared?
import matplotlib.pyplot as plt

size = min(networks.values())
added = {"mobilenet-v2": with_head(bases.build("mobilenet-v2", size))}
more = {
    name: segment_costs(model, threads=threads, repeats=repeats, preprocessing=bases.ARCHITECTURES[name][2])
    for name, model in added.items()
}

fig, ax = plt.subplots()
for name, part in {**dict(list(costs.groupby("network", sort=False))), **more}.items():
    share = part.stem_ms / part.segment_ms.sum()
    passed = part["index"].map({p.index: p.fraction for p in split_points({**models, **added}[name])})
    half = np.interp(0.5, share, passed)
    print(f"{name} ({part.segment_ms.sum():.2f} ms): half of the time is shared with {half:.0%} of the layers frozen")
    ax.plot(100 * passed, 1 / (1 - share), "o-", ms=4, label=name)
ax.axhline(2, color="0.6", ls=":")
ax.set(xlabel="layers frozen (%)", ylabel="gain in frame rate, many applications", yscale="log", ylim=(0.9, 36))
ax.set_yticks([1, 2, 4, 8, 16, 32], [1, 2, 4, 8, 16, 32])
ax.minorticks_off()
ax.legend()
plt.show()
# With many applications the stem counts for nothing and each pays its tail: the frame rate grows by 1 ÷ (1 − share).
# That is the limit that the curves under “Throughput against specialisation” approach, here from segments alone.
