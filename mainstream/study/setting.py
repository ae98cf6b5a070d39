"""One setting of the model, its presets, and both forms around it: what the explorer explores (notebook 03)."""

from typing import NamedTuple

import numpy as np

from mainstream import quality
from mainstream.quality import Array, Form, Quality
from mainstream.study import published

FORMS: tuple[Form, ...] = ("consistent", "as_published")
NAMES: dict[Form, str] = {"consistent": "Consistent form", "as_published": "As published"}
STEP_FPS = 0.25  # between two rates of a curve
VOTES = tuple(range(1, 8))
TPRS = np.linspace(0, 1, 21)  # rows of the map


class Setting(NamedTuple):
    """The arguments of `quality.evaluate`; rates in frames/s, the length in seconds."""

    tpr: float
    fpr: float
    fps: float
    event_length_s: float
    event_frequency: float
    correlation: float
    x_vote: int
    stream_fps: float

    @property
    def rates(self) -> Array:
        """Rates of the curves: every quarter of a frame per second up to the stream's own."""
        return np.arange(1, int(self.stream_fps / STEP_FPS + 1e-9) + 1, dtype=np.float64) * STEP_FPS

    def evaluate(self, form: Form, **others: object) -> Quality:
        """The model here, with arguments of `quality.evaluate` put in place of the setting's.

        One vote is the study's model without voting where the form is the study's, as in its headline figures.
        """
        values = {**self._asdict(), **others}
        if form == "as_published":
            votes = [None if x == 1 else x for x in np.atleast_1d(np.asarray(values["x_vote"]))]
            values["x_vote"] = votes if np.ndim(values["x_vote"]) else votes[0]  # type: ignore[arg-type]
        return quality.evaluate(**values, form=form)  # type: ignore[arg-type]


class View(NamedTuple):
    """One form around a setting: what the explorer draws."""

    here: Quality  # numbers
    rates: Quality  # over `Setting.rates`
    votes: Quality  # over VOTES
    map: Array  # F1, (TPRS, rates)
    equal: Array  # TPR that gives the F1 of here, at each rate; NaN where none does
    best_fps: float


def view(setting: Setting, form: Form) -> View:
    """The form around the setting, in three calls of the model."""
    rates, here = setting.rates, setting.evaluate(form)
    rows = np.append(TPRS, setting.tpr)[:, None]
    table = setting.evaluate(form, tpr=rows, fps=rates)
    along = Quality(*(part[-1] for part in table))
    order = np.argsort(rows[:, 0], kind="stable")  # F1 rises with the TPR
    level = float(here.f1)
    equal = [
        np.interp(level, column[order], rows[order, 0]) if 0 < level <= column.max() else np.nan
        for column in table.f1.T
    ]
    votes = setting.evaluate(form, x_vote=np.array(VOTES))
    return View(here, along, votes, table.f1[:-1], np.array(equal), float(rates[np.argmax(along.f1)]))


def presets() -> dict[str, Setting]:
    """Settings to start from, at about one look per event and vote; the first three are recorded applications."""
    packages = published.mpackages(published.HEADLINE_VINTAGE)
    stream = float(published.HEADLINE_STREAM_FPS)

    def recorded(app: str, split: int) -> Setting:
        at, events = packages[app].splits[split], packages[app].events
        assert events is not None  # this vintage has them
        length = events.length_s
        return Setting(at.tpr, at.fpr, 1 / length, length, events.frequency, events.correlation[0], 1, stream)

    pedestrian = recorded("pedestrian", 0)
    return {
        "pedestrian of the record, most specialised": pedestrian,
        "pedestrian of the record, most shared": recorded("pedestrian", -1),
        "train of the record (rare)": recorded("train", 0),
        "short events (made up)": pedestrian._replace(event_length_s=0.2, fps=5.0),
        "long events, errors in runs (made up)": pedestrian._replace(event_length_s=5.0, fps=0.25, correlation=0.8),
        "noisy classifier, three votes (made up)": pedestrian._replace(tpr=0.8, fpr=0.3, fps=6.0, x_vote=3),
    }


def sentence(form: Form, setting: Setting, v: View) -> str:
    """What the numbers mean now."""
    met = {"stream_fps": setting.stream_fps, "event_length_s": setting.event_length_s}
    seen = float(quality.frames_seen(setting.fps, form=form, **met))
    return (
        f"<b>{NAMES[form]}:</b> an event meets {seen:.2f} analysed frames on average and is found with probability "
        f"{v.here.recall:.3f} (recall); {v.here.precision:.3f} of what is declared is right (precision): "
        f"<b>F1 {v.here.f1:.3f}</b>. Best rate: {v.best_fps:g} frames/s, F1 {v.rates.f1.max():.3f}."
    )
