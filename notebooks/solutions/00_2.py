# One point per thing to freeze. The network has a layer for every step of arithmetic. One can cut only where all paths
# pass through; and of neighbours that leave the same weights to train, the last one is kept.
from mainstream.networks.graph import nodes_of, unavoidable

for name, model in {architecture: application, "resnet50": with_head(bases.build("resnet50", size))}.items():
    print(f"{name}: {len(nodes_of(model))} layers, all paths pass through {len(unavoidable(nodes_of(model)))} of them, "
          f"{len(split_points(model))} are split points")  # fmt: skip
# A chain has one path. A residual network has two around every block, and a stem that ends inside a block is none.

nodes = nodes_of(application)
everywhere = [nodes[k].operation for k in unavoidable(nodes)]
kept = {p.layer for p in points}
assert kept <= {layer.name for layer in everywhere}

# The layers up to the third split point. Freezing `conv1` but not its normalisation and activation would leave hardly
# anything more to train, and a depthwise convolution waits for the pointwise one that belongs to it.
frozen, rows = 0, []
for layer in everywhere[1:]:
    frozen += layer.count_params()
    rows.append((layer.name, type(layer).__name__, f"{frozen:,}", "●" if layer.name in kept else ""))
    if layer.name == points[2].layer:
        break
print(pd.DataFrame(rows, columns=["layer", "kind", "frozen parameters", "split point"]).to_string(index=False))

# Each point freezes something more than the one before; only the pooling has no weights of its own.
more = np.diff([p.frozen_parameters for p in points])
assert (more >= 0).all()
print("\nnothing more is frozen at:", [p.name for p, n in zip(points[1:], more, strict=True) if n == 0])
