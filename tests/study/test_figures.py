"""Figures: what is shown is what is kept; where a notebook's results go, where it finds those of earlier ones."""

import json
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from mainstream.errors import UserError
from mainstream.study import figures
from mainstream.study.figures import look, output


def drawn(caption="Recall rises to {best:.2f}.", **numbers):
    fig, ax = plt.subplots()
    ax.plot([0, 1])
    return figures.Drawing(fig, pd.DataFrame({"y": [0, 1]}), "It rises", ("measured", "executed"), caption, numbers)


def test_a_caption_is_filled_with_the_numbers_it_is_about():
    assert drawn(best=0.876).text == "Recall rises to 0.88."
    for numbers in ({}, {"best": "high"}, {"best": float("nan")}):
        with pytest.raises(UserError, match="caption of 'It rises'"):
            _ = drawn(**numbers).text


def test_what_is_shown_is_what_is_kept(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(output, "display", shown.append)
    out = figures.Output(str(tmp_path), "04_x")
    out.show("rise", drawn(best=1.0))
    assert not plt.get_fignums()  # nothing is left to be drawn a second time
    picture, words = shown
    assert picture.data == (tmp_path / "rise.png").read_bytes()
    assert words.data == "**It rises.** Recall rises to 1.00. *(measured, executed)*"
    (entry,) = json.loads((tmp_path / "figures.json").read_text())
    assert entry == {"name": "rise", "title": "It rises", "caption": "Recall rises to 1.00.",
                     "tracks": ["measured", "executed"]}  # fmt: skip
    for wrong in ({"tracks": "guessed"}, {"tracks": ()}, {"data": pd.DataFrame()}, {"title": ""}):
        with pytest.raises(UserError, match="needs a title, data and a track"):
            out.show("x", replace(drawn(best=1.0), **wrong))


def test_systems_and_applications_keep_their_colours_apart():
    kinds = [*figures.COLOURS, *look.APPLICATIONS]
    assert figures.colour_of("cat 2") == figures.colour_of("cat") == look.APPLICATIONS["cat"]
    assert len(set(map(figures.colour_of, kinds))) == len(kinds) - 1  # a person is a pedestrian
    assert figures.colour_of("my own") == figures.colour_of("my own 3")
    assert figures.label("as_published") == "as published" and figures.label("any_name") == "any name"


def test_small_multiples_take_out_what_stays_empty_and_share_one_legend():
    fig, axes = look.small_multiples(3, columns=2)
    assert len(axes) == len(fig.axes) == 3
    for ax in axes:
        ax.plot([0, 1], label="alike")
    look.shared_legend(fig, axes)
    assert [t.get_text() for t in fig.legends[0].get_texts()] == ["alike"]


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty results, whose kept part has notebook 01."""
    monkeypatch.setattr(output, "RESULTS", tmp_path)
    monkeypatch.setattr(output, "REFERENCE", tmp_path / "reference")
    (tmp_path / "reference" / "decisions" / "01_make").mkdir(parents=True)
    return tmp_path


def test_by_hand_results_stay_away_from_those_of_a_run(places):
    by_hand, batch = figures.Output("", "04_x", "smoke"), figures.Output(str(places / "smoke" / ".running"), "04_x")
    assert by_hand.by_hand and by_hand.directory == places / "interactive" / "04_x"
    assert not batch.by_hand and batch.directory == places / "smoke" / ".running"


def test_results_made_by_hand_come_first_then_the_profiles_then_the_default(places):
    out = figures.Output("", "05_x", "smoke")
    for place in ("default", "smoke", "interactive"):
        (places / place / "01_make").mkdir(parents=True)
        assert out.of_stage("01_make") == places / place / "01_make"


def test_what_somebody_left_half_way_by_hand_is_passed_over(places):
    out = figures.Output("", "05_x")
    (places / "interactive" / "01_make").mkdir(parents=True)  # as opening that notebook does
    (places / "default" / "01_make" / "packages").mkdir(parents=True)
    assert out.of_stage("01_make", "packages") == places / "default" / "01_make" / "packages"


def test_kept_results_serve_by_hand_where_they_are_asked_for_and_are_named(places, capsys):
    out = figures.Output("", "05_x")
    with pytest.raises(UserError, match="no results of 01_make yet: run that notebook first"):
        out.of_stage("01_make")
    assert out.of_stage("01_make", reference=True) == places / "reference" / "decisions" / "01_make"
    assert "taking the kept ones, results/reference/decisions" in capsys.readouterr().out


def test_a_batch_run_takes_its_own_profiles_results_and_no_others(places):
    (places / "default" / "01_make").mkdir(parents=True)
    batch = figures.Output(str(places / "smoke" / ".running"), "05_x", "smoke")
    with pytest.raises(UserError, match=r"no results of 01_make yet: .* --profile smoke --only 01"):
        batch.of_stage("01_make", reference=True)
    (places / "smoke" / "01_make").mkdir()
    assert batch.of_stage("01_make") == places / "smoke" / "01_make"
