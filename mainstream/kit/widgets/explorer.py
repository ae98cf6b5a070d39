"""Event-F1 under the user's fingers: sliders over the model, both of its forms drawn together (notebook 03)."""

from typing import Any

import ipywidgets
import traitlets

from mainstream.errors import unknown
from mainstream.kit.widgets.shown import png
from mainstream.study.figures.explored import explored
from mainstream.study.setting import FORMS, STEP_FPS, VOTES, Setting, presets, sentence, view

OWN = "own values"


class Explorer:
    """`box` to be shown by hand; `caption()` of the present setting for a batch run; `figure` as it is now.

    Args:
        preset: where to start, a name of `study.setting.presets()`; the first by default.
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

    def caption(self) -> str:
        """The present setting's conclusion."""
        s, (ours, theirs) = self.setting, (self.views[form] for form in FORMS)
        return (
            f"With TPR {s.tpr:.2f}, FPR {s.fpr:.2f} and events of {s.event_length_s:g} s, {s.fps:g} of "
            f"{s.stream_fps:g} frames/s give Event-F1 {ours.here.f1:.2f} by the consistent form and "
            f"{theirs.here.f1:.2f} as published; the best rates are {ours.best_fps:g} and {theirs.best_fps:g} frames/s."
        )

    def update(self) -> None:
        """Asks the model again and redraws."""
        setting = self.setting
        self.views = {form: view(setting, form) for form in FORMS}
        self.figure = explored(setting, self.views)
        self.image.value = png(self.figure)
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
