"""What a stage depends on, what its parameters cell may hold, and what its pages say."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import write_notebook, write_profile

from mainstream import paths
from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.cache import modules_of
from mainstream.kit.pipeline.page import typeset, write_page
from mainstream.kit.pipeline.parameters import of_type
from mainstream.kit.pipeline.project import Project, Stage, read_yaml
from mainstream.kit.pipeline.run import run

MAGIC = "%matplotlib inline\nfrom mainstream import maths\n!ls"
TYPED = 'profile: str = "default"\noutput_dir: str = ""\nvalue: int = 1\nrates: list[float] = [0.5, -1]'


@pytest.mark.parametrize(
    "cell",
    [
        MAGIC,
        "%%time\nimport mainstream.maths",
        "def f():\n    import mainstream.maths as m",
        "if True:\n    %time x = 1\n    !ls\nfrom mainstream import maths",
        "%time from mainstream import maths",
        "files = !ls\nimport mainstream.maths",
        "import mainstream.maths\nmaths?",
        "import importlib\nimportlib.import_module('mainstream.maths')",
    ],
)
def test_imports_are_found_beside_magics_and_within_functions(project, cell):
    found = modules_of([cell, "this is not Python"], project.root)
    assert {p.name for p in found} == {"__init__.py", "maths.py"}


def test_relative_imports_are_followed(project):
    inner = project.library / "inner"
    inner.mkdir()
    (inner / "__init__.py").write_text("from .near import x\n")
    (inner / "near.py").write_text("from ..maths import FACTOR as x\nfrom . import sister\n")
    (inner / "sister.py").write_text("")
    found = {p.relative_to(project.library).as_posix() for p in modules_of(["import mainstream.inner"], project.root)}
    assert found == {"__init__.py", "inner/__init__.py", "inner/near.py", "inner/sister.py", "maths.py"}


def test_other_modules_are_followed_where_one_is_broken_and_folders_are_no_modules(project):
    for name in ("json", "data"):
        (project.root / name).mkdir()
    (project.library / "broken.py").write_text("def (\n")
    (project.library / "good.py").write_text("import json, data\nfrom . import broken, maths\n")
    found = modules_of(["import data\nfrom mainstream import good"], project.root)
    assert {p.name for p in found} == {"__init__.py", "good.py", "maths.py"}


def due(project: Project, number: int = 0) -> bool:
    """Whether a stage would be run again."""
    stage = project.stages("default")[number]
    return not cache.is_fresh(project, stage, "default")


def test_outputs_of_the_source_do_not_matter_its_prose_does(ran):
    path = ran.notebooks / "01_make.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["execution_count"] = 9
    notebook["metadata"]["language_info"] = {"name": "python"}
    path.write_text(json.dumps(notebook))
    assert not due(ran)
    notebook["cells"][0]["source"] = "# Another title"
    path.write_text(json.dumps(notebook))
    assert due(ran)


def test_a_file_that_a_parameter_names_is_part_of_the_key_wherever_it_lies(project, tmp_path):
    film = tmp_path / "film.mp4"
    stage = project.stages("default")[0]
    named = Stage(stage.name, stage.notebook, {"weights": {"net": [str(film), "no file", "\0", "x" * 5000]}})
    found = [cache.stage_hashes(project, named, "default")]
    for content in ("one", "two"):
        film.write_text(content)
        found.append(cache.stage_hashes(project, named, "default"))
    assert [h.get("given 1: film.mp4") for h in found] == [None, cache.digest(b"one"), cache.digest(b"two")]


def test_photos_that_come_or_change_in_a_folder_and_tables_of_one_name_are_parts_of_the_key(project, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.csv").write_text("image,cat")
    sources = {str(tmp_path / "a"): {}, **{str(tmp_path / name / "labels.csv"): {"cat": ""} for name in "ab"}}
    stage = Stage("01_make", project.notebooks / "01_make.ipynb", {"real_photos": sources})
    keys = {cache.key(cache.stage_hashes(project, stage, "default"))}
    for photo, text in (("a/cat/1.jpg", "one"), ("a/labels.csv", "another"), ("b/labels.csv", "image,cat\n1.jpg,1"),
                        ("b/1.jpg", "one"), ("b/1.jpg", "another")):  # fmt: skip
        (tmp_path / photo).parent.mkdir(exist_ok=True)
        (tmp_path / photo).write_text(text)
        keys.add(cache.key(cache.stage_hashes(project, stage, "default")))
    assert len(keys) == 6


def test_whatever_a_result_rests_on_makes_it_due(project, monkeypatch):
    """Outputs in sub-folders, templates beside a module that is imported, an input that comes or goes, versions."""
    code = "if not output_dir:\n    from mainstream import maths\nfrom pathlib import Path\n"
    code += "deep = Path(output_dir, 'packages', 'cat')\ndeep.mkdir(parents=True)\n(deep / 'm.json').write_text('1')"
    write_notebook(project, "01_make", code, inputs=["data/*.txt"])
    (project.root / "data").mkdir()
    (project.root / "data" / "in.txt").write_text("an input")
    (project.root / "requirements.lock").write_text("numpy==1.0 \\\n    --hash=x\nsomething==3\n")
    state = lambda: run(project, "default", only="01")[0].state
    assert (state(), state()) == ("fresh", "cached")
    made = project.results("default") / "01_make" / "packages"
    (made / "cat" / "m.json").write_text("2")
    assert due(project)
    shutil.rmtree(made)
    assert (state(), state()) == ("fresh", "cached") and (made / "cat" / "m.json").read_text() == "1"
    for file in (project.library / "page.html.j2", project.root / "data" / "new.txt"):
        file.write_text("<p>")
        assert due(project)
        file.unlink()
        assert not due(project)
    (project.root / "data" / "in.txt").unlink()
    assert due(project)
    stage = project.stages("default")[0]
    keys = {cache.key(cache.stage_hashes(project, stage, "default"))}
    for changed in ("something", "python", "numpy"):
        monkeypatch.setattr(cache, "version_of", lambda name, c=changed: "99" if name == c else "1")
        keys.add(cache.key(cache.stage_hashes(project, stage, "default")))
    assert len(keys) == 4


def test_every_notebook_declares_the_kept_results_that_it_reads():
    """Itself, or through a module: `trainings` has other trainings' decisions. (What is kept for `by_hand` is none.)"""
    for path in paths.NOTEBOOKS.glob("[0-9]*.ipynb"):
        book = json.loads(path.read_text())
        code = "".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code")
        code += (paths.PACKAGE / "study" / "trainings.py").read_text() if "study.trainings" in code else ""
        declared = " ".join(book["metadata"].get("mainstream", {}).get("inputs", []))
        for folder in re.findall(r'REFERENCE / "(\w+)"', code):
            assert f"results/reference/{folder}/" in declared, (path.name, folder)


def test_the_record_is_part_of_the_key_of_who_reads_it():
    for stage in [s for s in Project().stages("default") if s.name in ("04_scheduler", "06_x_voting")]:
        hashes = cache.stage_hashes(Project(), stage, "default")
        assert {"mainstream/data/recorded.py", "data/published/layer_latency_mobilenet.csv"} <= set(hashes), stage.name


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("value=abc", 'value="abc": must be a whole number, like 5'), ("value=2.5", "must be a whole number, like 5"),
        ("value=", "value=null: must be a whole number"), ("share=lots", "must be a number, like 0.5"),
        ("share=.nan", "share=NaN: must be a number"), ("value=true", "value=true: must be a whole number"),
        ("names=cat", r"must be a list, like \[a, b\]"), ("rates=[1, x]", 'rates="x": must be a number'),
        ("spans=[[1, x]]", None), ("spans=[3]", r"spans=3: must be a list, like \[0, a\]"),
        ("joins={cat: soon}", 'joins="soon": must be a number'), ("name=[1]", "must be text, like x"),
        ("value=-1", "value=-1: must not be below 0"), ("quick=1", "quick=1: must be true or false, like true"),
        ("share=-0.5", "must not be below 0, like 0.5"), ("rates=[1, -2]", "rates=-2: must not be below 0"),
        ("value=2024-01-01", "must be a whole number"),
        ("value=1e2", None), ("share=3", None), ("name=2024", None), ("anything=[x]", None),
        ("rates=[]", r"rates=\[\]: must not be empty, like \[1, 2\]"), ("joins={}", r"must not be empty, like {cat"),
        ("value=0", "value=0: must not be 0, like 5"), ("share=0", "must not be 0, like 0.5"),
        ("some=[]", None), ("day=0", None), ("rates=[0]", None), ("quick=false", None),
        ("value=1:30", 'value="1:30": must be a whole number'), ("share=1:30.5", "must be a number"),
        ("name=1.50", r"name=1.5: must be text, like x"), ("joins={cat: 1, cat: 2}", "key 'cat' is given twice"),
        ("anything=&a [*a]", "not YAML: Circular reference"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_than_the_notebooks_own_is_refused(project, parameter, said):
    own = 'profile = "default"\noutput_dir = ""\nvalue = 5\nshare = 0.5\nnames = ["a", "b"]\nrates = [1, 2]\n'
    own += 'spans = [[0, "a"]]\njoins = {"cat": 0}\nname = "x"\nquick = True\nanything = None\n'
    own += "some = [1]  # of them; empty: all\nday: int = 3  # 0: the first"
    write_notebook(project, "02_use", "print(1)", parameters=own, needs=["01_make"])
    if said is None:
        values = project.stages("default", [f"02.{parameter}"])[1].parameters
        assert values.get("value") in (5, 100) and values.get("name", "2024") == "2024"
    else:
        with pytest.raises(UserError, match=f"02.{parameter.split('=')[0]}=.*{said}|02.{said}"):
            project.stages("default", [f"02.{parameter}"])


def test_numbers_are_as_people_read_them_and_text_stays_as_it_is_typed():
    read = lambda text: read_yaml(text, "x")
    assert [read(t) for t in ("12", "-3", "0", "0.5", "1e3", "[0, 1.5]")] == [12, -3, 0, 0.5, "1e3", [0, 1.5]]
    assert [of_type(read(t), 5, "x") for t in ("010", "1_000", "1e3")] == [10, 1000, 1000]
    for text in ("010", "007", "1:30", "1_000", "0x1f", "2024-01-01"):
        assert of_type(read(text), "cat", "x") == text
    with pytest.raises(UserError, match="x: not YAML: key 'seed' is given twice"):
        read("01_make: {seed: 1, rates: [1], seed: 2}")


def test_a_profile_is_held_to_the_same_kinds(project):
    write_profile(project, "description: x\ncell_timeout_s: 9\nnotebooks: {01_make: {value: abc}}\n")
    with pytest.raises(UserError, match=r'01\.value="abc": must be a whole number, like 1'):
        run(project, "default")


def test_parameters_may_have_types_and_negative_or_nested_literals(project):
    write_notebook(project, "02_use", "assert rates == [1] and value == 5", parameters=TYPED)
    assert run(project, "default", only="02", overrides=["02.rates=[1]"])[0].result == "ok"
    record = json.loads((project.results("default") / "02_use" / "run.json").read_text())
    assert record["parameters"] == {"profile": "default", "value": 5, "rates": [1]}


@pytest.mark.parametrize("cell", ["a = 1\nb = a + 1", "import os\na = 1", "a = [", "a, b = 1, 2", "print(1)"])
def test_a_parameters_cell_of_anything_but_literals_is_refused(project, cell):
    write_notebook(project, "02_use", "print(1)", parameters=cell)
    with pytest.raises(UserError, match="02_use: its parameters cell may hold only"):
        project.stages("default")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("description: x\ncell_timeout: 1\nnotebooks: {}\n", "did you mean 'cell_timeout_s'"),
        ("description: x\ncell_timeout_s: 0\nnotebooks: {}\n", "cell_timeout_s"),
        ("description: x\ncell_timeout_s: 1\nnotebooks: {02_use: {}}\n", "unknown stage before 02_use"),
    ],
)
def test_profiles_that_cannot_be_run_are_refused(project, text, message):
    write_profile(project, text)
    with pytest.raises(UserError, match=message):
        project.stages("default")


def test_an_override_that_is_not_yaml_and_a_file_that_is_no_notebook(project):
    with pytest.raises(UserError, match=r"--param '01.value=\[': not YAML"):
        project.stages("default", ["01.value=["])
    (project.notebooks / "01_make.ipynb").write_text("{}")
    with pytest.raises(UserError, match=r"01_make\.ipynb: not a notebook"):
        project.stages("default")


def test_a_long_message_is_cut_and_the_cell_is_counted_as_people_see_it(project):
    write_notebook(project, "01_make", 'raise ValueError("first " * 100 + "\\nsecond")')
    (outcome,) = run(project, "default", only="01")
    assert outcome.result.startswith("failed: 01_make, cell 3 of 3: ValueError: first first")
    assert len(outcome.result) < 350 and "second" not in outcome.result
    report = (project.results("default") / "report" / "index.html").read_text()
    assert 'href="../01_make.failed.ipynb"' in report and "ValueError: first" in report


def test_the_page_of_a_notebook_fetches_nothing_and_names_no_folder(project):
    write_notebook(project, "01_make", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(plt.__file__)")
    run(project, "default", only="01")
    for kind in ("html", "ipynb"):
        text = (project.results("default") / "01_make" / f"01_make.{kind}").read_text()
        assert str(project.root) not in text and f"{Path.home()}/" not in text
    page = (project.results("default") / "01_make" / "01_make.html").read_text()
    assert "data:image/png;base64," in page
    assert not re.search(r"""<(?:script|link|img)[^>]*?(?:src|href)=["']?(?!data:)[^"'\s>#]""", page)
    assert not re.search(r"""import\s*\(?\s*["']https?:""", page)


def test_formulae_are_typeset_without_a_script():
    text = typeset(r"Recall is $R = 1 - (1-p)^n$; at $5 and $6 a frame, `$p$` and \$x\$ stay." + "\n$$\\frac{a}{b}$$")
    assert text.count("<math") == 2 and 'display="block"' in text and "<msup>" in text and "<mfrac>" in text
    assert r"at $5 and $6 a frame, `$p$` and \$x\$ stay." in text


def test_an_exported_page_keeps_its_formulae_whole(tmp_path):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Recall is $R = 1$.\n\n$$x^n$$")])
    nbformat.write(book, tmp_path / "a.ipynb")
    write_page(tmp_path / "a.ipynb")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<mrow><mi>R</mi><mo>" in page and "<msup><mi>x</mi><mi>n</mi></msup>" in page and "⟦" not in page


def test_an_exported_page_follows_the_readers_light_and_can_be_paged_through(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("A.")]), tmp_path / "a.ipynb")
    write_page(tmp_path / "a.ipynb")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    dark = page.partition('<style media="(prefers-color-scheme: dark)"')[2].partition("</style>")[0]
    assert re.search(r"--jp-layout-color0:\s*(#111|var\(--md-grey-900)", dark), dark[:200]
    assert "location.hash === '#slides'" in page.partition("querySelectorAll('.jp-Cell')")[2]
