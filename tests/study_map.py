"""docs/study_map.md as rows: from the paper's figures and the talk's topics to cells."""

from __future__ import annotations

import re
from typing import NamedTuple

from mainstream.paths import ROOT

MAP = ROOT / "docs" / "study_map.md"


class Row(NamedTuple):
    item: str  # a figure of the paper, or a topic of the talk
    shows: str
    notebook: str
    cell: str  # the figure that it saves
    track: str


def map_rows() -> list[Row]:
    """The rows of both tables, in order."""
    lines = re.findall(r"^\| (?!figure|topic)(.+) \|$", MAP.read_text(encoding="utf-8"), re.MULTILINE)
    return [Row(*(part.strip().strip("`") for part in line.split(" | "))) for line in lines]
