"""Numbers in the README come from results/reference/, and those from the record."""

import csv

import pytest

from mainstream import published
from mainstream.paths import REFERENCE, ROOT
from mainstream.pipeline.reference import readme_table


def test_the_readmes_table_is_the_reference_results():
    assert readme_table(REFERENCE) in (ROOT / "README.md").read_text()


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
