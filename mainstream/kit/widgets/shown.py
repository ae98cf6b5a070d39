"""Pictures and small tables of the interactive cells (notebooks 03, 04 and 07)."""

from io import BytesIO

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def png(figure: Figure) -> bytes:
    """The figure as it is now, for an `ipywidgets.Image`."""
    file = BytesIO()
    FigureCanvasAgg(figure).print_png(file)
    return file.getvalue()


def html_table(table: pd.DataFrame) -> str:
    """For an `ipywidgets.HTML`; names are text in it, whatever they hold."""
    return table.to_html(index=False, border=0, float_format="{:.4g}".format, justify="left", na_rep="–")
