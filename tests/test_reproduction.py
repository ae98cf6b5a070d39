"""REPRODUCTION.md is what the kept results say, every claim has its cell, and no verdict changes in silence."""

import re
import shutil

import pandas as pd
import pytest

from mainstream.kit.pipeline import claims
from mainstream.kit.pipeline.project import read_notebook
from mainstream.paths import DATA, NOTEBOOKS, REFERENCE, ROOT

KEPT, CLAIMS = REFERENCE / "claims", DATA / "claims.yml"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def unsaid(rows):
    """Claims whose verdict is another than the CHANGELOG's newest line about it, which stands first."""
    said = dict(reversed(re.findall(r"^- `([\w.]+)`: (.+?)\.$", CHANGELOG, re.MULTILINE)))
    return {r["id"] for r in rows if said.get(r["id"]) != r["verdict"]}


def test_the_page_is_what_the_kept_results_say():
    assert (ROOT / claims.PAGE).read_text(encoding="utf-8") == claims.page(claims.judged(CLAIMS, KEPT))


def test_no_verdict_changes_without_a_line_in_the_changelog(tmp_path):
    assert unsaid(claims.judged(CLAIMS, KEPT)) == set()
    changed = shutil.copytree(KEPT, tmp_path / "claims")
    file = changed / "05_headline" / "executed_map.csv"
    table = pd.read_csv(file)
    table.loc[(table.n_apps == 2) & (table.over == "max_sharing") & (table.speed == 1), "low"] = 0.9
    table.to_csv(file, index=False)
    assert unsaid(claims.judged(CLAIMS, changed)) == {"71_percent"}


def test_every_application_gains_only_where_no_interval_reaches_0(tmp_path):
    """The smallest gain decided, whose interval may well be narrower than that of a larger one."""
    file = shutil.copytree(KEPT, tmp_path / "claims") / "01_finetune_every_split" / "gains.csv"
    table = pd.read_csv(file)
    table.loc[(table.track == "synthetic world") & (table.app == "cat"), "low"] = -0.01
    table.to_csv(file, index=False)
    verdicts = {r["id"]: r["verdict"] for r in claims.judged(CLAIMS, tmp_path / "claims")}
    assert verdicts["accuracy"] == "does not hold"


@pytest.mark.parametrize("claim", claims.load_claims(CLAIMS), ids=lambda c: c.id)
def test_every_claim_has_its_cell(claim):
    cells = read_notebook(NOTEBOOKS / f"{claim.notebook}.ipynb")["cells"]
    assert len([c for c in cells if re.search(rf'show\(\s*"{claim.cell}"', "".join(c["source"]))]) == 1
    assert re.search(r"talk|paper", claim.where)
    assert claim.here is None or claim.track != "published"  # ours are applications and times of our own
