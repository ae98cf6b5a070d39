"""Figures of notebook 09: what their captions say about small data."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from mainstream.data.photos import Photos
from mainstream.package import Base, MPackage, SplitRecord, VideoRates
from mainstream.study.figures import diagrams, filmstrip, finetuning, own
from mainstream.study.verdicts import Verdicts


def test_what_is_learnt_from_is_told_apart_from_the_rest():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    parts = np.array(["train", "train", "val", "test"])
    photos = Photos(images, np.array([[1], [0], [1], [0]], bool), ("cat",), tuple("abcd"), parts)
    counts = pd.DataFrame({"partition": ["train", "val", "test"], "with": [1, 1, 0], "without": [1, 0, 1]})
    assert own.samples(photos, "cat", counts).text == (
        "2 photos with 'cat' and 2 without, of which 1 and 1 are learnt from; the rest chooses thresholds and counts."
    )


def test_wrong_answers_say_what_their_number_is_and_begin_with_the_surest():
    photos = Photos(np.zeros((3, 8, 8, 3), np.uint8), np.array([[1], [0], [0]], bool), ("cat",), tuple("abc"),
                    np.array(["test"] * 3))  # fmt: skip
    drawing = own.wrong(photos, "cat", np.array([0.4, 0.9, 0.1]), 0.5)
    assert drawing.text.startswith("Of 3 held-out photos it was wrong about 2, surest of those shown first;")
    assert "; the number is how likely 'cat' was to it." in drawing.text
    assert list(drawing.data.photo) == ["b", "a"]
    assert own.wrong(photos, "cat", np.array([0.9, 0.1, 0.1]), 0.5) is None


@pytest.mark.parametrize(
    ("video", "said"),
    [
        (True, "On held-out video balanced accuracy is 0.900 split at 'input', 0.700 at 'top'."),
        (False, "On held-out photos balanced accuracy is 0.900 split at 'input', 0.800 at 'top'."),
    ],
)
def test_balanced_accuracy_at_both_ends(video, said):
    base = Base(architecture="mine", input_shape=(8, 8, 3), preprocessing="x", weights="record:mine")
    spans = {"tpr_interval": (0.5, 0.9), "fpr_interval": (0.0, 0.3)}
    shared = {"positives": 9, "negatives": 9, "correlation": (0.2,), "fps": 4, "clips": 1, **spans}
    rates = lambda tpr, fpr: VideoRates(tpr=tpr, fpr=fpr, **shared)
    records = (
        SplitRecord(split=0, layer="input", tpr=0.9, fpr=0.1, video=rates(0.8, 0.0) if video else None),
        SplitRecord(split=1, layer="top", tpr=0.7, fpr=0.1, video=rates(0.6, 0.2) if video else None),
    )
    package = MPackage(application="cat", base=base, splits=records, source="test")
    drawing = own.accuracy(package)
    assert drawing.text == said + " Bands: 95% intervals." * video
    heights = [band.get_datalim(band.axes.transData).height for band in drawing.figure.axes[0].collections]
    assert [h > 0 for h in heights] == [False, video], "photos have none here, video has its own"


def test_a_name_is_no_formula(tmp_path):
    """Two dollars begin and end one for matplotlib: names came out in italics, or drawing them ended in a traceback."""
    app, fig = "5$_$5", plt.figure()
    photos = Photos(np.zeros((2, 8, 8, 3), np.uint8), np.array([[1], [0]], bool), (app,), (f"{app}.jpg", "b"),
                    np.array(["train", "test"]))  # fmt: skip
    counts = pd.DataFrame({"with": [1], "without": [1]})
    drawn = [own.samples(photos, app, counts), own.wrong(photos, app, np.array([0.1, 0.1]), 0.5)]
    drawn.append(finetuning.stills(photos, [app]))
    film = type("Grey", (), {"fps": 1.0, "__len__": lambda _: 2, "frame": lambda _, k: photos.images[k]})()
    drawn.append(filmstrip.strip(film, Verdicts({app: [(0.0, 1.0)]})))
    diagrams.tree(fig.subplots(), {app: 0}, 1)
    for figure in [*(d.figure for d in drawn), fig]:
        figure.savefig(tmp_path / "any.png")
