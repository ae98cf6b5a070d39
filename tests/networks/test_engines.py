"""Engines agree; the profiler measures what it names; the tree can be drawn."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.networks.engines import compile_model
from mainstream.networks.splits import split_points, with_head
from mainstream.runner.throughput import pipeline_costs, segment_costs
from streetworld import render_video


@pytest.fixture(scope="module")
def model():
    """The embedded base with a head that is not zero."""
    made = with_head(bases.load_base().network)
    kernel = np.random.default_rng(0).normal(size=(256, 1)).astype("float32")
    made.get_layer("decision").set_weights([kernel, np.ones(1, "float32")])
    return made


@pytest.mark.parametrize("preprocessing", [bases.SCALED, bases.RAW, bases.CAFFE])
def test_engines_agree_from_pixels(model, preprocessing):
    x = np.random.default_rng(1).integers(0, 256, (1, 128, 128, 3), dtype=np.uint8)
    expected = np.asarray(model(bases.preprocess(x, preprocessing), training=False))
    for engine in ("openvino", "keras", "predict"):
        found = compile_model(model, engine, preprocessing=preprocessing)(x)
        assert found.shape == (1, 1)
        assert np.allclose(found, expected, rtol=1e-3, atol=1e-3), engine


def test_a_network_with_dropout_is_converted():
    """The state of its random numbers is among its variables, but no weight."""
    inputs = keras.Input((32, 32, 3))
    dropped = keras.layers.Dropout(0.5)(keras.layers.GlobalAveragePooling2D()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(dropped))
    x = np.random.default_rng(0).random((1, 32, 32, 3), dtype=np.float32)
    assert compile_model(model, "openvino")(x) == pytest.approx(compile_model(model, "predict")(x), abs=1e-5)


def test_bad_engines_are_named(model):
    with pytest.raises(UserError, match="engine 'tensorrt'"):
        compile_model(model, "tensorrt")
    with pytest.raises(UserError, match="precision 'int8'"):
        compile_model(model, precision="int8")
    with pytest.raises(UserError, match="threads=0: must be at least 1"):
        compile_model(model, threads=0)
    with pytest.raises(UserError, match="only with engine='openvino'"):
        compile_model(model, "keras", precision="bf16")


def test_segments_are_listed_from_the_input_on(model):
    chosen = ["conv_pw_3", "conv_pw_11", "pooled features"]
    costs = segment_costs(model, chosen, repeats=3)
    assert list(costs.layer) == ["input", *chosen]
    assert (costs.segment_ms > 0).all() and (costs.q25_ms <= costs.q75_ms).all() and (costs.cold_ms > 0).all()
    assert np.allclose(costs.stem_ms, np.concatenate([[0], np.cumsum(costs.segment_ms)[:-1]]))
    assert len(segment_costs(model, repeats=1)) == len(split_points(model)) == 16


def test_every_stage_of_a_pipeline_is_timed_on_every_frame(tmp_path, model):
    video, _ = render_video(tmp_path / "a.mp4", 1, camera=0)
    slow = lambda x: [keras.ops.zeros((400, 400)) @ keras.ops.zeros((400, 400)) for _ in range(20)]
    costs = pipeline_costs(video, {"nothing": lambda x: x, "slow": slow}, 64, frames=10).set_index("stage")
    assert list(costs.index) == ["decode", "resize", "nothing", "slow"] and (costs.frames == 10).all()
    assert costs.median_ms["slow"] > costs.median_ms["nothing"]
    with pytest.raises(UserError, match="fewer than 65 frames"):
        pipeline_costs(video, {}, 64, frames=60)
    with pytest.raises(UserError, match="not a video"):
        pipeline_costs(__file__, {}, 64)
    with pytest.raises(UserError, match="repeats=0: must be at least 1"):
        pipeline_costs(video, {}, 64, frames=0)


@pytest.mark.parametrize("engine", ["openvino", "keras", "predict"])
@pytest.mark.parametrize("kind", ["adapted", "lambda"])
def test_state_outside_the_weights_comes_along(engine, kind):
    keras.utils.set_random_seed(0)
    first = keras.layers.Normalization() if kind == "adapted" else keras.layers.Lambda(lambda x: x / 200)
    if kind == "adapted":
        first.adapt(np.random.default_rng(0).normal(200, 5, (64, 4, 4, 3)).astype("float32"))
    model = keras.Sequential([keras.Input((4, 4, 3)), first, keras.layers.Flatten(), keras.layers.Dense(1)])
    x = np.full((1, 4, 4, 3), 203, "float32")
    expected = np.asarray(model(x))
    assert np.allclose(compile_model(model, engine)(x), expected, atol=1e-4)


@pytest.mark.parametrize("engine", ["openvino", "keras", "predict"])
def test_a_layer_of_ones_own_that_cannot_be_written_down_runs(engine):
    class Odd(keras.layers.Layer):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor

        def call(self, x):
            return x * self.factor

    model = keras.Sequential([keras.Input((4,)), Odd(2.0), keras.layers.Dense(1)])
    x = np.arange(4, dtype="float32")[None]
    assert compile_model(model, engine)(x) == pytest.approx(np.asarray(model(x)), abs=1e-5)


def test_signals_reach_python_after_networks_have_come_and_gone():
    """Were there an OpenVINO for each, this would kill the process (pytest says: a worker crashed)."""
    made = []
    for _ in range(3):
        made.append(compile_model(keras.Sequential([keras.Input((8,)), keras.layers.Dense(64), keras.layers.Dense(1)])))
        made[-1](np.ones((1, 8), "float32"))
    while made:
        made.pop(0)  # the oldest first
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        for _ in range(20):
            os.kill(os.getpid(), signal.SIGALRM)
            _ = [bytes(5000 + k) for k in range(200)]
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(rung) == 20
