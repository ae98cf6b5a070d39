"""Figures of notebook 00: what their captions say about small data."""

from importlib.util import find_spec

import matplotlib.pyplot as plt
import pandas as pd

from mainstream.study.figures import diagrams, look, tour, towers
from streetworld import World


def test_the_network_is_paid_once_per_tenant_and_the_rest_once_per_frame():
    stages = {"decode": 1.0, "resize": 1.0, "predict": 18.0, "keras": 6.0, "openvino": 2.0}
    costs = pd.DataFrame([(s, v, v, v) for s, v in stages.items()], columns=["stage", "median_ms", "q25_ms", "q75_ms"])
    world = World(camera=0, seed=0, seconds=3)
    assert tour.pipeline(world, 6, world.frame(6)[::2, ::2], 4800, costs).text == (
        "Of one frame's time the network takes 50% in OpenVINO, 75% as a TensorFlow graph and 90% through "
        "model.predict. Decoding and resizing (2.0 ms, grey) happen once; 8 tenants without sharing need the network "
        "8 times: 89% of the time in OpenVINO. The network gets 25% of the decoded pixels. Bars: medians, with "
        "quartiles."
    )


def test_what_sharing_saves_is_counted_at_the_most_applications():
    rows = [("none", 1, 4, 4), ("none", 2, 8, 9), ("full", 1, 4, 4), ("full", 2, 4, 4.5)]
    scaling = pd.DataFrame(rows, columns=["sharing", "applications", "predicted_ms", "measured_ms"])
    assert "rings: measured, 1.00 to 1.12 times that." in tour.sharing_saves(scaling).text
    assert "2 applications take 9.0 ms per frame without sharing and 4.5 ms when" in tour.sharing_saves(scaling).text
    assert ": 2.0 times less, at the price" in tour.sharing_saves(scaling).text


def test_tenants_have_boxes_and_events():
    world = World(camera=0, seed=0, seconds=3)
    drawing = tour.tenants(world, ["cat", "train"], 6)
    assert drawing.text.startswith("Left: 1 of 2 tenants have something to report in the frame at 0.30 s")
    assert list(drawing.data.columns) == ["app", "start_s", "end_s"] and (drawing.data.app == "cat").any()


def test_towers_say_which_layers_are_the_base_s():
    layers = ["a", "b", "c", "classifier"]
    changes = {"cat": [False, True, True, True], "car": [False, False, True, True]}
    tuned = towers.fine_tuning(layers, [True] * 3 + [False], {"cat": 1, "car": 2}, changes)
    assert "the first still has 1 of the base's 4 layers, bit for bit; the second, 2." in tuned.text
    assert "blue: trained from there, 3 of 4 layers in one pass" in tuned.text
    assert "Up to 'a' both compute the same, so it is computed once: 7 layers per frame instead of 8." in (
        towers.two_as_run(layers, {"cat": 1, "car": 2}).text
    )


def test_a_tree_has_a_trunk_and_a_branch_per_application():
    _, ax = plt.subplots()
    diagrams.tree(ax, {"cat": 1, "car": 3, "bus": 0}, 4)
    trunk, branches = (list(ax.lines)[:3], [line for line in list(ax.lines)[3:] if len(line.get_xdata()) > 1])
    assert [list(line.get_xdata()) for line in trunk] == [[0, 1], [1, 2], [2, 3]]
    assert [line.get_xdata()[0] for line in branches] == [0, 1, 3]  # the first to leave on top
    assert [line.get_color() for line in branches] == [look.APPLICATIONS[app] for app in ("bus", "cat", "car")]
    assert {t.get_text() for t in ax.texts} == {"cat", "car", "bus"}


def test_every_part_is_where_its_box_says():
    assert [module for module in diagrams.parts().data.module if find_spec(f"mainstream.{module}") is None] == []
