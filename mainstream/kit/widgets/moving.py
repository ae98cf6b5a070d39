"""A matplotlib figure inside an ipywidget of which little moves, so that a redraw stays far below 100 ms."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import ipywidgets
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from PIL import Image


class Moving:
    """`figure` to draw on (of no pyplot: no cell shows it by itself), `image` to show.

    `settle` draws axes, ticks and legends and keeps the pixels; `refresh` only the moving artists over them.
    Used by the explorer (notebook 03), the playground (04) and the player (07).

    Args:
        width, height: inches.
        dpi: pixels per inch; a redraw's time goes with the number of pixels.
    """

    def __init__(self, width: float, height: float, *, dpi: int = 80) -> None:
        self.figure = Figure(figsize=(width, height), dpi=dpi)
        # An engine that does nothing: with none at all, matplotlib sets the style's own whenever the figure is saved.
        self.figure.set_layout_engine(PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True))
        self._canvas = FigureCanvasAgg(self.figure)
        self.image = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
        self._scales: list[Artist] = []
        self._moving: list[Artist] = []
        self._paper: Any = None
        self._still: Any = None

    def settle(self, moving: Iterable[Artist], scales: Iterable[Artist] = ()) -> None:
        """Draws what stands still. `moving`: from now on these move; `scales`: axes that change now and then."""
        self._moving, self._scales = list(moving), list(scales)
        hidden = [(a, a.get_visible()) for a in (*self._moving, *self._scales)]
        for artist, _ in hidden:
            artist.set_visible(False)
        self._canvas.draw()
        self._paper = self._pixels()
        for artist, visible in hidden:
            artist.set_visible(visible)
        self.rescale()

    def rescale(self) -> None:
        """Draws the scales anew, after a change of their limits."""
        self._draw(self._paper, self._scales)
        self._still = self._pixels()

    def refresh(self) -> None:
        """Draws the moving artists, the first of them lowest, and shows the figure."""
        self._draw(self._still, self._moving)
        png, size = BytesIO(), self._canvas.get_width_height()
        Image.frombuffer("RGBA", size, self._canvas.buffer_rgba()).convert("RGB").save(png, "png", compress_level=1)
        self.image.value = png.getvalue()

    def _draw(self, below: Any, artists: Iterable[Artist]) -> None:
        """Artists drawn over kept pixels."""
        self._canvas.restore_region(below)  # type: ignore[no-untyped-call]
        for artist in artists:
            artist.draw(self._canvas.get_renderer())

    def _pixels(self) -> Any:
        return self._canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]
