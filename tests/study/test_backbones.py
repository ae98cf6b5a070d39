"""Networks beside one another: sums and shares of their segments."""

import pandas as pd
import pytest

from mainstream.networks import base as bases
from mainstream.networks.splits import with_head
from mainstream.study import backbones


def test_segments_of_a_network_add_up():
    costs, whole = backbones.compare({"mobilenet-0.25": with_head(bases.build("mobilenet-0.25", 32))}, repeats=3)
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
