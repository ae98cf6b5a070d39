"""M-Packages: round trip, checks, trust."""

import hashlib
import json
import unicodedata

import pytest

from mainstream.errors import UserError
from mainstream.package import Base, Memory, MPackage, SplitRecord, Tail, VideoRates, Zone, checked_name
from mainstream.study import published

BASE = Base(architecture="m", input_shape=(8, 8, 3), preprocessing="x", weights="sha256:" + "0" * 64)


def package(**changes):
    fields = {"application": "cat", "base": BASE, "splits": (SplitRecord(split=0, layer="input", tpr=0.9, fpr=0.1),)}
    return MPackage(**{**fields, **changes})


@pytest.mark.parametrize("vintage", ["2018-02", "2018-05"])
def test_published_curves_are_packages_without_weights(vintage, tmp_path):
    packages = published.mpackages(vintage)
    assert len(packages) == (5 if vintage == "2018-02" else 9)
    for name, p in packages.items():
        p.save(tmp_path / name)
        assert MPackage.load(tmp_path / name).validate().model_dump() == p.model_dump()
        assert all(s.tail is None for s in p.splits)


def edit(path, **changes):
    data = json.loads((path / "mpackage.json").read_text())
    (path / "mpackage.json").write_text(json.dumps({**data, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema_version": 3}, "newer"), ({"unknown": 1}, "unknown"),
        ({"training": {"seed": "0"}}, "seed must be a whole number, not '0'"), ({"splits": []}, "splits"),
        ({"splits": [{"split": 0, "layer": "a", "tpr": 1.3, "fpr": 0}]}, "tpr.*1.3"),
        ({"splits": [{"split": 0, "layer": "a", "tpr": float("nan"), "fpr": 0}]}, "malformed JSON: NaN is no number"),
        ({"splits": [{"split": 3, "layer": "a", "tpr": 1, "fpr": 0}, {"split": 3, "layer": "b", "tpr": 1, "fpr": 0}]},
         "increase"),
    ],
)  # fmt: skip
def test_bad_packages_are_refused_in_one_line(tmp_path, changes, message):
    package().save(tmp_path)
    edit(tmp_path, **changes)
    with pytest.raises(UserError, match=message) as error:
        MPackage.load(tmp_path)
    assert "\n" not in str(error.value)


def test_a_zone_is_kept_and_older_packages_see_the_whole(tmp_path):
    assert package().zone is None
    package().save(tmp_path)
    assert "zone" not in json.loads((tmp_path / "mpackage.json").read_text())
    package(zone=Zone.read(" .9,0, 0.1,1 ")).save(tmp_path)
    assert MPackage.load(tmp_path).zone == Zone(0.9, 0, 0.1, 1)
    for zone in ([0.5, 0, 0.6, 1], [0, 0, 0, 1], [-0.1, 0, 0.5, 1], [0, 0, 1, 1.1], [0, 0, 1], "left"):
        edit(tmp_path, zone=zone)
        with pytest.raises(UserError, match="zone"):
            MPackage.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "0,0,1", "0,0,1,1,1", "a,0,1,1", "0,0,0,1", "0.5,0,0.6,1", "-1,0,1,1", "0,nan,1,1", "0,0,inf,1", "90%,0,1,1"],
)
def test_what_is_no_part_of_the_picture_is_said_in_one_line(text):
    with pytest.raises(UserError, match="must be x,y,w,h in shares") as error:
        Zone.read(text)
    assert str(error.value).startswith(f"--zone {text}: ") and "\n" not in str(error.value)


def test_missing_and_malformed(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        MPackage.load(tmp_path)
    (tmp_path / "mpackage.json").write_text("{")
    with pytest.raises(UserError, match="malformed JSON"):
        MPackage.load(tmp_path)


def test_a_flipped_byte_in_a_tail_is_found(tmp_path):
    data = b"weights"
    (tmp_path / "t.weights.h5").write_bytes(data)
    tail = Tail(file="t.weights.h5", sha256=hashlib.sha256(data).hexdigest())
    package(splits=(SplitRecord(split=0, layer="input", tpr=0.9, fpr=0.1, tail=tail),)).save(tmp_path)
    loaded = MPackage.load(tmp_path)
    assert loaded.validate() is loaded
    (tmp_path / "t.weights.h5").write_bytes(b"weightz")
    with pytest.raises(UserError, match="checksum"):
        loaded.validate()
    (tmp_path / "t.weights.h5").unlink()
    with pytest.raises(UserError, match="missing"):
        loaded.validate()


def test_a_tail_may_not_leave_the_package():
    with pytest.raises(ValueError, match="pattern"):
        Tail(file="../other.weights.h5", sha256="0" * 64)


def test_stems_are_shared_only_between_equal_bases():
    package().require_shareable(package(application="dog"))
    other = package(application="dog", base=BASE.model_copy(update={"weights": "sha256:" + "1" * 64}))
    with pytest.raises(UserError, match="base weights differs"):
        package().require_shareable(other)


NAMES = ("cat", "Käse", "猫 am Tor", "v1.2", "a-b_c", "نیمکت\u200cها", "console")
NO_NAMES = (
    "../../escaped", "a/b", "a\\b", "..", ".", "", " ", " cat", "cat ", "cat.", ".cat", "a\nb", "a\0b", "a\x1b[2J",
    "-cat", "#cat", "c:", "a*", "NUL", "con.txt", "x" * 101, "猫" * 40, "\ud800", "cat\u202egpj", "a\u2028b",
    "\u00a0cat",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_script(tmp_path, name):
    package(application=name).save(tmp_path / checked_name(name, "application"))
    assert MPackage.load(tmp_path / name).application == name


def test_a_name_is_the_same_whichever_system_wrote_it(tmp_path):
    package(application=unicodedata.normalize("NFD", "Käse")).save(tmp_path)
    assert MPackage.load(tmp_path).application == unicodedata.normalize("NFC", "Käse")


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_no_folder_may_have(name):
    with pytest.raises(UserError, match=r"application .*: becomes the name of a folder, and ") as error:
        checked_name(name, "application")
    assert len(str(error.value).splitlines()) == 1 and str(error.value).isprintable()
    with pytest.raises(ValueError, match=r"becomes the name of a folder|unicode"):
        package(application=name)


@pytest.mark.parametrize(
    ("path", "value"),
    [(("tpr",), "true"), (("tpr",), '"0.9"'), (("tpr_interval",), "[false, true]"), (("split",), "true"),
     (("split",), '"1_0"'),
     (("video", "memory", "memory_interval"), "[0.1, 1e400]"), (("video", "memory", "memory_interval"), '["nan", 1]')],
)  # fmt: skip
def test_what_python_takes_for_a_number_is_none(tmp_path, path, value):
    memory = Memory(lasting=0.1, memory_s=0.2, memory_interval=(0.1, 0.3))
    seen = VideoRates(tpr=1, fpr=0, positives=9, negatives=9, correlation=(0,), fps=4, clips=1, memory=memory)
    package(splits=(SplitRecord(split=0, layer="input", tpr=1, fpr=0, video=seen),)).save(tmp_path)
    MPackage.load(tmp_path)
    data = json.loads((tmp_path / "mpackage.json").read_text())
    held = data["splits"][0]
    held |= {"split": 3.0, "tpr": 1, "positives": 7.0}  # as other programs write numbers
    (tmp_path / "mpackage.json").write_text(json.dumps(data))
    assert MPackage.load(tmp_path).splits[0].split == 3
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = "@"
    (tmp_path / "mpackage.json").write_text(json.dumps(data).replace('"@"', value))
    with pytest.raises(UserError, match=path[-1]):
        MPackage.load(tmp_path)


@pytest.mark.parametrize("length", [1e8, 1e308, 0, -1])
def test_events_of_absurd_lengths_are_refused(tmp_path, length):
    package().save(tmp_path)
    edit(tmp_path, events={"length_s": length, "frequency": 0.2, "correlation": [0.1]})
    with pytest.raises(UserError, match="length_s"):
        MPackage.load(tmp_path)
