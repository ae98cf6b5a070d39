"""The player: verdicts against a report whose truth is known by hand, the strip that is kept, moments to go to."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.kit.widgets.player import Player
from mainstream.runner.report import Decision, Report
from mainstream.runner.voting import Voter
from mainstream.study.figures.filmstrip import chosen
from mainstream.study.verdicts import VERDICTS, Verdicts
from streetworld import World

# Ten frames per second. `car` looks at every second frame and needs two votes; `cat` joins at 2 s and looks at each.
TRUTH = {"car": [(1.0, 2.0), (4.0, 4.5), (5.0, 5.1)], "cat": [(0.5, 1.0), (2.5, 3.0)]}
YES = {"car": {10, 12, 14, 30, 32, 44}, "cat": {26, 27, 28, 29, 50}}
UNITS = {
    "car": {"layer": "conv_pw_6", "fps": 5.0, "x_vote": 2},
    "cat": {"layer": "conv_pw_11", "fps": 10.0, "x_vote": 1},
}


class Grey:
    """60 frames, each of its own grey."""

    fps = 10.0

    def __len__(self):
        return 60

    def frame(self, k):
        return np.full((30, 40, 3), 4 * k, np.uint8)


@pytest.fixture
def report():
    plans = [{"since_s": 0.0, "apps": {"car": UNITS["car"]}}, {"since_s": 2.0, "apps": UNITS}]
    made = Report(plans=plans)
    for app, first, every in (("car", 0, 2), ("cat", 20, 1)):
        voter = Voter(app, UNITS[app]["x_vote"], look_s=every / 10)
        for k in range(first, 60, every):
            d = Decision(app, k, k / 10, 0.9 if k in YES[app] else 0.1, k in YES[app])
            made.decisions.append(d)
            made.detections += [found] if (found := voter.see(d.time_s, d.probability, d.positive)) else []
        made.detections += [last] if (last := voter.close(6.0)) else []
    return made


@pytest.fixture
def player(report):
    return Player(Grey(), TRUTH, report)


@pytest.mark.parametrize(
    "app, frame, expected",
    [("car", 10, "hit"), ("car", 11, "not looked at"), ("car", 16, "miss"), ("car", 20, "rightly no"),
     ("car", 30, "false alarm"), ("car", 9, "not looked at"), ("cat", 6, "not running"), ("cat", 20, "rightly no"),
     ("cat", 25, "miss"), ("cat", 26, "hit"), ("cat", 30, "rightly no"), ("cat", 50, "false alarm")],
)  # fmt: skip
def test_verdicts_of_looks(player, app, frame, expected):
    assert player.verdicts.verdict(app, frame, frame / 10) == expected


def test_outcomes_of_events_and_detections(player):
    table = player.verdicts.table()
    rows = [(r.kind, r.app, r.start_s, round(r.end_s, 6), r.outcome, r.looks) for r in table.itertuples()]
    assert rows == [
        ("event", "car", 1.0, 2.0, "hit", 5),
        ("event", "car", 4.0, 4.5, "miss", 3),  # one yes, two votes needed
        ("event", "car", 5.0, 5.1, "miss", 1),
        ("detection", "car", 1.2, 1.6, "hit", 2),
        ("detection", "car", 3.2, 3.4, "false alarm", 1),
        ("event", "cat", 0.5, 1.0, "not running", 0),
        ("event", "cat", 2.5, 3.0, "hit", 5),
        ("detection", "cat", 2.6, 3.0, "hit", 4),
        ("detection", "cat", 5.0, 5.1, "false alarm", 1),
    ]
    assert player.drawing().text == (
        "2 of 4 events were found (found had 5.0 looks on average; missed had 2.0 looks on average); "
        "2 of 4 detections were false alarms."
    )


def test_the_border_and_the_table_say_the_gravest_verdict(player):
    import cv2

    def border():
        pixels = cv2.imdecode(np.frombuffer(player.picture.value, np.uint8), cv2.IMREAD_COLOR)
        return pixels[3, 20, ::-1].astype(int)

    for frame, gravest in ((10, "hit"), (30, "false alarm"), (16, "miss"), (21, "rightly no")):
        player.slider.value = frame
        assert np.abs(border() - list(bytes.fromhex(VERDICTS[gravest][1:]))).max() < 12, gravest
        assert f"<td>{gravest}<" in player.text.value
    player.slider.value = 12
    assert "yes (0.90), detected" in player.text.value and "conv_pw_6, 5/s, X = 2" in player.text.value
    player.slider.value = 10
    assert "yes (0.90)<" in player.text.value  # the first of two votes


def test_a_moved_slider_changes_picture_timeline_and_clock(player):
    before = player.picture.value, player.timeline.value, player.text.value
    player.slider.value = 33
    after = player.picture.value, player.timeline.value, player.text.value
    assert all(a != b for a, b in zip(before, after, strict=True)) and player.text.value.startswith("<b>3.30 s</b>")


def test_moments_to_go_to_are_events_and_detections_where_they_begin(player):
    labels = dict(player.moment.options)
    player.moment.value = labels["4.0 s  event car: miss"]
    assert player.slider.value == 40 and player.verdicts.in_view("car", 4.0)
    player.moment.value = labels["5.0 s  detection cat: false alarm"]
    assert player.slider.value == 50 and "<td>false alarm<" in player.text.value
    assert len(labels) == 1 + len(player.verdicts.spans)


def test_the_strip_is_chosen_by_rule(player, report, tmp_path):
    picked = chosen(player.verdicts, 6)
    assert [(s.app, s.outcome) for s in picked] == [
        ("car", "hit"), ("cat", "hit"), ("car", "false alarm"), ("car", "miss"), ("cat", "false alarm"), ("car", "miss")
    ]  # fmt: skip
    assert len(chosen(player.verdicts, 3)) == 3
    player.drawing().figure.savefig(tmp_path / "strip.png")
    assert len(player.drawing(6).figure.axes) == 7 and len(player.drawing(2).figure.axes) == 3
    nothing = Player(Grey(), {"car": []}, Report(plans=[{"since_s": 0.0, "apps": {"car": UNITS["car"]}}])).drawing()
    assert nothing.text.startswith("0 of 0 events") and len(nothing.data) == 6
    alone = Verdicts(TRUTH, report, ["cat"])
    assert [s.middle_s for s in chosen(alone, 4)] == [2.8, 5.0]


def test_a_world_with_its_frames():
    world = World(0, 10, seconds=6, split="test", width=64, height=64)
    player = Player(world, world.truth)
    app = player.verdicts.apps[0]
    assert player.verdicts.in_view(app, world.truth[app][0][0])
    assert player.drawing(3).text and player.drawing(3).figure.axes


def test_what_cannot_be_judged_is_refused(report):
    with pytest.raises(UserError, match="unknown application in the truth 'cat'"):
        Verdicts({"car": []}, report)
    with pytest.raises(UserError, match="names no application"):
        Verdicts({})


def test_names_of_applications_are_text_not_markup(report):
    player = Player(Grey(), {"<b>x</b>": [(0.0, 1.0)]})
    assert not re.search(r"<td><b>", player.text.value) and "&lt;b&gt;x" in player.text.value
