"""Engines: a Keras model compiled for one image at a time (design section 4; notebooks 00, 02 and 07).

`openvino` is the fast one, `keras` the reference (a compiled TensorFlow graph); `predict` is `model.predict`, what one
writes first, here to be compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mainstream.backend import keras, tf
from mainstream.base import CAFFE, SCALED, preprocess
from mainstream.errors import UserError, unknown

Compiled = Callable[[np.ndarray], np.ndarray]
ENGINES = ("openvino", "keras", "predict")
PRECISIONS = ("f32", "bf16")


def compile_model(
    model: keras.Model,
    engine: str = "openvino",
    *,
    preprocessing: str | None = None,
    threads: int = 2,
    precision: str = "f32",
) -> Compiled:
    """`model` as a function of one input (1, …) float32, to one output float32.

    Args:
        preprocessing: one of `mainstream.base`: the input is then uint8 RGB, and preparing it is part of the function
            (for OpenVINO, of the compiled graph).
        threads: of OpenVINO; TensorFlow's are set once per process.
        precision: of OpenVINO's computing: f32, or bf16 where the processor has it.

    Raises `UserError`: unknown engine or precision, or one that this processor lacks. The array returned by OpenVINO is
    overwritten by the next call.
    """
    [made] = compile_copies(model, 1, engine, preprocessing=preprocessing, threads=threads, precision=precision)
    return made


def compile_copies(
    model: keras.Model,
    copies: int,
    engine: str = "openvino",
    *,
    preprocessing: str | None = None,
    threads: int = 2,
    precision: str = "f32",
) -> list[Compiled]:
    """As `compile_model`, several times over: in OpenVINO each with weights of its own, as applications have."""
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    if engine == "openvino":
        return _openvino(model, copies, preprocessing, threads, precision)
    if precision != "f32":
        raise UserError(f"precision='{precision}': only with engine='openvino'")
    prepare = (lambda x: preprocess(x, preprocessing)) if preprocessing else (lambda x: x)
    if engine == "predict":
        return [lambda x: model.predict(prepare(x), verbose=0)] * copies
    call = tf.function(lambda x: model(x, training=False))
    return [lambda x: np.asarray(call(prepare(x)))] * copies


def _openvino(
    model: keras.Model, copies: int, preprocessing: str | None, threads: int, precision: str
) -> list[Compiled]:
    import openvino

    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise UserError("precision='bf16': this processor computes in f32 only")
    graph = tf.function(lambda x: model(x, training=False))
    shape = [1, *model.input_shape[1:]]
    converted = openvino.convert_model(graph.get_concrete_function(tf.TensorSpec(shape, tf.float32)))
    if preprocessing:
        converted = _from_pixels(converted, preprocessing)
    hints = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
    }
    return [_call(core.compile_model(converted, "CPU", hints)) for _ in range(copies)]


def _call(compiled: Any) -> Compiled:
    request = compiled.create_infer_request()
    return lambda x: next(iter(request.infer({0: x}, share_inputs=True, share_outputs=True).values()))


def _from_pixels(converted: object, preprocessing: str) -> object:
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
