"""Video files: what is written can be read back, with its timestamps and its truth."""

from __future__ import annotations

import av
import numpy as np
import pytest

from mainstream.data.intervals import read_intervals
from mainstream.errors import UserError
from streetworld.encode import render_video, write_intervals
from streetworld.errors import WorldError
from streetworld.example import render_example
from streetworld.world import APPS, World


@pytest.mark.parametrize("fps", [20.0, 29.97])
def test_round_trip(tmp_path, fps):
    video, table = render_video(tmp_path / "new" / "street.mp4", 6, camera=0, seed=4, fps=fps, split="val")
    world = World(0, 4, seconds=6, fps=fps, split="val")
    with av.open(str(video)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        decoded = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert len(decoded) == len(world)
    assert np.allclose([t for t, _ in decoded], np.arange(len(world)) / fps, atol=1e-3)
    for i in (0, 50, len(world) - 1):
        assert np.abs(decoded[i][1].astype(int) - world.frame(i)).mean() < 12
    truth = read_intervals(table, APPS)
    assert truth.keys() == world.truth.keys()
    for app in APPS:
        assert np.allclose(truth[app], world.truth[app], atol=1e-4)
    assert any(truth.values())
    assert sorted(p.name for p in video.parent.iterdir()) == ["street.csv", "street.mp4"]


def test_rendering_twice_gives_the_same_file(tmp_path):
    files = [render_video(tmp_path / f"{k}.mp4", 1, camera=3)[0].read_bytes() for k in range(2)]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"path": "street.avi"}, r"\.mp4"),
        ({"seconds": -1}, "seconds"),
        ({"width": 101, "seconds": 1}, "even"),
        ({"camera": 12}, "camera"),
    ],
)
def test_bad_arguments_are_named_and_leave_nothing_behind(tmp_path, arguments, named):
    path = tmp_path / str(arguments.get("path", "street.mp4"))
    with pytest.raises(WorldError, match=named):
        render_video(path, **{k: v for k, v in arguments.items() if k != "path"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("app,start\ncat,1\n", "columns"),
        ("app,start_s,end_s\ncat,1,2\ncat,x,3\n", "line 3"),
        ("app,start_s,end_s\ncat,5,2\n", "line 2"),
        ("app,start_s,end_s\ncat,nan,2\n", "line 2"),
    ],
)
def test_bad_tables_are_named(tmp_path, text, named):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UserError, match=named):
        read_intervals(tmp_path / "t.csv")
    with pytest.raises(UserError, match="missing"):
        read_intervals(tmp_path / "missing.csv")


def test_intervals_keep_applications_of_ones_own(tmp_path):
    write_intervals(tmp_path / "t.csv", {"fox": [(3.0, 4.5), (1.0, 2.0)]})
    assert read_intervals(tmp_path / "t.csv", apps=["fox", "owl"]) == {
        "fox": [(1.0, 2.0), (3.0, 4.5)],
        "owl": [],
    }


def test_an_example_that_was_interrupted_can_be_drawn_again(tmp_path, monkeypatch):
    def interrupted(image):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("streetworld.example.Image.fromarray", interrupted)
        render_example(tmp_path / "try", photos=2, seconds=0.5, height=60)
    drawn = render_example(tmp_path / "try", photos=2, seconds=0.5, height=60)
    assert all(path.exists() for path in drawn) and len(list((tmp_path / "try").iterdir())) == 4
