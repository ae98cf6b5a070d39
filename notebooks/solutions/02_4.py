# Four applications at split a, four at split b. All share the stem up to the first of the two, four of them follow it
# to the second, and everybody pays a tail. From the segments alone that is a table.
from mainstream.engines import compile_each, compile_model
from mainstream.profiler import milliseconds
from mainstream.splits import cut, segments

name, model = next(iter(models.items()))
part, group, how = costs[costs.network == name].reset_index(), 4, bases.ARCHITECTURES[name][2]
stem, whole, last = part.stem_ms.to_numpy(), part.segment_ms.sum(), len(part) - 1
frame_ms = np.maximum.outer(stem, stem) + group * np.add.outer(whole - stem, whole - stem)
# A step of the group that is behind is worth four segments, as its stem is there already; a step of the one ahead is
# worth three, as it has to carry its stem alone. So the valley is at (0, 0), and every step up is a step deeper.
assert np.allclose(frame_ms, 8 * whole - 4 * np.minimum.outer(stem, stem) - 3 * np.maximum.outer(stem, stem))

tried = [(last // 2, last // 2), (last // 4, last)]  # both in the middle; one early, the other as deep as it goes
fig, ax = plt.subplots(figsize=(5.4, 4.4))
picture = ax.imshow(1e3 / frame_ms, origin="lower", cmap="viridis")
ax.plot(*zip(*tried, strict=True), "o", mfc="none", color="w")
ax.set(xlabel="split of four applications", ylabel="split of the other four", title=f"{name}: frames/s, predicted")
ax.grid(False)
fig.colorbar(picture)
plt.show()

# Does a tree of segments keep the promise? The two cells with a ring, really run.
pixels = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
for a, b in tried:
    path = [compile_model(m, preprocessing=None if k else how, threads=threads)
            for k, m in enumerate(segments(model, sorted({a, b}))[:-1])]  # fmt: skip
    tails = [compile_each(cut(model, k)[1], [cut(model, k)[1].get_weights()] * group, threads=threads) for k in (a, b)]

    def frame(path=path, tails=tails):
        first = path[0](pixels)
        second = path[1](first) if len(path) > 1 else first
        return [tail(value) for value, those in zip((first, second), tails, strict=True) for tail in those]

    measured_ms = np.median(milliseconds(frame, 4 * repeats))
    print(f"splits {a} and {b}: predicted {1e3 / frame_ms[a, b]:.0f}, measured {1e3 / measured_ms:.0f} frames/s")
