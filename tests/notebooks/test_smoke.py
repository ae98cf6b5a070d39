"""The kit's own notebooks, run whole with the smoke profile into a temporary place, solutions of exercises included."""

import json
import re
import shutil
from base64 import b64decode

import pytest
from notebooks.test_sources import NOT_YET
from study_map import map_rows

from mainstream import paths
from mainstream.data.jobs import JOBS
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import run

LOAD = "# %load "
TIMED = "02_profile_throughput"  # what it compares are times of this machine, as busy as it is


@pytest.fixture
def copy(tmp_path):
    """A checkout without results, its exercises solved; the library is the installed one, the rest are copies."""
    for name in ("notebooks", "data", "mainstream", "streetworld"):
        shutil.copytree(paths.ROOT / name, tmp_path / name)
    for path in (tmp_path / "notebooks").glob("*.ipynb"):
        path.write_text(json.dumps(solved(json.loads(path.read_text()))))
    return Project(tmp_path)


def solved(notebook):
    """The notebook after somebody has taken the `#` from every `# %load solutions/…` line and run the cell."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if source.startswith(LOAD):
            cell["source"] = (paths.NOTEBOOKS / source.removeprefix(LOAD).strip()).read_text()
            cell["metadata"]["tags"] = ["solution"]
    return notebook


@pytest.mark.parametrize("stage", ["00", "01,03,05,07", "02", "04", "06", "08", "09"])
def test_notebook_runs_with_its_solutions(copy, stage, monkeypatch):
    monkeypatch.setenv(JOBS, "2" if stage == "06" else "1")  # processes take longer to begin than what they do here
    for outcome in run(copy, "smoke", only=stage):
        assert outcome.result == "ok"
        directory = copy.results("smoke") / outcome.stage
        figures = json.loads((directory / "figures.json").read_text())
        assert figures
        for figure in figures:
            assert figure["caption"] and not re.search(r"\bnan\b", figure["caption"])
            assert all((directory / f"{figure['name']}.{kind}").stat().st_size > 40 for kind in ("png", "pdf", "csv"))
        tracks = {f["name"]: ", ".join(f["tracks"]) for f in figures}
        assert [r for r in map_rows() if r.notebook == outcome.stage and tracks[r.cell] != r.track] == []
        rows = [r for t in json.loads((directory / "matches.json").read_text()) for r in t["rows"]]
        assert rows and (outcome.stage == TIMED or any(r["match"] for r in rows))
        assert all(r["ours"] > 0 for r in rows if outcome.stage == TIMED)
        cells = json.loads((directory / f"{outcome.stage}.ipynb").read_text())["cells"]
        solutions = [c for c in cells if "solution" in c["metadata"].get("tags", [])]
        assert solutions and all(c["outputs"] for c in solutions)  # each shows what it found
        assert outcome.stage in NOT_YET or shown(cells) <= {p.read_bytes() for p in directory.glob("*.png")}


def shown(cells):
    """The pictures that an executed notebook shows, those of solutions excepted."""
    outputs = [o for c in cells if "solution" not in c["metadata"].get("tags", []) for o in c.get("outputs", [])]
    return {b64decode(o["data"]["image/png"]) for o in outputs if "image/png" in o.get("data", {})}
