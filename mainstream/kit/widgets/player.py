"""The stream, frame by frame: what was in view, who looked, and what came of it (notebook 07)."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil

import ipywidgets
import pandas as pd
from PIL import Image, ImageOps

from mainstream.kit.widgets.shown import html_table, png
from mainstream.quality.counted import Interval
from mainstream.runner.report import Report
from mainstream.study.figures import Drawing
from mainstream.study.figures.filmstrip import Film, draw_timeline, legend, strip
from mainstream.study.figures.look import sheet
from mainstream.study.verdicts import VERDICTS, Verdicts

STEPS_PER_S = 4  # frames that are shown in a second of playing: as many as are drawn in time


class Player:
    """`box` plays by hand; `drawing()` is what a batch run keeps.

    Args:
        film: frames by their number, as `World` has them.
        truth: application → intervals in seconds.
        report: of the run; None: only frames and truth.
    Raises:
        UserError: as `Verdicts`.
    """

    def __init__(self, film: Film, truth: Mapping[str, Sequence[Interval]], report: Report | None = None) -> None:
        self.film, self.verdicts = film, Verdicts(truth, report)
        last, step = len(film) - 1, max(1, round(film.fps / STEPS_PER_S))
        self.play = ipywidgets.Play(max=last, step=step, interval=1000 // STEPS_PER_S, show_repeat=False)
        self.slider = ipywidgets.IntSlider(max=last, description="frame", layout={"width": "430px"})
        self.link = ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        moments = [(f"{s.start_s:.1f} s  {s.kind} {s.app}: {s.outcome}", ceil(s.start_s * film.fps - 1e-6))
                   for s in sorted(self.verdicts.spans, key=lambda s: s.start_s)]  # fmt: skip
        self.moment = ipywidgets.Dropdown(options=[("the beginning", 0), *moments], description="go to")
        self.picture, self.timeline = ipywidgets.Image(format="jpeg"), ipywidgets.Image(format="png")
        self.text = ipywidgets.HTML(layout={"margin": "0 0 8px 12px"})
        self._laid_out()
        self.moment.observe(lambda change: setattr(self.slider, "value", min(change["new"], last)), "value")
        self.slider.observe(lambda change: self.update(), "value")
        self.update()
        beside = ipywidgets.VBox([self.text, self.play, self.slider, self.moment])
        top = {"align_items": "flex-start"}
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.picture, beside], layout=top), self.timeline], layout=top)

    def drawing(self, n: int = 6) -> Drawing:
        """A strip of `n` frames, chosen by rule, over the timeline; what was found and missed (`filmstrip.strip`)."""
        return strip(self.film, self.verdicts, n)

    def update(self) -> None:
        """Shows the frame that the slider stands at."""
        k = self.slider.value
        now, judged = k / self.film.fps, self.verdicts
        found = {app: judged.verdict(app, k, now) for app in judged.apps}
        gravest = min(found.values(), key=list(VERDICTS).index)
        shown = ImageOps.contain(Image.fromarray(self.film.frame(k)), (480, 480))
        ImageOps.expand(shown, border=8, fill=VERDICTS[gravest]).save(file := BytesIO(), "jpeg")
        self.picture.value = file.getvalue()
        rows = [(app, verdict, *self._details(app, k, now)) for app, verdict in found.items()]
        table = pd.DataFrame(rows, columns=["application", "verdict", "in view", "said", "plan"])
        self.text.value = f"<b>{now:.2f} s</b>" + html_table(table)
        self._cursor.set_xdata([now, now])
        self.timeline.value = png(self._figure)

    def _details(self, app: str, number: int, now: float) -> tuple[str, str, str]:
        """In view?, what it said, what the plan gives it."""
        look, unit = self.verdicts.look(app, number), self.verdicts.unit(app, now)
        said = "–"
        if look is not None:
            said = f"{'yes' if look.positive else 'no'} ({look.probability:.2f})"
            said += ", detected" if self.verdicts.declared(app, now) else ""
        plan = f"{unit['layer']}, {unit['fps']:g}/s, X = {unit['x_vote']}" if unit else "–"
        return "yes" if self.verdicts.in_view(app, now) else "no", said, plan

    def _laid_out(self) -> None:
        """The timeline, and a cursor that moves on it."""
        height = 1.0 + 0.36 * len(self.verdicts.apps)
        self._figure = sheet(12.5, height)
        ax = self._figure.subplots()
        draw_timeline(ax, self.verdicts, len(self.film) / self.film.fps)
        legend(ax, loc="lower right", bbox_to_anchor=(1.0, 1.0))
        self._figure.subplots_adjust(left=0.09, right=0.995, bottom=0.5 / height, top=1 - 0.3 / height)
        self._cursor = ax.axvline(0, color="black", lw=1.5)
