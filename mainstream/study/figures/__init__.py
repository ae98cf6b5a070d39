"""The figures: one look, one way to show and keep them, and a module per notebook of functions that draw them.

A function takes data and returns a `Drawing`; `Output.show` draws it into the notebook with its title and caption, and
writes the PDF, the PNG and the CSV that it was drawn from.
"""

from mainstream.study.figures.look import (
    COLOURS,
    FORMS,
    colour_of,
    label,
    log_ticks,
    use_style,
)
from mainstream.study.figures.output import Drawing, Match, Output

__all__ = [
    "COLOURS", "FORMS", "Drawing", "Match", "Output", "colour_of", "label", "log_ticks", "use_style",
]  # fmt: skip
