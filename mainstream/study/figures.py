"""One look for every figure, and one way to save it: PDF, PNG and the CSV that it was drawn from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mainstream.errors import UserError
from mainstream.paths import REFERENCE, RESULTS, STYLE, write_text

Track = Literal["published", "measured", "executed", "model"]

# One colour per system, everywhere (Okabe–Ito, safe for colour-blind readers).
COLOURS = {
    "no_sharing": "#D55E00",
    "max_sharing": "#E69F00",
    "mainstream": "#0072B2",
    "greedy": "#56B4E9",
    "greedy_as_published": "#CC79A7",
    "optimal": "#009E73",
    "exhaustive": "#000000",
}
LABELS = {
    "no_sharing": "No Sharing",
    "max_sharing": "Max Sharing",
    "mainstream": "Mainstream",
    "greedy": "Mainstream, greedy",
    "greedy_as_published": "Mainstream, greedy as published",
    "optimal": "Mainstream, optimal",
    "exhaustive": "Exhaustive",
}


def use_style() -> None:
    """Applies `paper.mplstyle` to all figures that follow."""
    plt.style.use(STYLE)


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

    def of_stage(self, notebook: str, *, reference: bool = False) -> Path:
        """The results of an earlier notebook: of the same run or made by hand too, else of the profile, else default.

        reference: where there are none yet, by hand, take what `results/reference/` keeps of it, and say so.

        Raises `UserError` where there are none.
        """
        places = [self.directory.parent, RESULTS / self.profile, RESULTS / "default"]
        if reference and self.by_hand:
            places.append(REFERENCE / "decisions")
        for place in places:
            if (place / notebook).is_dir():
                if place.parent == REFERENCE:
                    print(f"no results of {notebook} here yet: taking the kept ones, results/reference/decisions")
                return place / notebook
        raise UserError(f"no results of {notebook} yet: run that notebook first, or ./run_all.sh --only {notebook[:2]}")

    def save_figure(
        self, fig: Figure, name: str, data: pd.DataFrame, *, caption: str, track: Track, title: str = ""
    ) -> None:
        """Writes `<name>.pdf`, `.png` and `.csv`, and lists the figure with its conclusion in figures.json.

        Args:
            data: what the figure was drawn from, tidy.
            caption: the conclusion, not the axes.
            track: whose numbers these are; a comparison figure always says.
        Raises:
            UserError: an empty caption, no data, or an unknown track.
        """
        if not caption or data.empty or track not in get_args(Track):
            raise UserError(f"figure '{name}' needs a caption, data and a track of {', '.join(get_args(Track))}")
        fig.savefig(self.directory / f"{name}.png")
        fig.savefig(self.directory / f"{name}.pdf", metadata={"CreationDate": None})
        self.save_table(data, name)
        self._append("figures.json", {"name": name, "title": title or name, "caption": caption, "track": track}, "name")

    def save_table(self, data: pd.DataFrame, name: str) -> pd.DataFrame:
        """Writes `<name>.csv` (10 significant digits) and returns the table to be shown."""
        data.to_csv(self.directory / f"{name}.csv", index=False, float_format="%.10g")
        return data

    def matches(self, title: str, rows: Iterable[Match]) -> pd.DataFrame:
        """A paper / ours / match table: shown, and listed in matches.json for the report."""
        table = pd.DataFrame([
            {"quantity": r.quantity, "paper": r.paper, "ours": float(f"{r.ours:.6g}"), "tolerance": r.tolerance,
             "match": bool(abs(r.ours - r.paper) <= r.tolerance)}
            for r in rows
        ])  # fmt: skip
        self._append("matches.json", {"title": title, "rows": json.loads(table.to_json(orient="records"))}, "title")
        return table

    def _append(self, file: str, entry: dict[str, Any], key: str) -> None:
        path = self.directory / file
        entries = json.loads(path.read_text()) if path.exists() else []
        entries = [e for e in entries if e[key] != entry[key]] + [entry]
        write_text(path, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")


def lines(ax: Axes, data: pd.DataFrame, x: str, y: str, hue: str = "system") -> None:
    """One line per system in the system's own colour; `data` is tidy, rows of one x are averaged.

    Lines get thinner from one system to the next: where systems agree, all of them stay visible.
    """
    for i, name in enumerate(k for k in COLOURS if k in set(data[hue])):
        rows = data[data[hue] == name].groupby(x)[y].mean()
        ax.plot(
            rows.index, rows.to_numpy(), marker="o", color=COLOURS[name], label=LABELS[name],
            lw=4.0 - 0.8 * i, ms=8 - 1.2 * i,
        )  # fmt: skip
    ax.set(xlabel=x.replace("_", " "), ylabel=y)


def log_ticks(ax: Axes, values: Iterable[float]) -> None:
    """A logarithmic x axis over numbers of applications or seconds, with plain labels."""
    ticks = list(values)
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(v) for v in ticks])
    ax.minorticks_off()


def schedule_map(ax: Axes, units: pd.DataFrame, stream_fps: float) -> None:
    """Each application of a schedule as a point: split against rate (a picture of who specialises and who looks)."""
    jitter = np.linspace(-0.12, 0.12, len(units))
    sizes = 30 + 220 * units["f1"].to_numpy()
    ax.scatter(units["split"], units["fps"] + jitter, s=sizes, alpha=0.65, color=COLOURS["optimal"])
    ax.set(xlabel="split point (frozen layers)", ylabel="analysed frames/s", ylim=(0, stream_fps + 0.7))
