"""The report and its exports, of a tiny project that papermill ran."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader
from tiny_report import CAPTIONS, make

from mainstream.errors import UserError
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.report import (
    CHANGED,
    KEY_FIGURES,
    from_disk,
    inline,
    minutes,
    render,
    write_page,
    write_pdf,
)  # fmt: skip
from mainstream.paths import NOTEBOOKS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def report(made):
    return from_disk(made, "default")


@pytest.fixture(scope="module")
def page(made):
    """index.html as the run wrote it, parsed."""
    return Page((made.results("default") / "report" / "index.html").read_text())


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.alts, words = [], [], [], []
        self.handle_data = words.append
        self.feed(text)
        self.text = " ".join(" ".join(words).split())

    def handle_starttag(self, tag, attrs):
        self.links += [v for k, v in attrs if k in ("href", "src") and v]
        self.ids += [v for k, v in attrs if k == "id"]
        self.alts += [v for k, v in attrs if k == "alt"]


def test_every_link_leads_somewhere_and_nothing_is_fetched(made, page):
    folder = made.results("default") / "report"
    assert not [link for link in page.links if "//" in link]
    files = [link for link in page.links if not link.startswith(("#", "data:"))]
    assert len(files) >= 3 * len(CAPTIONS)
    assert [link for link in files if not (folder / link).resolve().is_file()] == []
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids) and len(page.ids) == len(set(page.ids))
    assert "@import" not in (folder / "index.html").read_text()


def test_figures_questions_tracks_and_tables(page):
    for name, caption in CAPTIONS.items():
        assert caption in page.text and caption in page.alts
        assert any(i.endswith(f"-{name}") for i in page.ids)
    assert "Is this line rising & why?" in re.sub(r"\s+", " ", page.text)
    assert {"show-published", "show-executed"} <= set(page.ids) and "show-measured" not in page.ids
    assert "1 of 2 rows of the paper / ours / match tables are within their tolerance, 1 is not." in page.text
    assert "With the study · 1 of 2" in re.sub(r"\s+", " ", page.text)  # what says nothing else is held against it
    assert "CITATION" not in page.text and "@inproceedings{jiang2018," in page.text


def test_key_figures_come_first(report, page):
    assert [f["name"] for f in report["key_figures"]] == ["headline_forms", "corrections"]
    assert page.text.index(CAPTIONS["corrections"]) < page.text.index(CAPTIONS["rising"])


def test_the_kits_notebooks_draw_the_key_figures():
    for stage, _, name in (figure.partition("-") for figure in KEY_FIGURES):
        assert f'\\"{name}\\"' in (NOTEBOOKS / f"{stage}.ipynb").read_text()


def test_what_is_missing_or_failed_is_said(report, page):
    assert "2 of 4 stages" in page.text
    assert "failed: 07_fails, cell 3 of 3: ZeroDivisionError" in page.text
    assert "../07_fails.failed.ipynb" in page.links
    assert "This stage has never run in this profile" in page.text
    assert [s["result"] for s in report["sections"]] == ["ok", "ok", "never run", "failed"]  # from disk alone


def test_a_stage_whose_inputs_changed_says_so(made, report):
    states = {s["name"]: s["state"] for s in report["sections"]}
    # 01_lines ran with value=3, which the profile does not say
    assert states["01_lines"] == CHANGED and states["05_headline"] == "up to date"


@pytest.mark.parametrize("changes", [{"seconds": "x"}, {"finished": 3}, {"outputs": []}, {"machine": None}])
def test_a_spoiled_record_of_a_run_counts_as_none(made, tmp_path, changes):
    copy = Project(shutil.copytree(made.root, tmp_path / "copy"))
    file = copy.results("default") / "05_headline" / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    assert {s["name"]: s["run"] for s in from_disk(copy, "default")["sections"]}["05_headline"] is None
    assert "never run" in write_page(copy, from_disk(copy, "default")).read_text()


def test_a_record_of_an_older_kit_is_shown_as_far_as_it_goes(made, tmp_path):
    copy = Project(shutil.copytree(made.root, tmp_path / "copy"))
    (copy.results("default") / "05_headline" / "run.json").write_text('{"seconds": 61}')
    assert "1 min 1 s" in write_page(copy, from_disk(copy, "default")).read_text()


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[{}]", '["a"]', '[{"title": "x"}]', '{"a": 1}{"a": 1}', "[" * 100_000]
)
@pytest.mark.parametrize("name", ["figures.json", "matches.json"])
def test_a_spoiled_list_of_figures_or_matches_is_named(made, tmp_path, name, text):
    for folder in ("notebooks", "results", "mainstream"):
        shutil.copytree(made.root / folder, tmp_path / folder)
    (tmp_path / "results" / "default" / "01_lines" / name).write_text(text)
    with pytest.raises(UserError, match=rf"01_lines/{name}: "):
        from_disk(Project(tmp_path), "default")


def test_a_figure_whose_files_are_gone_is_named(made, report):
    lost = {**report["figures"]["01_lines-rising"], "kinds": ["csv"]}
    section = {**report["sections"][0], "figures": [lost]}
    page = render("report.html.j2", {**report, "sections": [section], "pdf": ""})
    assert "The picture rising.png is missing." in page and 'rising.png"' not in page


def test_pdf_joins_the_figures_own_pages(made, report):
    pdf = PdfReader(write_pdf(made, report))
    drawn = [f for s in report["sections"] for f in s["figures"]]
    assert len(pdf.pages) == len(drawn) == len(CAPTIONS)
    for page, figure in zip(pdf.pages, drawn, strict=True):
        own = PdfReader(figure["stem"].with_suffix(".pdf")).pages[0]
        assert page.mediabox == own.mediabox and len(page.images) == 0
        assert page.get_contents().get_data() == own.get_contents().get_data()  # lines stay lines
        assert "step" in page.extract_text()  # the figure's own label, as text
    assert pdf.metadata.title == "Mainstream, reproduced: figures of profile default"
    titles = [o.title for o in pdf.outline if not isinstance(o, list)]
    assert titles == ["01 · Does it rise?", "05_headline"]
    assert [o.title for o in pdf.outline[1]] == ["It rises", "It is broad"]
    assert [pdf.get_destination_page_number(o) for o in [*pdf.outline[1], *pdf.outline[3]]] == [0, 1, 2, 3]


def test_a_figure_without_its_pdf_is_left_out_of_the_pdf(made, report):
    lost = {**report["figures"]["01_lines-rising"], "kinds": ["png", "csv"]}
    first = {**report["sections"][0], "figures": [lost, *report["sections"][0]["figures"][1:]]}
    pdf = PdfReader(write_pdf(made, {**report, "sections": [first]}))
    assert len(pdf.pages) == 1 and [o.title for o in pdf.outline[1]] == ["It is broad"]


@pytest.mark.parametrize("size", [0, 1, 2000])
def test_a_pdf_that_was_cut_short_is_named(report, tmp_path, size):
    figure = report["figures"]["01_lines-rising"]
    (tmp_path / "x.pdf").write_bytes(figure["stem"].with_suffix(".pdf").read_bytes()[:size])
    cut = {**report, "sections": [{**report["sections"][0], "figures": [{**figure, "stem": tmp_path / "x"}]}]}
    with pytest.raises(UserError, match=r"x\.pdf: cannot be read: .*; run 01_lines again"):
        write_pdf(Project(tmp_path), cut)


def test_the_pdf_is_linked_while_it_is_not_older_than_results(made, report):
    write_pdf(made, report)
    assert 'href="figures.pdf"' in write_page(made, report).read_text()
    (made.results("default") / "05_headline" / "run.json").touch()
    assert 'href="figures.pdf"' not in write_page(made, report).read_text()


def test_no_results_and_unknown_formats_are_one_line(made, tmp_path):
    (made.notebooks / "profiles" / "empty.yml").write_text(
        "description: x\ncell_timeout_s: 9\nnotebooks: {01_lines: {}}\n"
    )
    with pytest.raises(UserError, match="'empty' has no results yet"):
        from_disk(made, "empty")
    with pytest.raises(UserError, match="unknown profile 'defualt': did you mean 'default'"):
        from_disk(Project(), "defualt")
    done = subprocess.run(
        [sys.executable, "-m", "mainstream", "report", "--format", "pfd"], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stdout == ""
    assert "'pfd' is not one of 'html', 'pdf'" in done.stderr and done.stderr.count("\n") == 1


def test_inline_markdown_escapes_the_rest():
    assert inline("*a* **b** `c*d*` <i> 2 * 3 & 4") == (
        "<em>a</em> <strong>b</strong> <code>c*d*</code> &lt;i&gt; 2 * 3 &amp; 4"
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.31, "0.31 s"), (34.2, "34 s"), (59.7, "1 min 0 s"), (425, "7 min 5 s")]
)
def test_minutes(seconds, text):
    assert minutes(seconds) == text
