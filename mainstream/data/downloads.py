"""Public photo sets (`data/photo_sets.yml`), fetched once and held against what they must hash to.

Without a network the message says where to place a file that was fetched elsewhere; it is checked all the same. Our
own lines rather than `keras.utils.get_file`: that one brings TensorFlow into what needs none, has no time limit, writes
at once to the final name, and fetches anew, unasked, what somebody has placed there.
Used by notebook 01 and `mainstream train`.
"""

import hashlib
import http.client
import os
import shutil
import tarfile
import urllib.request
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml

from mainstream.data.datasets import list_folder, list_images, list_table
from mainstream.data.footage import column
from mainstream.data.photos import Listing
from mainstream.data.progress import progress
from mainstream.errors import UserError, unknown
from mainstream.paths import CACHE, DATA, ROOT, alone, write_text, written

_CHUNK = 1 << 20  # bytes
TIMEOUT_S = 30.0  # without an answer, before giving up


class PhotoSet(NamedTuple):
    """One archive of photos."""

    name: str
    url: str
    checksum: str  # "sha256:…" or "md5:…"
    size: int  # bytes
    licence: str
    about: str
    photos: int = 0  # how many
    recorded_by: str = ""  # who published this checksum

    @property
    def file(self) -> str:
        """Name of the archive, as its address ends."""
        return self.url.rsplit("/", 1)[-1]


@cache
def photo_sets() -> dict[str, PhotoSet]:
    """Those of `data/photo_sets.yml`, by name; read when they are asked for, so that a kit without them works."""
    stated = yaml.safe_load((DATA / "photo_sets.yml").read_text(encoding="utf-8"))
    return {name: PhotoSet(name, **one) for name, one in stated.items()}


def fetch(photos: PhotoSet, *, directory: str | Path = CACHE / "photos") -> Path:
    """The folder of a photo set; downloads (with progress), verifies and unpacks it where it is not there yet.

    directory: holds archives and one folder per set.
    Raises `UserError`: no network (the message names the path to place the archive at); wrong checksum.
    """
    folder, archive = Path(directory) / photos.name, Path(directory) / photos.file
    if folder.is_dir():
        return folder
    with alone(folder.with_name(f".{photos.name}.lock"), f"photo set '{photos.name}'"):
        if not folder.is_dir():  # the process that was waited for may have made it
            if archive.exists():
                _verify(photos, archive, f"delete {archive} to download it again")
            else:
                _download(photos, archive)
            _unpack(archive, folder)
    return folder


def listed(name: str) -> Listing:
    """A public photo set by its name in `photo_sets`, fetched when it is not there.

    Raises `UserError`: an unknown name, or as `fetch`.
    """
    if name not in photo_sets():
        raise unknown("photo set", name, photo_sets())
    root = fetch(photo_sets()[name])
    if name == "flower_photos":
        return list_folder(root / "flower_photos")
    if name == "oxford_pets":  # cats' breeds are capitalised
        folder = root / "images"
        files = sorted(p.name for p in folder.glob("*.jpg"))
        rows = pd.DataFrame({"image": files, "cat": [int(f[0].isupper()) for f in files]})
        rows["dog"] = 1 - rows.cat
    else:
        folder, lists = root / "VOCdevkit/VOC2007/JPEGImages", root / "VOCdevkit/VOC2007/ImageSets/Main"
        columns = {p.stem.removesuffix("_trainval"): p for p in sorted(lists.glob("*_trainval.txt"))}
        read = {c: pd.read_csv(p, sep=r"\s+", header=None, index_col=0, dtype={0: str})[1] for c, p in columns.items()}
        rows = (pd.DataFrame(read) >= 0).astype(int).rename_axis("image").reset_index()  # 0: there, but difficult
        rows["image"] += ".jpg"
    write_text(root / "labels.csv", rows.to_csv(index=False))
    return list_table(root / "labels.csv", images=folder)


def gathered(sources: Mapping[str, Mapping[str, str]], apps: Sequence[str]) -> Listing:
    """One list of the photos of several sources, labelled with `apps`.

    sources: a public set, a folder or a table (from the kit's folder on) → application → its class there; class ""
    holds for every photo, no application at all for those that are called like a class. What a source has no class
    for, its photos are taken not to show: nobody has looked.

    Raises `UserError`: an application without a class in any source, a photo in two, or as `fetch` and `list_images`.
    """
    parts = {name: listed(name) if name in photo_sets() else list_images(ROOT / name) for name in sources}
    labels = []
    for name, part in parts.items():
        of = sources[name] or {app: app for app in apps if app in part.classes}
        all_of_it = np.ones(len(part.files), bool)
        held = {app: part.labels[:, column(part.classes, c)] if c else all_of_it for app, c in of.items()}
        labels.append(np.stack([held.get(app, ~all_of_it) for app in apps], axis=1))
        if strangers := [app for app in held if app not in apps]:
            raise unknown("application", strangers[0], apps)
    together = np.concatenate(labels)
    if bare := [app for a, app in enumerate(apps) if not together[:, a].any()]:
        raise UserError(f"'{bare[0]}': no source of photos ({', '.join(sources)}) has a class for it")
    root = Path(os.path.commonpath([part.root.resolve() for part in parts.values()]))
    files = [os.path.relpath(part.root.resolve() / file, root) for part in parts.values() for file in part.files]
    if len(files) > len({*files}):
        twice = next(file for k, file in enumerate(files) if file in files[:k])
        raise UserError(f"'{twice}': is in two sources of photos, each taking it not to show what it has no class for")
    partition = np.concatenate([part.partition for part in parts.values()])
    left_out = tuple(file for part in parts.values() for file in part.left_out)
    return Listing(root, tuple(files), together, tuple(apps), partition, left_out)


def _download(photos: PhotoSet, archive: Path) -> None:
    for left in archive.parent.glob(f".{archive.stem}-*"):  # of a download that was killed
        left.unlink()
    try:
        with written(archive) as part:
            with urllib.request.urlopen(photos.url, timeout=TIMEOUT_S) as answer, part.open("wb") as out:
                total = int(answer.headers.get("Content-Length") or photos.size)
                with progress(total=total, unit="B", unit_scale=True, desc=photos.name) as bar:
                    while chunk := answer.read(_CHUNK):
                        out.write(chunk)
                        bar.update(len(chunk))
            _verify(photos, part, "nothing was kept; the file at this address is not the one recorded")
    except (OSError, http.client.HTTPException) as e:  # URLError is an OSError
        raise UserError(
            f"photo set '{photos.name}': no download from {photos.url} ({getattr(e, 'reason', None) or e}); fetch it "
            f"where there is a network and place it at {archive.resolve()} ({photos.size / 1e6:.0f} MB, "
            f"{photos.checksum})"
        ) from e


def _verify(photos: PhotoSet, path: Path, advice: str) -> None:
    algorithm, _, expected = photos.checksum.partition(":")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found != expected:
        size = path.stat().st_size
        raise UserError(
            f"photo set '{photos.name}': {photos.file} has {algorithm} {found} and {size} bytes, "
            f"not {expected} and {photos.size}; {advice}"
        )


def _unpack(archive: Path, folder: Path) -> None:
    """Whole or not at all; members that point outside the folder are refused."""
    partial = folder.with_name(folder.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(partial, filter="data")
        partial.replace(folder)
    except tarfile.TarError as e:
        raise UserError(f"{archive}: cannot be unpacked: {e}") from e
    finally:
        shutil.rmtree(partial, ignore_errors=True)
