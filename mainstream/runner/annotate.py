"""An MP4 of what a runner saw: each analysed frame with the applications that said yes, and their zones."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from mainstream.data.geometry import edges
from mainstream.errors import UserError
from mainstream.package import Zone
from mainstream.runner.frames import Frame
from mainstream.runner.report import Decision

YES, NO = (0, 200, 140), (210, 210, 210)  # RGB, on black
FONT = cv2.FONT_HERSHEY_SIMPLEX
LINE = 1 / 15  # of the frame's height, a label; less where there are many
PLAYS_ANY_TIME = {"movflags": "hybrid_fragmented+frag_keyframe", "flush_packets": "1"}
_TICKS = 90_000  # per second, of the time stamps


class Annotator:
    """Writes analysed frames at their own time stamps; `draw` is a runner's `on_frame`. `close` completes the file.

    Until then it is beside its place, as NAME.part.mp4, and plays as far as it has got even if this process is killed.
    """

    def __init__(self, path: str | Path, fps: float, zones: Mapping[str, Zone] | None = None):
        """zones: of the applications that have one, drawn as frames; green while one of a zone says yes."""
        self.path, self._zones = Path(path), dict(zones or {})
        if self.path.suffix.lower() != ".mp4":
            raise UserError(f"annotate='{path}': must end in .mp4")
        self._unfinished, self._fps = self.path.with_suffix(".part.mp4"), fps
        self._container: av.container.OutputContainer | None = None
        self._last: dict[str, Decision] = {}
        self._ticks = -1  # of the frame before

    def draw(self, frame: Frame, decisions: list[Decision]) -> None:
        """A copy of the frame, and under each application's name what it last said."""
        self._last.update({d.app: d for d in decisions})
        height, width = (n // 2 * 2 for n in frame.image.shape[:2])  # H.264 needs even sides
        if self._container is None:
            self._begin(width, height)
        assert self._container is not None
        picture = np.array(frame.image[:height, :width], order="C")
        if (width, height) != (size := (self._stream.width, self._stream.height)):  # another camera answers now
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        self._outline(picture)
        self._label(picture)
        encoded = av.VideoFrame.from_ndarray(picture, format="rgb24")
        self._ticks = max(self._ticks + 1, round(frame.time_s * _TICKS))
        encoded.pts, encoded.time_base = self._ticks, Fraction(1, _TICKS)
        container, self._container = self._container, None  # a film refused once is given up: more of it is a crash
        container.mux(self._stream.encode(encoded))
        self._container = container

    def close(self) -> Path | None:
        """Ends the file and moves it to its place; its path, None where no frame came."""
        if self._container is None:
            return None
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._container = None
        self._unfinished.replace(self.path)
        return self.path

    def _begin(self, width: int, height: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(self._unfinished), "w", options=PLAYS_ANY_TIME)
        self._stream = self._container.add_stream("libx264", rate=Fraction(self._fps).limit_denominator(1001))
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": "23", "preset": "veryfast", "g": "25"}
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.width, self._stream.height = width, height

    def _outline(self, picture: np.ndarray) -> None:
        said = {app for app, d in self._last.items() if d.positive}
        for zone in set(self._zones.values()):
            left, top, right, bottom = edges(zone, picture.shape[1], picture.shape[0])
            yes = any(app in said for app, its_own in self._zones.items() if its_own == zone)
            cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), YES if yes else NO, 2)

    def _label(self, picture: np.ndarray) -> None:
        """Lines of one size, as large as the frame has room for."""
        height, width = picture.shape[:2]
        lines = [(f"{app} {d.probability:.2f}", d.positive) for app, d in sorted(self._last.items())]
        step = min(max(height * LINE, 22.0), height / max(len(lines), 1))
        scale = 0.6 * step / cv2.getTextSize("M", FONT, 1.0, 1)[0][1]
        for row, (text, positive) in enumerate(lines):
            stroke = max(1, round(1.5 * scale))
            long = cv2.getTextSize(text, FONT, scale, stroke)[0][0]
            fits = min(1.0, (width - step) / long)
            top, left = int(row * step), int(0.4 * step)
            cv2.rectangle(picture, (0, top), (int(long * fits) + 2 * left, int((row + 1) * step)), (0, 0, 0), -1)
            at = (left, int((row + 0.78) * step))
            cv2.putText(picture, text, at, FONT, scale * fits, YES if positive else NO, stroke, cv2.LINE_AA)
