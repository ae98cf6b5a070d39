"""Engines: a Keras model compiled for one image at a time (notebooks 00, 02 and 07).

`openvino` is the fast one, `keras` the reference (a compiled TensorFlow graph); `predict` is `model.predict`, what one
writes first, here to be compared with.
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mainstream.errors import UserError, unknown
from mainstream.networks.backend import keras, tf
from mainstream.networks.base import preprocess

Compiled = Callable[[np.ndarray], np.ndarray]
Weights = list[np.ndarray]  # as `get_weights` gives them
ENGINES = ("openvino", "keras", "predict")
PRECISIONS = ("f32", "bf16")


def compile_model(model: keras.Model, engine: str = "openvino", **how: Any) -> Compiled:
    """`model` with the weights that it has now, compiled as `compiler` says, with its options."""
    return compiler(model, engine, **how)()


def compiler(
    model: keras.Model, engine: str = "openvino", *, preprocessing: str | None = None, threads: int = 2,
    precision: str = "f32", batch: int = 1, lanes: int = 1,
) -> Callable[..., Compiled]:  # fmt: skip
    """What compiles `model` with any weights: a function of images (batch, …) float32 to one output float32.

    Called with nothing it takes the weights that the model has then, else those that it is given (`get_weights`). Of
    several sets it makes one function, to all outputs below each other: one graph, which spares calls, or `lanes` of
    them side by side, each on its share of the threads, where fewer cores wait for each other. OpenVINO converts the
    graph once; the array that its functions return is overwritten by the next call.

    Args:
        preprocessing: one of `networks.base`: the input is then uint8 RGB, and preparing it is part of the function
            (for OpenVINO, of the compiled graph).
        threads: of OpenVINO; TensorFlow's are set once per process.
        precision: of OpenVINO's computing: f32, or bf16 where the processor has it.
        batch: images per call.

    Raises `UserError`: unknown engine or precision, one that this processor lacks, or no thread.
    """
    for name, asked, valid in (("engine", engine, ENGINES), ("precision", precision, PRECISIONS)):
        if asked not in valid:
            raise unknown(name, asked, valid)
    if threads < 1:
        raise UserError(f"threads={threads}: must be at least 1")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        has = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise UserError(f"network '{model.name}' has {has}; needs one of each")
    if engine == "openvino":
        return _openvino(model, preprocessing, threads, precision, batch, lanes)
    if precision != "f32":
        raise UserError(f"precision='{precision}': only with engine='openvino'")

    def compiled(*sets: Weights) -> Compiled:
        calls = [_tensorflow(model, weights, engine, preprocessing) for weights in sets or [model.get_weights()]]
        return calls[0] if len(calls) == 1 else lambda x: np.concatenate([call(x) for call in calls])

    return compiled


def _function(model: keras.Model, preprocessing: str | None) -> Callable[..., Any]:
    """`model` in inference as a function of images and of its weights, for TensorFlow to trace."""
    place = {id(v): k for k, v in enumerate(model.weights)}
    kinds = (model.trainable_variables, model.non_trainable_variables)
    seeds = {id(v): v.numpy() for kind in kinds for v in kind if id(v) not in place}  # of dropout: no weights

    def call(x: Any, *values: Any) -> Any:
        state = ([seeds[id(v)] if id(v) in seeds else values[place[id(v)]] for v in kind] for kind in kinds)
        prepared = preprocess(tf.cast(x, "float32"), preprocessing) if preprocessing else x
        return model.stateless_call(*state, prepared, training=False)[0]

    return call


def _tensorflow(model: keras.Model, weights: Weights, engine: str, preprocessing: str | None) -> Compiled:
    asked, held = _function(model, preprocessing), [tf.constant(w) for w in weights]
    call = lambda x: asked(x, *held)
    if engine == "keras":
        traced = tf.function(call)
        return lambda x: np.asarray(traced(x))
    whole = keras.Sequential([keras.layers.Lambda(call, output_shape=model.output_shape[1:])])
    return lambda x: whole.predict(x, verbose=0)


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
    model: keras.Model, preprocessing: str | None, threads: int, precision: str, batch: int, lanes: int
) -> Callable[..., Compiled]:
    core = _core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise UserError("precision='bf16': this processor computes in f32 only")
    graph = _converted(core, model, batch, preprocessing)
    hints = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}

    def compiled(*sets: Weights) -> Compiled:
        sets = sets or (model.get_weights(),)
        n = min(lanes, len(sets), threads)
        limits = {"INFERENCE_NUM_THREADS": threads // n, "ENABLE_CPU_PINNING": n == 1}  # pinned, all take one core
        shares = pairwise(len(sets) * k // n for k in range(n + 1))
        graphs = [_filled(graph, sets[first:end]) for first, end in shares]
        return partial(_call, [core.compile_model(g, "CPU", hints | limits).create_infer_request() for g in graphs])

    return compiled


def _converted(core: Any, model: keras.Model, batch: int, preprocessing: str | None) -> Any:
    """OpenVINO's graph of an image and the weights, each an input.

    By way of a file: OpenVINO reads TensorFlow's format by itself in hundredths of a second and lets other threads
    work meanwhile, where its converter of live objects takes a second of Python.
    """
    kind = "uint8" if preprocessing else "float32"
    image = tf.TensorSpec((batch, *model.input_shape[1:]), kind, name="image")
    values = [tf.TensorSpec(v.shape, v.dtype, name=f"weight_{k}") for k, v in enumerate(model.weights)]
    traced = tf.function(_function(model, preprocessing)).get_concrete_function(image, *values)
    with tempfile.TemporaryDirectory() as place_of_file:
        file = Path(place_of_file, "graph.pb")
        file.write_bytes(traced.graph.as_graph_def().SerializeToString())
        return core.read_model(file)


def _filled(graph: Any, sets: Sequence[Weights]) -> Any:
    """One graph of one image: a copy for each set of weights, as constants, which the compiler may then fold."""
    from openvino import Model, opset13

    images, results = [], []
    for weights in sets:
        copy = graph.clone()
        parameters = {p.get_friendly_name().split(":")[0]: p.output(0) for p in copy.get_parameters()}
        for k, value in enumerate(weights):
            parameters[f"weight_{k}"].replace(opset13.constant(value).output(0))
        images.append(parameters["image"])
        images[-1].replace(images[0])
        results.append(copy.get_results()[0])  # others hand weights through
    return Model(results, [images[0].get_node()])


def _call(requests: list[Any], x: np.ndarray) -> np.ndarray:
    for request in requests[1:]:
        request.start_async({0: x}, share_inputs=True)
    found = [*requests[0].infer({0: x}, share_inputs=True, share_outputs=True).values()]
    for request in requests[1:]:
        request.wait()
        found += request.results.values()
    return found[0] if len(found) == 1 else np.concatenate(found)
