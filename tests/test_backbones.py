"""Networks as they run: the same numbers as with dropout, the same splits; sums and shares of their segments."""

import numpy as np
import pandas as pd
import pytest

from mainstream import backbones
from mainstream import base as bases
from mainstream.backend import keras
from mainstream.splits import split_points, with_head


def test_the_network_as_it_runs_is_the_network_without_its_dropout():
    keras.utils.set_random_seed(1)
    model = with_head(bases.build("efficientnet-v2-b0", 64))
    model.layers[-1].set_weights([w + 0.1 for w in model.layers[-1].get_weights()])
    ours = backbones.backbone("efficientnet-v2-b0", 64)
    ours.set_weights(model.get_weights())
    frame = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    assert np.array_equal(np.asarray(ours(frame, training=False)), np.asarray(model(frame, training=False)))
    of = lambda m: [(p.name, p.shape, p.frozen_layers, p.frozen_parameters) for p in split_points(m)]
    assert of(ours) == of(model)
    assert any("drop" in layer.name for layer in model.layers)
    assert not [la for la in ours.layers if isinstance(la, keras.layers.Dropout)]


def test_segments_of_a_network_add_up():
    costs, whole = backbones.compare({"mobilenet-0.25": backbones.backbone("mobilenet-0.25", 32)}, repeats=3)
    assert len(costs) == 16 and set(whole) == {"mobilenet-0.25"} and whole["mobilenet-0.25"] > 0
    assert costs.time_below.is_monotonic_increasing and costs.parameters_below.is_monotonic_increasing
    assert costs.time_below.iloc[0] == 0 < costs.time_below.iloc[-1] < 1
    last = costs.iloc[-1]
    assert last.stem_ms + last.segment_ms == pytest.approx(costs.segment_ms.sum())
    assert (costs.segment_ms > 0).all() and list(costs.stem_ms.iloc[:2]) == pytest.approx([0, costs.segment_ms[0]])


def test_summary_of_known_segments():
    costs = pd.DataFrame({
        "network": "n", "layer": ["input", "a", "b"], "segment_ms": [4.0, 4.0, 2.0], "stem_ms": [0.0, 4.0, 8.0],
        "time_below": [0.0, 0.4, 0.8], "parameters_below": [0.0, 0.1, 0.9],
    })  # fmt: skip
    [row] = backbones.summary(costs, 8).to_dict("records")
    assert (row["points"], row["half_at"], row["coarsest"]) == (3, "b", 0.4)
    assert row["full"] == pytest.approx(8 * 10 / (8 + 8 * 2)) == row["half"]
    assert backbones.summary(costs, 1).full.item() == pytest.approx(1)
