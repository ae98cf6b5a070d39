"""Figures of notebook 09: what their captions say about small data."""

import numpy as np
import pandas as pd

from mainstream.data.photos import Photos
from mainstream.package import Base, MPackage, SplitRecord
from mainstream.study.figures import own


def test_what_is_learnt_from_is_told_apart_from_the_rest():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    parts = np.array(["train", "train", "val", "test"])
    photos = Photos(images, np.array([[1], [0], [1], [0]], bool), ("cat",), tuple("abcd"), parts)
    counts = pd.DataFrame({"partition": ["train", "val", "test"], "with": [1, 1, 0], "without": [1, 0, 1]})
    assert own.material_drawing(photos, "cat", counts).text == (
        "2 photos with 'cat' and 2 without, of which 1 and 1 are learnt from; the rest chooses thresholds and counts."
    )


def test_balanced_accuracy_at_both_ends():
    base = Base(architecture="mine", input_shape=(8, 8, 3), preprocessing="x", weights="record:mine")
    records = (
        SplitRecord(split=0, layer="input", tpr=0.9, fpr=0.1),
        SplitRecord(split=1, layer="top", tpr=0.7, fpr=0.1),
    )
    package = MPackage(application="cat", base=base, splits=records, source="test")
    table = pd.DataFrame({"layer": ["input", "top"], "video_tpr": [0.8, 0.6], "video_fpr": [0.0, 0.2]})
    assert own.accuracy_drawing(package, table).text == (
        "On held-out video balanced accuracy is 0.900 split at 'input' and 0.700 at 'top'."
    )
