"""The pipeline on a tiny project, through real papermill and real kernels."""

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from conftest import snapshot, write_notebook, write_profile

from mainstream.data.jobs import JOBS
from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.run import run, summary


def states(outcomes):
    return [(o.stage, o.state, o.result.split(":")[0]) for o in outcomes]


def test_fresh_then_cached_then_due_again(project):
    outcomes = run(project, "default")
    assert states(outcomes) == [("01_make", "fresh", "ok"), ("02_use", "fresh", "ok")]
    assert "01_make" in summary(outcomes) and "fresh" in summary(outcomes)
    stage = project.results("default") / "01_make"
    assert (stage / "made.txt").read_text() == "1"
    assert {p.name for p in stage.iterdir()} == {"01_make.ipynb", "01_make.html", "made.txt", "run.json"}
    assert [o.state for o in run(project, "default")] == ["cached", "cached"]

    # a parameter
    assert [o.state for o in run(project, "default", overrides=["02.value=7"])] == ["cached", "fresh"]
    assert [s.parameters for s in project.stages("default", ["value=7", "01.value=3"])] == [{"value": 3}, {"value": 7}]
    # library code that the notebook imports, and what needs it
    (project.library / "maths.py").write_text("FACTOR = 3\n")
    assert [o.state for o in run(project, "default", overrides=["02.value=7"])] == ["fresh", "fresh"]
    # library code that it does not import
    (project.library / "other.py").write_text("x = 1\n")
    assert [o.state for o in run(project, "default", overrides=["02.value=7"])] == ["cached", "cached"]
    # an output that is gone
    (stage / "made.txt").unlink()
    assert run(project, "default", only="01")[0].state == "fresh"
    assert run(project, "default", only="01", force=True)[0].state == "fresh"


def test_only_and_from_that_share_no_stage_are_told(project):
    with pytest.raises(UserError, match="--only 01 --from 02: no stage is both"):
        run(project, "default", only="01", start="02")


def test_provenance_and_report(once):
    project, results = once, once.results("default")
    record = json.loads((results / "02_use" / "run.json").read_text())
    assert record["parameters"] == {"value": 5, "profile": "default"}
    assert record["outcome"] == "ok" and record["seconds"] > 0 and "numpy" in record["versions"]
    assert record["cpu_seconds"] > 0.1  # a kernel has been started
    assert str(project.root) not in (results / "02_use" / "run.json").read_text()
    assert str(project.root) not in (results / "02_use" / "02_use.ipynb").read_text()
    page = (results / "report" / "index.html").read_text()
    links: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            links.extend(v for k, v in attrs if k in ("href", "src") and v and not v.startswith(("#", "data:")))

    Links().feed(page)
    assert len(links) == 4
    assert all((results / "report" / link).resolve().is_file() for link in links)
    assert not re.search(r'(?:src|href)="https?:', page)


@pytest.mark.parametrize(
    ("code", "message", "patience"),
    [
        ("raise KeyError('lost')", "01_make, cell 3 of 3: KeyError: 'lost'", 60),
        ("import os\nos.kill(os.getpid(), 9)", "kernel died, probably out of memory", 60),
        ("import time\ntime.sleep(60)", "no answer within 3 s", 3),
    ],
)
def test_a_failing_stage_keeps_the_last_good_result(ran, code, message, patience):
    project = ran
    told = "description: tiny\ncell_timeout_s: {}\nnotebooks:\n  01_make: {{}}\n  02_use: {{value: 5}}\n"
    good = snapshot(project.results("default") / "01_make")
    write_notebook(project, "01_make", code)
    write_profile(project, told.format(patience))
    outcomes = run(project, "default")
    assert message in outcomes[0].result
    assert states(outcomes)[1][1:] == ("–", "skipped")
    assert snapshot(project.results("default") / "01_make") == good
    failed = project.results("default") / "01_make.failed.ipynb"
    assert json.loads(failed.read_text())["cells"]
    assert not list(project.results("default").glob(".running-*"))
    write_notebook(project, "01_make", "print(1)")
    write_profile(project, told.format(60))  # a good cell may take its time on a busy machine
    assert [o.state for o in run(project, "default", only="01")] == ["fresh"]
    assert not failed.exists()


def test_stages_run_beside_each_other_with_their_share_of_the_cores_but_for_one_that_is_alone(project, monkeypatch):
    monkeypatch.setenv(JOBS, "2")
    meets = """import os, pathlib, time
pathlib.Path("../{}").touch()
while not pathlib.Path("../{}").exists():
    time.sleep(0.05)
assert int(os.environ["MAINSTREAM_JOBS"]) == 1"""
    write_notebook(project, "01_make", meets.format("one", "two"))
    write_notebook(project, "02_use", meets.format("two", "one"))
    first = "import os, pathlib\nassert not pathlib.Path('../one').exists() and os.environ['MAINSTREAM_JOBS'] == '2'"
    write_notebook(project, "03_alone", first, alone=True)
    write_notebook(project, "04_kills", "import os\nos.kill(os.getppid(), 9)", needs=["01_make"])
    write_notebook(project, "05_beside", "", needs=["01_make"])
    told = "description: x\ncell_timeout_s: 60\nnotebooks: {01_make: {}, 02_use: {}, 03_alone: {}"
    write_profile(project, told + "}\n")
    assert states(run(project, "default")) == [(name, "fresh", "ok") for name in ("01_make", "02_use", "03_alone")]
    write_profile(project, told + ", 04_kills: {}, 05_beside: {}}\n")
    with pytest.raises(UserError, match=r"the process of a stage was killed, probably .*; run again to continue"):
        run(project, "default")
    assert not list(project.results("default").glob(".*"))


def test_an_interrupted_run_resumes(ran):
    project, results = ran, ran.results("default")
    shutil.rmtree(results / "02_use")  # as if stopped before 02
    (results / ".running-02_use-x").mkdir()  # what a kill leaves behind
    (results / "01_make").rename(results / ".old-01_make")  # … between the two steps of a swap
    assert [o.state for o in run(project, "default")] == ["cached", "fresh"]
    assert not list(results.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"profile": "defalt"}, "did you mean 'default'"),
        ({"profile": "default", "overrides": ["01.valeu=2"]}, "did you mean 'value'"),
        ({"profile": "default", "overrides": ["01.output_dir=2"]}, "unknown parameter"),
        ({"profile": "default", "overrides": ["valeu=2"]}, "unknown parameter of any notebook 'valeu': did you mean"),
        ({"profile": "default", "overrides": ["value"]}, "must look like 04.seed=3, or seed=3"),
        ({"profile": "default", "only": "07"}, "unknown stage"),
        ({"profile": "default", "start": "01_mak"}, "did you mean '01_make'"),
    ],
)
def test_bad_requests_change_nothing(project, arguments, message):
    before = snapshot(project.root)
    with pytest.raises(UserError, match=message):
        run(project, **arguments)
    assert snapshot(project.root) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("description: x\ncell_timeout_s: 1\nnotebooks: {01_mke: {}}\n", "did you mean '01_make'"),
        ("description: x\ncell_timeout_s: 1\nnotebooks: {01_make: {valeu: 1}}\n", "did you mean 'value'"),
        ("description: x\ncell_timeout_s: 1\nnotebooks: {}\nnotbooks: {}\n", "notbooks"),
        ("description: [", "not YAML"),
    ],
)
def test_bad_profiles_are_refused(project, text, message):
    write_profile(project, text)
    with pytest.raises(UserError, match=message):
        run(project, "default")


def test_modules_are_followed_through_imports_inside_functions(project):
    (project.library / "deep.py").write_text("def f():\n    from mainstream.maths import FACTOR\n")
    found = cache.modules_of(["import mainstream.deep"], project.root)
    assert {p.name for p in found} == {"__init__.py", "deep.py", "maths.py"}


def test_a_kernel_ends_in_silence(ran, capfd):
    ends = "atexit.register(lambda: [logging.getLogger(n).error('an end') for n in ('asyncio', 'tornado.general')])"
    write_notebook(ran, "01_make", f"import atexit, logging\n{ends}")
    assert [o.state for o in run(ran, "default", only="01")] == ["fresh"]
    assert "an end" not in capfd.readouterr().err
