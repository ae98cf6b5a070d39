"""docs/study_map.md: every row names a cell that is there, and no figure of the paper is left out."""

import re

import pytest
from study_map import MAP, map_rows

from mainstream.kit.pipeline.project import read_notebook
from mainstream.paths import NOTEBOOKS

ROWS = map_rows()


def test_figures_4_to_10_and_the_drawings_have_their_rows():
    figures = {r.item for r in ROWS}
    assert {"1–3", "4a", "4b", *(str(n) for n in range(5, 11))} <= figures
    assert len(ROWS) == len(re.findall(r"^\| (?!figure|topic|slide|-)", MAP.read_text(), re.M)) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.item}: {r.cell}")
def test_the_cell_is_there(row):
    cells = ["".join(c["source"]) for c in read_notebook(NOTEBOOKS / f"{row.notebook}.ipynb")["cells"]]
    assert len([c for c in cells if re.search(rf'show\(\s*"{row.cell}"', c)]) == 1


def test_every_slide_of_the_talk_has_its_row_and_one_title():
    titles = {}
    for row in (r for r in ROWS if r.answer):
        first, _, last = row.item.partition("–")
        for slide in range(int(first), int(last or first) + 1):
            assert titles.setdefault(slide, row.shows) == row.shows
    assert sorted(titles) == list(range(1, 51))


def test_a_slide_says_how_it_is_answered():
    slides = [r for r in ROWS if r.answer]
    assert slides and {r.answer for r in slides} <= {"regenerated", "drawn anew", "answered"}
