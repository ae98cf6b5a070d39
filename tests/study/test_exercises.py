"""Answers to exercises: a right one is known, and every solution gives the answer that is kept."""

import re
import shutil

import pytest
import yaml

from mainstream.errors import UserError
from mainstream.kit.commands.upkeep import students_command
from mainstream.paths import NOTEBOOKS
from mainstream.study.exercises import ANSWERS, check, hashed


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.yml"
    kept = {"03.1": {"digits": 2, "hash": hashed("03.1", 0.457, 2), "hint": "Look at the events that nobody sees."}}
    path.write_text(yaml.safe_dump(kept))
    return path


@pytest.mark.parametrize(("answer", "right"), [(0.46, True), (0.457, True), ("0.45", True), (0.44, False), (46, False)])
def test_an_answer_is_right_to_its_last_digit(answers, answer, right, capsys):
    assert check("03.1", answer, answers) is right
    assert ("right" if right else "not yet. Look at the events that nobody sees.") in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "right"), [(37, True), (36, False), (38, False)])
def test_a_count_is_right_or_wrong(tmp_path, answer, right):
    (path := tmp_path / "answers.yml").write_text(
        yaml.safe_dump({"00.1": {"digits": 0, "hash": hashed("00.1", 37, 0), "hint": "Count."}})
    )
    assert check("00.1", answer, path) is right


def test_an_exercise_without_a_number_is_named(answers):
    with pytest.raises(UserError, match=r"03\.9.*03\.1"):
        check("03.9", 1.0, answers)


@pytest.mark.parametrize("answer", ["about a half", None, [0.46, 0.45]])
def test_an_answer_that_is_no_number_is_named(answers, answer):
    with pytest.raises(UserError, match=r"^03\.1: answer=.*: must be a number$"):
        check("03.1", answer, answers)


def test_every_kept_answer_is_asked_for_and_solved():
    kept = yaml.safe_load(ANSWERS.read_text())
    assert kept
    for exercise, about in kept.items():
        book, number = exercise.split(".")
        (notebook,) = NOTEBOOKS.glob(f"{book}_*.ipynb")
        call = rf'check\(\\?"{re.escape(exercise)}\\?", '
        assert re.search(call, notebook.read_text()), exercise
        assert re.search(call, (ANSWERS.parent / f"{book}_{number}.py").read_text()), exercise
        assert about["hint"].endswith(".")


def test_students_get_the_notebooks_without_solutions(tmp_path, capsys):
    students_command(tmp_path / "class")
    books = sorted((tmp_path / "class").glob("*.ipynb"))
    assert [b.name for b in books] == sorted(p.name for p in NOTEBOOKS.glob("*.ipynb"))
    assert not (tmp_path / "class" / "solutions").exists() and (tmp_path / "class" / "profiles").is_dir()
    for book in books:
        asked = (NOTEBOOKS / book.name).read_text().count("# %load solutions/")
        assert asked >= 3 and book.read_text().count("# Your answer.") == asked and "%load" not in book.read_text()
    with pytest.raises(UserError, match="is there already"):
        students_command(tmp_path / "class")


def test_students_get_all_or_nothing(tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device", source)

    monkeypatch.setattr(shutil.copytree, "__defaults__", (False, None, full, False, False))
    with pytest.raises(UserError, match="class: No space left on device") as found:
        students_command(tmp_path / "class")
    assert len(str(found.value)) < 300 and not list(tmp_path.iterdir())
