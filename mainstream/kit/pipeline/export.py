"""The report's figures for other places: one PDF with the vectors kept, and slides in one file.

Both draw from what `report.gather` found, so that page, PDF and slides say the same.
"""

from __future__ import annotations

import base64
import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstream.kit.pipeline.report import TRACKS, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

A4 = (11.69, 8.27)  # inches, landscape
BOX = (0.06, 0.25, 0.88, 0.62)  # left, bottom, width, height of a figure, as shares of the page
INK, SOFT, LINE = "#1b2025", "#535d69", "#c9d0d8"
LARGEST = 1.4  # times a figure's own size: its text stays in proportion to the caption
PAD = 0.0045  # of a badge, as a share of the page's width
STYLE: Any = {"pdf.fonttype": 42, "text.parse_math": False}  # text that can be searched; a $ is a $
TRACK_INK = {"published": "#0b4f7d", "measured": "#6d4300", "executed": "#005738", "model": "#54377f"}


def write_slides(report: dict[str, Any], path: Path) -> Path:
    """One HTML file: a slide per figure with its conclusion as headline; pictures embedded, nothing fetched."""
    images = {
        f["id"]: base64.b64encode(f["stem"].with_suffix(".png").read_bytes()).decode()
        for f in report["figures"].values()
        if "png" in f["kinds"]
    }
    path.write_text(render("slides.html.j2", {**report, "images": images}), encoding="utf-8")
    return path


def write_pdf(report: dict[str, Any], path: Path) -> Path:
    """A title page and a page per figure; the stage's own PDF is laid onto it, so that lines stay lines.

    Bookmarks per notebook and figure; a figure whose PDF is gone gets a page that says so.
    """
    from pypdf import PdfReader, PdfWriter

    figures = list(report["figures"].values())
    writer = PdfWriter(clone_from=io.BytesIO(_frames(report, figures)))
    for page, figure in zip(writer.pages[1:], figures, strict=True):
        if "pdf" in figure["kinds"]:
            _lay(page, PdfReader(figure["stem"].with_suffix(".pdf")).pages[0])
    _bookmarks(writer, report["sections"])
    writer.page_mode = "/UseOutlines"
    writer.add_metadata({
        "/Title": f"Mainstream, reproduced: figures of profile {report['profile']}",
        "/Subject": "Dynamic stem-sharing for multi-tenant video processing",
        "/Keywords": ", ".join(TRACKS),
        "/Creator": "mainstream report --format pdf",
    })  # fmt: skip
    with path.open("wb") as file:
        writer.write(file)
    return path


def _bookmarks(writer: Any, sections: list[dict[str, Any]]) -> None:
    """One per notebook that has figures, and below it one per figure."""
    writer.add_outline_item(title="Headline and provenance", page_number=0)
    place = 1
    for section in sections:
        if section["figures"]:
            parent = writer.add_outline_item(title=section["title"], page_number=place)
        for figure in section["figures"]:
            writer.add_outline_item(title=figure["title"], page_number=place, parent=parent)
            place += 1


def _lay(page: Any, figure: Any) -> None:
    """Puts a figure's page into the box of a page, as large as fits, centred."""
    from pypdf import Transformation

    width, height = (side * 72 for side in A4)
    left, bottom, box_width, box_height = BOX[0] * width, BOX[1] * height, BOX[2] * width, BOX[3] * height
    size = figure.mediabox
    scale = min(LARGEST, box_width / float(size.width), box_height / float(size.height))
    x = left + (box_width - scale * float(size.width)) / 2 - scale * float(size.left)
    y = bottom + (box_height - scale * float(size.height)) / 2 - scale * float(size.bottom)
    page.merge_transformed_page(figure, Transformation().scale(scale).translate(x, y))


def _frames(report: dict[str, Any], figures: list[dict[str, Any]]) -> bytes:
    """The pages without their figures, as a PDF."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    titles = {s["name"]: s["title"] for s in report["sections"]}
    with (
        mpl.rc_context(STYLE),
        PdfPages(buffer, metadata={"CreationDate": None}) as pdf,
    ):
        pdf.savefig(_title_page(report))
        for number, figure in enumerate(figures, 2):
            pdf.savefig(_figure_page(figure, titles[figure["stage"]], number, len(figures) + 1))
    return buffer.getvalue()


def _figure_page(figure: dict[str, Any], notebook: str, number: int, pages: int) -> Figure:
    page = _page()
    page.text(0.06, 0.935, figure["title"], size=17, weight="bold", color=INK, va="center")
    page.text(0.06, 0.895, notebook, size=10, color=SOFT, va="center")
    _badge(page, 0.94, 0.935, figure["track"])
    if "pdf" not in figure["kinds"]:
        page.text(0.5, 0.55, f"{figure['name']}.pdf is missing", size=12, color=SOFT, ha="center")
    page.text(0.06, 0.215, textwrap.fill(figure["caption"], 120), size=11, color=INK, va="top", linespacing=1.5)
    _footer(page, f"{figure['stage']}/{figure['name']}", number, pages)
    return page


def _title_page(report: dict[str, Any]) -> Figure:
    """Headline, and where the numbers come from."""
    page = _page()
    page.text(0.06, 0.9, "Mainstream, reproduced", size=28, weight="bold", color=INK, va="center")
    page.text(0.06, 0.845, "Dynamic stem-sharing for multi-tenant video processing: figures", size=13, color=SOFT)
    page.text(0.06, 0.81, f"profile {report['profile']}: {report['description']}", size=11, color=SOFT)
    y = 0.74
    for said in report["words"]:
        text = textwrap.fill(said["text"], 112)
        _badge(page, 0.06, y - 0.011, said["track"], align="left")
        page.text(0.16, y, text, size=10.5, color=INK, va="top", linespacing=1.45)
        y -= 0.032 * (text.count("\n") + 1) + 0.018
    tally = report["tally"]
    matched = f"{tally['rows'] - tally['off']} of {tally['rows']} rows"
    rest = f"{matched} of the paper / ours / match tables are within their tolerance."
    page.text(0.16, y, rest, size=10.5, color=INK, va="top")
    lines = [
        textwrap.fill(f"{p['label']}: {p['text']}" + (f" ({', '.join(p['stages'])})" if p["stages"] else ""), 172)
        for p in report["provenance"]
    ]
    page.text(0.06, 0.075, "\n".join(lines), size=7.5, color=SOFT, va="bottom", linespacing=1.5)
    _footer(page, "", 1, len(report["figures"]) + 1)
    return page


def _page() -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=A4)


def _badge(page: Figure, x: float, y: float, track: str, align: str = "right") -> None:
    colour = TRACK_INK.get(track, SOFT)
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour, "linewidth": 0.8}
    x += PAD if align == "left" else -PAD  # the border ends at x
    page.text(x, y, track, size=9, weight="bold", color=colour, ha=align, va="center", bbox=box)


def _footer(page: Figure, left: str, number: int, pages: int) -> None:
    from matplotlib.lines import Line2D

    page.add_artist(Line2D([0.06, 0.94], [0.06, 0.06], color=LINE, linewidth=0.6))
    page.text(0.06, 0.038, left, size=8, color=SOFT, va="center")
    page.text(0.94, 0.038, f"{number} / {pages}", size=8, color=SOFT, ha="right", va="center")
