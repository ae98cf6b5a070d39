"""A matplotlib figure inside an ipywidget: drawn anew in tens of milliseconds, nothing to install in the browser."""

from __future__ import annotations

import io
import time
from typing import Any

import ipywidgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Canvas:
    """`figure` to draw on (of no pyplot: no cell shows it by itself), `image` to show, `refresh` after a change.

    Args:
        width, height: inches.
        dpi: pixels per inch; a redraw's time goes with the number of pixels.
    """

    def __init__(self, width: float, height: float, *, dpi: int = 80, **options: Any) -> None:
        self.figure = Figure(figsize=(width, height), dpi=dpi, **options)
        self._canvas = FigureCanvasAgg(self.figure)
        self.image = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
        self.drawn_ms = 0.0  # what the last redraw took

    def refresh(self) -> None:
        """Draws the figure and shows it."""
        start = time.perf_counter()
        buffer = io.BytesIO()
        self._canvas.print_png(buffer, pil_kwargs={"compress_level": 1})
        self.image.value = buffer.getvalue()
        self.drawn_ms = (time.perf_counter() - start) * 1000
