"""Odd videos, one per kind, rendered here: films that say in their pixels which frame is shown.

Each kind is a function that writes into a folder and returns `Odd`: the file and what a player shows of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

SIZE = (128, 96)  # width, height
FPS, FRAMES = 10, 60
BITS = 8


def picture(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """RGB: the upper half of the left side is red; the lower half has the bits of `number`, the highest on the left."""
    width, height = size
    image = np.full((height, width, 3), 40, np.uint8)
    image[: height // 2, : width // 2] = (220, 30, 30)
    for bit in range(BITS):
        if number >> (BITS - 1 - bit) & 1:
            image[height // 2 :, bit * width // BITS : (bit + 1) * width // BITS] = 210
    return image


def number_in(image: np.ndarray) -> int:
    """Which frame a picture shows, at any size; -1 where it does not stand upright."""
    height, width = image.shape[:2]
    corner, other = image[height // 4, width // 4].astype(int), image[height // 4, -width // 4].astype(int)
    if not (corner[0] > corner[1] + 60 > other[0]) and not np.allclose(corner, corner[0], atol=12):  # grey films
        return -1
    row = image[height * 3 // 4].mean(axis=1)
    bits = [row[(2 * bit + 1) * width // (2 * BITS)] > 125 for bit in range(BITS)]
    return sum(int(on) << (BITS - 1 - bit) for bit, on in enumerate(bits))


@dataclass
class Odd:
    """path: what to open. shown: (seconds, number of the frame) as a player has it. seconds: its length."""

    path: Path
    shown: list[tuple[float, int]]
    seconds: float
    fps: float = FPS
    shape: tuple[int, int] = (SIZE[1], SIZE[0])  # height, width
    corrupt: int | None = 0  # None: any number
    said_fps: float | None = None
    lost: int = 0  # of those shown may be missing
    tolerance_s: float = 0.002
    more: dict[str, Any] = field(default_factory=dict)


def plain(n: int = FRAMES, fps: float = FPS, start: float = 0.0, first: int = 0) -> list[tuple[float, int]]:
    return [(start + k / fps, first + k) for k in range(n)]


def write(
    path: Path,
    numbers: Iterable[int] = range(FRAMES),
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rate: float = FPS,
    stamps_s: Iterable[float] | None = None,
    unit: Fraction = Fraction(1, 90_000),
    size: tuple[int, int] = SIZE,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    form: str | None = None,
    prepare: Callable[[Any], None] = lambda stream: None,
    sound_s: tuple[float, float] | None = None,
    change: Callable[[int, Any], Any] = lambda k, packet: packet,
) -> Path:
    """A film of these frames. sound_s: from when to when there is sound. change: of every packet before it is muxed."""
    stamps = itertools.count() if stamps_s is None else iter(stamps_s)
    with av.open(str(path), "w", format=form, options=container or {}) as out:
        exact = Fraction(rate).limit_denominator(1001)
        stream = out.add_stream(codec, rate=exact)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.options = (
            {"crf": "18", "preset": "veryfast", "g": "12", "threads": "1", "sc_threshold": "0"}
            if "libx26" in codec
            else {}
        )
        stream.options |= options or {}
        stream.codec_context.time_base = stream.time_base = unit if stamps_s is not None else 1 / exact
        prepare(stream)
        sound = out.add_stream("aac", rate=48_000) if sound_s else None
        if sound is not None and sound_s is not None:
            _sing(out, sound, *sound_s)
        count = itertools.count()
        for number, stamp in zip(numbers, stamps, strict=False):
            frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24").reformat(format=pix_fmt)
            frame.time_base = stream.codec_context.time_base
            frame.pts = stamp if stamps_s is None else round(stamp / frame.time_base)
            out.mux([p for packet in stream.encode(frame) if (p := change(next(count), packet))])
        out.mux([p for packet in stream.encode(None) if (p := change(next(count), packet))])
    return path


def _sing(out: Any, sound: Any, start_s: float, end_s: float) -> None:
    for at in range(round(start_s * 48_000), round(end_s * 48_000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def copied(source: Path, target: Path, change: Callable[[int, Any], Any], **options: Any) -> Path:
    """The same packets in another file, each changed (None: left out)."""
    with av.open(str(source)) as film, av.open(str(target), "w", **options) as out:
        track = out.add_stream_from_template(film.streams.video[0])
        for k, packet in enumerate(p for p in film.demux(video=0) if p.size):
            kept = change(k, packet)
            if kept is not None:
                kept.stream = track
                out.mux(kept)
    return target


def shifted(seconds: float) -> Callable[[int, Any], Any]:
    def change(k: int, packet: Any) -> Any:
        by = round(seconds / packet.time_base)
        packet.pts, packet.dts = packet.pts + by, packet.dts + by
        return packet

    return change


KINDS: dict[str, Callable[[Path], Odd]] = {}
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {}  # what is no video, and a word of the message


def kind(function: Callable[[Path], Odd]) -> Callable[[Path], Odd]:
    KINDS[function.__name__] = function
    return function


def _container(suffix: str, codec: str = "libx264", pix_fmt: str = "yuv420p", **more: Any) -> Callable[[Path], Odd]:
    fps, tolerance = more.pop("fps", FPS), more.pop("tolerance_s", 0.002)

    def make(place: Path) -> Odd:
        path = write(place / f"film.{suffix}", codec=codec, pix_fmt=pix_fmt, rate=fps, **more)
        return Odd(path, plain(fps=fps), FRAMES / fps, fps=fps, tolerance_s=tolerance)

    return make


B_FRAMES = {"bf": "3", "b-pyramid": "normal", "b-adapt": "0"}
for name, made in {
    "mp4": _container("mp4"), "mov": _container("mov"), "mkv": _container("mkv"), "ts": _container("ts"),
    "flv": _container("flv"), "nut": _container("nut"), "avi_without_b": _container("avi", options={"bf": "0"}),
    "avi_with_b_frames": _container("avi", options=B_FRAMES), "avi_mpeg4": _container("avi", "mpeg4"),
    "avi_mpeg4_b_frames": _container("avi", "mpeg4", options={"bf": "2"}),
    "avi_mjpeg": _container("avi", "mjpeg", "yuvj420p"),
    "mkv_with_b_frames": _container("mkv", options=B_FRAMES), "mkv_24": _container("mkv", fps=24),
    "mkv_30": _container("mkv", fps=30), "mkv_60": _container("mkv", fps=60),
    "ntsc": _container("mp4", fps=30000 / 1001),
    "mpeg2_ts": _container("ts", "mpeg2video", fps=25, options={"bf": "2"}),
    "mpeg_ps": _container("mpg", "mpeg2video", fps=25),
    "hevc": _container("mp4", "libx265", options={"x265-params": "log-level=none"})
   ,
    "gif": _container("gif", "gif", "rgb8"),
    "fragmented": _container("mp4", container={"movflags": "frag_keyframe+empty_moov"})
   ,
    "ten_bits": _container("mkv", "libx264", "yuv420p10le"), "full_colour": _container("mkv", "libx264", "yuv444p"),
    "grey": _container("mkv", "ffv1", "gray"), "sixteen_bits": _container("mkv", "ffv1", "gray16le"),
    "planes_of_rgb": _container("mkv", "ffv1", "bgr0"), "with_alpha": _container("mkv", "ffv1", "yuva420p"),
    "rgb_of_16_bits": _container("mov", "qtrle", "rgb555be"), "png_rgba": _container("mov", "png", "rgba"),
    "interlaced": _container("ts", "mpeg2video", fps=25, options={"flags": "+ildct+ilme"}),
    "slow_2": _container("mp4", fps=2), "slow_1": _container("mkv", fps=1), "slow_half": _container("mp4", fps=0.5),
}.items():  # fmt: skip
    KINDS[name] = made


def _turned(degrees: int, hflip: bool = False, vflip: bool = False) -> Callable[[Path], Odd]:
    """Stored so that it stands upright only when the display matrix is followed."""

    def make(place: Path) -> Odd:
        path = place / "film.mp4"
        plain_film = KINDS["mp4"](place)
        # pixels are stored turned the other way
        turned = lambda image: _stored(image, degrees, hflip, vflip)
        size = turned(picture(0)).shape[1::-1]
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=FPS)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.set_display_rotation(degrees, hflip=hflip, vflip=vflip)
            for k in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(turned(picture(k))), format="rgb24")
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return Odd(path, plain_film.shown, 6.0)

    return make


def _stored(image: np.ndarray, degrees: int, hflip: bool, vflip: bool) -> np.ndarray:
    """A player turns counter-clockwise by `degrees` and flips then: here both are undone."""
    image = image[:, ::-1] if hflip else image
    image = image[::-1] if vflip else image
    return np.rot90(image, -degrees // 90)


for degrees, hflip, vflip in ((90, 0, 0), (180, 0, 0), (270, 0, 0), (0, 1, 0), (0, 0, 1), (90, 1, 0), (90, 0, 1)):
    KINDS[f"turned_{degrees}" + "_hflip" * hflip + "_vflip" * vflip] = _turned(degrees, bool(hflip), bool(vflip))


@kind
def anamorphic(place: Path) -> Odd:
    wide = lambda stream: setattr(stream.codec_context, "sample_aspect_ratio", Fraction(4, 3))
    return Odd(write(place / "film.mp4", prepare=wide), plain(), 6.0, shape=(96, 171))


@kind
def odd_size(place: Path) -> Odd:
    path = write(place / "film.mkv", codec="ffv1", pix_fmt="yuv444p", size=(131, 97))
    return Odd(path, plain(), 6.0, shape=(97, 131))


def _with_cover(place: Path, suffix: str) -> Odd:
    film, path = write(place / "plain.mp4"), place / f"film.{suffix}"
    cover = write(place / "cover.jpg", [99], codec="mjpeg", pix_fmt="yuvj420p", form="image2", size=(512, 512))
    with av.open(str(film)) as source, av.open(str(cover)) as art, av.open(str(path), "w") as out:
        first = out.add_stream_from_template(art.streams.video[0])
        first.disposition = av.stream.Disposition.attached_pic
        second = out.add_stream_from_template(source.streams.video[0])
        for film_, track in ((art, first), (source, second)):
            for packet in film_.demux(video=0):
                if packet.size:
                    packet.stream = track
                    out.mux(packet)
    return Odd(path, plain(), 6.0)


@kind
def cover_art_first(place: Path) -> Odd:
    return _with_cover(place, "mp4")


@kind
def single_picture_first(place: Path) -> Odd:
    """As cover art, but nothing says so."""
    film, path = write(place / "plain.mp4"), place / "film.mp4"
    still = write(place / "still.mp4", [99], size=(512, 512))
    return Odd(_two(still, film, path), plain(), 6.0)


def _two(first: Path, second: Path, path: Path) -> Path:
    with av.open(str(first)) as a, av.open(str(second)) as b, av.open(str(path), "w") as out:
        tracks = [out.add_stream_from_template(film.streams.video[0]) for film in (a, b)]
        for film, track in zip((a, b), tracks, strict=True):
            for packet in film.demux(video=0):
                if packet.size:
                    packet.stream = track
                    out.mux(packet)
    return path


@kind
def trimmed(place: Path) -> Odd:
    """Cut in the middle of a group of pictures, the edit list hiding what only the decoder needs."""
    path = copied(
        write(place / "plain.mp4"), place / "film.mp4", shifted(-1.5), options={"avoid_negative_ts": "disabled"}
    )
    return Odd(path, plain(45, first=15), 4.5)


@kind
def stamps_from_1000_s(place: Path) -> Odd:
    return Odd(copied(write(place / "plain.mp4"), place / "film.mkv", shifted(1000.0)), plain(), 6.0)


@kind
def begins_between_keyframes(place: Path) -> Odd:
    """The first 7 frames are there, but lack the keyframe that they rest on."""
    keep = lambda k, packet: packet if k >= 5 else None
    source = write(place / "plain.ts", options={"bf": "0"})
    path = copied(source, place / "film.ts", keep)
    return Odd(path, plain(48, start=0.7, first=12), 5.5)


@kind
def sound_first(place: Path) -> Odd:
    path = write(place / "film.mkv", stamps_s=[3 + k / FPS for k in range(FRAMES)], sound_s=(0.0, 9.0))
    return Odd(path, plain(start=3.0), 9.0, tolerance_s=0.03)


@kind
def sound_later(place: Path) -> Odd:
    return Odd(write(place / "film.mp4", sound_s=(2.0, 6.0)), plain(), 6.0, tolerance_s=0.03)


@kind
def header_says_1000_fps(place: Path) -> Odd:
    stamps = [k / 30 for k in range(FRAMES)]
    path = write(place / "film.mkv", stamps_s=stamps, rate=1000, unit=Fraction(1, 1000), options={"bf": "0"})
    return Odd(path, plain(fps=30), 2.0, fps=30)


@kind
def variable(place: Path) -> Odd:
    stamps = [*np.arange(0, 2, 0.04), *np.arange(2, 6, 0.2), *np.arange(6, 8, 0.04)]
    path = write(place / "film.mkv", range(len(stamps)), stamps_s=stamps, rate=25, unit=Fraction(1, 1000))
    return Odd(path, list(zip(map(float, stamps), range(len(stamps)), strict=True)), 8.0, fps=14.85)


@kind
def a_long_pause(place: Path) -> Odd:
    """A recording that stops while nothing moves: players show the last picture meanwhile."""
    stamps = [k / FPS + 120 * (k >= 30) for k in range(FRAMES)]
    path = write(place / "film.mp4", stamps_s=stamps)
    return Odd(path, list(zip(stamps, range(FRAMES), strict=True)), 126.0)


def _raw(codec: str, form: str, **more: Any) -> Callable[[Path], Odd]:
    def make(place: Path) -> Odd:
        path = write(place / f"film.{form}", codec=codec, form=form, **more)
        return Odd(path, plain(), 6.0, said_fps=10)

    return make


KINDS |= {
    "raw_h264": _raw("libx264", "h264", options=B_FRAMES), "raw_mjpeg": _raw("mjpeg", "mjpeg", pix_fmt="yuvj420p"),
    "raw_hevc": _raw("libx265", "hevc", options={"x265-params": "log-level=none"}),
    "raw_mpeg2": _raw("mpeg2video", "mpeg2video", rate=25),
}  # fmt: skip


@kind
def concatenated(place: Path) -> Odd:
    one, two = write(place / "a.ts"), write(place / "b.ts", range(FRAMES, 2 * FRAMES))
    path = place / "film.ts"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return Odd(path, plain(2 * FRAMES), 12.0)


@kind
def concatenated_sizes(place: Path) -> Odd:
    """The second half is larger."""
    one, two = write(place / "a.ts"), write(place / "b.ts", range(FRAMES, 2 * FRAMES), size=(256, 192))
    path = place / "film.ts"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return Odd(path, plain(2 * FRAMES), 12.0, more={"shapes": {(96, 128), (192, 256)}})


def _leaping(suffix: str, seconds: float) -> Callable[[Path], Odd]:
    def make(place: Path) -> Odd:
        leap = shifted(seconds)
        path = copied(write(place / "plain.mp4"), place / f"film.{suffix}", lambda k, p: leap(k, p) if k >= 30 else p)
        return Odd(path, plain(), 6.0, tolerance_s=0.11)

    return make


KINDS |= {
    "ts_leaps": _leaping("ts", 40_000.0),
    "mp4_leaps": _leaping("mp4", 40_000.0),
    "mkv_leaps": _leaping("mkv", 40_000.0),
}


@kind
def ts_goes_back(place: Path) -> Odd:
    one = copied(write(place / "a.ts"), place / "late.ts", shifted(5000.0))
    two, path = write(place / "b.ts", range(FRAMES, 2 * FRAMES)), place / "film.ts"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return Odd(path, plain(2 * FRAMES), 12.0)


@kind
def one_stamp_wrong(place: Path) -> Odd:
    """Frame 30 says that it is shown four seconds later."""
    source = write(place / "plain.mp4", options={"bf": "0"})

    def late(k: int, packet: Any) -> Any:
        packet.pts += round(4 / packet.time_base) if k == 30 else 0
        return packet

    return Odd(copied(source, place / "film.mp4", late), plain(), 6.0, tolerance_s=0.11)


@kind
def stamps_of_decoding(place: Path) -> Odd:
    """Frames out of their order: what was muxed as time of showing is the time of decoding."""

    def decoding(k: int, packet: Any) -> Any:
        packet.pts = packet.dts = round(k / FPS / packet.time_base)
        return packet

    return Odd(copied(write(place / "plain.mp4", options=B_FRAMES), place / "film.mp4", decoding), plain(), 6.0)


@kind
def stamps_of_decoding_to_and_fro(place: Path) -> Odd:
    """The same of MPEG-4 in Matroska, for which libavformat makes times of decoding that go back every few packets."""

    def decoding(k: int, packet: Any) -> Any:
        packet.pts = packet.dts = round(k / FPS / packet.time_base)
        return packet

    source = write(place / "plain.mp4", codec="mpeg4", options={"bf": "2"})
    return Odd(copied(source, place / "film.mkv", decoding), plain(), 6.0)


@kind
def cropped_on_the_left(place: Path) -> Odd:
    """By 16 px, which a decoder keeps for the sake of its speed."""
    source, path = place / "plain.mp4", place / "film.mp4"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = SIZE[0] + 16, SIZE[1], "yuv420p"
        for k in range(FRAMES):
            image = np.concatenate([np.zeros((SIZE[1], 16, 3), np.uint8), picture(k)], axis=1)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode(None))
    with av.open(str(source)) as film, av.open(str(path), "w") as out:
        track = out.add_stream_from_template(film.streams.video[0])
        crop = av.bitstream.BitStreamFilterContext("h264_metadata=crop_left=16", film.streams.video[0], track)
        for packet in [p for k in film.demux(video=0) for p in crop.filter(k if k.size else None)]:
            packet.stream = track
            out.mux(packet)
    return Odd(path, plain(), 6.0)


@kind
def a_broken_packet(place: Path) -> Odd:
    def broken(k: int, packet: Any) -> Any:
        if k != 30:
            return packet
        made = av.Packet(b"\xff" * packet.size)
        made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
        return made

    source = write(place / "plain.mkv", codec="mjpeg", pix_fmt="yuvj420p")
    return Odd(copied(source, place / "film.mkv", broken), plain(), 6.0, corrupt=1, lost=1)


@kind
def a_broken_packet_of_h264(place: Path) -> Odd:
    def broken(k: int, packet: Any) -> Any:
        if k != 30:
            return packet
        made = av.Packet(b"\x00\x00\x00\x00" + bytes(packet)[4:6] + b"\xff" * (packet.size - 6))
        made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
        return made

    source = write(place / "plain.mp4", options={"bf": "0"})
    return Odd(
        copied(source, place / "film.mp4", broken), plain(), 6.0, corrupt=None, lost=12, more={"concealed": True}
    )


@kind
def cut_off(place: Path) -> Odd:
    path = write(place / "film.mkv", codec="mjpeg", pix_fmt="yuvj420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return Odd(path, plain(), 6.0, corrupt=None, lost=32, more={"seconds_at_least": 2.8})


@kind
def name_like_an_address(place: Path) -> Odd:
    path = place / "2024-01-01T12:30:00 100%d #1?.mp4"
    write(place / "plain.mp4").rename(path)
    return Odd(path, plain(), 6.0)


@kind
def no_suffix(place: Path) -> Odd:
    path = place / "film"
    write(place / "plain.mp4").rename(path)
    return Odd(path, plain(), 6.0)


def _file(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        (place / name).write_bytes(data)
        return place / name

    return make


def _still(suffix: str, codec: str, pix_fmt: str) -> Callable[[Path], Path]:
    form = "image2" if suffix in ("jpg", "png", "bmp") else None
    return lambda place: write(place / f"still.{suffix}", [7], codec=codec, pix_fmt=pix_fmt, form=form)


def _no_index(place: Path) -> Path:
    path = write(place / "cut.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    return path


def _sound(place: Path) -> Path:
    with av.open(str(place / "sound.m4a"), "w") as out:
        _sing(out, out.add_stream("aac", rate=48_000), 0, 1)
    return place / "sound.m4a"


def _no_matrix(place: Path) -> Path:
    ycgco = lambda stream: setattr(stream.codec_context, "colorspace", 8)
    return write(place / "film.mkv", range(9), codec="ffv1", pix_fmt="yuv444p", prepare=ycgco)


def _tiny(place: Path) -> Path:
    return write(place / "dot.mkv", codec="ffv1", pix_fmt="gray", size=(1, 1))


REFUSED |= {
    "text": (_file("text.mp4", b"no video\n"), "cannot be opened"), "empty": (_file("empty.mp4", b""), "is empty"),
    "folder": (lambda place: place, "cannot be opened"), "missing": (lambda place: place / "no.mp4", "no such file"),
    "jpeg": (_still("jpg", "mjpeg", "yuvj420p"), "still picture"),
    "png": (_still("png", "png", "rgb24"), "still picture"),
    "bmp": (_still("bmp", "bmp", "bgr24"), "still picture"),
    "one_frame": (_still("mp4", "libx264", "yuv420p"), "single picture"),
    "no_index": (_no_index, "cannot be opened"), "sound": (_sound, "holds no video"), "dot": (_tiny, "1×1 px"),
    "ycgco": (_no_matrix, "colours by matrix 8 of H.273 cannot be read"),
    "raw_without_rate": (lambda place: KINDS["raw_h264"](place).path, "frames per second must be said"),
    "raw_jpegs_without_rate": (lambda place: KINDS["raw_mjpeg"](place).path, "frames per second must be said"),
}  # fmt: skip


def every(place: Path) -> Iterator[Odd]:
    for name, made in KINDS.items():
        (place / name).mkdir()
        yield made(place / name)
