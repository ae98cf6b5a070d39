"""Numbers in the README come from results/reference/, and those from the record."""

import csv

import pytest

from mainstream.kit.pipeline.reference import executed_table, markdown, readme_table
from mainstream.paths import REFERENCE, ROOT
from mainstream.study import published


def test_the_readmes_table_is_the_reference_results():
    text = (ROOT / "README.md").read_text()
    assert all(markdown(table(REFERENCE)) in text for table in (readme_table, executed_table))


def test_the_readmes_errors_of_the_model_are_the_reference_results():
    with (REFERENCE / "model_error.csv").open() as file:
        rows = {r["mean absolute error of Event-F1"]: float(r["measured"]) for r in csv.DictReader(file)}
    ours, theirs = (rows[f"{form} form, parameters of the same frames"] for form in ("consistent", "published"))
    text = " ".join((ROOT / "README.md").read_text().split())
    assert (
        f"the consistent form is off by {ours:.2f} in Event-F1 on average, the published form by {theirs:.2f} " in text
    )


def test_the_reference_results_are_what_the_library_computes_now():
    with (REFERENCE / "headline.csv").open() as file:
        rows = {int(r["n_apps"]): r for r in csv.DictReader(file)}
    one = published.headline_rows(one_stream=True, form="consistent").groupby(["system", "n_apps"]).f1.mean()
    for n in (2, 8, 32):
        for base in ("no_sharing", "max_sharing"):
            ours = one["mainstream", n] / one[base, n]
            assert float(rows[n][f"{base}: 2 consistent units"]) == pytest.approx(ours, rel=1e-8)


def test_every_notebook_is_in_the_map():
    text = (ROOT / "README.md").read_text()
    assert [p.name for p in (ROOT / "notebooks").glob("*.ipynb") if p.name not in text] == []


def test_what_the_readme_says_of_two_trainings_is_the_reference_results():
    text, ranges, below = " ".join((ROOT / "README.md").read_text().split()), [], []
    for name in ("executed_tracks_other_training", "executed_tracks"):
        with (REFERENCE / f"{name}.csv").open() as file:
            rows = [r for r in csv.DictReader(file) if r["system"] == "optimal"]
        ratios = [float(r["over_no_sharing"]) for r in rows]
        ranges.append(f"{min(ratios):.2f} to {max(ratios):.2f}")
        below.append([r["n_apps"] for r in rows if float(r["over_no_sharing_high"]) < 1])
    assert f"gave {ranges[0]} where this table has {ranges[1]}, with intervals wholly below 1 at 2 and at 4 " in text
    assert below == [["2", "4"], []]
