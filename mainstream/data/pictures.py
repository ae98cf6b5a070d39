"""Pictures as files: which of a folder's are pictures, and what one holds as 8-bit sRGB, upright.

Whatever Pillow itself reads is read, by content: JPEG (JFIF), PNG, TIFF, WebP, GIF (its first frame), BMP and more, in
any bit depth and colour space. Transparency lies on white, as most viewers show it.
"""

import io
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from mainstream.errors import UserError

LEAST_SIDE, MOST_PIXELS = 4, 100_000_000  # px; of a JPEG as it is decoded, at a fraction where that is enough
WHITE = (255, 255, 255)
_ASK_OTHERS = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}  # formats that Pillow knows, but gives to other programs
_SURE = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000")  # told by what they begin with
_RAW = {".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw"}  # a TIFF of something else
_PHOTOS = _RAW | {".avif", ".heic", ".heif", ".hif", ".jxl", ".eps", ".svg"}  # where they cannot be read
_OF_SYSTEMS = {
    "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "__pycache__", "lost+found", "#recycle",
    "#snapshot", "$recycle.bin", "recycler", "system volume information", "network trash folder", "temporary items",
}  # fmt: skip

Image.init()
Image.MAX_IMAGE_PIXELS = 2 * MOST_PIXELS  # Pillow opens up to twice that: of a phone's 200 million few are decoded
FORMATS = tuple(f for f in Image.ID if f not in _ASK_OTHERS)
SUFFIXES = {suffix for suffix, f in Image.registered_extensions().items() if f in FORMATS}


def of_a_system(name: str) -> bool:
    """What file browsers, notebooks and network storage leave inside folders, by name: hidden, thumbnails, bins."""
    return name.startswith((".", "~$", "@")) or name.casefold() in _OF_SYSTEMS


def files_in(folder: Path) -> list[Path]:
    """Every file in a folder and those within it, in order; links are followed, each place once, never upwards.

    Folders that systems leave are not entered. A link to a file that is there already is left out.
    """
    entered = set(folder.resolve().parents)
    found: dict[Path, Path] = {}  # where a file lies → how it is reached
    for at, folders, names in os.walk(folder, followlinks=True):
        if (mine := Path(at).resolve()) in entered:
            folders.clear()
            continue
        entered.add(mine)
        folders[:] = sorted(f for f in folders if not of_a_system(f))
        for path in (Path(at, name) for name in sorted(names)):
            if (place := path.resolve()) not in found or not path.is_symlink():
                found[place] = path
    return sorted(found.values())


def is_picture(path: Path) -> bool:
    """By its suffix, which `read_picture` then puts to the proof; of another suffix or none, by what it begins with."""
    suffix = path.suffix.lower()
    if of_a_system(path.name) or suffix in _RAW or not path.is_file():
        return False
    if suffix in SUFFIXES:
        return True
    try:
        with Image.open(path, formats=_SURE):
            return True
    except Exception:  # whatever a parser raises
        return False


def kinds(names: Sequence[str]) -> str:
    """What was left out, by suffix, counted and with an example; what systems leave there is not worth a word."""
    worth = [n for n in names if not of_a_system(n.rpartition("/")[2])]
    by_suffix = Counter(Path(n).suffix.lower() or "without suffix" for n in worth)
    words = []
    for suffix, n in by_suffix.most_common():
        example = next(name for name in worth if (Path(name).suffix.lower() or "without suffix") == suffix)
        unread = ", which cannot be read here: save as JPEG or PNG" if suffix in _PHOTOS - SUFFIXES | _RAW else ""
        words.append(f"{n} {suffix} ({example}{', …' if n > 1 else ''}){unread}")
    return "; ".join(words)


def read_picture(path: str | Path, at_least: int | None = None) -> np.ndarray:
    """uint8 (height, width, 3), sRGB, upright as its EXIF says, alpha on white.

    at_least: px that are enough on both sides: a JPEG is then decoded at a fraction where that leaves so many.
    Raises `UserError`: fewer than 4 pixels on a side, or more than 100 million; and whatever a parser raises.
    """
    with open(path, "rb") as file, Image.open(file, formats=FORMATS) as image:  # by name it maps, and turns wrongly
        size = image.size
        if at_least is not None:
            image.draft("RGB", (at_least, at_least))
        if min(size) < LEAST_SIDE or image.width * image.height > MOST_PIXELS:
            bound = f"at least {LEAST_SIDE} on a side and at most {MOST_PIXELS // 10**6} million are read"
            raise UserError(f"{size[0]}×{size[1]} pixels; {bound}")
        deep = image.convert("I;16") if (image.format, image.mode) == ("PPM", "I") else image  # as Pillow scaled it
        return np.asarray(_rgb(ImageOps.exif_transpose(deep), getattr(image, "tag_v2", {})))


def _rgb(image: Image.Image, tags: Mapping[int, Any]) -> Image.Image:
    profile = image.info.get("icc_profile") if image.mode != "LAB" else None
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image, tags)
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha, image = image.getchannel("A"), image.convert("RGB")
    elif image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    transform = _to_srgb(profile, image.mode) if profile or image.mode == "LAB" else None
    colours = ImageCms.applyTransform(image, transform) if transform else image.convert("RGB")
    assert colours is not None  # only in place
    if alpha is None:
        return colours
    page = Image.new("RGB", image.size, WHITE)
    page.paste(colours, mask=alpha)
    return page


def _eight_bits(image: Image.Image, tags: Mapping[int, Any]) -> Image.Image:
    """Grey of more bits, whole numbers or fractions, from the darkest to the brightest that it can hold; never clipped.

    Numbers of no stated range: 0 to 1, to 255 or to 65,535, whichever holds all of them, else the range that is there.
    """
    unsigned = (tags.get(258), tags.get(339, (1,))) == ((32,), (1,))  # Pillow has signed ones alone
    values = np.asarray(image).view(np.uint32).astype(np.int64) if unsigned else np.asarray(image)
    if values.dtype.kind == "u":
        bits, values = tags.get(258, (16,))[0], values if tags.get(262, 1) else ~values  # 0: white is 0
        return Image.fromarray((values >> (min(bits, 16) - 8)).astype(np.uint8))
    real = values[np.isfinite(values)].astype(np.float32)
    low, high = (float(real.min()), float(real.max())) if real.size else (0.0, 0.0)
    top = next((t for t in ((1, 255, 65535) if values.dtype.kind == "f" else (255, 65535)) if high <= t), high)
    floor, top = (0.0, top) if low >= 0 else (low, high)
    known = np.nan_to_num(values.astype(np.float32), nan=low, posinf=high, neginf=low)
    return Image.fromarray((255 * ((known - floor) / max(top - floor, 1e-30)) + 0.5).astype(np.uint8))


@lru_cache(64)
def _to_srgb(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """profile: None is LAB. None where it is sRGB already, a profile that is broken or of another kind of picture."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile) if profile else ImageCms.createProfile("LAB"))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        known = "srgb" in ImageCms.getProfileDescription(source).casefold()
        grey = ImageCms.applyTransform(Image.new("RGB", (1, 1), (128, 128, 128)), transform) if known else None
        return None if known and abs(np.asarray(grey).mean() - 128) < 8 else transform  # of linear light it is 188
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
