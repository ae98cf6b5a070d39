"""The kit's own notebooks, run whole with the smoke profile into a temporary place."""

import json
import shutil

import pytest

from mainstream import paths
from mainstream.pipeline.project import Project
from mainstream.pipeline.run import run


@pytest.fixture
def copy(tmp_path):
    """A checkout without results: the library is the installed one, notebooks and data are copies."""
    for name in ("notebooks", "data", "mainstream"):
        shutil.copytree(paths.ROOT / name, tmp_path / name)
    return Project(tmp_path)


@pytest.mark.parametrize("stage", ["00", "01,03,05,07", "02", "04", "06"])
def test_notebook_runs(copy, stage):
    for outcome in run(copy, "smoke", only=stage):
        assert outcome.result == "ok"
        directory = copy.results("smoke") / outcome.stage
        figures = json.loads((directory / "figures.json").read_text())
        assert figures
        for figure in figures:
            assert figure["caption"] and "nan" not in figure["caption"]
            assert all((directory / f"{figure['name']}.{kind}").stat().st_size > 40 for kind in ("png", "pdf", "csv"))
        rows = [r for t in json.loads((directory / "matches.json").read_text()) for r in t["rows"]]
        assert any(r["match"] for r in rows)
