"""One rendered street in other wrappings, orders and clocks gives the same detections, within one look."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media import videos

from mainstream.runner.clock import Unhurried
from mainstream.runner.devices import nuc_2017
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from streetworld import World
from streetworld.encode import write_h264

SECONDS, FPS, LOOKS = 6.0, 20, 5


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    world = World(0, 3, seconds=SECONDS, fps=FPS, width=128, height=128)
    path = tmp_path_factory.mktemp("street") / "street.mp4"
    write_h264(path, (world.frame(k) for k in range(len(world))), fps=FPS, size=world.size)
    return path


@pytest.fixture(scope="module")
def watched(base, packages, street):
    runner = Runner(
        base, {"cat": packages["cat"]}, nuc_2017(), stream_fps=FPS,
        schedule_options={"fps_options": (LOOKS,), "x_options": (1,)},
    )  # fmt: skip
    look = lambda path, fps=None: runner.run(VideoSource(path, fps=fps), Unhurried())
    return look, look(street)


def turned(street, path, quarters):
    """The same pictures stored turned, and a display matrix that turns them back."""
    with av.open(str(street)) as film, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 128, 128, "yuv420p"
        stream.options = {"crf": "1"}
        stream.set_display_rotation(90 * quarters)
        for frame in film.decode(video=0):
            image = np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), -quarters))
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def splice(path, least):
    """The first packet from `least` on that is shown after all before it: leaping there shuffles none."""
    with av.open(str(path)) as film:
        shown = np.array([p.pts for p in film.demux(video=0) if p.size])
    later = np.minimum.accumulate(shown[::-1])[::-1]
    return next(k for k in range(least, len(shown)) if later[k] > shown[:k].max())


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_variants_of_one_street_are_told_alike(data, street, watched, tmp_path):
    look, plain = watched
    kind = data.draw(st.sampled_from(["wrapped", "trimmed", "leaps", "headerless", "turned", "twice"]))
    suffix = data.draw(st.sampled_from(["mp4", "mkv", "ts", "nut"]))
    number = data.draw(st.integers(20, 80))
    path, fps, from_s, twice = tmp_path / f"film.{suffix}", None, 0.0, False
    if kind == "wrapped":
        videos.copied(street, path, videos.shifted(data.draw(st.floats(0, 5000))))
    elif kind == "trimmed":
        from_s = number // (FPS // LOOKS) / LOOKS
        path = tmp_path / "film.mp4"
        videos.copied(street, path, videos.shifted(-from_s), options={"avoid_negative_ts": "disabled"})
    elif kind == "leaps":
        leap, at = videos.shifted(20_000.0), splice(street, number)
        videos.copied(street, path, lambda k, p: leap(k, p) if k >= at else p)
    elif kind == "headerless":
        path, fps = tmp_path / "film.h264", FPS
        videos.copied(street, path, lambda k, p: p)
    elif kind == "turned":
        path = turned(street, tmp_path / "film.mp4", number % 3 + 1)
    else:
        part, path, twice = videos.copied(street, tmp_path / "a.ts", lambda k, p: p), tmp_path / "film.ts", True
        path.write_bytes(2 * part.read_bytes())
    report = look(path, fps)
    mine = np.array([d.time_s for d in report.decisions])
    truth = np.array([d.time_s for d in plain.decisions if d.time_s >= from_s - 1e-6]) - from_s
    if twice:
        truth = np.concatenate([truth, truth + SECONDS])
    assert len(mine) == pytest.approx(len(truth), abs=1) and mine[: len(truth)] == pytest.approx(
        truth[: len(mine)], abs=1 / LOOKS
    )
    spans = [(d.start_s - from_s, d.end_s - from_s) for d in plain.detections if d.start_s > from_s]
    for start, end in spans if kind != "turned" else []:
        near = [d for d in report.detections if abs(d.start_s - start) <= 1.01 / LOOKS]
        assert near and min(abs(d.end_s - end) for d in near) <= 1.01 / LOOKS + twice * SECONDS
