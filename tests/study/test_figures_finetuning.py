"""Figures of notebook 01: what their captions say about small data, and the tables that they are drawn from."""

import numpy as np
import pandas as pd

from mainstream.study.figures import finetuning, three_sources


def summary(**columns):
    """Two splits of one application."""
    table = pd.DataFrame({"app": "cat", "index": [0, 1], "accuracy": [0.9, 0.7], "low": 0.6, "high": 0.95})
    return table.assign(**columns)


def test_validation_settles_and_the_test_stills_only_tell():
    ladder = summary(layer=["pooled features", "input"], val_loss=[0.5, 0.6])
    text = finetuning.one_block_up(ladder, "cat").text
    assert text.startswith(
        "cat: 0.900 with the last layer alone. Validation, which has no say in these numbers, would "
    )
    assert "settle at 'pooled features': 0.900." in text


def test_means_over_applications_at_both_ends():
    both = pd.concat([summary(on="images"), summary(on="video", accuracy=[0.8, 0.6])])
    assert finetuning.synthetic_curves(both).text.startswith(
        "Mean balanced accuracy is 0.800 on test video with everything trained and 0.600 with the last layer alone; "
        "on stills 0.900 and 0.700."
    )
    far = summary(layer=["input", "pooled"], seen=[0.9, 0.8], unseen=[0.85, 0.7])
    assert "is 0.90 on an application's own cameras and 0.85 on others; at the deepest 0.80 and 0.70" in (
        finetuning.unseen_cameras(far).text
    )


def test_correlation_is_told_at_the_nearest_and_the_farthest_look():
    lags = pd.DataFrame({"app": ["cat", "cat", "car", "car"], "lag_s": [0.25, 2] * 2, "rho": [0.5, 0.1, 0.3, 0.2]})
    assert finetuning.correlation(lags).text.startswith(
        "At 0.25 s hits correlate between 0.30 and 0.50, at 2.00 s between 0.10 and 0.20:"
    )


def test_all_splits_beside_the_shallowest_alone():
    seconds = pd.DataFrame({"layer": ["input", "pooled"], "seconds": [4.0, 1.0], "stem_share": [0.0, 1.0]})
    assert finetuning.cost(seconds).text.startswith("All 2 splits of an application take 6 s of one core: 1.5 times")


def test_sources_are_told_apart_and_a_gain_that_is_not_shown_is_named():
    panels = {"ours": summary(), "published (2018)": summary(accuracy=[0.8, 0.5], low=np.nan)}
    assert three_sources.side_by_side(panels).text == (
        "Mean balanced accuracy from nothing frozen to the last point. ours: 0.900 → 0.700; published (2018): 0.800 → "
        "0.500 (0.800 while the whole head is trained)."
    )
    won = pd.DataFrame({"track": ["ours", "record"], "app": ["cat", "cats"], "gain": [0.1, 0.2], "low": [-0.1, np.nan],
                        "high": [0.3, np.nan]})  # fmt: skip
    assert three_sources.gains(won).text == (
        "Specialising gains on average +0.100 (ours), +0.200 (record). No gain is shown for: cat (ours)."
    )
    curve = pd.DataFrame({"network": "resnet", "dataset": "cats", "percent_frozen": [0, 90, 100],
                          "relative": [1, 0.5, 0.1]})  # fmt: skip
    assert "data sets keep on average 50% of their best accuracy on ResNet-50" in three_sources.networks(curve).text
