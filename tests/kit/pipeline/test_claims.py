"""Verdicts on claims: computed from a run's files, and never written where a number is missing."""

from __future__ import annotations

import json

import pytest
import yaml

from mainstream.errors import UserError
from mainstream.kit.pipeline.cache import digest
from mainstream.kit.pipeline.claims import Claim, Value, judged, load_claims, look_up, page, verdict

RATIOS = "n,over,ratio,low,high\n2,a,1.5,1.2,1.9\n2,b,1.1,0.9,1.3\n8,a,3.0,2.5,3.6\n"
STAGES = "stage,ms\ndecode,1.5\nnetwork,6.0\n"
CLAIM = {
    "id": "large", "where": "slide 1", "claim": "It is large.", "number": "a ratio", "confirmed_by": "a ratio of 3",
    "track": "executed", "notebook": "05_x", "cell": "ratios",
    "here": {"file": "05_x/r.csv", "where": ["n == 8"], "expression": "ratio", "low": "low", "high": "high"},
    "above": 1.0, "size": 3.0, "why": "Counted, it is {here:.1f} times.",
}  # fmt: skip


@pytest.fixture
def results(tmp_path):
    """The results of one notebook."""
    stage = tmp_path / "results" / "05_x"
    stage.mkdir(parents=True)
    (stage / "r.csv").write_text(RATIOS)
    (stage / "s.csv").write_text(STAGES)
    (stage / "run.json").write_text(json.dumps({"seconds": 90.0}))
    return stage.parent


def claims(tmp_path, *changes):
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump({"claims": [CLAIM | c for c in changes or ({},)]}))
    return path


@pytest.mark.parametrize(("value", "number"), [
    ({"where": ["n == 8"], "expression": "ratio", "low": "low", "high": "high"}, (3.0, 2.5, 3.6)),
    ({"expression": "ratio - low", "where": ["n == 2"], "of": "min"}, (0.2, 0.2, 0.2)),
    ({"expression": "n", "where": ["over == 'a'", "ratio == ratio.min()"]}, (2.0, 2.0, 2.0)),
    ({"expression": "ratio", "of": "spread"}, (3.0 / 1.1,) * 3),
    ({"expression": "n", "of": "count"}, (2.0,) * 3),
    ({"expression": "1 / ratio", "of": "max", "low": "low", "high": "high"}, (1 / 1.1, 0.9, 1.3)),  # of that row
    ({"file": "05_x/s.csv", "pivot": ["stage", "ms"], "expression": "network / (decode + network)"}, (0.8,) * 3),
])  # fmt: skip
def test_a_number_is_found(results, value, number):
    assert look_up(Value(**{"file": "05_x/r.csv"} | value), results) == pytest.approx(number)


@pytest.mark.parametrize("value", [
    {"file": "05_x/none.csv"}, {"expression": "nothing"}, {"where": ["n =="]}, {"where": ["n == 2"]},
    {"where": ["n == 9"]}, {"expression": "1"},
])  # fmt: skip
def test_a_number_that_is_not_there_is_named(results, value):
    with pytest.raises(UserError, match=r"05_x/.*csv"):
        look_up(Value(**{"file": "05_x/r.csv", "expression": "ratio"} | value), results)


def test_nothing_is_said_of_no_rows(results):
    nothing = Value(file="05_x/r.csv", expression="ratio", where=("n == 2", "ratio > 2"), of="max")
    assert verdict(Claim(**CLAIM), look_up(nothing, results)) == "cannot be tested here"


@pytest.mark.parametrize(("found", "changes", "said"), [
    ((3.0, 2.5, 3.6), {}, "holds"),
    ((1.5, 1.2, 1.9), {}, "holds, smaller"),
    ((1.5, 0.9, 3.9), {}, "does not hold"),
    ((0.02, 0.02, 0.02), {"above": None, "below": 0.05, "size": None}, "holds"),
    ((0.04, 0.03, 0.06), {"above": None, "below": 0.05, "size": None}, "does not hold"),
    ((5.0, 5.0, 5.0), {"above": 1.0, "below": 9.0, "size": None}, "holds"),
    ((9.5, 9.5, 9.5), {"above": 1.0, "below": 9.0, "size": None}, "does not hold"),
    (None, {}, "cannot be tested here"),
])  # fmt: skip
def test_the_interval_decides(found, changes, said):
    assert verdict(Claim(**CLAIM | changes), found) == said


def test_a_row_says_what_was_found_and_how_to_see_it(results, tmp_path):
    (row,) = judged(claims(tmp_path), results)
    assert (row["verdict"], row["here"], row["as published"]) == ("holds", "3 [2.5, 3.6]", "–")
    text = page([row])
    assert "| [It is large.](#large) | a ratio | – | – | 3 [2.5, 3.6] | **holds** |" in text
    assert "**It is large.** (slide 1) Holds.\nCounted, it is 3.0 times." in text
    assert "`./run_all.sh --only 05`, 2 min" in text


def test_a_changed_number_changes_the_verdict(results, tmp_path):
    file = results / "05_x" / "r.csv"
    file.write_text(file.read_text().replace("8,a,3.0,2.5,3.6", "8,a,1.0,0.8,1.2"))
    assert judged(claims(tmp_path), results)[0]["verdict"] == "does not hold"


def test_what_has_not_run_is_an_error_or_left_out(results, tmp_path):
    path = claims(tmp_path, {}, {"id": "other", "notebook": "06_y"})
    with pytest.raises(UserError, match="claim 'other': 06_y has no result"):
        judged(path, results)
    assert [r["id"] for r in judged(path, results, of_what_ran=True)] == ["large"]


@pytest.mark.parametrize(("changes", "said"), [
    ([{"above": None}], "needs above, below or both"),
    ([{}, {}], "'large' stands there twice"), ([{"guess": 1}], "guess"),
])  # fmt: skip
def test_a_claim_that_is_none_is_refused(tmp_path, changes, said):
    with pytest.raises(UserError, match=said):
        load_claims(claims(tmp_path, *changes))


@pytest.mark.parametrize("text", ["", "- a", "claims:", "claim: []", "claims: [large]"])
def test_a_file_of_no_claims_is_refused(tmp_path, text):
    (tmp_path / "claims.yml").write_text(text)
    with pytest.raises(UserError, match=r"claims\.yml: "):
        load_claims(tmp_path / "claims.yml")


@pytest.mark.parametrize("field", ["as_published:.1f", "here.x", "here[0]"])
def test_a_reason_may_name_only_numbers_that_are_there(results, tmp_path, field):
    with pytest.raises(UserError, match="claim 'large': its reason names a number that it has not"):
        judged(claims(tmp_path, {"why": f"As published {{{field}}}."}), results)


def test_a_table_that_was_edited_or_is_of_another_profile_gives_no_number(results, tmp_path):
    run, table = results / "05_x" / "run.json", results / "05_x" / "r.csv"
    of = {"seconds": 90.0, "profile": "results", "outputs": {"r.csv": digest(table.read_bytes())}}
    run.write_text(json.dumps(of))
    assert judged(claims(tmp_path), results)[0]["verdict"] == "holds"
    run.write_text(json.dumps({**of, "profile": "smoke"}))
    with pytest.raises(UserError, match="results/05_x: is of profile 'smoke'"):
        judged(claims(tmp_path), results)
    run.write_text(json.dumps(of))
    table.write_text(RATIOS.replace("8,a,3.0,2.5", "8,a,3.0,2.9"))
    with pytest.raises(UserError, match=r"05_x/r\.csv: has been changed since it was written; run 05_x again"):
        judged(claims(tmp_path), results)
