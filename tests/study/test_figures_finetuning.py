"""Figures of notebook 01: what their captions say about small data."""

import numpy as np
import pandas as pd

from mainstream.study.figures import finetuning


def summary(**columns):
    """Two splits of one application."""
    table = pd.DataFrame({"app": "cat", "index": [0, 1], "accuracy": [0.9, 0.7], "low": 0.6, "high": 0.95})
    return table.assign(layer=["input", "pooled"]).assign(**columns)


def test_means_over_applications_at_both_ends():
    both = pd.concat([summary(on="images"), summary(on="video", accuracy=[0.8, 0.6])])
    far = summary(seen=[0.9, 0.8], unseen=[0.85, 0.7])
    text = finetuning.synthetic_curves(both, far).text
    assert text.startswith(
        "Mean balanced accuracy is 0.800 on test video split at 'input' and 0.600 at 'pooled'; on stills 0.900 and "
        "0.700."
    )
    assert "it is 0.850 at the shallowest of their splits, where it is 0.900 on an application's own" in text
    assert "and 0.700 and 0.800 at the deepest" in text


def test_sources_are_told_apart():
    panels = {"ours": summary(), "published (2018)": summary(accuracy=[0.8, 0.5], low=np.nan)}
    assert finetuning.side_by_side(panels).text == (
        "Mean balanced accuracy from the shallowest split to the deepest. ours: 0.900 → 0.700; published (2018): 0.800 "
        "→ 0.500 (0.800 while the whole head is trained). Bands: 95% intervals, which the record does not have."
    )


def test_an_application_worse_than_chance_stays_in_its_panel():
    drawing = finetuning.side_by_side({"ours": summary(), "record": summary(accuracy=[0.8, 0.46], low=np.nan)})
    low, _ = drawing.figure.axes[1].get_ylim()
    assert low < 0.46
