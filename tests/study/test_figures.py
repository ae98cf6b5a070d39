"""Where a notebook's results go, and where it finds those of earlier ones."""

import pytest

from mainstream.errors import UserError
from mainstream.study import figures


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty results, whose kept part has notebook 01."""
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    monkeypatch.setattr(figures, "REFERENCE", tmp_path / "reference")
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


def test_kept_results_serve_by_hand_where_they_are_asked_for_and_are_named(places, capsys):
    out = figures.Output("", "05_x")
    with pytest.raises(UserError, match="no results of 01_make yet: run that notebook first"):
        out.of_stage("01_make")
    assert out.of_stage("01_make", reference=True) == places / "reference" / "decisions" / "01_make"
    assert "taking the kept ones, results/reference/decisions" in capsys.readouterr().out
    with pytest.raises(UserError, match="no results of 01_make"):  # a batch run makes its own
        figures.Output(str(places / "smoke" / ".running"), "05_x").of_stage("01_make", reference=True)
