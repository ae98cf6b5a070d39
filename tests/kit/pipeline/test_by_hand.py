"""A notebook opened by hand gets what a batch run would have injected."""

import pytest
from conftest import write_profile

from mainstream.errors import UserError
from mainstream.kit.pipeline.project import VARIABLE, by_hand


def test_the_profile_named_in_the_notebook_counts(project, capsys):
    write_profile(project, "description: x\ncell_timeout_s: 60\nnotebooks:\n  01_make: {value: 7}\n", "smoke")
    assert by_hand("01_make", "smoke", "", project) == {"value": 7, "profile": "smoke"}
    assert capsys.readouterr().out == "profile smoke: value=7\n"
    assert by_hand("01_make", "default", "", project) == {"profile": "default"}


def test_the_profile_of_the_lab_counts_where_the_notebook_names_none(project, monkeypatch):
    write_profile(project, "description: x\ncell_timeout_s: 60\nnotebooks:\n  01_make: {value: 7}\n", "smoke")
    monkeypatch.setenv(VARIABLE, "smoke")
    assert by_hand("01_make", "default", "", project)["value"] == 7


def test_a_batch_run_is_left_alone(project, capsys):
    assert by_hand("01_make", "default", "/somewhere", project) == {}
    assert capsys.readouterr().out == ""


def test_an_unknown_profile_is_named_with_the_nearest(project):
    with pytest.raises(UserError, match="unknown profile 'defalt': did you mean 'default'"):
        by_hand("01_make", "defalt", "", project)
