"""`mainstream run --check`: what is not here is named, with where to get and put it; with all placed, nothing is."""

import pytest

from mainstream import paths
from mainstream.data import downloads
from mainstream.errors import UserError
from mainstream.kit import needs
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import select
from mainstream.networks import backend  # noqa: F401  Keras writes its own settings when it is first imported

TINY = ["networks={mobilenet-0.25: 32}", "01.seeds=[0]", "01.jobs=1"]


def checked(*parameters):
    """The lines said of notebooks 01 and 03 of profile paper, and what it ends with ('' where all is here)."""
    project, said = Project(), []
    stages = [s for s in project.stages("paper", [*TINY, *parameters]) if s.name[:2] in ("01", "03")]
    try:
        needs.check(project, "paper", stages, said.append)
    except UserError as e:
        return said, str(e)
    return said, ""


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A machine that holds nothing yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(needs, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(needs, "_slower", lambda: 1.0)  # another network, built and timed
    return tmp_path


def test_everything_missing_is_listed_with_its_place_and_nothing_written(elsewhere):
    said, ended = checked("networks={mobilenet-1.0: 224, mobilenet-0.25: 32}", "01.splits=[pooled features]")
    for name in ("voc2007", "flower_photos"):
        stated = downloads.photo_sets()[name]
        assert any(line.startswith(f"MISSING photo set {name}: {stated.size / 1e6:.0f} MB; ") for line in said)
        assert any(stated.url in line and str(elsewhere / "cache" / "photos") in line for line in said)
    assert any("mobilenet_1_0_224_tf_no_top.h5" in line and "17 MB; Apache-2.0" in line for line in said)
    for what in ("weights of mobilenet-0.25 at 32 px", "fixed camera (--param video=FILE)", "CSV of that film"):
        assert what in ended
    assert any(line.startswith("01_finetune") and "reckoned from a trial" in line for line in said)
    assert list(elsewhere.iterdir()) == []


def test_with_everything_placed_nothing_is_missing(elsewhere):
    photos = elsewhere / "cache" / "photos"
    (photos / "flower_photos").mkdir(parents=True)  # unpacked
    archive = photos / downloads.photo_sets()["voc2007"].file
    with archive.open("wb") as file:  # as large as it has to be, and empty
        file.truncate(downloads.photo_sets()["voc2007"].size)
    for name in ("w.h5", "film.mp4", "film.csv"):
        (elsewhere / name).write_text("x")
    placed = [f"{k}={elsewhere / v}" for k, v in (("video", "film.mp4"), ("truth", "film.csv"))]
    said, ended = checked(f"weights={{mobilenet-0.25: {elsewhere / 'w.h5'}}}", *placed)
    assert ended == "" and not any("MISSING" in line for line in said)
    archive.write_bytes(b"cut short")
    assert "photo set voc2007" in checked(f"weights={{mobilenet-0.25: {elsewhere / 'w.h5'}}}", *placed)[1]


def test_a_profile_on_the_drawn_world_needs_no_download(elsewhere):
    assert list(needs.needs(Project().stages("default"))) == []
    assert (paths.REFERENCE / "claims" / "00_tour" / "pipeline.csv").is_file()  # what a trial is held against


def needed(only, *parameters, profile="default"):
    return [need.what for need in needs.needs(select(Project().stages(profile, list(parameters)), only))]


def test_a_film_is_needed_where_it_is_named_or_photos_are_real_and_not_for_a_network_on_the_drawn_world(elsewhere):
    network = ("networks={mobilenet-0.25: 32}", "weights={mobilenet-0.25: w.h5}")
    assert needed("01,03", *network) == ["weights of mobilenet-0.25"]
    film = ["film of a fixed camera (--param video=FILE)", "CSV of that film, app,start_s,end_s (--param truth=FILE)"]
    assert needed("03", "03.video=nowhere.mp4", "03.truth=nowhere.csv") == film
    assert needed("03", *network, profile="paper") == ["weights of mobilenet-0.25", *film]


def test_what_an_earlier_stage_has_to_make_is_missing_until_it_has(elsewhere):
    project = Project(elsewhere)
    stages, told = [s for s in Project().stages("default") if s.name[:2] == "03"], []
    with pytest.raises(UserError, match=r"missing here: .*results of 01_finetune_every_split"):
        needs.check(project, "default", stages, told.append)
    (project.results("default") / "01_finetune_every_split").mkdir(parents=True)
    needs.check(project, "default", stages, told.append)


def test_a_setting_of_the_training_that_there_is_not_is_named_at_once(elsewhere):
    assert "training settings: learning_rat" in checked("01.training={epochs: 5, learning_rat: 1}")[1]
