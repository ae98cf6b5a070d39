"""The player: verdicts against a report whose truth is known by hand, steps, and a video file with its CSV."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mainstream.data.intervals import read_intervals
from mainstream.errors import UserError
from mainstream.kit.widgets.film import Film, VideoFilm, WorldFilm
from mainstream.kit.widgets.filmstrip import chosen
from mainstream.kit.widgets.player import ALL, Player
from mainstream.kit.widgets.verdicts import VERDICTS, Verdicts
from mainstream.runner.report import Decision, Report
from mainstream.runner.voting import Voter
from streetworld import World, render_video

# Ten frames per second. `car` looks at every second frame and needs two votes; `cat` joins at 2 s and looks at each.
TRUTH = {"car": [(1.0, 2.0), (4.0, 4.5), (5.0, 5.1)], "cat": [(0.5, 1.0), (2.5, 3.0)]}
YES = {"car": {10, 12, 14, 30, 32, 44}, "cat": {26, 27, 28, 29, 50}}
UNITS = {
    "car": {"layer": "conv_pw_6", "fps": 5.0, "x_vote": 2},
    "cat": {"layer": "conv_pw_11", "fps": 10.0, "x_vote": 1},
}


class Grey(Film):
    """60 frames, each of its own grey."""

    numbers = np.arange(60)
    times = numbers / 10

    def picture(self, k):
        return np.full((30, 40, 3), 4 * k, np.uint8)


@pytest.fixture
def report():
    plans = [{"since_s": 0.0, "apps": {"car": UNITS["car"]}}, {"since_s": 2.0, "apps": UNITS}]
    made = Report(plans=plans)
    for app, first, every in (("car", 0, 2), ("cat", 20, 1)):
        voter = Voter(app, UNITS[app]["x_vote"])
        for k in range(first, 60, every):
            d = Decision(app, k, k / 10, 0.9 if k in YES[app] else 0.1, k in YES[app])
            made.decisions.append(d)
            made.detections += [found] if (found := voter.see(d.time_s, d.probability, d.positive)) else []
        made.detections += [last] if (last := voter.close()) else []
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
    table = player.table()
    rows = [(r.kind, r.app, r.start_s, r.end_s, r.outcome, r.looks) for r in table.itertuples()]
    assert rows == [
        ("event", "car", 1.0, 2.0, "hit", 5),
        ("event", "car", 4.0, 4.5, "miss", 3),  # one yes, two votes needed
        ("event", "car", 5.0, 5.1, "miss", 1),
        ("detection", "car", 1.2, 1.4, "hit", 2),
        ("detection", "car", 3.2, 3.2, "false alarm", 1),
        ("event", "cat", 0.5, 1.0, "not running", 0),
        ("event", "cat", 2.5, 3.0, "hit", 5),
        ("detection", "cat", 2.6, 2.9, "hit", 4),
        ("detection", "cat", 5.0, 5.0, "false alarm", 1),
    ]
    assert player.caption() == (
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
        assert f"</span> {gravest}<" in player.text.value
    player.slider.value = 12
    assert "yes (0.90), detected" in player.text.value and "conv_pw_6, 5/s, X = 2" in player.text.value
    player.slider.value = 10
    assert "yes (0.90)<" in player.text.value  # the first of two votes
    player.slider.value, player.app.value = 30, "cat"
    assert "car" not in player.text.value and "rightly no" in player.text.value


def test_a_moved_slider_changes_picture_timeline_and_clock(player):
    before = player.picture.value, player._canvas.image.value, player.clock.value
    player.slider.value = 33
    after = player.picture.value, player._canvas.image.value, player.clock.value
    assert all(a != b for a, b in zip(before, after, strict=True)) and player.clock.value.startswith("3.30 of ")


def test_steps_land_inside_and_stop_at_the_ends(player):
    landed = []
    while player.step(1, "event"):
        landed.append(player.time_s)
        assert any(a <= player.time_s < b for spans in TRUTH.values() for a, b in spans)
    assert landed == [0.5, 1.0, 2.5, 4.0, 5.0]
    assert player.step(-1, "event") and player.time_s == 4.0
    player.app.value, player.kind.value = "car", "false alarm"
    player.back.click()
    assert player.time_s == 3.2
    player.kind.value = "miss"
    player.on.click()
    assert player.time_s == 4.0
    player.app.value = ALL
    assert player.step(1, "detection") and player.time_s == 5.0
    with pytest.raises(UserError, match="did you mean 'event'"):
        player.step(1, "events")


def test_the_strip_is_chosen_by_rule(player, tmp_path):
    picked = chosen(player.verdicts, player.apps, 6)
    assert [(s.app, s.outcome) for s in picked] == [
        ("car", "hit"), ("cat", "hit"), ("car", "false alarm"), ("car", "miss"), ("cat", "false alarm"), ("car", "miss")
    ]  # fmt: skip
    assert [s.middle_s for s in chosen(player.verdicts, ("cat",), 4)] == [2.8, 5.0]
    assert len(chosen(player.verdicts, player.apps, 3)) == 3
    player.figure(6).savefig(tmp_path / "strip.png")
    assert len(player.figure(6).axes) == 7 and len(player.figure(2).axes) == 3


def test_speed_leaves_frames_out_rather_than_redraw_faster_than_ten_times_a_second(player):
    for speed, step, interval in ((1, 1, 100), (0.25, 1, 400), (2, 2, 100), (8, 8, 100)):
        player.speed.value = speed
        assert (player.play.step, player.play.interval) == (step, interval)


def test_a_world_with_its_frames():
    world = World(0, 10, seconds=6, split="test", width=64, height=64)
    player = Player(WorldFilm(world), world.truth)
    assert len(player.film) == 120 and (player.film.picture(7) == world.frame(7)).all()
    app = player.apps[0]
    assert player.verdicts.in_view(app, world.truth[app][0][0])
    assert "nan" not in player.caption() and player.figure(3).axes


def test_a_video_with_a_csv_keeps_every_frame_that_was_looked_at(tmp_path):
    video, csv = render_video(tmp_path / "street.mp4", 4, camera=0, seed=1, split="val", width=96, height=64)
    truth = read_intervals(csv)
    app = next(a for a, spans in truth.items() if spans)
    decisions = [Decision(app, k, k / 20, 0.9, True) for k in range(0, 80, 7)]
    report = Report(decisions=decisions, plans=[{"since_s": 0.0, "apps": {app: UNITS["cat"]}}])
    player = Player.of_video(video, csv, report, fps=5)
    assert set(player.film.numbers) == set(range(0, 80, 7)) | set(range(0, 80, 4))
    world = World(0, 1, seconds=4, split="val", width=96, height=64)
    for k, number in enumerate(player.film.numbers):
        assert player.film.times[k] == pytest.approx(number / 20)
        assert np.abs(player.film.picture(k).astype(int) - world.frame(int(number))).mean() < 12  # twice compressed
        inside = any(a <= number / 20 < b for a, b in truth[app])
        if number % 7 == 0:
            assert player.verdicts.verdict(app, number, number / 20) == ("hit" if inside else "false alarm")
    alone = Player.of_video(video, csv, fps=5)
    if alone.step(1, "event"):
        assert any(alone.verdicts.in_view(a, alone.time_s) for a in alone.apps)


def test_what_cannot_be_played_is_refused(tmp_path, report):
    video, csv = render_video(tmp_path / "street.mp4", 1, camera=0, seed=1, width=96, height=64)
    with pytest.raises(UserError, match=r"at_most_mb=0.01: reached at \d+ s of .* fps \(now 20\)"):
        VideoFilm(video, fps=20, at_most_mb=0.01)
    with pytest.raises(UserError, match="has no frame 20, which was looked at"):
        Player.of_video(video, csv, report)
    with pytest.raises(UserError, match="cannot be opened: connection refused"):
        VideoFilm("rtsp://127.0.0.1:9/none")
    with pytest.raises(UserError, match="unknown application in the truth 'cat'"):
        Verdicts({"car": []}, report)
    with pytest.raises(UserError, match="names no application"):
        Verdicts({})


def test_names_of_applications_are_text_not_markup(report):
    player = Player(Grey(), {"<b>x</b>": [(0.0, 1.0)]})
    assert not re.search(r"<b><b>", player.text.value) and "&lt;b&gt;x" in player.text.value
