"""docs/study_map.md as rows: from the paper's figures, the talk's topics and its slides to cells."""

from __future__ import annotations

import re
from typing import NamedTuple

from mainstream.paths import ROOT

MAP = ROOT / "docs" / "study_map.md"


class Row(NamedTuple):
    item: str  # a figure of the paper, a topic or a slide of the talk
    shows: str  # of a slide: its title
    notebook: str
    cell: str  # the figure that it saves
    track: str
    answer: str = ""  # of a slide: regenerated, drawn anew or answered


def map_rows() -> list[Row]:
    """The rows of all tables, in order."""
    lines = re.findall(r"^\| (?!figure|topic|slide)(.+) \|$", MAP.read_text(encoding="utf-8"), re.MULTILINE)
    return [Row(*(part.strip().strip("`") for part in line.split(" | "))) for line in lines]
