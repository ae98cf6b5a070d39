"""Real pictures in real folders; a real server on this machine for downloads."""

from __future__ import annotations

import csv
import hashlib
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mainstream.data import downloads
from mainstream.data.datasets import PARTITIONS, list_folder, list_table, partition_of
from mainstream.data.downloads import PhotoSet, fetch, photo_sets
from mainstream.data.geometry import GREY
from mainstream.errors import UserError
from mainstream.paths import ROOT

REAL = ROOT.parent / "shared" / "realdata" / "labels.csv"
COLOURS = {"bus": (200, 40, 40), "cat": (40, 200, 40), "train": (40, 40, 200)}


def picture(path: Path, colour=(90, 90, 90), size=(40, 30)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def folder(root: Path, n: int = 30, classes=("bus", "cat")) -> Path:
    for name in classes:
        for k in range(n):
            picture(root / name / f"{name}_{k:02}.png", COLOURS[name])
    return root


# ---- class folders --------------------------------------------------------------------------------------------------


def test_class_folders(tmp_path):
    photos = list_folder(folder(tmp_path)).decode((18, 24))
    assert photos.images.shape == (60, 18, 24, 3) and photos.images.dtype == np.uint8
    assert photos.classes == ("bus", "cat") and photos.labels.sum(1).tolist() == [1] * 60
    for image, file, bus in zip(photos.images, photos.files, photos.has("bus"), strict=True):
        assert file.startswith("bus/" if bus else "cat/")
        assert (image == COLOURS["bus" if bus else "cat"]).all()
    assert sum(len(photos.part(p)) for p in PARTITIONS) == 60


def test_the_whole_picture_is_kept_and_padded(tmp_path):
    folder(tmp_path)
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, :20] = 255  # at the edge
    Image.fromarray(wide).save(tmp_path / "cat" / "wide.png")
    photos = list_folder(tmp_path).decode(60)
    shown = photos.images[photos.files.index("cat/wide.png")]
    assert (shown[20:40] == wide).all() and (shown[:20] == GREY).all() and (shown[40:] == GREY).all()


def test_photos_are_turned_upright(tmp_path):
    folder(tmp_path)
    lying = np.zeros((32, 32, 3), np.uint8)
    lying[:16] = 255  # bright above; stored as "turn by 180°", so dark above
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(lying).save(tmp_path / "cat" / "lying.jpg", exif=exif)
    photos = list_folder(tmp_path).decode(32)
    shown = photos.images[photos.files.index("cat/lying.jpg")]
    assert shown[:12].max() < 40 and shown[20:].min() > 215


def test_the_partition_depends_on_the_name_alone(tmp_path):
    before = list_folder(folder(tmp_path / "a")).decode(8)
    shutil.move(tmp_path / "a", tmp_path / "b")
    for k in range(100, 120):
        picture(tmp_path / "b" / "cat" / f"more_{k}.png")
    after = list_folder(tmp_path / "b").decode(8)
    place = dict(zip(after.files, after.partition, strict=True))
    assert [place[f] for f in before.files] == before.partition.tolist()


def test_shares_of_the_partition():
    places = [partition_of(f"some/where/{k}.jpg") for k in range(4000)]
    shares = [places.count(p) / 4000 for p in PARTITIONS]
    assert np.allclose(shares, [0.6, 0.15, 0.25], atol=0.03)
    assert {partition_of(f"{k}", (1, 0, 0)) for k in range(50)} == {"train"}
    assert partition_of("x/7.jpg") == partition_of("y/7.jpg"), "copies in two class folders stay together"


def test_given_partitions(tmp_path):
    for part, n in (("train", 30), ("test", 4)):
        folder(tmp_path / part, n)
    photos = list_folder(tmp_path).decode(8)
    assert {f.split("/")[0] for f in photos.part("test").files} == {"test"} and len(photos.part("test")) == 8
    assert {f.split("/")[0] for f in photos.part("val").files} == {"train"}, "a part of train, where val is missing"
    folder(tmp_path / "val", 5)
    photos = list_folder(tmp_path).decode(8)
    assert [len(photos.part(p)) for p in PARTITIONS] == [60, 10, 8]


def test_a_class_may_be_called_train(tmp_path):
    photos = list_folder(folder(tmp_path, classes=("bus", "train"))).decode(8)
    assert photos.classes == ("bus", "train") and photos.has("train").sum() == 30


# ---- bad input ------------------------------------------------------------------------------------------------------


def test_other_files_are_ignored_and_counted(tmp_path):
    folder(tmp_path)
    (tmp_path / "LICENSE.txt").write_text("…")
    (tmp_path / "cat" / "notes.txt").write_text("…")
    (tmp_path / "cat" / "._cat_00.png").write_bytes(b"\0")
    (tmp_path / ".cache").mkdir()
    photos = list_folder(tmp_path).decode(8)
    assert len(photos) == 60 and len(photos.left_out) == 3 and photos.classes == ("bus", "cat")


def test_a_corrupt_image_is_named_skipped_and_counted(tmp_path):
    folder(tmp_path)
    (tmp_path / "cat" / "torn.jpg").write_bytes(b"not a picture")
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "bus" / "whole.jpg")
    whole = (tmp_path / "bus" / "whole.jpg").read_bytes()
    (tmp_path / "bus" / "whole.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match=r"2 of 62 images .* bus/whole.jpg .* cat/torn.jpg .*; skipped"):
        photos = list_folder(tmp_path).decode(8)
    assert len(photos) == len(photos.images) == len(photos.labels) == len(photos.partition) == 60
    assert len(photos.unreadable) == 2


def test_too_many_corrupt_images_stop(tmp_path):
    folder(tmp_path)
    for k in range(4):
        (tmp_path / "cat" / f"torn_{k}.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"4 of 64 images .*torn_0.jpg.* more than 5%: stopped"):
        list_folder(tmp_path).decode(8)


def empty_class(root: Path) -> None:
    (folder(root) / "dog").mkdir()


def missing_class(root: Path) -> None:
    folder(root / "train"), folder(root / "test", classes=("bus",))


def class_among_partitions(root: Path) -> None:
    folder(root / "train"), folder(root / "test"), folder(root, classes=("bus",))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda root: root.rmdir(), "no such folder"),
        (lambda root: None, "0 class folder"),
        (lambda root: folder(root, classes=("bus",)), r"1 class folder\(s\) \['bus'\]; needs two"),
        (empty_class, "class folder '.*dog' holds no image"),
        (missing_class, "class folder '.*test/cat' holds no image"),
        (class_among_partitions, "needs train and test, may have val, no other"),
        (lambda root: folder(root / "train"), "needs train and test"),
        (lambda root: folder(root, 2), "partition '.*' has .* add images"),
    ],
)
def test_folders_that_will_not_do(tmp_path, make, message):
    root = tmp_path / "photos"
    root.mkdir()
    make(root)
    with pytest.raises(UserError, match=message):
        list_folder(root).decode(8)


def test_unknown_names(tmp_path):
    photos = list_folder(folder(tmp_path)).decode(8)
    with pytest.raises(UserError, match="unknown class 'cats': did you mean 'cat'"):
        photos.has("cats")
    with pytest.raises(UserError, match="unknown partition 'tset': did you mean 'test'"):
        photos.part("tset")
    with pytest.raises(UserError, match="size=0"):
        list_folder(tmp_path).decode(0)


# ---- labelled tables ------------------------------------------------------------------------------------------------


def table(root: Path, n: int = 24, **columns: list) -> Path:
    rows = {"image": [f"{k}.png" for k in range(n)], "source": ["here"] * n}
    rows |= {"cat": [k % 2 for k in range(n)], "bus": [int(k % 3 == 0) for k in range(n)]}
    rows |= {"partition": [PARTITIONS[k // (n // 3)] for k in range(n)]} | columns
    for k in range(n):
        picture(root / "images" / f"{k}.png", (k, 2 * k, 3 * k))
    with (root / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([list(rows), *zip(*rows.values(), strict=True)])
    return root / "labels.csv"


def test_a_labelled_table(tmp_path):
    photos = list_table(table(tmp_path)).decode(8)
    assert photos.classes == ("cat", "bus") and photos.images.shape == (24, 8, 8, 3)
    assert (photos.labels.sum(1) == 2).sum() == 4, "several labels per photo"
    assert photos.files[9] == "9.png" and photos.images[9, 4, 4].tolist() == [9, 18, 27]
    assert [len(photos.part(p)) for p in PARTITIONS] == [8, 8, 8]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"cat": [0, 1, 7] * 8}, r"line 4: cat=.*7.*; must be 0 or 1"),
        ({"partition": ["train"] * 23 + ["tets"]}, r"line 25: partition='tets'"),
        ({"cat": [0] * 24}, "partition 'train' has 0 of 8 images with 'cat'"),
        ({"cat": ["x"] * 24, "bus": ["y"] * 24}, "no column of only 0 and 1"),
        ({"image": [f"gone_{k}.png" for k in range(24)]}, r"24 of 24 images .*gone_0.png \(FileNotFoundError\)"),
    ],
)
def test_tables_that_will_not_do(tmp_path, columns, message):
    with pytest.raises(UserError, match=message):
        list_table(table(tmp_path, **columns)).decode(8)


def test_tables_that_are_none(tmp_path):
    with pytest.raises(UserError, match=r"nowhere.csv: no such file"):
        list_table(tmp_path / "nowhere.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,0\n")
    with pytest.raises(UserError, match="needs a column 'image'"):
        list_table(tmp_path / "other.csv")


@pytest.mark.skipif(not REAL.exists(), reason="the measuring photos are not here")
def test_the_photos_we_measure_with():
    photos = list_table(REAL).decode(64)
    assert photos.classes == ("person", "car", "cat", "bus", "train", "flower")
    assert not photos.unreadable and len(photos) == sum(1 for _ in REAL.open()) - 1


# ---- public sets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path):
    """Serves the folder `served`; yields its address."""
    (tmp_path / "served").mkdir()
    QuietHandler.asked = 0
    handler = partial(QuietHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    asked = 0  # since the server was started

    def do_GET(self):
        QuietHandler.asked += 1
        super().do_GET()

    def log_message(self, *_):
        pass


def archive(tmp_path: Path) -> bytes:
    folder(tmp_path / "inside")
    with tarfile.open(tmp_path / "served" / "set.tgz", "w:gz") as tar:
        tar.add(tmp_path / "inside", arcname="photos")
    return (tmp_path / "served" / "set.tgz").read_bytes()


def photo_set(url: str, data: bytes) -> PhotoSet:
    checksum = "sha256:" + hashlib.sha256(data).hexdigest()
    return PhotoSet("mine", f"{url}/set.tgz", checksum, len(data), licence="none", about="ours")


def test_fetched_verified_unpacked_and_kept(tmp_path, server):
    data = archive(tmp_path)
    mine = photo_set(server, data)
    root = fetch(mine, directory=tmp_path / "cache")
    assert len(list_folder(root / "photos").decode(8)) == 60
    (tmp_path / "served" / "set.tgz").unlink()
    assert fetch(mine, directory=tmp_path / "cache") == root, "no second download"
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == ["mine", "set.tgz"]


def test_three_at_once_fetch_once(tmp_path, server):
    """And what a killed download has left is swept up."""
    data = archive(tmp_path)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / ".set-killed.part.tgz").write_bytes(data[:100])
    code = (
        "import sys; from mainstream.data.downloads import PhotoSet, fetch\n"
        "fetch(PhotoSet('mine', sys.argv[1], sys.argv[2], 1, licence='', about=''), directory=sys.argv[3])"
    )
    mine = photo_set(server, data)
    command = [sys.executable, "-c", code, mine.url, mine.checksum, str(tmp_path / "cache")]
    many = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(p.communicate()[1], p.returncode)[1] for p in many] == [0, 0, 0]
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == ["mine", "set.tgz"]
    assert QuietHandler.asked == 1


def test_a_wrong_checksum_keeps_nothing(tmp_path, server):
    data = archive(tmp_path)
    mine = photo_set(server, data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(UserError, match=r"has sha256 .* not .*; nothing was kept"):
        fetch(mine, directory=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_placed_archive_is_checked_and_left(tmp_path, server):
    data = archive(tmp_path)
    placed = tmp_path / "cache" / "set.tgz"
    placed.parent.mkdir()
    placed.write_bytes(b"half of it")
    with pytest.raises(UserError, match=r"10 bytes, .* delete .*set.tgz to download it again"):
        fetch(photo_set("http://127.0.0.1:1", data), directory=placed.parent)
    assert placed.exists()
    placed.write_bytes(data)
    assert (fetch(photo_set("http://127.0.0.1:1", data), directory=placed.parent) / "photos" / "cat").is_dir()


def test_without_a_network_the_message_says_where_to_put_the_file(tmp_path):
    with socket.socket() as taken:  # bound, never listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        mine = photo_set(f"http://127.0.0.1:{taken.getsockname()[1]}", b"data")
        with pytest.raises(UserError) as error:
            fetch(mine, directory=tmp_path / "cache")
    assert f"place it at {tmp_path / 'cache' / 'set.tgz'}" in str(error.value)
    assert mine.checksum in str(error.value) and mine.url in str(error.value) and "\n" not in str(error.value)


def test_a_missing_file_on_the_server(tmp_path, server):
    with pytest.raises(UserError, match=r"File not found.*place it at"):
        fetch(photo_set(server, b"data"), directory=tmp_path / "cache")


def test_an_archive_cannot_write_elsewhere(tmp_path, server):
    with tarfile.open(tmp_path / "served" / "set.tgz", "w:gz") as tar:
        tar.add(__file__, arcname="../outside.py")
    data = (tmp_path / "served" / "set.tgz").read_bytes()
    with pytest.raises(UserError, match="cannot be unpacked"):
        fetch(photo_set(server, data), directory=tmp_path / "cache")
    assert not list(tmp_path.rglob("outside.py")) and not (tmp_path / "cache" / "mine").exists()


def test_the_registry():
    for name, photos in photo_sets().items():
        algorithm, digest = photos.checksum.split(":")
        assert photos.name == name and len(digest) == 2 * hashlib.new(algorithm).digest_size
        assert photos.licence and photos.recorded_by and photos.size > 1e6 and photos.file
    with pytest.raises(UserError, match="unknown photo set 'flowers': did you mean 'flower_photos'"):
        downloads.listed("flowers")


def test_public_sets_become_labelled_photos(tmp_path, monkeypatch):
    """In the layout of the real archives; the archives themselves are too large to fetch in a test."""
    monkeypatch.setattr(downloads, "fetch", lambda photos: tmp_path / photos.name)
    folder(tmp_path / "flower_photos" / "flower_photos")
    assert len(downloads.listed("flower_photos").decode(8)) == 60
    for k in range(30):
        picture(tmp_path / "oxford_pets" / "images" / f"Bengal_{k}.jpg")
        picture(tmp_path / "oxford_pets" / "images" / f"pug_{k}.jpg")
    pets = downloads.listed("oxford_pets").decode(8)
    assert pets.classes == ("cat", "dog") and all(f[0] == "B" for f in np.array(pets.files)[pets.has("cat")])
    base = tmp_path / "voc2007" / "VOCdevkit" / "VOC2007"
    (base / "ImageSets" / "Main").mkdir(parents=True)
    for k in range(30):
        picture(base / "JPEGImages" / f"{k:06}.jpg")
    (base / "ImageSets" / "Main" / "trainval.txt").write_text("".join(f"{k:06}\n" for k in range(30)))
    for step, name in ((2, "car"), (3, "cat")):
        lines = [f"{k:06} {('-1', ' 1', ' 0')[0 if k % step else 1 + k % 5 // 4]}\n" for k in range(30)]
        (base / "ImageSets" / "Main" / f"{name}_trainval.txt").write_text("".join(lines))
    voc = downloads.listed("voc2007").decode(8)
    assert voc.classes == ("car", "cat") and voc.files[7] == "000007.jpg"
    assert voc.has("car").tolist() == [k % 2 == 0 for k in range(30)]
    assert voc.has("cat").sum() == 10
