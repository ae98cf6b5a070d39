"""Numbers in the README come from results/reference/, and those from the record."""

import csv

import pandas as pd
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
    same, other = (rows[f"heterogeneous form, parameters of the {name}"] for name in ("same frames", "packages"))
    assert f"is off by {same:.3f}, and by {other:.3f} with what packages measured on other days" in text


def test_what_the_readme_says_of_short_events_is_the_reference_results():
    table = pd.read_csv(REFERENCE / "executed_by_length.csv").query("n_apps == 32 and speed == 4").set_index("form")
    ours, text = table.loc["heterogeneous"], " ".join((ROOT / "README.md").read_text().split())
    theirs = table.model_over_no_sharing["as_published"]
    no, most = (
        f"{ours[name]:.2f} [{ours[f'{name}_low']:.2f}, {ours[f'{name}_high']:.2f}]"
        for name in ("over_no_sharing", "over_max_sharing")
    )
    assert (
        f"with 32 of them and events of {ours.event_length_s:.2f} s, sharing wins {no} times No Sharing and {most} "
        f"times Max Sharing; the published form promises {theirs:.2f} there." in text
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
