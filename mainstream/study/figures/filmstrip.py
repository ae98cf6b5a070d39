"""A run on paper: a timeline of truth, looks and detections, and a strip of frames above it (notebook 07)."""

from operator import attrgetter
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from mainstream.study.figures.output import Drawing
from mainstream.study.verdicts import FOUND_IN, VERDICTS, Span, Verdicts

BARS = {"event": (0.09, 0.29), "detection": (-0.26, 0.29)}  # bottom and height, from the middle of a row
LOOKS = (-0.42, -0.33)


class Film(Protocol):
    """Frames at equal steps that can be shown in any order; `World` is one."""

    fps: float

    def __len__(self) -> int: ...

    def frame(self, k: int) -> np.ndarray:
        """Frame `k`: uint8 (height, width, 3), RGB."""


def draw_timeline(ax: Axes, verdicts: Verdicts, until_s: float) -> None:
    """One row per application: above what was in view, below it what was detected, and a tick per look."""
    least = until_s / 400  # so that the briefest can be seen
    for row, app in enumerate(verdicts.apps):
        mine = [s for s in verdicts.spans if s.app == app]
        for kind, (bottom, height) in BARS.items():
            spans = [s for s in mine if s.kind == kind]
            bars = [(s.start_s, max(s.end_s - s.start_s, least)) for s in spans]
            ax.broken_barh(bars, (bottom - row, height), color=[VERDICTS[s.outcome] for s in spans])
        ax.vlines(verdicts.times[app], LOOKS[0] - row, LOOKS[1] - row, color="0.5", lw=0.5)
        away = [(start, end - start) for start, end in verdicts.absences(app, until_s)]
        ax.broken_barh(away, (-0.45 - row, 0.9), color="0.94", zorder=0)
    ax.set(xlim=(0, until_s), ylim=(0.5 - len(verdicts.apps), 0.5), xlabel="seconds")
    ax.set_yticks([-row for row in range(len(verdicts.apps))], verdicts.apps, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(False)


def legend(place: Axes | SubFigure, **where: Any) -> None:
    """What the colours of the bars mean."""
    names = {"hit": "hit", "miss": "missed event", "false alarm": "false alarm", "not running": "not running"}
    keys = [Patch(color=VERDICTS[k], label=label) for k, label in names.items()]
    place.legend(handles=keys, ncols=4, fontsize=8.5, handlelength=1.2, borderpad=0.2, **where)


def chosen(verdicts: Verdicts, n: int) -> list[Span]:
    """At most `n` hits, misses and false alarms in order of time: as many of each as there are, evenly over the stream.

    Kinds with few give their places to the others.
    """
    found = {
        kind: sorted((s for s in verdicts.spans if (s.kind, s.outcome) == (where, kind)), key=attrgetter("middle_s"))
        for kind, where in FOUND_IN.items()
    }
    picked: list[Span] = []
    for left, kind in zip((3, 2, 1), sorted(found, key=lambda k: len(found[k])), strict=True):
        count = min((n - len(picked)) // left, len(found[kind]))
        places = np.linspace(0, len(found[kind]) - 1, count).round().astype(int)
        picked += [found[kind][k] for k in places]
    return sorted(picked, key=attrgetter("middle_s"))


def strip(film: Film, verdicts: Verdicts, n: int = 6) -> Drawing:
    """`n` frames by the rule of `chosen` over the timeline, each with its letter there; none: frames at equal steps."""
    spans, until_s = chosen(verdicts, n), len(film) / film.fps
    times = [s.middle_s for s in spans] or list(np.linspace(0, until_s - 1 / film.fps, n))
    figure = Figure(figsize=(12, 3.0 + 0.45 * len(verdicts.apps)), layout="constrained")
    heights = (2.1, 0.9 + 0.45 * len(verdicts.apps))
    above, below = cast("list[SubFigure]", figure.subfigures(2, 1, height_ratios=heights))
    frames = above.subplots(1, len(times), squeeze=False)[0]
    ax = below.subplots()
    draw_timeline(ax, verdicts, until_s)
    legend(below, loc="outside lower right")
    letter_at = -np.inf
    for k, (one, time_s) in enumerate(zip(frames, times, strict=True)):
        span, letter = (spans[k] if spans else None), chr(ord("A") + k % 26)
        at = min(int(np.ceil(time_s * film.fps - 1e-6)), len(film) - 1)
        one.imshow(film.frame(at))
        colour = VERDICTS[span.outcome] if span else VERDICTS["not looked at"]
        one.set(xticks=[], yticks=[])
        one.grid(False)
        for side in one.spines.values():
            side.set(visible=True, color=colour, linewidth=4)
        what = f"{span.app}: {span.outcome}" if span else "nothing found or missed"
        one.set_title(f"{letter}  {at / film.fps:.1f} s\n{what}", fontsize=8.5, parse_math=False)
        ax.axvline(time_s, color="0.3", lw=0.7, ls=":")
        letter_at = max(time_s, letter_at + until_s / 80)  # beside its line where two are close
        ax.text(letter_at, 0.5, letter, ha="center", va="bottom", fontsize=8)
    text, numbers = says(verdicts)
    shown = verdicts.table() if verdicts.spans else pd.DataFrame({"frame_s": times})
    return Drawing(figure, shown, "Hits, misses and false alarms", "executed", text, numbers)


def says(verdicts: Verdicts) -> tuple[str, dict[str, Any]]:
    """What was found and missed, and how often it was looked at: a caption, and its numbers."""
    table = verdicts.table()
    events, found = (table[table.kind == kind] for kind in ("event", "detection"))
    events = events[events.outcome != "not running"]
    looks = {str(outcome): float(mean) for outcome, mean in events.groupby("outcome").looks.mean().items()}
    words = [f"{word} had {{{outcome}:.1f}} looks on average"
             for outcome, word in (("hit", "found"), ("miss", "missed")) if outcome in looks]  # fmt: skip
    numbers = {"right": int((events.outcome == "hit").sum()), "events": len(events), **looks,
               "wrong": int((found.outcome == "false alarm").sum()), "detections": len(found)}  # fmt: skip
    between = f" ({'; '.join(words)})" if words else ""
    return f"{{right}} of {{events}} events were found{between}; {{wrong}} of {{detections}} detections were false "\
           "alarms.", numbers  # fmt: skip
