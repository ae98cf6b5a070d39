"""Numbers in the README come from results/reference/, and those from the record."""

import csv

import numpy as np
import pytest

from mainstream.kit.pipeline import claims
from mainstream.paths import DATA, REFERENCE, ROOT
from mainstream.scheduler import solve
from mainstream.study import published


def test_the_readmes_table_is_of_the_verdicts():
    rows = claims.judged(DATA / "claims.yml", REFERENCE / "claims")
    assert claims.table([r for r in rows if r["size"]], claims.PAGE) in (ROOT / "README.md").read_text()


def test_what_the_readme_says_is_left_over_each_baseline():
    text = " ".join((ROOT / "README.md").read_text().split())
    with (REFERENCE / "claims/05_headline/headline.csv").open() as file:
        rows = {int(r["n_apps"]): r for r in csv.DictReader(file)}
    assert f"within one budget, {float(rows[32]['no_sharing: 3 optimal']):.2f} are left" in text
    four = published.headline_problem(published.headline_mixes()[-1][:4])
    whole_head = four.restricted(published.device().split[-2])
    ahead = solve(four, "optimal").mean_f1 / solve(whole_head, "optimal").mean_f1 - 1
    assert f"Mainstream is {ahead:.0%} ahead of it" in text
    of = lambda vintage, app: [(s.tpr, s.fpr) for s in published.mpackages(vintage)[app].splits[-2:]]
    for app in ("cars", "cats", "pedestrian"):  # as 05 says: other numbers of layers, the same two rates
        assert of("2018-02", app) == pytest.approx(np.array(of("2018-05", app)), abs=1e-4)


def test_the_readmes_errors_of_the_model_are_the_reference_results():
    with (REFERENCE / "claims/03_event_f1_model/model_error.csv").open() as file:
        rows = {r["mean absolute error of Event-F1"]: float(r["measured"]) for r in csv.DictReader(file)}
    ours, theirs = (rows[f"{form} form, parameters of the same frames"] for form in ("consistent", "published"))
    text = " ".join((ROOT / "README.md").read_text().split())
    assert (
        f"the consistent form is off by {ours:.2f} in Event-F1 on average, the published form by {theirs:.2f} " in text
    )
    same, other = (rows[f"heterogeneous form, parameters of the {name}"] for name in ("same frames", "packages"))
    assert f"is off by {same:.3f}, and by {other:.3f} with what packages measured on other days" in text


def test_the_reference_results_are_what_the_library_computes_now():
    with (REFERENCE / "claims/05_headline/headline.csv").open() as file:
        rows = {int(r["n_apps"]): r for r in csv.DictReader(file)}
    one = published.headline_rows(one_stream=True, form="consistent").groupby(["system", "n_apps"]).f1.mean()
    for n in (2, 8, 32):
        for base in ("no_sharing", "max_sharing"):
            ours = one["mainstream", n] / one[base, n]
            assert float(rows[n][f"{base}: 2 consistent units"]) == pytest.approx(ours, rel=1e-8)


def test_it_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 110


def test_every_notebook_is_in_the_map():
    text = (ROOT / "README.md").read_text()
    assert [p.name for p in (ROOT / "notebooks").glob("*.ipynb") if p.name not in text] == []
