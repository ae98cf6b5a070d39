"""Event-F1 under the user's fingers: sliders over the model, both of its forms drawn together (notebook 03)."""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd
import traitlets
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mainstream.errors import unknown
from mainstream.kit.widgets.setting import FORMS, NAMES, STEP_FPS, VOTES, Setting, View, presets, sentence, tidy, view
from mainstream.kit.widgets.shown import png, sheet
from mainstream.quality import Form
from mainstream.study.figures import Drawing

OWN = "own values"
STYLE: dict[Form, str] = {"consistent": "-", "as_published": "--"}
PARTS = {"f1": ("F1", "black", 2.4), "recall": ("recall", "C0", 1.4), "precision": ("precision", "C1", 1.4)}


class Explorer:
    """`box` to be shown by hand; `drawing()` of the present setting for a batch run.

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
        self.sliders = _sliders(self.presets[name]._replace(**values))  # type: ignore[arg-type]
        self.preset = ipywidgets.Dropdown(
            options=[OWN, *self.presets], value=OWN if values else name, description="start from",
            style={"description_width": "78px"}, layout={"width": "480px"},
        )  # fmt: skip
        self.image, self.text = ipywidgets.Image(format="png", layout={"max_width": "100%"}), ipywidgets.HTML()
        self._held = False
        for slider in self.sliders.values():
            slider.observe(lambda _: self._moved(), "value")
        self.preset.observe(self._chosen, "value")
        self.update()
        rows = ipywidgets.HBox(list(self.sliders.values()), layout={"flex_flow": "row wrap", "width": "100%"})
        self.box = ipywidgets.VBox([self.preset, rows, self.image, self.text], layout={"align_items": "flex-start"})

    @property
    def setting(self) -> Setting:
        """What the sliders say."""
        return Setting(**{name: slider.value for name, slider in self.sliders.items()})

    def figure(self) -> Figure:
        """The figure as it is now."""
        return self._figure

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
        setting = self.setting
        self.views = {form: view(setting, form) for form in FORMS}
        self._figure = draw(setting, self.views)
        self.image.value = png(self._figure)
        self.text.value = "<br>".join(sentence(form, setting, v) for form, v in self.views.items())

    def _moved(self) -> None:
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


def draw(setting: Setting, views: dict[Form, View]) -> Figure:
    """Left: F1, recall and precision against the rate. Middle: F1 over rate and TPR, with all that gives the F1 of
    here. Right: F1 against votes. Solid: the consistent form, dashed: as published."""
    figure = sheet(12.5, 3.5)
    left, middle, right = figure.subplots(1, 3, width_ratios=(5, 4.4, 2.6))
    figure.subplots_adjust(left=0.045, right=0.99, bottom=0.145, top=0.9, wspace=0.2)
    dot = {"marker": "o", "ms": 9, "mec": "#D55E00", "mew": 2, "ls": ""}
    half = STEP_FPS / 2
    extent = (half, setting.stream_fps + half, -0.025, 1.025)
    picture = middle.imshow(
        views["consistent"].map, extent=extent, vmin=0, vmax=1, origin="lower", aspect="auto", cmap="viridis",
        interpolation="bilinear",
    )  # fmt: skip
    left.axvline(setting.fps, color="0.6", lw=0.8)
    for form, v in views.items():
        for part, (_, colour, width) in PARTS.items():
            left.plot(setting.rates, getattr(v.rates, part), STYLE[form], color=colour, lw=width)
        left.plot(setting.fps, v.here.f1, mfc="white", **dot)
        middle.plot(setting.rates, v.equal, STYLE[form], color="white", lw=2)
        right.plot(VOTES, v.votes.f1, "o" + STYLE[form], color="black", ms=4)
        right.plot(setting.x_vote, v.here.f1, mfc="none", **dot)
    middle.plot(setting.fps, setting.tpr, mfc="white", clip_on=False, **dot)
    middle.grid(False)
    left.set(xlabel="analysed frames/s", xlim=(0, setting.stream_fps), ylim=(-0.02, 1.02))
    middle.set(xlabel="analysed frames/s", ylabel="TPR", xlim=(0, setting.stream_fps), ylim=(0, 1))
    middle.set_title("F1, consistent form (lines: same F1 as here)")
    right.set(xlabel="votes X", xlim=(0.5, VOTES[-1] + 0.5), ylim=(-0.02, 1.02), xticks=VOTES)
    right.set_title("F1 against votes")
    figure.colorbar(picture, ax=middle, pad=0.02, aspect=30)
    keys = [Line2D([], [], color=c, lw=w, label=label) for label, c, w in PARTS.values()]
    keys += [Line2D([], [], color="0.4", ls=STYLE[form], label=NAMES[form].lower()) for form in FORMS]
    left.legend(
        handles=keys, ncols=5, loc="lower left", bbox_to_anchor=(-0.02, 0.99), borderpad=0.2, fontsize=8.5,
        handlelength=1.7, handletextpad=0.5, columnspacing=1.1,
    )  # fmt: skip
    for ax in (left, middle):
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


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
