"""Split points of a Keras network, found from its graph, and the network cut there.

A split point is a layer that every path from input to output passes through. Below it is the *stem*, which stays
frozen and can be shared between applications; above it is the *tail*, which one application trains for itself.

Not every such layer is useful: freezing `conv1`, or `conv1_relu` after it, trains the same weights. So each block
gives one point, after its normalisation and activation. MobileNet has 16, in the order of the study's `frozen_layers`:

    index    name                       frozen_layers   the study's frozen_layers
    0        input (nothing frozen)     0               0
    1        conv1                      3               3
    2 … 14   conv_pw_1 … conv_pw_13     9, 15 … 81      9, 15 … 81
    15       pooled features            82              84

`frozen_layers` leaves out the input, and zero padding (a layer of its own in today's Keras): so counted, the numbers
agree. At the last point only the head is trained. The study's network had 85 layers, hence three above `conv_pw_13`,
and its 84 freezes all but the very last; ours freezes the pooling. Pooling has no weights: with a head of one layer,
points 14 and 15 train the same weights (their `frozen_parameters` are equal) and differ in cost alone. A hidden layer
in the head is a point of its own (MobileNetV3 has one). The head's output is none: nothing would be left to train. A
network without a head (`include_top=False`) has its features as the last point: a head of one's own begins there.

Used by `mainstream.trainer`, `mainstream.runner.profiler`, `mainstream.runner` and notebooks 00, 01, 02 and 08.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mainstream.errors import UserError, unknown
from mainstream.networks.backend import keras
from mainstream.networks.graph import PADDING, Block, functional, nodes_of, useful

POOLED = "pooled features"
_ROLE = re.compile(r"(_(relu|bn|out|add|act|activation|project|pool))+$", re.IGNORECASE)


@dataclass(frozen=True)
class SplitPoint:
    """A place to cut: everything up to and with `layer` is the stem."""

    index: int  # 0 is the input: nothing frozen
    layer: str  # the layer's name in this very model: Keras numbers unnamed layers anew for each model it builds
    name: str  # for people and files; the same for every model of an architecture
    shape: tuple[int | None, ...]  # of the stem's output, without the batch
    frozen_layers: int  # layers of the stem, without the input and zero padding
    fraction: float  # frozen_layers as a share of all layers
    frozen_parameters: int  # numbers in the stem's weights
    node: int = 0  # its place in the graph of this very model


Split = SplitPoint | str | int


def split_points(model: keras.Model) -> list[SplitPoint]:
    """The useful split points of `model` from the input upwards; rules and numbering: the top of this module.

    Works on functional and built Sequential models with one input and one output: the networks of
    `keras.applications` and one's own. A layer used twice keeps both uses on one side of every split.

    Raises:
        UserError: not such a model, or one with a model with weights nested in it (its inside would be hidden).
    """
    nodes = nodes_of(model)
    counted = [isinstance(n.operation, keras.layers.Layer) and not isinstance(n.operation, PADDING) for n in nodes]
    found: list[SplitPoint] = []
    for index, block in enumerate(useful(nodes)):
        end, frozen = block.point, sum(counted[1 : block.point + 1])
        weights = {id(w): w for n in nodes[: end + 1] for w in getattr(n.operation, "weights", ())}
        found.append(SplitPoint(
            index=index, layer=nodes[end].operation.name, name=_name(index, block, nodes, {p.name for p in found}),
            shape=tuple(nodes[end].output_tensors[0].shape[1:]), frozen_layers=frozen,
            fraction=frozen / max(sum(counted[1:]), 1),
            frozen_parameters=sum(math.prod(w.shape) for w in weights.values()), node=end,
        ))  # fmt: skip
    return found


def cut(model: keras.Model, split: Split) -> tuple[keras.Model, keras.Model]:
    """(stem, tail) such that `tail(stem(x))` is `model(x)` to the last bit in inference.

    Both consist of the model's own layers: no weight is copied, so training the tail changes `model`. At index 0 the
    stem hands its input through, as does the tail at the features of a network without a head. The last bit is
    promised for equal batches called layer by layer, `model(x)`; a compiled graph (`predict`, OpenVINO) may fuse
    layers that a cut keeps apart.

    Args:
        split: a `SplitPoint`, its `name`, its `layer` or its `index` (not its number of frozen layers).

    Raises:
        UserError: not a split point of this model (the nearest are named), or as `split_points`.
    """
    stem, tail = segments(model, [split])
    return stem, tail


def segments(model: keras.Model, splits: Sequence[Split]) -> list[keras.Model]:
    """`len(splits) + 1` models, input → first split → … → last split → output, which compose as in `cut`.

    The runner's tree is made of them: with `splits=split_points(model)`, segment k ends at split point k.

    Raises:
        UserError: as `cut`, or splits that do not ascend.
    """
    points = split_points(model)
    chosen = [_find(model, points, split) for split in splits]
    if any(a.index >= b.index for a, b in pairwise(chosen)):
        raise UserError(f"splits={[p.name for p in chosen]}: must ascend from input to output, each named once")
    graph, nodes = functional(model), nodes_of(model)
    inner = [(p.name, nodes[p.node].output_tensors[0]) for p in chosen]
    ends = [("input", graph.inputs[0]), *inner, ("output", graph.outputs[0])]
    return [_between(start, end, f"{below}-{above}") for (below, start), (above, end) in pairwise(ends)]


def with_head(network: keras.Model) -> keras.Model:
    """A headless network with one logit on its features (all zero): an application of this kit, on shared layers."""
    head = keras.layers.Dense(1, kernel_initializer="zeros", name="decision")
    return keras.Model(network.input, head(network.output))


def _name(index: int, block: Block, nodes: list[Any], taken: set[str]) -> str:
    """'input', 'conv1', 'conv_pw_1', 'block_2', 'mixed0', 'pooled features': never a name that Keras made up."""
    if index == 0:
        return "input"
    if block.pooling:
        return POOLED
    for k in (block.point, block.ends[0]):
        operation = nodes[k].operation
        made_up = re.sub(r"_\d+$", "", operation.name).replace("_", "") == type(operation).__name__.lower()
        name = _ROLE.sub("", operation.name)
        if not made_up and name not in taken:
            return name
    return f"block {index}"


def _find(model: keras.Model, points: list[SplitPoint], split: Split) -> SplitPoint:
    """The one that `split` means, or a `UserError` that names the nearest."""
    for p in points:
        if isinstance(split, SplitPoint):
            same = (p.index, p.name, p.shape) == (split.index, split.name, split.shape)
        else:
            same = split in (p.name, p.layer) if isinstance(split, str) else p.index == split
        if same and not isinstance(split, bool):
            return p
    if isinstance(split, SplitPoint):
        raise UserError(f"split='{split.name}' {split.shape}: is a split point of another network than '{model.name}'")
    if not isinstance(split, str):
        raise UserError(f"split={split!r}: '{model.name}' has split points 0 (input) to {len(points) - 1}")
    names = [node.operation.name for node in nodes_of(model)]
    if split not in names:
        raise unknown("split point", split, [p.name for p in points])
    below = sum(p.node < names.index(split) for p in points)
    near = " and ".join(f"'{p.name}' (index {p.index})" for p in points[below - 1 : below + 1])
    raise UserError(f"split='{split}': a layer of '{model.name}' but not a split point; nearest: {near}")


def _between(start: Any, end: Any, name: str) -> keras.Model:
    """The part of the graph between two symbolic tensors, on the same layers."""
    if start is end:
        start = end = keras.Input(batch_shape=start.shape, dtype=start.dtype)
    return keras.Model(start, end, name=re.sub(r"[^\w.-]", "_", name))
