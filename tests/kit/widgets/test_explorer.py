"""The explorer: what it shows is what the model says, in both forms, after every move."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mainstream import quality
from mainstream.errors import UserError
from mainstream.kit.widgets.explorer import OWN, Explorer
from mainstream.paths import STYLE
from mainstream.study import published
from mainstream.study.setting import FORMS, TPRS, VOTES, presets, view


def asked(setting, form, **others):
    """The model, asked without the explorer's help."""
    values = {**setting._asdict(), **others}
    if form == "as_published" and values["x_vote"] == 1:
        values["x_vote"] = None
    return quality.evaluate(**values, form=form)


@pytest.fixture(scope="module")
def explorer():
    """One for all: every test that takes it first moves it to where it wants to start."""
    return Explorer()


@pytest.mark.parametrize(
    "name, value",
    [("tpr", 0.4), ("fpr", 0.5), ("fps", 7.25), ("event_length_s", 2.0), ("event_frequency", 0.05),
     ("correlation", 0.9), ("x_vote", 2), ("stream_fps", 6)],
)  # fmt: skip
def test_a_moved_slider_changes_image_and_text_and_the_numbers_are_the_models(explorer, name, value):
    explorer.preset.value = next(iter(explorer.presets))
    explorer.sliders["fps"].value, explorer.sliders["event_length_s"].value = 5.0, 0.7
    image, text = explorer.image.value, explorer.text.value
    explorer.sliders[name].value = value
    assert getattr(explorer.setting, name) == value
    assert explorer.image.value != image and explorer.text.value != text
    sentences = explorer.text.value.split("<br>")
    for form, sentence in zip(FORMS, sentences, strict=True):
        expected = asked(explorer.setting, form)
        assert explorer.views[form].here == expected
        seen = quality.frames_seen(
            explorer.setting.fps, stream_fps=explorer.setting.stream_fps,
            event_length_s=explorer.setting.event_length_s, form=form,
        )  # fmt: skip
        assert f"meets {seen:.2f} analysed" in sentence and f"F1 {expected.f1:.3f}</b>" in sentence
        assert f"probability {expected.recall:.3f}" in sentence and f"; {expected.precision:.3f} of" in sentence


@pytest.mark.parametrize("form", FORMS)
def test_every_point_that_is_drawn_is_the_models(form):
    explorer = Explorer("noisy classifier, three votes (made up)")
    setting, v = explorer.setting, explorer.views[form]
    for k, fps in list(enumerate(setting.rates))[::5]:
        assert [q[k] for q in v.rates] == pytest.approx([float(q) for q in asked(setting, form, fps=fps)], abs=1e-12)
        for row, tpr in list(enumerate(TPRS))[::7]:
            expected = asked(setting, form, fps=fps, tpr=tpr).f1
            assert v.map[row, k] == pytest.approx(float(expected), abs=1e-12)
    for k, x_vote in enumerate(VOTES):
        expected = asked(setting, form, x_vote=x_vote)
        assert [q[k] for q in v.votes] == pytest.approx([float(q) for q in expected], abs=1e-12)
    assert v.rates.f1.max() == v.rates.f1[list(setting.rates).index(v.best_fps)]


@pytest.mark.parametrize("form", FORMS)
def test_lines_of_equal_f1_pass_through_the_present_point_and_hold_that_f1(form):
    setting = presets()["pedestrian of the record, most specialised"]._replace(fps=3.0, tpr=0.62)
    v = view(setting, form)
    assert v.equal[list(setting.rates).index(3.0)] == pytest.approx(0.62)
    reached = ~np.isnan(v.equal)
    got = asked(setting, form, fps=setting.rates[reached], tpr=v.equal[reached]).f1
    assert np.abs(got - v.here.f1).max() < 0.01  # rows of the map are 0.05 apart, straight between


def test_presets_are_the_records_and_choosing_one_moves_the_sliders(explorer):
    for name, split in (
        ("pedestrian of the record, most specialised", 0),
        ("pedestrian of the record, most shared", -1),
    ):
        explorer.preset.value = name
        package = published.mpackages(published.HEADLINE_VINTAGE)["pedestrian"]
        assert explorer.setting.tpr == package.splits[split].tpr and explorer.setting.fpr == package.splits[split].fpr
        assert explorer.setting.event_frequency == package.events.frequency
        assert explorer.preset.value == name
    explorer.sliders["tpr"].value = 0.1
    assert explorer.preset.value == OWN


def test_every_preset_can_be_chosen_after_a_slower_stream(explorer):
    for name, setting in presets().items():
        explorer.sliders["stream_fps"].value = 4
        explorer.preset.value = name
        assert explorer.setting == setting
        assert "nan" not in explorer.caption() + explorer.text.value


def test_a_slower_stream_takes_the_rate_down_with_it(explorer):
    explorer.preset.value = next(iter(explorer.presets))
    explorer.sliders["fps"].value = 12.0
    explorer.sliders["stream_fps"].value = 5
    assert explorer.setting.fps == 5 and explorer.setting.rates[-1] == 5
    assert explorer.figure.axes[0].get_xlim() == (0, 5)


def test_the_figure_of_a_batch_run_holds_the_curves_however_often_it_is_saved(tmp_path):
    with plt.style.context(STYLE):  # as in the notebook; it has a layout engine of its own
        explorer = Explorer(stream_fps=12, fps=4.0)
        places = [ax.get_position().bounds for ax in explorer.figure.axes]
        for name in ("a.png", "a.pdf", "b.png"):
            explorer.figure.savefig(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert [ax.get_position().bounds for ax in explorer.figure.axes] == places
    drawn = {len(line.get_xdata()) for line in explorer.figure.axes[0].lines}
    assert len(explorer.setting.rates) in drawn


def test_an_unknown_preset_is_refused():
    with pytest.raises(UserError, match="did you mean 'train of the record"):
        Explorer("train of the rekord")
