"""The one reader of video: what a player shows is what is analysed. Files, cameras and addresses, through PyAV.

Stream     the best one that is a film; never cover art, thumbnails or a still picture
Frames     those that are shown: none that an edit list cuts, before zero, or with the stamp of one shown already;
           what cannot be decoded is counted and left out
Picture    turned and flipped as the display matrix says, pixels made square, sRGB of HDR too, no alpha, fields woven
Zero       where a player starts: the earliest start of the film and its sound. A picture that comes later than the
           sound has that time; a stream that begins between two keyframes has its first frame so much later
Stamps     by `mainstream.data.stamps`: ascending, going on where they start again or leap, made from the rate where
           missing; without any (raw H.264) the rate must be said
Rate       of the stamps, where the header says something else
Live       cameras and addresses that do not end: from their first frame on; by the clock where they have no stamps

Longer than other modules: what is read ahead at opening decides how every later packet is read.
Design section 5; notebooks 07 and 09.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from mainstream.data.stamps import AHEAD, in_order, mended, rate_of, stated_rate
from mainstream.errors import UserError

LIVE = ("rtsp", "rtsps", "rtmp", "rtmps", "rtmpt", "rtmpe", "srt", "tcp", "udp", "rtp", "srtp", "http", "https")
TIMEOUT_S = 10.0  # of an address that says nothing
LARGEST = 2**27  # px of a frame: twice 8K
LEAP_S, COUNTER_LEAP_S = 3600.0, 10.0  # longer is no pause: in files; where a format's counters may jump
PROBED, PROBED_BYTES, PROBED_S = 300, 32 << 20, 2.0  # packets, and seconds of a live stream, read ahead for the rate
FASTEST = 1000.0  # frames per second
HDR, SRGB = ((16, 9), (18, 9)), {"dst_color_trc": 13, "dst_color_primaries": 1}  # by H.273: PQ and HLG; as photos
GUESSES_STAMPS, HAS_NO_STAMPS, COUNTER_JUMPS = 0x1, 0x80, 0x200  # flags of libavformat


def is_live(url: str | Path) -> bool:
    """A camera or an address, which may never end? A file that is there is a file, whatever it is called."""
    text = str(url)
    return text.startswith("/dev/video") or (not Path(text).exists() and text.partition("://")[0].lower() in LIVE)


class Shown(NamedTuple):
    """A frame that is shown at `time_s`; `picture` makes uint8 (height, width, 3), RGB, of it."""

    time_s: float
    picture: Callable[[], np.ndarray]


class Video:
    """One opened video, read once: the first packets at opening, and not again.

    fps: of its stamps. live: it does not end. corrupt: packets and frames that could not be decoded so far.

    Args:
        fps: frames per second of a film without time stamps (of any other too, instead of its stamps).
    Raises:
        UserError: what cannot be opened or shown, holds no film, is larger than 128 megapixels, or needs `fps`.
    """

    def __init__(self, url: str | Path, *, fps: float | None = None):
        self.url, self.corrupt = str(url), 0
        if fps is not None and not 0 < fps <= FASTEST:
            raise self._refused(f"{fps:g} frames/s were said; must be above 0, and {FASTEST:g} at most")
        self._container = self._open()
        try:
            self._stream = self._best()
            self.live = is_live(url) and not self._ends()
            self._time(fps)
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> Video:
        return self

    def __exit__(self, *exc: object) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Shown]:
        shown = in_order(self._decoded(), step=self._step, dense=self._dense, ahead=0 if self.live else AHEAD)
        first, reformatter = None if self.live else 0.0, VideoReformatter()
        for frame, at in shown:
            first = at if first is None else first
            if at - first >= -self._step / 2:
                ratio = float(self._stream.sample_aspect_ratio or 1)
                yield Shown(max(at - first, 0.0), partial(_picture, frame, reformatter, ratio))

    def seconds(self) -> float:
        """From zero to the end of the last frame by the stamps of all packets. Raises `UserError`: it is live."""
        if self.live:
            raise self._refused("a live stream has no length; record it first")
        end, made = 0.0, -self._step
        for packet, at in self._stamped():
            made = max(end - self._step, made) + self._step if at is None else at
            length = float((packet.duration or 0) * (packet.time_base or 0)) if at is not None else 0.0
            if not packet.is_discard:
                end = max(end, made + (length if 0.5 < length / self._step < 5.5 else self._step))
        return end

    def first_packet(self) -> str:
        """A hash of it and its stamp."""
        first = self._first[0] if self._first else b""
        return hashlib.sha256(bytes(first) + str(getattr(first, "pts", "")).encode()).hexdigest()

    def plays_again(self, first_packet: str) -> bool:
        """Is this a film that an address without a length plays from its beginning? A camera goes on."""
        return self.url.lower().startswith("http") and not self._by_clock and self.first_packet() == first_packet

    def _refused(self, why: str) -> UserError:
        return UserError(f"video='{self.url}': {why}")

    def _open(self) -> av.container.InputContainer:
        local = Path(self.url).exists() and not self.url.startswith("/dev/video")
        if local and not Path(self.url).is_dir() and not Path(self.url).stat().st_size and Path(self.url).is_file():
            raise self._refused("cannot be opened: the file is empty")
        try:
            container = av.open(f"file:{self.url}" if local else self.url, timeout=None if local else TIMEOUT_S)
        except (OSError, ValueError, av.FFmpegError) as e:
            raise self._refused(f"cannot be opened: {(getattr(e, 'strerror', None) or str(e)).lower()}") from e
        container.flags &= ~GUESSES_STAMPS  # they would be guessed from what is no order of showing
        return container

    def _best(self) -> av.VideoStream:
        """The film. Pictures that go with one are flagged, or are a single frame."""
        names = av.stream.Disposition
        no_film = names.attached_pic | names.timed_thumbnails | names.still_image
        found = [s for s in self._container.streams.video if s.codec_context and not s.disposition & no_film]
        found = [s for s in found if s.frames != 1] or found
        still = self._container.format.name.endswith("_pipe") or self._container.format.name == "image2"
        if still or (not found and self._container.streams.video):
            raise self._refused("is a still picture, or one that goes with sound; not a video")
        if not found:
            raise self._refused("holds no video")
        best = self._container.streams.best("video")
        stream = max(found, key=lambda s: (s == best, s.disposition & names.default, s.width * s.height))
        if min(stream.width, stream.height) < 2 or stream.width * stream.height > LARGEST:
            raise self._refused(f"{stream.width}×{stream.height} px cannot be analysed")
        if (matrix := stream.codec_context.colorspace) not in (0, 1, 2, 4, 5, 6, 7, 9):  # those of libswscale
            raise self._refused(f"colours by matrix {matrix:d} of H.273 cannot be read; encode it again, as BT.709")
        return stream

    def _ends(self) -> bool:
        """Has an address a length? Playlists have one of their own, which says nothing."""
        name = self._container.format.name
        if not self.url.lower().startswith("http") or name == "mpjpeg":
            return False
        return bool(self._container.duration) or (name not in ("hls", "dash") and self._container.size > 0)

    def _time(self, said: float | None) -> None:
        """Reads ahead and settles rate, zero, and whether stamps are to be trusted."""
        stream, opened = self._stream, time.monotonic()
        packets, self._first, arrived, size = self._packets(), [], [], 0
        for packet in islice(packets, PROBED):
            self._first.append(packet)
            arrived.append(time.monotonic())
            size += packet.size
            if size > PROBED_BYTES or (self.live and arrived[-1] - opened > PROBED_S):
                break
        self._rest = packets
        unit, shown = float(stream.time_base or 0), [p for p in self._first if not p.is_discard]
        line = [p.dts for p in self._first[AHEAD:] if p.dts is not None]  # the safer one, unless it goes to and fro
        self._decoding = len(line) == len(self._first[AHEAD:]) and bool(10 * np.sum(np.diff(line) < 0) <= len(line))
        self._dense = self._decoding and any(p.pts is None for p in shown)  # frames are counted, as in AVI
        going = [unit * t for p in self._first if (t := p.dts if self._decoding else p.pts) is not None]
        stamps = going if self._dense else [unit * p.pts for p in shown if p.pts is not None]
        bare = bool(self._container.format.flags & HAS_NO_STAMPS) or len(set(stamps)) < 2
        header = [float(rate or 0) for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate)]
        if not self.live and len(shown) < 2:
            raise self._refused("holds a single picture" if shown else "has no frames")
        self._by_clock = self.live and bare
        stated = header[0] if bare and not self._container.format.flags & HAS_NO_STAMPS else 0.0
        going = arrived[len(arrived) // 4 :] if self._by_clock else going if self._decoding else list(np.unique(going))
        measured = rate_of(going)
        self.fps = said or (stated if bare and not self.live else stated_rate(measured, [] if bare else header))
        if not 0 < self.fps <= FASTEST:
            raise self._refused("has no time stamps: its frames per second must be said (fps; --video-fps)")
        self._counted = said is not None or (bare and not self.live)  # stamps are made from the rate
        self._dense, self._step = self._dense or self._counted, 1 / self.fps
        start = min(stamps, default=0.0) if stream.start_time is None else unit * stream.start_time
        tracks = self._container.streams.audio
        sound = [float(s.start_time * (s.time_base or 0)) for s in tracks if s.start_time is not None]
        zero = min([start, *(max(s, min(start, 0.0)) for s in sound if start - s < LEAP_S)])
        self._zero = zero + (min(stamps) - start if self._dense and stamps else 0.0)

    def _packets(self) -> Iterator[av.Packet[Any]]:
        """A broken file goes on behind the break, ten times in a row at most; a broken live stream ends."""
        broken = 0
        while broken < 10:
            try:
                for packet in self._container.demux(self._stream):
                    broken = 0
                    if packet.size:
                        yield packet
                return
            except av.FFmpegError:
                self.corrupt, broken = self.corrupt + 1, 10 if self.live else broken + 1

    def _stamped(self) -> Iterator[tuple[av.Packet[Any], float | None]]:
        """Packets, and seconds from zero at which their frames are shown; None where that has to be made."""
        packets = chain(self._first, self._rest)
        if self._counted or self._by_clock:
            yield from ((packet, None) for packet in packets)
            return
        leap = COUNTER_LEAP_S if self._container.format.flags & COUNTER_JUMPS else LEAP_S
        back = (0.5 if self._decoding else AHEAD + 0.5) * self._step
        ahead = 0 if self.live else AHEAD
        for packet, at in mended(map(self._raw, packets), step=self._step, back=back, leap=leap, ahead=ahead):
            yield packet, None if at is None else at - self._zero

    def _raw(self, packet: av.Packet[Any]) -> tuple[av.Packet[Any], float | None, float | None]:
        """A packet, the seconds to go by, and those of showing, as they are."""
        unit = float(self._stream.time_base or 0)
        shown = packet.dts if self._dense else packet.pts
        line = packet.dts if self._decoding else shown
        return packet, None if line is None else unit * line, None if shown is None else unit * shown

    def _decoded(self) -> Iterator[tuple[av.VideoFrame, float | None]]:
        context, started = self._stream.codec_context, time.monotonic()
        context.copy_opaque, context.options = True, {"max_pixels": str(LARGEST)}
        context.thread_type = "SLICE" if self.live else "AUTO"
        context.flags |= 1  # AV_CODEC_FLAG_UNALIGNED: or what is cropped on the left stays
        for packet, at in chain(self._stamped(), [(None, None)]):
            if packet is not None:
                packet.opaque = at
            try:
                frames = context.decode(packet)
            except EOFError:
                return
            except av.FFmpegError:
                self.corrupt += 1
                continue
            for frame in frames:
                if frame.is_corrupt:
                    self.corrupt += 1
                else:
                    yield frame, time.monotonic() - started if self._by_clock else cast(float | None, frame.opaque)


def _picture(frame: av.VideoFrame, reformatter: VideoReformatter, ratio: float) -> np.ndarray:
    """Turned to the nearest quarter and flipped. The file may be closed by now. ratio: of a pixel, width to height."""
    width = round(frame.width * ratio) if 0.1 < ratio < 10 else frame.width
    colours: Any = SRGB if (getattr(frame, "color_trc", 0), getattr(frame, "color_primaries", 0)) in HDR else {}
    hd = frame.colorspace == 2 and (frame.width >= 1280 or frame.height > 576)  # that does not say: of BT.709
    picture = reformatter.reformat(frame, width, format="rgb24", src_colorspace=int(hd) or None, **colours).to_ndarray()
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return picture
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].astype(float)
    if abs(b) + abs(c) > abs(a) + abs(d):
        picture, a, d = picture.transpose(1, 0, 2), c, b
    return np.ascontiguousarray(picture[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1])
