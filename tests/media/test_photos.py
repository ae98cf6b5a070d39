"""Every reader of photos on every odd kind of them: what a viewer shows, whole; what cannot be read is named."""

from __future__ import annotations

import csv
import os
import random
import struct

import numpy as np
import pytest
from media import photos
from PIL import Image

from mainstream.data.datasets import against, list_folder, list_table
from mainstream.data.geometry import LETTERBOX, fitted
from mainstream.data.photos import PARTITIONS, Listing
from mainstream.data.pictures import files_in, is_picture, read_picture
from mainstream.errors import UserError

SIZE = 32


def near(found: np.ndarray, shown: np.ndarray, tolerance: float) -> None:
    assert found.shape == shown.shape and found.dtype == np.uint8
    assert np.abs(found.astype(int) - shown).mean() <= tolerance


def classes(root, n=30):
    """Two folders of n photos each."""
    for name in ("cat", "dog"):
        for k in range(n):
            photos.put(root, f"{name}/{name}_{k:02}.png", photos.PICTURE)
    return root


@pytest.mark.parametrize("kind", photos.GOOD)
def test_a_picture_is_what_a_viewer_shows(tmp_path, kind):
    name, make, shown, tolerance = photos.GOOD[kind]
    path = photos.put(tmp_path, name, make())
    assert is_picture(path)
    near(read_picture(path), shown, tolerance)


def test_all_kinds_in_one_class(tmp_path):
    root = classes(tmp_path)
    for kind, (name, make, _, _) in photos.GOOD.items():
        photos.put(root, f"cat/{kind}/{name}", make())
    found = list_folder(root).decode(SIZE)
    assert len(found) == 60 + len(photos.GOOD) and not found.unreadable and not found.left_out
    shown = {f.split("/")[1]: image for f, image in zip(found.files, found.images, strict=True)}
    for kind, (_, _, scene, tolerance) in photos.GOOD.items():
        near(shown[kind], fitted(scene, SIZE, LETTERBOX), tolerance + 1)
    assert found.remarks() == []


def test_all_kinds_by_a_table(tmp_path):
    for k, (name, make, _, _) in enumerate(photos.GOOD.values()):
        photos.put(tmp_path / "images", f"{k:02}{os.path.splitext(name)[1]}", make())
    names = sorted(os.listdir(tmp_path / "images"))
    with (tmp_path / "labels").open("w", newline="") as file:
        rows = [(n, k % 2, ("train", "val", "test")[k // 2 % 3]) for k, n in enumerate(names)]
        csv.writer(file).writerows([("image", "cat", "partition"), *rows])
    found = list_table(tmp_path / "labels").decode(SIZE)
    assert len(found) == len(photos.GOOD) and not found.unreadable
    for image, (_, _, scene, tolerance) in zip(found.images, photos.GOOD.values(), strict=True):
        near(image, fitted(scene, SIZE, LETTERBOX), tolerance + 1)


@pytest.mark.parametrize("kind", photos.BAD)
def test_what_cannot_be_read_is_skipped_named_and_counted(tmp_path, kind):
    name, make = photos.BAD[kind]
    photos.put(classes(tmp_path), f"cat/{name}", make())
    with pytest.warns(UserWarning, match=rf"1 of 61 images .*cat/{name} \(.*\); skipped") as told:
        found = list_folder(tmp_path).decode(SIZE)
    assert len(found) == 60 and len(found.unreadable) == 1 and name in found.remarks()[0]
    assert "\n" not in str(told[0].message)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
def test_whatever_a_parser_raises(tmp_path):
    """EXIF of wrong types, and bytes changed at random: each photo is read or named, and nothing else happens."""
    root, rng = classes(tmp_path / "photos", 60), random.Random(0)
    odd = [(0x0100, 12, struct.pack("<d", 4.5)), (0x010F, 5, struct.pack("<II", 1, 0)), (0x0110, 3, bytes(8))]
    for k in range(len(odd)):
        photos.put(root, f"cat/odd_{k}.jpg", photos.odd_exif(odd[k:]))
    found = list_folder(root).decode(SIZE)
    assert len(found) + len(found.unreadable) == 123 and all("odd_" in text for text in found.unreadable)
    good = [make() for _, make, _, _ in photos.GOOD.values()]
    for k in range(700):
        data = bytearray(rng.choice(good))
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(min(len(data), 400))] = rng.randrange(256)
        photos.put(tmp_path / "mutated", f"{k}.png", bytes(data))
    images = tuple(f"{k}.png" for k in range(700))
    labels = np.arange(1400).reshape(700, 2) % 2 == np.arange(700)[:, None] // 3 % 2
    with pytest.raises(UserError, match=r"of 700 images .* cannot be read: .*more than 5%: stopped"):
        Listing(tmp_path / "mutated", images, labels, ("a", "b"), np.resize(PARTITIONS, 700)).decode(SIZE)


def test_what_is_left_out_is_told_by_kind(tmp_path):
    root = classes(tmp_path)
    for name, data in photos.LEFT_OUT.values():
        photos.put(root, f"cat/{name}", data)
    for k in range(39):
        photos.put(root, f"dog/IMG_{k}.heic", photos.heif())
    photos.put(root, "LICENSE", b"...")
    found = list_folder(root).decode(SIZE)
    assert len(found) == 60 and len(found.left_out) == len(photos.LEFT_OUT) + 40
    [line] = found.remarks()
    assert line.startswith("left out: 40 .heic (cat/IMG_1.HEIC, …), which cannot be read here: save as JPEG or PNG; ")
    for name, _ in photos.LEFT_OUT.values():
        assert name in line
    for k in range(30):
        (root / f"dog/dog_{k:02}.png").unlink()
    with pytest.raises(
        UserError, match=r"class folder '.*dog' holds no image that can be read: 39 .heic \(dog/IMG_0.heic, …"
    ):
        list_folder(root).decode(SIZE)


@pytest.mark.parametrize("kind", photos.OF_SYSTEMS)
def test_what_systems_leave_inside_is_no_picture_of_the_class(tmp_path, kind):
    name, data = photos.OF_SYSTEMS[kind]
    root = classes(tmp_path)
    for place in ("", "cat", "dog/more"):
        photos.put(root / place, name, data)
    found = list_folder(root).decode(SIZE)
    assert len(found) == 60 and found.classes == ("cat", "dog") and found.remarks() == []
    assert len([p for p in files_in(root / "cat") if is_picture(p)]) == 30


def test_links_are_followed_once_and_never_upwards(tmp_path):
    root = classes(tmp_path / "photos")
    for k in range(20):
        photos.put(tmp_path / "elsewhere", f"far_{k}.png", photos.PICTURE)
    (root / "cat" / "more").symlink_to(tmp_path / "elsewhere")
    (root / "cat" / "again").symlink_to(tmp_path / "elsewhere")
    (root / "cat" / "round").symlink_to(root / "cat")
    (root / "cat" / "up").symlink_to(root)
    (root / "cat" / "top").symlink_to("/")
    (root / "dog" / "one.png").symlink_to(tmp_path / "elsewhere" / "far_0.png")
    (root / "dog" / "same.png").symlink_to(root / "dog" / "dog_00.png")
    (root / "dog" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "bus").symlink_to(root / "dog")
    found = list_folder(root)
    assert found.labels.sum(0).tolist() == [50, 31] and found.left_out == ("dog/gone.png",)
    assert [p.name for p in files_in(tmp_path / "bus")][:2] == ["dog_00.png", "dog_01.png"], "a class may be a link"


def test_one_photo_in_two_formats_is_in_one_partition(tmp_path):
    root = classes(tmp_path)
    for k in range(30):
        photos.put(root, f"cat/CAT_{k:02}.TIFF", photos.colour("TIFF"))
    found = list_folder(root)
    place = dict(zip(found.files, found.partition, strict=True))
    assert all(place[f"cat/CAT_{k:02}.TIFF"] == place[f"cat/cat_{k:02}.png"] for k in range(30))


def test_names_that_systems_write_in_two_ways(tmp_path):
    for part, name in (("train", "Ka\u0308se"), ("test", "K\u00e4se")):
        for k in range(40):
            photos.put(tmp_path, f"{part}/{name}/{k}.png", photos.PICTURE)
            photos.put(tmp_path, f"{part}/dog/{k}.png", photos.PICTURE)
    assert list_folder(tmp_path).classes == ("K\u00e4se", "dog")


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (("train/cat", "dog"), r"'train' holds folders \(cat\), so it is taken for a partition, beside \['dog'\]"),
        (
            ("train/cat", "train/dog", "valid/cat", "valid/dog"),
            "'valid' holds folders; partitions are called train, val, test",
        ),
        (("Train/cat", "Train/dog", "Test/cat"), "'Test' holds folders; partitions are called"),
    ],
)
def test_folders_taken_for_partitions_say_so(tmp_path, folders, message):
    for folder in folders:
        photos.put(tmp_path, f"{folder}/a.png", photos.PICTURE)
    with pytest.raises(UserError, match=message) as error:
        list_folder(tmp_path).decode(SIZE)
    assert "\n" not in str(error.value)


def test_two_folders_of_one_name_are_not_one_of_them(tmp_path):
    for name in ("Ka\u0308se", "K\u00e4se", "dog"):
        photos.put(tmp_path, f"{name}/a.png", photos.PICTURE)
    with pytest.raises(UserError, match="two folders have one name, its accents or capitals differ"):
        list_folder(tmp_path)


def test_thumbnails_make_no_partition_of_a_class_called_train(tmp_path):
    root = classes(tmp_path)
    (root / "dog").rename(root / "train")
    photos.put(root, "train/@eaDir/dog_00.png/T.png", photos.PICTURE)
    assert list_folder(root).decode(SIZE).classes == ("cat", "train")


@pytest.mark.parametrize("shape", [(4, 4), (3000, 40), (40, 3000)])
def test_any_shape(tmp_path, shape):
    Image.new("RGB", shape[::-1], (9, 99, 199)).save(tmp_path / "a.png")
    found = fitted(read_picture(tmp_path / "a.png"), SIZE, LETTERBOX)
    assert (found == (9, 99, 199)).all(2).any() and found.shape == (SIZE, SIZE, 3)


def test_a_phones_200_million_pixels_are_decoded_at_a_fraction(tmp_path):
    data = bytearray(photos.colour("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 12240, 16320)
    assert read_picture(photos.put(tmp_path, "a.jpg", bytes(data)), at_least=256).shape == (1530, 2040, 3)


def test_classes_that_are_one_but_for_capitals_are_not_told_from_each_other(tmp_path):
    root = classes(tmp_path)
    (root / "dog").rename(root / "Cat")
    with pytest.raises(UserError, match="two folders have one name, its accents or capitals differ; make them one"):
        list_folder(root)


def test_what_an_application_is_told_from():
    labels = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]], bool)
    said = against(labels, ("dog", "cat", "bus"), "dog")
    assert "every photo without 'dog' shows cat" in said and "not from a street" in said
    assert against(np.vstack([labels, [[False] * 3]]), ("dog", "cat", "bus"), "dog") == "", "some show neither"
    assert against(labels, ("dog", "other", "bus"), "dog") == ""
    assert against(np.eye(4, dtype=bool), ("dog", "cat", "bus", "car"), "dog") == "", "many others"


def test_the_kinds_are_counted():
    kinds = (photos.GOOD, photos.BAD, photos.LEFT_OUT, photos.OF_SYSTEMS)
    assert [len(k) for k in kinds] == [68, 11, 8, 18]
