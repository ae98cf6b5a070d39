"""Pictures and small tables of the interactive cells (notebooks 03, 04 and 07)."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
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


def html_table(table: pd.DataFrame) -> str:
    """For an `ipywidgets.HTML`; names are text in it, whatever they hold."""
    return table.to_html(index=False, border=0, float_format="{:.4g}".format, justify="left", na_rep="–")
