"""Every reader of tables and of JSON on every odd kind: what it holds, or one line with the line that is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media import photos, tables

from mainstream.data.datasets import list_images, list_table
from mainstream.data.intervals import merged, read_intervals, within_video
from mainstream.data.tables import read_table
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.runner.devices import load_device
from mainstream.scheduler import Problem

LABELS = "image,fox,owl,partition\n1.png,1,0,train\n2.png,0,1,test\nüç.png,1,1,val\n"


def one_line(error) -> str:
    text = str(error.value)
    assert "\n" not in text and "Errno" not in text
    return text


@pytest.mark.parametrize("kind", tables.FORMS)
def test_truth_in_every_form(tmp_path, kind):
    file = tables.write(tmp_path, tables.FORMS[kind](tables.PLAIN))
    assert read_intervals(file) == tables.ROWS


@pytest.mark.parametrize("kind", tables.GOOD)
def test_truth_that_leaves_no_doubt(tmp_path, kind):
    assert read_intervals(tables.write(tmp_path, tables.GOOD[kind])) == tables.ROWS


@pytest.mark.parametrize("kind", tables.BAD)
def test_truth_that_does_is_told_with_its_line(tmp_path, kind):
    content, message = tables.BAD[kind]
    with pytest.raises(UserError, match=message) as error:
        read_intervals(tables.write(tmp_path, content))
    assert "truth.csv" in one_line(error)


@pytest.mark.parametrize("kind", tables.FORMS)
def test_labels_in_every_form(tmp_path, kind):
    found = list_table(tables.write(tmp_path, tables.FORMS[kind](LABELS), "LABELS.CSV"))
    assert found.classes == ("fox", "owl") and found.files == ("1.png", "2.png", "üç.png")
    assert found.labels.tolist() == [[True, False], [False, True], [True, True]]
    assert found.partition.tolist() == ["train", "test", "val"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LABELS + "1.png,0,0,train\n", "line 5: image '1.png' is on line 2 too"),
        (LABELS + "./1.png,0,0,test\n", "line 5: image './1.png' is on line 2 too"),
        (LABELS + ",0,0,train\n", "line 5: names no image"),
        (LABELS + "4.png,0,,train\n", "line 5: owl=''; must be 0 or 1"),
        (LABELS + "4.png,0,x,train\n", "line 5: owl='x'; must be 0 or 1"),
        (LABELS + "4.png,0,0,trian\n", "line 5: partition='trian'; must be train, val or test"),
        (LABELS + "4.png,0,0\n", "line 5: partition=''"),
        (LABELS + "4.png,0,0,test,1\n", "line 5: has 5 cells"),
        ("file,fox\na.png,1\n", r"line 1: needs a column 'image' \(found: file, fox\)"),
        ("image,fox\n", "holds no row"),
        ("image,age\na.png,31\nb.png,7\n", "no column of only 0 and 1"),
        ("image,fox,owl\na.png,1,1\nb.png,,0\nc.png,,1\nd.png,,0\n", "line 3: fox=''; must be 0 or 1"),
        ("image,fox,Fox\na.png,1,0\nb.png,0,1\n", "line 1: column 'fox' is there twice"),
        ("image,../../fox\na.png,1\nb.png,0\n", r"class '\.\./\.\./fox'.*'/'"),
    ],
)
def test_labels_that_leave_doubt(tmp_path, text, message):
    with pytest.raises(UserError, match=message) as error:
        list_table(tables.write(tmp_path, text))
    one_line(error)


def test_columns_have_composed_names_as_applications_have(tmp_path):
    file = tables.write(tmp_path, "image,Ka\u0308se\na.png,1\nb.png,0\n")
    assert list_table(file).classes == ("K\u00e4se",)


def test_columns_that_are_no_classes_are_left_alone(tmp_path):
    text = "image,fox,age,sharp\n007,1,31,TRUE\n8,0,1,False\n9,0,7,true\n"
    found = list_table(tables.write(tmp_path, text))
    assert found.classes == ("fox", "sharp") and found.files == ("007", "8", "9"), "names stay as they are written"


def test_a_cell_of_several_lines_keeps_those_that_begin_as_a_comment_does(tmp_path):
    text = '# made by hand\nimage,fox,note\n1.png,1,"first\n#second\n#third"\n# owls, at night\n2.png,0,\n'
    rows = read_table(tables.write(tmp_path, text), ["image"]).rows
    assert [row["note"] for row in rows] == ["first\n#second\n#third", ""]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), min_size=1, max_size=8))
def test_overlapping_rows_are_their_union(spans):
    found = merged([(a, a + n) for a, n in spans])
    held = np.zeros(50, bool)
    for a, n in spans:
        held[a : a + n] = True
    again = np.zeros(50, bool)
    for a, b in found:
        assert not again[a:b].any()
        again[a:b] = True
    assert np.array_equal(held, again) and all(a[1] < b[0] for a, b in zip(found, found[1:], strict=False))


def test_truth_about_others_and_beyond_the_video(tmp_path):
    file = tables.write(tmp_path, tables.PLAIN)
    with pytest.raises(
        UserError, match=r"truth.csv: unknown application 'Cat': did you mean 'cat'\? \(valid: cat, dog\)"
    ):
        read_intervals(file, ["Cat"], needed=["Cat"])
    truth = read_intervals(file)
    assert within_video(truth, 3.5, "x") == {"cat": [(1.0, 2.5)], "dog": [(3.0, 3.5)]}
    with pytest.raises(UserError, match=r"truth.csv: 'dog' holds from 3 to 4 s, but the video lasts 2.9 s"):
        within_video(truth, 2.9, str(file))


@pytest.mark.parametrize(
    "read", [Problem.read, load_device, lambda p: MPackage.load(p.parent)], ids=["problem", "device", "package"]
)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "malformed JSON"), (b"[" * 200_000, "nested too deeply"), (b'{"a": NaN}', "NaN is no number"),
        ('{"ä": 1}'.encode("latin-1"), "line 1: is not utf-8"), (b'{"a": 1, "a": 2}', "'a' is given twice"),
        ("\ufeff{}".encode(), "(?i)field required"), ("{}".encode("utf-16"), "(?i)field required"),
    ],
)  # fmt: skip
def test_json_by_one_reader(tmp_path, read, content, message):
    file = tables.write(tmp_path, content, "mpackage.json")
    with pytest.raises(UserError, match=message) as error:
        read(file)
    assert "mpackage.json" in one_line(error)


def test_json_with_a_mark_is_read(tmp_path):
    device = {"name": "x", "split": [0], "stem": [0.0], "tail": [1.0]}
    for kind, encoding in (("mark", "utf-8-sig"), ("wide", "utf-16")):
        file = tables.write(tmp_path, json.dumps(device).encode(encoding), f"{kind}.JSON")
        assert load_device(str(file)).name == "x"


@pytest.mark.parametrize("name", ["LABELS.CSV", "labels.tsv", "labels", "photos.csv/"])
def test_train_and_new_app_take_a_table_or_a_folder_by_what_it_is(tmp_path, name):
    from mainstream.kit.commands.training import _photos
    from mainstream.kit.new_app.request import Request

    names = [f"{k}.png" for k in range(30)]
    rows = [f"{n}\t{k % 2}\t{('train', 'val', 'test')[k // 10]}" for k, n in enumerate(names)]
    for k, n in enumerate(names):
        photos.put(tmp_path, f"photos.csv/{('bird', 'fox')[k % 2]}/{n}" if name[-1] == "/" else n, photos.PICTURE)
    place = tmp_path / name
    if name[-1] != "/":
        tables.write(tmp_path, "image\tfox\tpartition\n" + "\n".join(rows), name)
    found = Request(name="fox", images=place).listing()
    assert "fox" in found.classes and len(found.files) == 30
    if name[-1] != "/":  # few photos of a folder may leave a partition without one of them
        assert _photos(place, None, 16).has("fox").sum() == 15


def test_a_picture_is_no_table(tmp_path):
    with pytest.raises(UserError, match="is a picture; name a folder with a folder per class"):
        list_images(photos.put(tmp_path, "a.csv", photos.PICTURE))


def test_any_order_of_cells(tmp_path):
    table = read_table(tables.write(tmp_path, "b;A\n2;1\n"), ("a", "b"))
    assert table.columns == ("b", "a") and table.rows == ({"b": "2", "a": "1"},) and table.lines == (2,)
