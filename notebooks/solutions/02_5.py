# Four applications at split a, four at split b. All share the stem up to the first of the two, four of them follow it
# to the second, and everybody pays a tail. From the segments alone that is a table.
import matplotlib.pyplot as plt

from mainstream.networks.engines import compile_model, compiler
from mainstream.networks.splits import cut, segments
from mainstream.runner.profiler import milliseconds

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

# Does a tree of segments keep the promise? The two cells with a ring, really run; beside the table, which is some
# minutes old, the parts measured alone just now.
pixels = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
median_ms = lambda call: float(np.median(milliseconds(call, 2 * repeats)))
for a, b in tried:
    path = [compile_model(m, preprocessing=None if k else how, threads=threads)
            for k, m in enumerate(segments(model, sorted({a, b}))[:-1])]  # fmt: skip
    first = path[0](pixels).copy()
    second = path[-1](first).copy() if len(path) > 1 else first
    work = list(zip(path, (pixels, first), strict=False))  # a network and what it is shown
    for k, value in ((a, first), (b, second)):
        make = compiler(cut(model, k)[1], threads=threads)
        work += [(make(), value) for _ in range(group)]
    alone = sum(median_ms(lambda c=call, v=value: c(v)) for call, value in work)
    together = median_ms(lambda w=work: [call(value) for call, value in w])
    print(f"splits {a} and {b}: {1e3 / frame_ms[a, b]:.1f} frames/s by the table, {1e3 / alone:.1f} by the parts now, "
          f"{1e3 / together:.1f} together")  # fmt: skip
