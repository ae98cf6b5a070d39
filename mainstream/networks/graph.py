"""The graph of a Keras network, and where it can be cut to some use. `networks.splits` says what that is for.

Layers appear as *nodes*: one per use of a layer, in topological order, the input first.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mainstream.errors import UserError
from mainstream.networks.backend import keras

layers = keras.layers
PADDING = (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D)
_PASSIVE = (*PADDING, layers.Dropout, layers.SpatialDropout2D, layers.Reshape, layers.Flatten, layers.Identity)
_GLOBAL_POOLING = (layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
_NORMALISING = (
    layers.BatchNormalization,
    layers.GroupNormalization,
    layers.LayerNormalization,
    layers.Normalization,
    layers.PReLU,
)


def functional(model: keras.Model) -> keras.Model:
    """`model`, or what a built Sequential is inside. `UserError` unless one input, one output and nothing hidden."""
    graph = getattr(model, "_functional", None) or model
    if not hasattr(graph, "_nodes_by_depth"):
        kind = type(model).__name__
        raise UserError(f"model: {kind} has no graph to split; build it as keras.Model(inputs, outputs)")
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        count = f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs"
        raise UserError(f"model '{model.name}' has {count}: splitting needs one of each")
    for layer in graph.layers:
        if isinstance(layer, keras.Model) and layer.weights:
            raise UserError(
                f"model '{model.name}': its layer '{layer.name}' is a model with weights, whose inside cannot be "
                f"split; build the head on it directly: keras.Model(base.input, head(base.output))"
            )
    return graph


def nodes_of(model: keras.Model) -> list[Any]:
    """The nodes in topological order. Raises as `functional`."""
    by_depth = functional(model)._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]


def unavoidable(nodes: list[Any]) -> list[int]:
    """Positions of the layers that all paths pass through: those that no edge jumps over.

    (A path that avoids a layer holds an edge from before it to behind it; any such edge is part of such a path.) A
    layer used twice counts as an edge from just before its first use to its last: both on one side of every cut.
    """
    position = {id(node): k for k, node in enumerate(nodes)}
    reach = list(range(len(nodes)))
    first: dict[int, int] = {}
    for k, node in enumerate(nodes):
        for parent in node.parent_nodes:
            reach[position[id(parent)]] = k
        use = first.setdefault(id(node.operation), k)
        if use < k:
            reach[use - 1] = max(reach[use - 1], k)
    found, furthest = [], 0
    for k, node in enumerate(nodes):
        if furthest <= k and len(node.output_tensors) == 1 and isinstance(node.operation, layers.Layer):
            found.append(k)
        furthest = max(furthest, reach[k])
    return found


@dataclass
class Block:
    """Consecutive unavoidable layers with one thing to freeze among them, or one global pooling."""

    ends: list[int]  # positions of these layers
    complete: bool = True  # False: a depthwise convolution, which its pointwise partner has yet to follow
    pooling: bool = False
    pooled: bool = False  # gives a vector of features, not a map
    point: int = 0  # the position to cut at


def useful(nodes: list[Any]) -> list[Block]:
    """The blocks to cut after, from the input upwards: one per place that freezes something more.

    Left out: depthwise convolutions without their pointwise partner, the wide inside of inverted bottlenecks
    (MobileNetV2 and later: it widens the features at least twofold and the next block takes that back), and the head.
    """
    blocks = [b for b in _blocks(nodes, unavoidable(nodes)) if b.complete]
    for b in blocks:
        active = (k for k in reversed(b.ends) if not isinstance(nodes[k].operation, _PASSIVE))
        b.point = next(active, b.ends[0])  # padding, dropout and reshaping are left to the tail
    blocks[0].point = blocks[0].ends[0]  # the input itself, before any rescaling
    kept = blocks[:2]  # the first block widens colours, not features
    for k in range(2, len(blocks)):
        width, before = _width(nodes, blocks[k]), _width(nodes, kept[-1])
        maps = [_width(nodes, b) for b in blocks[k + 1 :] if not b.pooled]
        after = next((w for w in maps if w != width), width)
        if blocks[k].pooled or width < 2 * before or after >= width:
            kept.append(blocks[k])
    return kept


def _blocks(nodes: list[Any], ends: list[int]) -> list[Block]:
    """Starts a block before every kernel and before the global pooling; drops the last one when it is a head."""
    blocks = [Block([ends[0]], pooled=_rank(nodes[0]) <= 2)]
    for before, end in pairwise(ends):
        operation = nodes[end].operation
        kernels = [o for o in (n.operation for n in nodes[before + 1 : end + 1])
                   if getattr(o, "weights", ()) and not isinstance(o, _NORMALISING)]  # fmt: skip
        flatter = isinstance(operation, _GLOBAL_POOLING) or _rank(nodes[end]) < _rank(nodes[before])
        pooling = flatter and not blocks[-1].pooled
        gate = isinstance(operation, layers.Multiply)  # squeeze and excitation: belongs to what it gates
        if (kernels and not gate) or pooling:
            complete = pooling or not all(isinstance(k, layers.DepthwiseConv2D) for k in kernels)
            blocks.append(Block([end], complete, pooling, pooling or blocks[-1].pooled))
        else:
            blocks[-1].ends.append(end)
    if len(blocks) > 1 and blocks[-1].pooled and not blocks[-1].pooling:
        blocks.pop()
    return blocks


def _rank(node: Any) -> int:
    return len(node.output_tensors[0].shape)


def _width(nodes: list[Any], block: Block) -> int:
    return nodes[block.point].output_tensors[0].shape[-1]
