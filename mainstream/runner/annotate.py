"""An MP4 of what a runner saw: each analysed frame with the applications that said yes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from mainstream.errors import UserError
from mainstream.runner.report import Decision
from mainstream.runner.sources import Frame

YES, NO = (0, 158, 115), (120, 120, 120)  # RGB
_TICKS = 90_000  # per second, of the time stamps


class Annotator:
    """Writes analysed frames at their own time stamps; `draw` is a runner's `on_frame`. `close` completes the file."""

    def __init__(self, path: str | Path, fps: float):
        self._path = Path(path)
        if self._path.suffix.lower() != ".mp4":
            raise UserError(f"annotate='{path}': must end in .mp4")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished = self._path.with_suffix(".part.mp4")
        self._container = av.open(str(self._unfinished), "w")
        self._stream = self._container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self._stream.pix_fmt, self._stream.options = "yuv420p", {"crf": "23", "preset": "veryfast"}
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._begun = False
        self._last: dict[str, Decision] = {}

    def draw(self, frame: Frame, decisions: list[Decision]) -> None:
        """The frame, and under each application's name what it last said."""
        self._last.update({d.app: d for d in decisions})
        height, width = (n // 2 * 2 for n in frame.image.shape[:2])  # H.264 needs even sides
        picture = np.ascontiguousarray(frame.image[:height, :width])
        scale = max(0.4, height / 900)
        for row, (app, d) in enumerate(sorted(self._last.items())):
            at = (8, int((row + 1) * 42 * scale))
            text = f"{app} {d.probability:.2f}"
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 4, cv2.LINE_AA)
            colour = YES if d.positive else NO
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)
        if not self._begun:
            self._stream.width, self._stream.height = width, height
            self._begun = True
        encoded = av.VideoFrame.from_ndarray(picture, format="rgb24")
        encoded.pts, encoded.time_base = round(frame.time_s * _TICKS), Fraction(1, _TICKS)
        self._container.mux(self._stream.encode(encoded))

    def close(self) -> Path:
        """Ends the file and moves it to its place; its path."""
        if self._begun:
            self._container.mux(self._stream.encode(None))
        self._container.close()
        self._unfinished.replace(self._path)
        return self._path
