"""Event-F1 under the user's fingers: sliders over the model, both of its forms drawn together (notebook 03)."""

from __future__ import annotations

import time
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
import traitlets
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mainstream.errors import unknown
from mainstream.kit.widgets.moving import Moving
from mainstream.kit.widgets.setting import FORMS, NAMES, STEP_FPS, VOTES, Setting, View, presets, sentence, tidy, view
from mainstream.quality import Form
from mainstream.study.figures import Drawing

OWN = "own values"
STYLE: dict[Form, str] = {"consistent": "-", "as_published": "--"}
PARTS = {"f1": ("F1", "black", 2.4), "recall": ("recall", "C0", 1.4), "precision": ("precision", "C1", 1.4)}


class Explorer:
    """`box` to be shown by hand; `figure()`, `table()` and `caption()` of the present setting for a batch run.

    Left: F1, recall and precision against the rate. Middle: F1 over rate and TPR, with all that gives the F1 of here.
    Right: F1 against votes. Solid: the consistent form, dashed: as published.

    Args:
        preset: where to start, a name of `setting.presets()`; the first by default.
        values: of `Setting`, in place of the preset's.
    Raises:
        UserError: an unknown preset.
    """

    def __init__(self, preset: str = "", **values: float) -> None:
        self.presets = presets()
        name = preset or next(iter(self.presets))
        if name not in self.presets:
            raise unknown("preset", name, self.presets)
        start = self.presets[name]._replace(**values)  # type: ignore[arg-type]
        self.sliders = _sliders(start)
        self.preset = ipywidgets.Dropdown(
            options=[OWN, *self.presets], value=OWN if values else name, description="start from",
            style={"description_width": "78px"}, layout={"width": "480px"},
        )  # fmt: skip
        self.text = ipywidgets.HTML()
        self.redraw_ms = 0.0  # what the last change took, the model included
        self._held = False
        self._canvas = Moving(12.5, 3.5)
        self._draw()
        for slider in self.sliders.values():
            slider.observe(self._moved, "value")
        self.preset.observe(self._chosen, "value")
        self.update()
        rows = ipywidgets.HBox(list(self.sliders.values()), layout={"flex_flow": "row wrap", "width": "100%"})
        parts = [self.preset, rows, self._canvas.image, self.text]
        self.box = ipywidgets.VBox(parts, layout={"align_items": "flex-start"})  # no picture wider than it is

    @property
    def setting(self) -> Setting:
        """What the sliders say."""
        return Setting(**{name: slider.value for name, slider in self.sliders.items()})

    def figure(self) -> Figure:
        """The figure as it is now."""
        return self._canvas.figure

    def table(self) -> pd.DataFrame:
        """What the figure is drawn from (`setting.tidy`)."""
        return tidy(self.setting, self.views)

    def caption(self) -> str:
        """The present setting's conclusion."""
        s, (ours, theirs) = self.setting, (self.views[form] for form in FORMS)
        return (
            f"With TPR {s.tpr:.2f}, FPR {s.fpr:.2f} and events of {s.event_length_s:g} s, {s.fps:g} of "
            f"{s.stream_fps:g} frames/s give Event-F1 {ours.here.f1:.2f} by the consistent form and "
            f"{theirs.here.f1:.2f} as published; the best rates are {ours.best_fps:g} and {theirs.best_fps:g} frames/s."
        )

    def drawing(self) -> Drawing:
        """The figure as it is now with its title, table and caption, for `Output.show`."""
        return Drawing(
            self.figure(), self.table(), "The model at one point", "model", "{says}", {"says": self.caption()}
        )

    def update(self) -> None:
        """Asks the model again and redraws."""
        start, setting = time.perf_counter(), self.setting
        self.views = {form: view(setting, form) for form in FORMS}
        if self._axes[0].get_xlim()[1] != setting.stream_fps:
            self._scale(setting.stream_fps)
        for form, v in self.views.items():
            self._move(form, setting, v)
        self._canvas.refresh()
        self.text.value = "<br>".join(sentence(form, setting, v) for form, v in self.views.items())
        self.redraw_ms = (time.perf_counter() - start) * 1000

    def _moved(self, change: dict[str, Any]) -> None:
        if not self._held:
            self.preset.value = OWN
            self.update()

    def _chosen(self, change: dict[str, Any]) -> None:
        if self._held or change["new"] == OWN:
            return
        self._held = True
        for name in ("stream_fps", *Setting._fields):  # the stream's rate first: it bounds the other
            self.sliders[name].value = getattr(self.presets[change["new"]], name)
        self._held = False
        self.update()

    def _draw(self) -> None:
        """Axes, and the artists that `update` moves."""
        axes = self._canvas.figure.subplots(1, 3, width_ratios=(5, 4.4, 2.6))
        self._axes = left, middle, right = axes
        self._canvas.figure.subplots_adjust(left=0.045, right=0.99, bottom=0.145, top=0.9, wspace=0.2)
        self._lines = {
            (form, part): left.plot([], [], STYLE[form], color=colour, lw=width)[0]
            for form in FORMS for part, (_, colour, width) in PARTS.items()
        }  # fmt: skip
        self._picture = middle.imshow(np.zeros((2, 2)), vmin=0, vmax=1, origin="lower", aspect="auto", cmap="viridis")
        self._picture.set_interpolation("bilinear")
        self._equal = {form: middle.plot([], [], STYLE[form], color="white", lw=2)[0] for form in FORMS}
        self._votes = {form: right.plot([], [], "o" + STYLE[form], color="black", ms=4)[0] for form in FORMS}
        dot = {"marker": "o", "ms": 9, "mec": "#D55E00", "mew": 2, "ls": ""}
        self._dots = {form: left.plot([], [], mfc="white", **dot)[0] for form in FORMS}
        self._rings = {form: right.plot([], [], mfc="none", **dot)[0] for form in FORMS}
        self._dot = middle.plot([], [], mfc="white", clip_on=False, **dot)[0]
        self._at = left.axvline(1, color="0.6", lw=0.8)
        middle.grid(False)
        left.set(xlabel="analysed frames/s", ylim=(-0.02, 1.02))
        middle.set(xlabel="analysed frames/s", ylabel="TPR", ylim=(0, 1))
        middle.set_title("F1, consistent form (lines: same F1 as here)")
        right.set(xlabel="votes X", xlim=(0.5, VOTES[-1] + 0.5), ylim=(-0.02, 1.02), xticks=VOTES)
        right.set_title("F1 against votes")
        self._canvas.figure.colorbar(self._picture, ax=middle, pad=0.02, aspect=30)
        keys = [Line2D([], [], color=c, lw=w, label=label) for label, c, w in PARTS.values()]
        keys += [Line2D([], [], color="0.4", ls=STYLE[form], label=NAMES[form].lower()) for form in FORMS]
        left.legend(
            handles=keys, ncols=5, loc="lower left", bbox_to_anchor=(-0.02, 0.99), borderpad=0.2, fontsize=8.5,
            handlelength=1.7, handletextpad=0.5, columnspacing=1.1,
        )  # fmt: skip
        for ax in (left, middle):
            ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        moved = [self._at, *self._lines.values(), self._picture, *self._equal.values(), *self._votes.values()]
        moved += [*self._dots.values(), *self._rings.values(), self._dot]
        self._canvas.settle(moved, scales=[left.xaxis, middle.xaxis])

    def _scale(self, stream_fps: float) -> None:
        """Other limits for another stream; only the axes of the rate are drawn anew."""
        half = STEP_FPS / 2
        self._picture.set_extent((half, stream_fps + half, -0.025, 1.025))
        for ax in self._axes[:2]:
            ax.set_xlim(0, stream_fps)
        self._canvas.rescale()

    def _move(self, form: Form, setting: Setting, v: View) -> None:
        """One form's numbers into its artists."""
        for part in PARTS:
            self._lines[form, part].set_data(setting.rates, getattr(v.rates, part))
        self._equal[form].set_data(setting.rates, v.equal)
        self._votes[form].set_data(VOTES, v.votes.f1)
        self._dots[form].set_data([setting.fps], [v.here.f1])
        self._rings[form].set_data([setting.x_vote], [v.here.f1])
        if form == "consistent":
            self._picture.set_data(v.map)
            self._dot.set_data([setting.fps], [setting.tpr])
            self._at.set_xdata([setting.fps, setting.fps])


def _sliders(start: Setting) -> dict[str, Any]:
    """One slider per argument of the model; the stream's rate bounds the analysed one."""
    fine, look = 0.0001, {"style": {"description_width": "118px"}, "layout": {"width": "318px"}}  # the record's digits
    rows = {
        "tpr": ("TPR", 0.0, 1.0, fine), "fpr": ("FPR", 0.0, 1.0, fine),
        "fps": ("frames/s", STEP_FPS, start.stream_fps, STEP_FPS),
        "event_length_s": ("event length L (s)", 0.1, 10.0, 0.1), "event_frequency": ("frequency π", fine, 1.0, fine),
        "correlation": ("correlation ρ", 0.0, 1.0, fine), "x_vote": ("votes X", VOTES[0], VOTES[-1], 1),
        "stream_fps": ("stream frames/s", 1, 30, 1),
    }  # fmt: skip
    made = {}
    for name, (description, least, most, step) in rows.items():
        kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
        digits = {"readout_format": ".4f"} if step == fine else {}
        value = type(step)(getattr(start, name))
        made[name] = kind(value, min=least, max=most, step=step, description=description, **digits, **look)
    traitlets.dlink((made["stream_fps"], "value"), (made["fps"], "max"))
    return made
