"""Every reader of video on every odd kind of it: what a player shows, at its time, everywhere alike."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread

import av
import numpy as np
import pytest
from media import videos

from mainstream.data.filmed import sampled_frames, video_seconds
from mainstream.data.video import Video, is_live
from mainstream.errors import UserError
from mainstream.runner.sources import VideoSource


def paired(times, numbers, odd) -> None:
    """Each frame that was read is one that is shown, at its time; few are missing."""
    truth = {number: at for at, number in odd.shown}
    assert set(numbers) <= set(truth) and len(truth) - len(numbers) <= odd.lost
    assert np.all(np.diff(times) > 0)
    if "concealed" in odd.more:  # the decoder shows what it has instead
        return
    assert len(set(numbers)) == len(numbers)
    assert times == pytest.approx([truth[n] for n in numbers], abs=odd.tolerance_s)


@pytest.mark.parametrize("name", videos.KINDS)
def test_every_reader_has_what_a_player_shows(name, tmp_path):
    odd = videos.KINDS[name](tmp_path)
    source = VideoSource(odd.path, fps=odd.said_fps)
    assert not source.live and source.fps == pytest.approx(odd.fps, rel=1e-3)
    frames = list(source)
    paired([f.time_s for f in frames], [videos.number_in(f.image) for f in frames], odd)
    assert [f.number for f in frames] == list(range(len(frames)))
    assert {f.image.shape[:2] for f in frames} == odd.more.get("shapes", {odd.shape})
    assert odd.corrupt in (None, source.corrupt)
    if counted := source.corrupt:
        assert len(list(source)) == len(frames) and source.corrupt == counted, "read again it is not twice as bad"

    images, times = sampled_frames(odd.path, fps=1000, size=64, video_fps=odd.said_fps)
    assert times == pytest.approx([f.time_s for f in frames])
    assert [videos.number_in(i) for i in images] == [videos.number_in(f.image) for f in frames]

    seconds = video_seconds(odd.path, fps=odd.said_fps)
    if "seconds_at_least" in odd.more:
        assert odd.more["seconds_at_least"] <= seconds <= odd.seconds
    else:
        assert seconds == pytest.approx(odd.seconds, abs=odd.tolerance_s + 0.002)
    assert seconds > times[-1]


def test_a_phones_hdr_has_the_colours_of_photos(tmp_path):
    """HLG of BT.2020, 10 bits: white paper, a grey card and red of 203 cd/m², as BT.2408 has them, were dull."""
    shown = [(255, 255, 255), (128, 128, 128), (255, 0, 0)]
    signal = np.array([(0.75, 0.75, 0.75), (0.4705, 0.4705, 0.4705), (0.7085, 0.2666, 0.1299)])
    luma = signal @ (0.2627, 0.678, 0.0593)
    blue, red = (signal[:, 2] - luma) / 1.8814, (signal[:, 0] - luma) / 1.4746
    with av.open(str(tmp_path / "film.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv444p10le"
        for k in range(2):
            frame = av.VideoFrame(96, 64, "yuv444p10le")
            for plane, values in zip(frame.planes, (64 + 876 * luma, 512 + 896 * blue, 512 + 896 * red), strict=True):
                row = np.resize(np.repeat(np.round(values).astype("<u2"), 32), plane.line_size // 2)
                plane.update(np.tile(row, (64, 1)))
            for holder in (frame, stream.codec_context):
                holder.colorspace, holder.color_range, holder.color_trc, holder.color_primaries = 9, 1, 18, 9
            frame.pts = k
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    image = next(iter(VideoSource(tmp_path / "film.mkv"))).image
    assert np.abs(image[32, [16, 48, 80]].astype(int) - shown).max() < 32 and image[32, 48] == pytest.approx(128, abs=4)


@pytest.mark.parametrize(("size", "weights"), [((64, 16), (0.299, 0.114)), ((1280, 16), (0.2126, 0.0722))])
def test_films_that_do_not_say_are_of_bt601_or_in_hd_of_bt709(tmp_path, size, weights):
    """As players have it; HD's green was 19 of 255 off, its red 23."""
    shown = [(255, 0, 0), (0, 255, 0), (200, 120, 60)]
    rgb, (red, blue) = np.array(shown) / 255, weights
    luma = rgb @ (red, 1 - red - blue, blue)
    parts = luma, (rgb[:, 2] - luma) / (2 - 2 * blue), (rgb[:, 0] - luma) / (2 - 2 * red)
    with av.open(str(tmp_path / "film.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv444p"
        for k in range(2):
            frame = av.VideoFrame(*size, "yuv444p")
            for plane, values, zero, top in zip(frame.planes, parts, (16, 128, 128), (219, 224, 224), strict=True):
                row = np.repeat(np.round(zero + top * values).astype(np.uint8), size[0] // 3 + 1)
                plane.update(np.tile(np.resize(row, plane.line_size), (size[1], 1)))
            frame.pts = k
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    image = next(iter(VideoSource(tmp_path / "film.mkv"))).image
    found = image[8, [size[0] * (2 * k + 1) // 6 for k in range(3)]].astype(int)
    assert np.abs(found - shown).max() < 4


@pytest.mark.parametrize("name", videos.REFUSED)
def test_what_is_no_video_is_named_in_one_line_by_every_reader(name, tmp_path):
    make, word = videos.REFUSED[name]
    path = make(tmp_path)
    readers = (Video, VideoSource, video_seconds, lambda p: sampled_frames(p, fps=4, size=16))
    for read in readers:
        with pytest.raises(UserError, match=word) as raised:
            read(path)
        assert "\n" not in str(raised.value) and "Errno" not in str(raised.value) and path.name in str(raised.value)


@pytest.mark.parametrize("url", [
    "rtsp://camera/1", "rtmp://camera", "srt://camera:9", "tcp://camera:9", "udp://0.0.0.0:9", "HTTP://camera/film",
    "/dev/video0",
])  # fmt: skip
def test_cameras_and_addresses_are_live(url):
    assert is_live(url)


class Camera(Thread):
    """Serves a list of (seconds to wait, bytes) to each of so many callers, one after the other."""

    def __init__(self, parts, callers=1, head=b""):
        super().__init__(daemon=True)
        self.parts, self.callers, self.head, self.calls = parts, callers, head, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.start()

    def run(self):
        for _ in range(self.callers):
            caller = self.server.accept()[0]
            self.calls += 1
            with caller, suppress(OSError):
                if self.head:
                    caller.recv(4096)
                    caller.sendall(self.head)
                for wait, data in self.parts:
                    time.sleep(wait)
                    caller.sendall(data)
        self.server.close()


def test_an_address_is_opened_once_and_its_loss_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("mainstream.runner.sources.PAUSES_S", (0.01,))
    film = videos.write(tmp_path / "film.ts")
    camera = Camera([(0, film.read_bytes())])
    source, frames = VideoSource(f"tcp://127.0.0.1:{camera.port}", reconnect_s=0.05), []
    assert source.live
    with pytest.raises(UserError, match="given up after"):
        for frame in source:
            frames.append(frame)
    assert camera.calls == 1 and [videos.number_in(f.image) for f in frames] == list(range(videos.FRAMES))
    assert [f.time_s for f in frames] == pytest.approx([at for at, _ in videos.plain()], abs=0.002)


def test_a_lost_camera_is_opened_again_and_time_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("mainstream.runner.sources.PAUSES_S", (0.01,))
    film = videos.write(tmp_path / "film.ts")
    camera = Camera([(0, film.read_bytes())], callers=2)
    source, times = VideoSource(f"tcp://127.0.0.1:{camera.port}", reconnect_s=0.05), []
    with pytest.raises(UserError, match="given up after"):
        times.extend(f.time_s for f in source)
    assert camera.calls == 2 and source.reconnects >= 1


@pytest.mark.parametrize("length", [True, False])
def test_a_finished_film_over_http_is_played_once(tmp_path, monkeypatch, length):
    monkeypatch.setattr("mainstream.runner.sources.PAUSES_S", (0.01,))
    data = videos.write(tmp_path / "film.ts").read_bytes()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: video/mp2t\r\n"
    head += f"Content-Length: {len(data)}\r\n".encode() * length + b"\r\n"
    camera = Camera([(0, data)], callers=9, head=head)
    source = VideoSource(f"http://127.0.0.1:{camera.port}/film")
    assert source.live is not length and len(list(source)) == videos.FRAMES


def test_a_camera_without_stamps_goes_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr("mainstream.data.video.PROBED_S", 0.5)
    pictures = [videos.write(tmp_path / f"{k}.jpg", [k], codec="mjpeg", pix_fmt="yuvj420p", form="image2").read_bytes()
                for k in range(20)]  # fmt: skip
    parts = [(0.1, b"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(p) + p + b"\r\n")
             for p in pictures]  # fmt: skip
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=cut\r\n\r\n"
    camera = Camera(parts, head=head)
    source, times = VideoSource(f"http://127.0.0.1:{camera.port}/", reconnect_s=0), []
    with pytest.raises(UserError, match="given up"):
        times.extend(f.time_s for f in source)
    assert source.live and source.fps < 13  # the header has 25
    assert "gone for" in source.lost
