"""A canvas of which little moves: what stands still is drawn once, so that a redraw stays far below 100 ms."""

from __future__ import annotations

import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from matplotlib.artist import Artist
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from PIL import Image

from mainstream.kit.widgets.canvas import Canvas


class Moving(Canvas):
    """`settle` draws axes, ticks and legends and keeps the pixels; `refresh` only the moving artists over them.

    Used by the explorer (notebook 03) and the player (07). Arguments as `Canvas`.
    """

    def __init__(self, width: float, height: float, *, dpi: int = 80, **options: Any) -> None:
        super().__init__(width, height, dpi=dpi, **options)
        # An engine that does nothing: with none at all, matplotlib sets the style's own whenever the figure is saved.
        self.figure.set_layout_engine(PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True))
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
        self._canvas.restore_region(self._paper)  # type: ignore[no-untyped-call]
        self._draw(self._scales)
        self._still = self._pixels()

    def refresh(self) -> None:
        """Draws the moving artists, the first of them lowest, and shows the figure."""
        start = time.perf_counter()
        self._canvas.restore_region(self._still)  # type: ignore[no-untyped-call]
        self._draw(self._moving)
        png, size = BytesIO(), self._canvas.get_width_height()
        Image.frombuffer("RGBA", size, self._canvas.buffer_rgba()).convert("RGB").save(png, "png", compress_level=1)
        self.image.value = png.getvalue()
        self.drawn_ms = (time.perf_counter() - start) * 1000

    def _draw(self, artists: Iterable[Artist]) -> None:
        for artist in artists:
            artist.draw(self._canvas.get_renderer())

    def _pixels(self) -> Any:
        return self._canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]
