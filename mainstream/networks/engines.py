"""Engines: a Keras model compiled for one image at a time (notebooks 00, 02 and 07).

`openvino` is the fast one, `keras` the reference (a compiled TensorFlow graph); `predict` is `model.predict`, what one
writes first, here to be compared with.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mainstream.errors import UserError, unknown
from mainstream.networks.backend import keras, tf
from mainstream.networks.base import CAFFE, SCALED, preprocess

Compiled = Callable[[np.ndarray], np.ndarray]
Weights = list[np.ndarray]  # as `get_weights` gives them
ENGINES = ("openvino", "keras", "predict")
PRECISIONS = ("f32", "bf16")


def compile_model(
    model: keras.Model, engine: str = "openvino", *, preprocessing: str | None = None, threads: int = 2,
    precision: str = "f32",
) -> Compiled:  # fmt: skip
    """`model` as a function of one input (1, …) float32, to one output float32.

    Args:
        preprocessing: one of `networks.base`: the input is then uint8 RGB, and preparing it is part of the function
            (for OpenVINO, of the compiled graph).
        threads: of OpenVINO; TensorFlow's are set once per process.
        precision: of OpenVINO's computing: f32, or bf16 where the processor has it.

    Raises `UserError`: unknown engine or precision, or one that this processor lacks. The array returned by OpenVINO is
    overwritten by the next call.
    """
    make = compiler(model, engine, preprocessing=preprocessing, threads=threads, precision=precision)
    return make(model.get_weights())


def compile_each(model: keras.Model, weights: Sequence[Weights], *args: Any, **kwargs: Any) -> list[Compiled]:
    """As `compile_model`, once with each set of weights (`get_weights`), as applications at one split have them."""
    return list(map(compiler(model, *args, **kwargs), weights))


def compiler(
    model: keras.Model, engine: str = "openvino", *, preprocessing: str | None = None, threads: int = 2,
    precision: str = "f32", batch: int = 1,
) -> Callable[[Weights], Compiled]:  # fmt: skip
    """What compiles `model` with any weights, as `compile_model` with its own. OpenVINO converts the graph once.

    batch: images per call. Raises as `compile_model`.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(
            f"network '{model.name}' has {len(model.inputs)} inputs and {len(model.outputs)} outputs; needs one of each"
        )
    if engine == "openvino":
        return _openvino(model, preprocessing, threads, precision, batch)
    if precision != "f32":
        raise UserError(f"precision='{precision}': only with engine='openvino'")
    return lambda weights: _tensorflow(model, weights, engine, preprocessing)


def in_batches(call: Compiled, x: np.ndarray, batch: int) -> np.ndarray:
    """`call`, compiled for `batch`, on any number of inputs (n, …): float32 (n, …) of one's own.

    The last batch is filled up with zeros: one graph, and the same bits for an input whatever their number.
    """
    found = []
    for start in range(0, len(x), batch):
        part = x[start : start + batch]
        full = np.concatenate([part, np.zeros((batch - len(part), *x.shape[1:]), x.dtype)])
        found.append(call(full)[: len(part)].copy())
    return np.concatenate(found)


def _tensorflow(model: keras.Model, weights: Weights, engine: str, preprocessing: str | None) -> Compiled:
    prepare = (lambda x: preprocess(x, preprocessing)) if preprocessing else (lambda x: x)
    mine = keras.models.clone_model(model, clone_function=lambda layer: _copied(layer, engine))
    mine.set_weights(weights)
    for layer in mine.layers:
        if hasattr(layer, "finalize_state"):  # adapted preprocessing: constants made from its weights
            layer.finalize_state()
    if engine == "predict":
        return lambda x: mine.predict(prepare(x), verbose=0)
    call = tf.function(lambda x: mine(x, training=False))
    return lambda x: np.asarray(call(prepare(x)))


def _copied(layer: keras.Layer, engine: str) -> keras.Layer:
    """A layer of its own, without the weights; of a Lambda, which has none and cannot be written down, itself."""
    if isinstance(layer, keras.layers.Lambda):
        return layer
    try:
        return layer.__class__.from_config(layer.get_config())
    except (TypeError, ValueError, NotImplementedError) as e:
        kind, why = type(layer).__name__, " ".join(str(e).split())[:120]
        raise UserError(f"engine='{engine}': layer '{layer.name}' ({kind}) cannot be copied: {why}") from e


@cache
def _core() -> Any:
    """OpenVINO, once for the process and never given up.

    On processors with wide registers each one brings a stack for signal handlers and takes it along when the last of
    its models goes; where several have been, handlers are left on memory that is no longer theirs, and the next signal
    (Ctrl-C among them) kills the process.
    """
    import openvino

    return openvino.Core()


def _openvino(
    model: keras.Model, preprocessing: str | None, threads: int, precision: str, batch: int
) -> Callable[[Weights], Compiled]:
    core = _core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise UserError("precision='bf16': this processor computes in f32 only")
    graph = _converted(core, model, batch)
    hints = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
    hints |= {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}

    def compiled(weights: Weights) -> Compiled:
        filled = _filled(graph, weights)
        return _call(core.compile_model(_from_pixels(filled, preprocessing) if preprocessing else filled, "CPU", hints))

    return compiled


def _converted(core: Any, model: keras.Model, batch: int) -> Any:
    """OpenVINO's graph of an image and the weights, each an input.

    By way of a file: OpenVINO reads TensorFlow's format by itself in hundredths of a second and lets other threads
    work meanwhile, where its converter of live objects takes a second of Python.
    """
    place = {id(v): k for k, v in enumerate(model.weights)}
    kinds = (model.trainable_variables, model.non_trainable_variables)
    seeds = {id(v): v.numpy() for kind in kinds for v in kind if id(v) not in place}  # of dropout: no weights

    def call(x: Any, *values: Any) -> Any:
        state = ([seeds[id(v)] if id(v) in seeds else values[place[id(v)]] for v in kind] for kind in kinds)
        return model.stateless_call(*state, x, training=False)[0]

    image = tf.TensorSpec((batch, *model.input_shape[1:]), "float32", name="image")
    values = [tf.TensorSpec(v.shape, v.dtype, name=f"weight_{k}") for k, v in enumerate(model.weights)]
    traced = tf.function(call).get_concrete_function(image, *values)
    with tempfile.TemporaryDirectory() as place_of_file:
        file = Path(place_of_file, "graph.pb")
        file.write_bytes(traced.graph.as_graph_def().SerializeToString())
        return core.read_model(file)


def _filled(graph: Any, weights: Weights) -> Any:
    """A copy of the graph with constants for its weights, which the compiler may then fold."""
    from openvino import opset13

    copy = graph.clone()
    parameters = {p.get_friendly_name().split(":")[0]: p for p in copy.get_parameters()}
    for k, value in enumerate(weights):
        parameter = parameters[f"weight_{k}"]
        parameter.output(0).replace(opset13.constant(value).output(0))
        copy.remove_parameter(parameter)
    copy.validate_nodes_and_infer_types()
    return copy


def _call(compiled: Any) -> Compiled:
    request = compiled.create_infer_request()
    return lambda x: next(iter(request.infer({0: x}, share_inputs=True, share_outputs=True).values()))


def _from_pixels(converted: Any, preprocessing: str) -> Any:
    """The graph with uint8 input and `base.preprocess` as its first operations."""
    import openvino
    from openvino.preprocess import PrePostProcessor

    steps = PrePostProcessor(converted)
    steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    first = steps.input().preprocess().convert_element_type(openvino.Type.f32)
    if preprocessing == SCALED:
        first.mean(127.5).scale(127.5)
    elif preprocessing == CAFFE:
        first.reverse_channels().mean([103.939, 116.779, 123.68])
    return steps.build()
