"""Figures of notebook 02: what their captions say about small data."""

import numpy as np
import pandas as pd
import pytest

from mainstream.kit.pipeline.project import read_notebook
from mainstream.paths import NOTEBOOKS
from mainstream.study import figures
from mainstream.study.figures import throughput


@pytest.fixture
def measured():
    """Two applications at two splits; together they take a tenth longer than the sum."""
    rows = [("mobilenet-1.0", k, layer, 100 * k, n, 11.0 * t, 10.0 * t)
            for k, layer in ((0, "input"), (1, "features")) for n, t in ((1, 1), (2, 2 - k))]  # fmt: skip
    columns = ["network", "index", "layer", "percent_shared", "applications", "median_ms", "predicted_ms"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(fps=1000 / table.median_ms, q25_ms=table.median_ms * 0.9, q75_ms=table.median_ms, ratio=1.1)


def test_what_a_network_gets_of_a_frame():
    frame = np.zeros((10, 20, 3), np.uint8)
    text = throughput.setup(frame, {"inception-v3": 10, "mine": 5}).text
    assert text == "A frame of 20 × 10 px and what is left of its pixels for a network: InceptionV3 50%, mine 12%."


def test_half_of_the_time_is_found_in_every_record():
    layers = pd.DataFrame({"network": "mobilenet-1.0", "stem_share": [0.0, 0.5], "segment_ms": 2.0, "cold_ms": 3.0})
    drawing = throughput.stem_share(layers, {"mobilenet": {"record": pd.Series([0.0, 0.25, 1.0])}})
    assert drawing.text == (
        "All segments of a network take 4.0 ms (MobileNet) here, with cold caches 6.0 ms (MobileNet). Half of the time "
        "lies below: MobileNet, here: 50%; MobileNet, record: 67% of the split points."
    )


def test_the_gain_is_that_of_the_most_applications(measured):
    record = pd.DataFrame({"n_apps": 2, "percent_shared": [0, 100], "task_fps": [5.0, 9.0]})
    text = throughput.throughput_by_split(measured, record).text
    assert text.startswith(
        "With 2 applications full sharing gives this many times the frame rate of none: 2.0 (MobileNet, here), 1.8 "
        "(InceptionV3, record). By arithmetic it is at most 2:"
    )
    assert text.endswith(
        "(half of the repeats of one measurement lie within 10% of each other; the highest frame rate of one alone, to "
        "whom splits make little difference, is 1.00 times (MobileNet, here) the lowest)."
    )


def test_a_colour_is_of_one_number_of_applications_in_every_panel(measured):
    """The record has 1 to 8: where ours have 16 too, its 8 were drawn in the legend's colour of 16."""
    record = pd.DataFrame({"n_apps": 1, "percent_shared": [0, 100], "task_fps": [5.0, 9.0]})
    ours, theirs = throughput.throughput_by_split(measured, record).figure.axes
    colours = {line.get_label(): line.get_color() for line in ours.lines}
    assert colours["1"] != colours["2"]
    assert {line.get_label(): line.get_color() for line in theirs.lines} == {"1": colours["1"]}
    record = record.assign(n_apps=2)
    _, theirs = throughput.throughput_by_split(measured, record).figure.axes
    assert {line.get_label(): line.get_color() for line in theirs.lines} == {"2": colours["2"]}


def test_02_compares_with_the_record_where_it_has_as_many_applications(tmp_path):
    cells = map("".join, (c["source"] for c in read_notebook(NOTEBOOKS / "02_profile_throughput.ipynb")["cells"]))
    names = {"counts": [1, 16], "theirs": pd.Series({1: 1.5}), "mine": pd.Series({1: 1.4, 16: 9.0}), "ours": "mine",
             "figures": figures, "measured": pd.DataFrame({"ratio": [1.0]}),
             "out": figures.Output(str(tmp_path), "02_x")}  # fmt: skip
    exec(next(cell for cell in cells if "theirs[n]" in cell), names)
    assert [(row.paper, row.ours) for row in names["rows"]] == [(1.5, 1.4), (1.0, 1.0)]
