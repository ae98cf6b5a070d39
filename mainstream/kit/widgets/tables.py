"""Small tables beside the pictures, as HTML (notebooks 04 and 07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


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
