# Two applications that split at one point have tails of one shape, but not the same numbers. One tail called n times
# finds its weights in the processor's caches from the call before; n tails may push each other's out. `throughput`
# measures what applications will meet, so each of its tails is compiled with a copy of the weights.
from mainstream.networks.engines import compile_model, compiler
from mainstream.networks.splits import cut
from mainstream.runner.profiler import milliseconds

name, model = next(iter(models.items()))
how, n = bases.ARCHITECTURES[name][2], max(counts)
pixels = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
for split in (chosen[name][0], chosen[name][len(chosen[name]) // 2]):
    stem, tail = cut(model, split)
    first = compile_model(stem, preprocessing=how, threads=threads) if stem.weights else None
    make = compiler(tail, preprocessing=None if first else how, threads=threads)
    tails = [make() for _ in range(n)]
    value = first(pixels).copy() if first else pixels
    calls = {
        "own": lambda t=tails, v=value: [one(v) for one in t],
        "one": lambda t=tails, v=value: [t[0](v) for _ in t],
    }
    found = {kind: [] for kind in calls}
    for _ in range(2 * repeats):  # in turn, so that other work on the machine meets both
        for kind, call in calls.items():
            found[kind].append(milliseconds(call, 1, 1)[0])
    low, middle, high = np.quantile(np.divide(found["own"], found["one"]), [0.25, 0.5, 0.75])
    size_mb = 4e-6 * tail.count_params()
    print(f"{name}, {n} tails from '{split}': {np.median(found['own']):.2f} ms with weights of their own, {np.median(found['one']):.2f} ms "
          f"with one tail's; ratio {middle:.2f} ({low:.2f} to {high:.2f}); weights {n * size_mb:.1f} MB against {size_mb:.1f} MB")  # fmt: skip
# Where the quartiles hold 1, this run shows no difference: perhaps all tails fit into the caches, perhaps not even one
# does, perhaps computing hides the fetching (`lscpu -C` has the sizes to compare with). A measurement that would be right
# in that case only is no measurement of what applications get, so `throughput` takes no chances.
