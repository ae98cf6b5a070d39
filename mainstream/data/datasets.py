"""Labelled photos for `mainstream train`: class folders and labelled tables (notebook 01).

    root/<class>/*.jpg                       partition by hash of the file name
    root/{train,val,test}/<class>/*.jpg      partition as given (val may be missing: a part of train, by hash)
    labels.csv: image,<class>,…[,partition]  0 or 1 per class, several per photo

Partition by hash: a file keeps its place when others are added, and two copies of a photo under one name share it.
A class may be called `train`: only folders within folders make it a partition. Links to folders and files are followed;
what is a picture, `mainstream.data.pictures` says.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mainstream.data.photos import PARTITIONS, Listing
from mainstream.data.pictures import files_in, is_picture, kinds, of_a_system
from mainstream.data.tables import Table, composed, read_table
from mainstream.errors import UserError
from mainstream.paths import checked_name

SHARES = (0.6, 0.15, 0.25)
NEUTRAL = {"other", "others", "none", "nothing", "background", "negative", "negatives", "empty", "rest", "without"}
_RESERVED = ("image", "source", "partition")
_ALIKE = {"train", "training", "test", "testing", "val", "valid", "validation"}
_FLAGS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}


def partition_of(file: str, shares: Sequence[float] = SHARES) -> str:
    """train, val or test by the hash of the file's name (without folders), in these shares."""
    name = composed(Path(file).name).encode("utf-8", "surrogateescape")
    place = int.from_bytes(hashlib.sha256(name).digest()[:8], "big") / 2**64 * sum(shares)
    bounds = np.cumsum(shares)
    return PARTITIONS[min(int(np.searchsorted(bounds, place, side="right")), 2)]


def list_images(images: str | Path) -> Listing:
    """A folder of classes, or a table of labels whatever it is called. Raises as `list_folder` and `list_table`."""
    if is_picture(Path(images)):
        raise UserError(f"images='{images}': is a picture; name a folder with a folder per class, or a table of labels")
    return list_table(images) if Path(images).is_file() else list_folder(images)


def list_folder(root: str | Path) -> Listing:
    """What an `ImageFolder` layout holds, no photo being opened.

    Raises:
        UserError: no such folder; fewer than two classes; a class without images, in all or in one partition; a
            partition without a class.
    """
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"images='{root}': no such folder; expected {root}/<class>/*.jpg")
    given = _partition_folders(root)
    bases = given or {"": root}
    folders = {name: _folders(base) for name, base in bases.items()}
    classes = tuple(sorted({c for found in folders.values() for c in found}))
    if len(classes) < 2:
        raise UserError(f"images='{root}': {len(classes)} class folder(s) {list(classes)}; needs two or more")
    beside = [p for base in {root, *bases.values()} for p in base.iterdir() if not p.is_dir()]
    left_out = [p.relative_to(root).as_posix() for p in sorted(beside)]
    rows: list[tuple[str, str, str]] = []  # (path from root, class, partition)
    for name, base in bases.items():
        halved = name == "train" and "val" not in given
        shares = (*SHARES[:2], 0.0) if halved else SHARES
        for label in classes:
            found = files_in(folders[name][label]) if label in folders[name] else []
            images = [p for p in found if is_picture(p)]
            others = [p.relative_to(root).as_posix() for p in found if p not in set(images)]
            if not images:
                there = f" that can be read: {kinds(others)}" if kinds(others) else ""
                raise UserError(f"images='{root}': class folder '{base / label}' holds no image{there}")
            left_out += others
            places: dict[tuple[Path, str], str] = {}  # a photo in two formats is in one partition
            for path in images:
                twin = path.parent, path.stem.casefold()
                where = places.setdefault(twin, name if given and not halved else partition_of(path.name, shares))
                rows.append((path.relative_to(root).as_posix(), label, where))
    labels = np.array([[c == label for c in classes] for _, label, _ in rows])
    partition = np.array([place for _, _, place in rows])
    return Listing(root, tuple(file for file, _, _ in rows), labels, classes, partition, tuple(left_out))


def list_table(table: str | Path, *, images: str | Path | None = None) -> Listing:
    """Photos that a CSV labels: `image`, a 0/1 column per class, optionally `partition`; other columns are left alone.

    images: the folder that names are relative to (default: `images` beside the table, else the table's own).
    Raises `UserError` for a bad table; no photo is opened.
    """
    table = Path(table)
    read = read_table(table, ("image",), knows=_RESERVED)
    if not read.rows:
        raise UserError(f"labels='{table}': holds no row")
    flags = {c: _flags(read, c) for c in read.columns if c not in _RESERVED}
    chosen = tuple(checked_name(c, f"labels='{table}': class") for c, held in flags.items() if held is not None)
    if not chosen:
        raise UserError(f"labels='{table}': no column of only 0 and 1 to take as a class (has {list(read.columns)})")
    place: dict[Path, int] = {}
    for k, row in enumerate(read.rows):
        if not row["image"]:
            raise read.error(k, "names no image")
        if (first := place.setdefault(Path(row["image"]), k)) != k:
            raise read.error(k, f"image '{row['image']}' is on line {read.lines[first]} too")
        if row.get("partition", "train").casefold() not in PARTITIONS:
            raise read.error(k, f"partition='{row['partition']}'; must be train, val or test")
    files = [row["image"] for row in read.rows]
    given = [row["partition"].casefold() if "partition" in row else partition_of(row["image"]) for row in read.rows]
    beside = table.parent / "images"
    root = Path(images) if images else beside if beside.is_dir() else table.parent
    labels = np.array([flags[c] for c in chosen], bool).T
    return Listing(root, tuple(files), labels, chosen, np.array(given))


def _flags(table: Table, name: str) -> list[bool | None] | None:
    """What a column of 0 and 1 (or true and false) says of each row; None for a column that is of something else.

    Raises `UserError` with the line where one that looks like one by half of its filled cells or more is not.
    """
    found = [_FLAGS.get(row[name].casefold()) for row in table.rows]
    bad = [k for k, value in enumerate(found) if value is None]
    filled = [value for row, value in zip(table.rows, found, strict=True) if row[name]]
    if bad and filled and 2 * filled.count(None) <= len(filled):
        raise table.error(bad[0], f"{name}='{table.rows[bad[0]][name]}'; must be 0 or 1")
    return None if bad else found


def against(labels: np.ndarray, classes: Sequence[str], app: str) -> str:
    """A sentence where all that `app` is told from is one or two other things, "" where it is not.

    labels: bool (n, classes). Dog against cat is not dog against an empty street.
    """
    without = labels[~labels[:, classes.index(app)]]
    others = [c for c, held in zip(classes, without.any(0), strict=True) if held]
    if len(others) > 2 or not without.any(1).all() or any(c.casefold() in NEUTRAL for c in others):
        return ""
    return (
        f"every photo without '{app}' shows {' or '.join(others)}: the application will tell {app} from "
        f"{' and '.join(others)}, not from a street without either; add a folder of what the camera sees otherwise"
    )


def _folders(base: Path) -> dict[str, Path]:
    """{name: folder} of those that somebody made."""
    made = [p for p in sorted(base.iterdir()) if p.is_dir() and not of_a_system(p.name)]
    if len({composed(p.name).casefold() for p in made}) < len(made):
        raise UserError(f"images='{base}': two folders have one name, its accents or capitals differ; make them one")
    return {composed(p.name): p for p in made}


def _partition_folders(root: Path) -> dict[str, Path]:
    """{partition: folder}, or {} where folders are classes."""
    found = _folders(root)
    for name, folder in found.items():
        if name not in PARTITIONS and name.casefold() in _ALIKE and _folders(folder):
            raise UserError(f"images='{root}': '{name}' holds folders; partitions are called {', '.join(PARTITIONS)}")
    if "train" not in found or not (inner := _folders(found["train"])):
        return {}
    if "test" not in found or set(found) - set(PARTITIONS):
        raise UserError(
            f"images='{root}': 'train' holds folders ({', '.join(list(inner)[:3])}), so it is taken for a partition, "
            f"beside {sorted(set(found) - {'train'})}; needs train and test, may have val, no other; as a class "
            f"'train' holds its photos without folders"
        )
    return found
