"""Pictures and small tables of the interactive cells (notebooks 03, 04 and 07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine


def sheet(width: float, height: float, dpi: int = 80) -> Figure:
    """A figure of so many inches that is laid out by hand, which takes half the time, and shown by no cell itself.

    Its engine does nothing: with none at all, matplotlib sets the style's own whenever the figure is saved.
    """
    engine = PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True)
    return Figure(figsize=(width, height), dpi=dpi, layout=engine)


def png(figure: Figure) -> bytes:
    """The figure as it is now, for an `ipywidgets.Image`."""
    file = BytesIO()
    FigureCanvasAgg(figure).print_png(file)
    return file.getvalue()


def html_table(columns: Mapping[str, Iterable[str]]) -> str:
    """Head → cells, which are HTML already."""
    lines = [("th", columns), *(("td", row) for row in zip(*columns.values(), strict=True))]
    cells = lambda tag, texts: "".join(
        f'<{tag} style="padding:1px 9px 1px 0;text-align:left">{t}</{tag}>' for t in texts
    )
    body = "".join(f"<tr>{cells(tag, texts)}</tr>" for tag, texts in lines)
    return f'<table style="line-height:1.35;font-size:13px">{body}</table>'


def swatch(colour: str) -> str:
    """A small square of a colour such as #009E73, for a legend."""
    return f'<span style="color:{colour}">■</span>'
