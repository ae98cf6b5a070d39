"""One way to show a figure and keep it: in the notebook with its caption; as PDF, PNG and the CSV behind it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image, Markdown, display
from matplotlib.figure import Figure

from mainstream.errors import UserError
from mainstream.paths import REFERENCE, RESULTS, write_text

Track = Literal["published", "measured", "executed", "model"]
Against = Literal["study", "hardware", "forecast"]  # what ours are held against


@dataclass(frozen=True)
class Drawing:
    """A figure, what it was drawn from, and what it says.

    caption: the conclusion, not the axes, as a template: each `{field}` is one of `numbers`.
    tracks: whose numbers these are, one of `Track` or several.
    """

    figure: Figure
    data: pd.DataFrame
    title: str
    tracks: Track | Sequence[Track]
    caption: str
    numbers: Mapping[str, Any]

    @cached_property
    def text(self) -> str:
        """The caption, filled. Raises `UserError` for a field without a number, or a number that is none."""
        try:
            text = self.caption.format(**self.numbers)
        except (KeyError, IndexError, ValueError, TypeError) as e:
            raise UserError(f"caption of '{self.title}': {type(e).__name__} {e} in {self.caption!r}") from e
        if re.search(r"\b(nan|None)\b", text):
            raise UserError(f"caption of '{self.title}' has a number that is none: {text}")
        return text


SHOWN_DPI = 88  # pixels per inch of a picture in the notebook: a figure of ten inches fills the page


class Match(NamedTuple):
    """One row of a paper / ours / match table; `tolerance` is absolute."""

    quantity: str
    paper: float
    ours: float
    tolerance: float


class Output:
    """Where a notebook's figures and tables go: its stage directory, or results/interactive/<notebook> by hand.

    `by_hand`: somebody sits at the keyboard, widgets can be shown. `profile`: whose earlier results `of_stage` prefers.
    """

    def __init__(self, output_dir: str, notebook: str, profile: str = "default") -> None:
        self.by_hand, self.profile = not output_dir, profile
        self.directory = Path(output_dir) if output_dir else RESULTS / "interactive" / notebook
        self.directory.mkdir(parents=True, exist_ok=True)

    def of_stage(self, notebook: str, made: str = "", *, reference: bool = False) -> Path:
        """The results of an earlier notebook: of the same run; by hand made so too, else of the profile, else default.

        made: a file or folder in them; what has none is passed over, for by hand one may have stopped half way.
        reference: where there are none yet, by hand, take what `results/reference/` keeps of it, and say so.

        Raises `UserError` where there are none.
        """
        places = [self.directory.parent]
        if self.by_hand:
            places += [RESULTS / self.profile, RESULTS / "default", *[REFERENCE / "decisions"] * reference]
        for place in places:
            if (place / notebook / made).exists():
                if place.parent == REFERENCE:
                    print(f"no results of {notebook} here yet: taking the kept ones, results/reference/decisions")
                return place / notebook / made
        asked = f"./run_all.sh --profile {self.profile} --only {notebook[:2]}"
        raise UserError(f"no results of {notebook} yet: run that notebook first, or {asked}")

    def show(self, name: str, drawing: Drawing) -> None:
        """Writes `<name>.pdf`, `.png` and `.csv`, and puts just that picture into the notebook, its caption below.

        The figure is listed with its caption in figures.json, for the report.

        Raises `UserError`: no title, no data, an unknown track, or a caption that cannot be filled (`Drawing.text`).
        """
        tracks = [drawing.tracks] if isinstance(drawing.tracks, str) else list(drawing.tracks)
        if not drawing.title or drawing.data.empty or not tracks or set(tracks) - set(get_args(Track)):
            raise UserError(f"figure '{name}' needs a title, data and a track of {', '.join(get_args(Track))}")
        figure, caption, png = drawing.figure, drawing.text, self.directory / f"{name}.png"
        figure.savefig(png)
        figure.set_layout_engine("none")  # laid out once, for both
        figure.savefig(png.with_suffix(".pdf"), metadata={"CreationDate": None})
        self.save_table(drawing.data, name)
        listed = {"name": name, "title": drawing.title, "caption": caption, "tracks": tracks}
        self._append("figures.json", listed, "name")
        plt.close(figure)
        display(Image(png.read_bytes(), width=int(figure.get_figwidth() * SHOWN_DPI), alt=drawing.title))
        display(Markdown(f"**{drawing.title}.** {caption} *({', '.join(tracks)})*"))

    def save_table(self, data: pd.DataFrame, name: str) -> pd.DataFrame:
        """Writes `<name>.csv` (10 significant digits) and returns the table to be shown."""
        data.to_csv(self.directory / f"{name}.csv", index=False, float_format="%.10g")
        return data

    def matches(self, title: str, rows: Iterable[Match], against: Against = "study") -> pd.DataFrame:
        """A paper / ours / match table: shown, and listed in matches.json for the report.

        against: what the paper's column holds: the study's results, times of its hardware, or a forecast of our own.
        """
        table = pd.DataFrame([
            {"quantity": r.quantity, "paper": r.paper, "ours": float(f"{r.ours:.6g}"), "tolerance": r.tolerance,
             "match": bool(abs(r.ours - r.paper) <= r.tolerance)}
            for r in rows
        ])  # fmt: skip
        listed = {"title": title, "against": against, "rows": json.loads(table.to_json(orient="records"))}
        self._append("matches.json", listed, "title")
        return table

    def _append(self, file: str, entry: dict[str, Any], key: str) -> None:
        path = self.directory / file
        entries = json.loads(path.read_text()) if path.exists() else []
        entries = [e for e in entries if e[key] != entry[key]] + [entry]
        write_text(path, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
