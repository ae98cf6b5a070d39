"""Boxes to truth: by the centre, by the film's own times; what cannot be is one line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media import photos, videos
from typer.testing import CliRunner

from mainstream.data.boxes import film_of, read_boxes, zone_intervals
from mainstream.data.filmed import held
from mainstream.data.intervals import part_seen, read_intervals
from mainstream.errors import UserError
from mainstream.kit.commands.main import app
from mainstream.package import Zone
from streetworld.encode import write_h264, write_intervals

LEFT, RIGHT = Zone(0, 0, 0.3, 1), Zone(0.3, 0, 0.7, 1)
# who walks from left to right of 100 × 50 px, frames 2 to 5; somebody whom the annotators leave out; one on the right
BOXES = "2,1,0,10,20,20,1\n3,1,10,10,20,20,1\n\n4,1,20,10,20,20,1\n5,1,30,10,20,20,1\n1,2,0,0,9,9,0\n5,3,80,0,9,9,1\n"


def boxes(tmp_path, text=BOXES):
    (tmp_path / "gt.txt").write_text(text)
    return tmp_path / "gt.txt"


def test_who_counts_by_the_centre_and_from_frame_to_frame(tmp_path):
    found, times = read_boxes(boxes(tmp_path)), np.arange(9) / 10
    assert zone_intervals(found, LEFT, (100, 50), times) == [(0.1, 0.3)]  # centres at 10, 20, then 30: the right's
    assert zone_intervals(found, RIGHT, (100, 50), times) == [(0.3, 0.5)]
    assert zone_intervals(found, None, (100, 50), times) == [(0.1, 0.5)]
    assert zone_intervals(found, Zone(0, 0, 1, 0.3), (100, 50), times) == [(0.4, 0.5)]


@pytest.mark.parametrize(
    ("x", "left", "right"), [(192, "0.1,0,0.2,1", "0.3,0,0.4,1"), (512, "0.7,0,0.1,1", "0.8,0,0.2,1")]
)
def test_who_stands_where_two_zones_touch_is_in_the_right_one(x, left, right):
    """0.1 + 0.2 is a hair more than 0.3, 0.7 + 0.1 a hair less than 0.8."""
    spans = [zone_intervals(np.array([[1, x, 50]]), Zone.read(z), (640, 100), np.arange(3.0)) for z in (left, right)]
    assert spans == [[], [(0.0, 1.0)]]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n \n"])
def test_ends_of_lines(tmp_path, end):
    (tmp_path / "gt.txt").write_bytes(BOXES.replace("\n", end).encode())
    assert np.array_equal(read_boxes(tmp_path / "gt.txt"), read_boxes(boxes(tmp_path)))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 98), st.integers(0, 48)), min_size=1, max_size=20))
def test_frames_are_held_where_a_centre_is(centres):
    times = np.cumsum(np.linspace(0.05, 0.2, 14))  # of a film with a variable rate
    found = np.array(centres, float)
    for zone in (LEFT, RIGHT, None):
        low, high = (0, 101) if zone is None else (100 * zone.x, 100 * (zone.x + zone.w))
        spans = zone_intervals(found, zone, (100, 50), times)
        frames = {frame for frame, x, _ in centres if low <= x < high}
        assert set(np.flatnonzero(held(spans, times[:-1])) + 1) == frames
        assert all(b < c for (_, b), (c, _) in zip(spans, spans[1:], strict=False)), "events apart"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no row"), ("frame,id\n1,2\n", "could not convert string 'frame'"), ("1,2,3\n", "has 3 columns"),
        ("1,1,0,0,5,0\n", "1, 1, 0, 0, 5, 0: needs a frame from 1"), ("0,1,0,0,5,5\n", "needs a frame from 1"),
        ("1.5,1,0,0,5,5\n", "needs a frame"),
        ("1e15,1,0,0,5,5\n", "frame from 1 to 10000000"),
        ("1,1,nan,0,5,5\n", "nan"), ("1,1,0,0,5,5\n1,1\n", "columns"),
        ("1,1,0,0,5,5#0\n", "could not convert"),  # no comments: nothing of a line is passed over
    ],
)  # fmt: skip
def test_bad_tables_are_named(tmp_path, text, message):
    with pytest.raises(UserError, match=message) as error:
        read_boxes(boxes(tmp_path, text))
    assert "gt.txt" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("fps", [10, 24, 30, 30000 / 1001])
def test_a_table_on_disk_holds_the_very_frames(tmp_path, fps):
    """Times that three digits cannot say: an event of one frame is one of that frame."""
    frames = [3, 6, 9, 10, 12, 15, 20, 21, 22, 30]
    text = boxes(tmp_path, "".join(f"{frame},1,10,10,9,9,1\n" for frame in frames))
    film = videos.write(tmp_path / "v.mp4", range(40), rate=fps)
    times, _ = film_of(film)
    for how in (["--video", str(film)], ["--fps", str(fps), "--picture", "128x96"]):
        asked = ["truth", str(text), *how, "--output", str(tmp_path / "t.csv")]
        assert CliRunner().invoke(app, asked).exit_code == 0
        spans = read_intervals(tmp_path / "t.csv")["somebody"]
        assert (np.flatnonzero(held(spans, times[:-1])) + 1).tolist() == frames
    write_intervals(tmp_path / "w.csv", {"cat": [(a / fps, (a + 1) / fps) for a in frames]})
    again = held(read_intervals(tmp_path / "w.csv")["cat"], times[:-1])
    assert np.flatnonzero(again).tolist() == frames, "the world's tables too"


def test_boxes_are_not_laid_on_a_film_whose_frames_are_lost(tmp_path):
    with pytest.raises(UserError, match="1 frames cannot be decoded, so that those behind them have other numbers"):
        film_of(videos.KINDS["a_broken_packet"](tmp_path).path)


@pytest.mark.parametrize("name", ["", "cat\ndog", "a/b"])
def test_truth_of_a_name_that_no_application_may_have(tmp_path, name):
    asked = ["truth", str(boxes(tmp_path)), "--fps", "10", "--picture", "100x50", "--app", name]
    assert "--app" in str(CliRunner().invoke(app, asked).exception)


@pytest.mark.parametrize("command", ["train", "new-app"])
def test_truth_of_a_zone_is_not_taken_for_the_whole_pictures(tmp_path, command):
    """A column says which part; without --zone frames would be learnt from that show it nowhere."""
    for k in range(160):
        photos.put(tmp_path, f"p/{('cat', 'dog')[k % 2]}/{k}.png", photos.PICTURE)
    film = videos.write(tmp_path / "v.mp4", range(160))
    rows = [f'cat,{a},{a + 1},"0.9,0,0.1,1"' for a in (1, 5, 9, 13)]
    (tmp_path / "t.csv").write_text("\n".join(["app,start_s,end_s,zone", *rows]))
    names = ["cat", "--yes"] if command == "new-app" else ["--app", "cat"]
    asked = [command, *names, "--images", tmp_path / "p", "--video", film, "--truth", tmp_path / "t.csv", "--output"]
    for zone in ([], ["--zone", "0,0,0.1,1"]):
        done = CliRunner().invoke(app, [str(word) for word in [*asked, tmp_path / "out", *zone]])
        assert "is of a zone of the picture: --zone 0.9,0,0.1,1 looks at it" in str(done.exception), done.output
    assert [p.name for p in (tmp_path / "out").glob("[!.]*")] == []


def test_what_is_read_is_not_written_over(tmp_path):
    file = boxes(tmp_path)
    done = CliRunner().invoke(app, ["truth", str(file), "--fps", "10", "--picture", "9x9", "--output", str(file)])
    assert "is that of --boxes too" in str(done.exception) and file.read_text() == BOXES


def test_by_a_video_as_by_its_rate_and_what_does_not_fit_writes_nothing(tmp_path):
    rng = np.random.default_rng(0)
    video = tmp_path / "v.mp4"
    write_h264(video, (rng.integers(0, 256, (50, 100, 3), np.uint8) for _ in range(8)), fps=10, size=(100, 50))
    times, size = film_of(video)
    assert times == pytest.approx(np.arange(9) / 10) and size == (100, 50)
    asked = ["truth", str(boxes(tmp_path)), "--zone", str(LEFT), "--app", "cat"]
    made = CliRunner().invoke(app, [*asked, "--video", str(video), "--output", str(tmp_path / "t.csv")])
    assert made.exit_code == 0 and "1 events of 'cat', 0.2 of 0.8 s" in made.output
    assert read_intervals(tmp_path / "t.csv") == {"cat": [(0.1, 0.3)]}
    assert part_seen(tmp_path / "t.csv") == LEFT
    printed = CliRunner().invoke(app, [*asked, "--fps", "10", "--picture", "100x50"])
    assert printed.output == (tmp_path / "t.csv").read_text()
    for more, message in (
        (["--fps", "10"], "needs --video FILE, or --fps and --picture"),
        (["--fps", "0", "--picture", "9x9"], "--fps 0: must be above 0"),
        (["--video", str(video), "--picture", "40x20"], "the picture has 40x20; --picture says which theirs is"),
        (["--video", str(video), "--picture", "wide"], "--picture wide: must be width x height"),
    ):  # fmt: skip
        done = CliRunner().invoke(app, [*asked, *more, "--output", str(tmp_path / "none.csv")])
        assert message in str(done.exception) and not (tmp_path / "none.csv").exists()
    late = np.array([[12, 5.0, 5.0]])
    with pytest.raises(UserError, match="name frame 12, but the film has 8"):
        zone_intervals(late, None, size, times)
