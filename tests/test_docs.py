"""The documents beside the README: complete, their links and their code right, what they promise to show is there."""

import inspect
import json
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.main import get_command

from mainstream import quality
from mainstream.errors import UserError
from mainstream.kit.commands.main import app
from mainstream.paths import NOTEBOOKS, PACKAGE, ROOT
from mainstream.scheduler import solve
from mainstream.scheduler.leaderboard import leaderboard
from mainstream.study import experiments, published

TEACHING = ROOT / "docs" / "teaching.md"


def section(heading: str) -> str:
    """The text under a heading of docs/teaching.md, up to the next one of its level."""
    level = heading.split()[0]
    text = TEACHING.read_text().split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^{level} ", text, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the first table, without its head."""
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table
    lines = table[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def markdown(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]


def test_the_table_of_exercises_is_complete_and_nothing_else():
    found = []
    for book in sorted(NOTEBOOKS.glob("*.ipynb")):
        for text in markdown(book):
            if m := re.match(r"\*\*Exercise (\d)\*\* \*\((\w+)\)\*", text):
                found.append((f"[{book.name[:2]}](../notebooks/{book.name}#Exercises)", m[1], f"*{m[2]}*"))
    listed = rows(section("## All exercises"))
    assert len(found) > 30 and [tuple(r[:3]) for r in listed] == found
    assert all(topic and int(minutes) > 0 for *_, topic, minutes in listed)


def test_the_lesson_takes_90_minutes_and_every_part_has_its_section():
    plan = rows(section("## A lesson of 90 minutes"))
    assert sum(int(minutes) for minutes, *_ in plan) == 90
    lesson = section("## A lesson of 90 minutes")
    for _, part, _ in plan:
        steps = lesson.split(f"### {part}\n", 1)[1].split("\n### ")[0]
        if part != plan[-1][1]:
            assert all(f"**{w}.**" in steps for w in ("Goal", "Do", "Ask", "Expected", "Misconception")), part


def test_points_of_the_lab_add_up():
    lab = section("## A lab of a week: write your own scheduler")
    assert sum(int(points) for points, _ in rows(lab[lab.index("| points |") :])) == 100
    limit = inspect.signature(leaderboard).parameters["time_limit_s"].default
    assert f"at most {limit:g} seconds a problem" in " ".join(lab.split())


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_links_lead_to_files_and_headings(document):
    for label, target in re.findall(r"\[([^\]]+)\]\((?!https?:)([^)\s]+)\)", document.read_text()):
        name, _, anchor = unquote(target).partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), target
        if anchor and file.suffix == ".ipynb":
            headings = re.findall(r"^#+ (.*)$", "\n".join(markdown(file)), re.MULTILINE)
            assert anchor in {h.replace(" ", "-") for h in headings}, target
            if "," in label:  # "04, Playground": the label names the heading
                assert label.split(", ", 1)[1].replace(" ", "-") == anchor


COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?mainstream ([a-z][a-z-]*)(?= |$|`)((?:\\\n|[^`\n])*)", re.MULTILINE)


@pytest.mark.parametrize(
    "document",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *NOTEBOOKS.glob("*.md"), *NOTEBOOKS.glob("*.ipynb")],
    ids=lambda p: p.name,
)
def test_commands_are_typed_as_the_command_line_takes_them(document):
    text = "\n".join(markdown(document)) if document.suffix == ".ipynb" else document.read_text()
    for name, rest in COMMAND.findall(text):
        command = get_command(app).commands[name]
        words = shlex.split(rest.replace("\\\n", " ").replace("…", "").partition(" #")[0])
        parser = command.make_parser(command.context_class(command, resilient_parsing=True))
        takes = sum(p.param_type_name == "argument" for p in command.params)
        assert len(parser.parse_args(words)[1]) <= takes, (name, rest)


def test_the_teachers_cell_ranks_what_is_right_and_names_what_is_wrong(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", section("## A lab of a week: write your own scheduler"), re.DOTALL)
    assert code
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handed_in").mkdir()
    head = (
        "from mainstream.scheduler.cost import cheapest\n\n\ndef my_scheduler(problem):\n    plan = cheapest(problem)\n"
    )
    most = "    return [c._replace(fps=len(problem.fps_options) - 1) for c in plan]\n"
    for name, text in {
        "right": head + "    return plan\n",
        "over": head + most,
        "typo": "def my_scheduler(:\n",
    }.items():
        (tmp_path / "handed_in" / f"{name}.py").write_text(text)
    found = {}
    exec(code[1].replace("range(7000, 7006)", "range(7000, 7001)"), found)
    board = found["board"].set_index("scheduler")
    assert board.status["right"] == "ok" and board["rank"]["right"] > 0
    assert board.status["over"] == "infeasible" and "over the budget" in board.reason["over"]
    assert list(found["unreadable"]) == ["typo"] and "SyntaxError" in found["unreadable"]["typo"]


# -- what the lesson says that the class will see --------------------------------------------------------------------
def test_part_2_the_best_rate_lies_inside_the_range_and_rare_looks_miss_events():
    pedestrian = published.mpackages(published.HEADLINE_VINTAGE)["pedestrian"]
    record, events, stream = pedestrian.splits[0], pedestrian.events, published.HEADLINE_STREAM_FPS
    seen = {"stream_fps": stream, "event_length_s": events.length_s, "correlation": events.correlation[0]}
    rates = [k / 4 for k in range(1, 4 * stream + 1)]
    f1 = quality.event_f1(record.tpr, record.fpr, rates, event_frequency=events.frequency, **seen)
    assert rates[0] < rates[int(f1.argmax())] < stream
    assert quality.event_recall(1.0, 1, **seen) < 0.6  # once a second, events of half a second, a perfect classifier


@pytest.mark.parametrize("n_apps", [4, 10], ids=["smoke", "default"])
def test_part_3_sharing_is_worth_something_while_the_budget_is_short(n_apps):
    example = experiments.random_problem(n_apps, seed=0, budget=60.0)
    at = lambda budget, name: solve(example.model_copy(update={"budget": budget}), name)
    with pytest.raises(UserError, match="below the cheapest"):
        at(60.0, "no_sharing")
    tight, ample = at(25.0, "optimal"), at(335.5, "optimal")
    depth = lambda plan: sum(u.split for u in plan.units)
    assert depth(tight) > depth(ample) and len({u.split for u in tight.units}) > 1
    assert sum(u.fps for u in tight.units) <= sum(u.fps for u in ample.units)
    assert at(335.5, "no_sharing").mean_f1 == pytest.approx(ample.mean_f1, abs=1e-3)
    assert at(450.0, "optimal").mean_f1 == pytest.approx(ample.mean_f1, abs=1e-3)  # nothing more to buy


def test_part_5_fewer_votes_where_looks_are_rare():
    record = experiments.x_voting_record("as_published")
    best = record.loc[record.groupby(["app", "n_apps"]).f1.idxmax()].set_index(["app", "n_apps"]).x_vote
    assert all(best[app, 30] < best[app, 1] for app in ("train", "pedestrian"))


def test_part_6_the_factor_over_no_sharing_shrinks_and_the_gain_over_max_sharing_stays():
    forms = {"as_published": {}, "consistent": {"one_stream": True, "form": "consistent"}}
    f1 = {form: published.headline_rows(**how).groupby(["system", "n_apps"]).f1.mean() for form, how in forms.items()}
    over = lambda form, base, n: f1[form]["mainstream", n] / f1[form][base, n]
    assert over("consistent", "no_sharing", 32) < over("as_published", "no_sharing", 32) / 10
    kept = (over("consistent", "max_sharing", 2) - 1) / (over("as_published", "max_sharing", 2) - 1)
    assert 0.8 < kept < 1.0


# -- the way through the library -------------------------------------------------------------------------------------
READING = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
length = lambda room: sum(len(p.read_text(encoding="utf-8").splitlines()) for p in (ROOT / room).rglob("*.py"))


def test_the_way_through_the_library_stops_at_every_room_for_an_afternoon():
    stops = re.findall(r"^\| (\d) \| `([\w/]+)` \| ([\d,]+) \| (\d+) \|$", READING, re.MULTILINE)
    assert {room for _, room, _, _ in stops} == {f"mainstream/{p.parent.name}" for p in PACKAGE.glob("*/__init__.py")}
    assert [number for number, *_ in stops] == [str(k) for k in range(1, 9)]
    headings = re.findall(r"^## (\d)\. .*`([\w/]+)`$", READING, re.MULTILINE)
    assert headings == [(number, room) for number, room, *_ in stops]
    assert 180 <= sum(int(minutes) for *_, minutes in stops) <= 300
    written = [(room, lines) for _, room, lines, _ in stops] + re.findall(
        r"`(streetworld)` \(([\d,]+) lines\)", READING
    )
    for room, lines in written:
        assert int(lines.replace(",", "")) == pytest.approx(length(room), rel=0.15), f"{room} has {length(room)} lines"


def test_every_module_that_the_way_names_is_in_its_room():
    for section in re.split(r"^## \d\. ", READING, flags=re.MULTILINE)[1:]:
        room = re.search(r"`(mainstream/\w+)`$", section.splitlines()[0])[1]
        names = re.findall(r"`([\w/]+\.py|[\w/]+/)`", section)
        assert names and not [n for n in names if not ((ROOT / room / n).exists() or (ROOT / n).exists())], room
