"""Public photo sets: where they are, what they must hash to, and fetching them once.

Nothing is bundled or mirrored. Without a network the message says where to place a file that was fetched elsewhere; it
is checked all the same. Our own lines rather than `keras.utils.get_file`: that one brings TensorFlow into what needs
none, has no time limit, writes at once to the final name, and fetches anew, unasked, what somebody has placed there.
Used by notebook 01 and `mainstream train`.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import tarfile
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mainstream.data.datasets import image_folder, labelled_table
from mainstream.data.photos import Photos
from mainstream.data.progress import progress
from mainstream.errors import UserError, unknown
from mainstream.paths import CACHE, alone, write_text, written

_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class PhotoSet:
    """One archive of photos."""

    name: str
    url: str
    checksum: str  # "sha256:…" or "md5:…"
    size: int  # bytes
    licence: str
    about: str
    recorded_by: str = ""  # who published this checksum

    @property
    def file(self) -> str:
        """Name of the archive, as its address ends."""
        return self.url.rsplit("/", 1)[-1]


PHOTO_SETS = {
    s.name: s
    for s in (
        PhotoSet(
            name="flower_photos",
            url="https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
            checksum="sha256:4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
            size=228_813_984,
            licence="CC BY 2.0, photographers named in its LICENSE.txt",
            about="flowers in five class folders (TensorFlow Authors)",
            recorded_by="TensorFlow Datasets, for the same file of the same host (url_checksums/tf_flowers.txt)",
        ),
        PhotoSet(
            name="oxford_pets",
            url="https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz",
            checksum="sha256:67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
            size=791_918_971,
            licence="CC BY-SA 4.0",
            about="cats and dogs of 37 breeds (Parkhi et al., CVPR 2012)",
            recorded_by="TensorFlow Datasets (url_checksums/oxford_iiit_pet.txt)",
        ),
        PhotoSet(
            name="voc2007",
            url="http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar",
            checksum="md5:c52e279531787c972589f7e41ab4ae64",
            size=460_032_000,
            licence="none stated for the set; photos under the terms of use of Flickr",
            about="twenty classes, several per photo: person, car, cat, bus, train, … (Everingham et al., IJCV 2010)",
            recorded_by="torchvision (datasets/voc.py)",
        ),
    )
}


def fetch(name: str | PhotoSet, *, directory: str | Path = CACHE / "photos", timeout_s: float = 30.0) -> Path:
    """The folder of a photo set; downloads (with progress), verifies and unpacks it where it is not there yet.

    Args:
        name: a key of `PHOTO_SETS`, or a `PhotoSet` of one's own.
        directory: holds archives and one folder per set.
        timeout_s: seconds without an answer before giving up.

    Raises:
        UserError: unknown name; no network (the message names the path to place the archive at); wrong checksum.
    """
    if isinstance(name, str) and name not in PHOTO_SETS:
        raise unknown("photo set", name, PHOTO_SETS)
    photos = PHOTO_SETS[name] if isinstance(name, str) else name
    folder, archive = Path(directory) / photos.name, Path(directory) / photos.file
    if folder.is_dir():
        return folder
    with alone(folder.with_name(f".{photos.name}.lock"), f"photo set '{photos.name}'"):
        if not folder.is_dir():  # the process that was waited for may have made it
            if archive.exists():
                _verify(photos, archive, f"delete {archive} to download it again")
            else:
                _download(photos, archive, timeout_s)
            _unpack(archive, folder)
    return folder


def public(name: str, *, size: int | tuple[int, int] = 224, classes: Sequence[str] | None = None) -> Photos:
    """A public photo set by its name in `PHOTO_SETS`, fetched when it is not there. Raises as `fetch`."""
    root = fetch(name)
    if name == "flower_photos":
        return image_folder(root / "flower_photos", size=size)
    if name == "oxford_pets":  # cats' breeds are capitalised
        files = sorted(p.name for p in (root / "images").glob("*.jpg"))
        rows = pd.DataFrame({"image": files, "cat": [int(f[0].isupper()) for f in files]}).assign(
            dog=lambda d: 1 - d.cat
        )
        folder = root / "images"
    else:
        folder, lists = root / "VOCdevkit/VOC2007/JPEGImages", root / "VOCdevkit/VOC2007/ImageSets/Main"
        columns = {p.stem.removesuffix("_trainval"): p for p in sorted(lists.glob("*_trainval.txt"))}
        read = {c: pd.read_csv(p, sep=r"\s+", header=None, index_col=0, dtype={0: str})[1] for c, p in columns.items()}
        rows = (pd.DataFrame(read) >= 0).astype(int).rename_axis("image").reset_index()  # 0: there, but difficult
        rows["image"] += ".jpg"
    write_text(root / "labels.csv", rows.to_csv(index=False))
    return labelled_table(root / "labels.csv", images=folder, size=size, classes=classes)


def _download(photos: PhotoSet, archive: Path, timeout_s: float) -> None:
    for left in archive.parent.glob(f".{archive.stem}-*"):  # of a download that was killed
        left.unlink()
    try:
        with written(archive) as part:
            with urllib.request.urlopen(photos.url, timeout=timeout_s) as answer, part.open("wb") as out:
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
