"""Odd photos, one file per kind, written here from one picture: an upright street sign, grey gradient and colours."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

HEIGHT, WIDTH = 48, 64


def scene() -> np.ndarray:
    """uint8 (48, 64, 3): a gradient, with red above and blue below at the left."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :, None]
    picture[:24, :16], picture[24:, :16] = (210, 30, 40), (30, 40, 210)
    return picture


SCENE = scene()
GREY = np.repeat(np.linspace(0, 255, WIDTH).astype(np.uint8)[None], HEIGHT, 0)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def colour(form: str, **options: object) -> bytes:
    return saved(Image.fromarray(SCENE), form, **options)


def again(data: bytes, form: str, **options: object) -> bytes:
    """The same picture in another form."""
    return saved(Image.open(io.BytesIO(data)), form, **options)


def turned(number: int, picture: np.ndarray = SCENE, form: str = "PNG") -> bytes:
    """A photo that is stored lying, with the orientation by which it stands."""
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[number]  # the transposition that undoes a viewer's
    image = Image.fromarray(picture)
    exif = Image.Exif()
    exif[0x0112] = number
    return saved(image if back is None else image.transpose(Image.Transpose(back)), form, exif=exif)


def palette() -> bytes:
    return saved(Image.fromarray(SCENE).quantize(256, dither=Image.Dither.NONE), "PNG")


def see_through(mode: str) -> bytes:
    """The scene where it is opaque (right), nothing at the left; what the pixels there hold is black."""
    image = Image.fromarray(SCENE if mode == "RGBA" else GREY)
    image.putalpha(Image.fromarray(np.where(np.arange(WIDTH) < 16, 0, 255).astype(np.uint8)[None].repeat(HEIGHT, 0)))
    black = Image.new(mode, image.size, 0)
    black.paste(image, mask=image.getchannel("A"))
    return saved(black, "PNG")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deep_png(values: np.ndarray) -> bytes:
    """A PNG of 16 bits per channel, which Pillow reads and does not write: uint16 (h, w) or (h, w, 3)."""
    colour_type = 2 if values.ndim == 3 else 0
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, colour_type, 0, 0, 0)
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def tiff(values: np.ndarray, bits: int, kind: int = 1, white: int = 1) -> bytes:
    """A TIFF of one strip. kind: 1 unsigned, 2 signed, 3 floating point. white: 0 where that is the number of white."""
    channels = 3 if values.ndim == 3 else 1
    pixels = pack12(values) if bits == 12 else values.tobytes()
    height, width = values.shape[:2]
    entries = [
        (256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, white + channels // 3),
        (273, 4, 0), (277, 3, channels), (278, 4, height), (279, 4, len(pixels)), (339, 3, kind),
    ]  # fmt: skip
    size = 8 + 2 + 12 * len(entries) + 4
    body = b""
    for tag, type_, value in entries:
        n = channels if tag in (258, 339) and channels > 1 else 1
        if tag == 273:
            value = size + 12
        place = struct.pack("<I", size if tag == 258 else size + 6) if n > 1 else struct.pack("<I", value)
        body += struct.pack("<HHI", tag, type_, n) + place
    shared = struct.pack("<3H", bits, bits, bits) + struct.pack("<3H", kind, kind, kind)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 0) + shared + pixels


def pack12(values: np.ndarray) -> bytes:
    """Two values of 12 bits in three bytes."""
    pairs = values.reshape(-1, 2).astype(np.uint16)
    a, b = pairs[:, 0], pairs[:, 1]
    return np.stack([a >> 4, (a & 15) << 4 | b >> 8, b & 255], 1).astype(np.uint8).tobytes()


def wide_gamut() -> bytes:
    """Scene of a display whose channels are swapped: red is written as green. Only its profile tells."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for k in range(count):
        at = 132 + 12 * k
        profile[at : at + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(
            bytes(profile[at : at + 4]), profile[at : at + 4]
        )
        if profile[at : at + 4] == b"desc":
            start = struct.unpack(">I", profile[at + 4 : at + 8])[0]
            length = struct.unpack(">I", profile[at + 8 : at + 12])[0]
            for name in ("sRGB".encode("utf-16-be"), b"sRGB"):
                place = profile.find(name, start, start + length)
                if place >= 0:
                    profile[place : place + len(name)] = ("swap".encode("utf-16-be"), b"swap")[len(name) == 4]
    return saved(Image.fromarray(SCENE[..., [1, 0, 2]]), "PNG", icc_profile=bytes(profile))


def linear_light() -> bytes:
    """As programs for painting keep it. Its profile's name says sRGB all the same."""
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = re.sub(rb"(?s)para.{12}", b"para" + bytes(8) + struct.pack(">i", 1 << 16), own)  # gamma 1
    shown = SCENE / 255
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    return saved(Image.fromarray((255 * light + 0.5).astype(np.uint8)), "PNG", icc_profile=profile)


def grey_map(values: np.ndarray, top: int) -> bytes:
    """A PGM of 16 bits, `top` being white."""
    return b"P5 %d %d %d\n" % (WIDTH, HEIGHT, top) + values.astype(">u2").tobytes()


def lab() -> bytes:
    srgb, own = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(Image.fromarray(SCENE), srgb, own, outputMode="LAB")
    return saved(image, "TIFF")


def film(form: str) -> bytes:
    """Two pictures in one file: the first counts."""
    second = Image.new("RGB", (WIDTH, HEIGHT), (0, 255, 0))
    return colour(form, save_all=True, append_images=[second])


DEEP = (SCENE.astype(np.uint16) << 8) + 77
DEEP_GREY = (GREY.astype(np.uint16) << 8) + 77
LEFT = (np.arange(WIDTH) < 16)[None, :, None]
ON_WHITE = np.where(LEFT, 255, SCENE).astype(np.uint8)
GREY3 = np.repeat(GREY[..., None], 3, 2)
LOSSY, NEAR = 3, 1  # by how much a channel may be off, on average

GOOD: dict[str, tuple[str, Callable[[], bytes], np.ndarray, int]] = {  # kind → name, bytes, what it shows, how near
    "JPEG": ("a.jpg", lambda: colour("JPEG", quality=95), SCENE, LOSSY),
    "JFIF": ("a.jfif", lambda: colour("JPEG", quality=95), SCENE, LOSSY),
    "progressive": ("a.jpe", lambda: colour("JPEG", quality=95, progressive=True), SCENE, LOSSY),
    "capital suffix": ("A.JPG", lambda: colour("JPEG", quality=95), SCENE, LOSSY),
    "name in another script": ("猫 ü é.png", lambda: colour("PNG"), SCENE, 0),
    "name that is no text": (b"\xff\xfe.png".decode("utf-8", "surrogateescape"), lambda: colour("PNG"), SCENE, 0),
    "PNG": ("a.png", lambda: colour("PNG"), SCENE, 0),
    "TIFF": ("a.tif", lambda: colour("TIFF"), SCENE, 0),
    "TIFF, compressed": ("a.tiff", lambda: colour("TIFF", compression="tiff_lzw"), SCENE, 0),
    "WebP": ("a.webp", lambda: colour("WEBP", lossless=True), SCENE, 0),
    "GIF": ("a.gif", lambda: film("GIF"), SCENE, LOSSY),
    "moving WebP": ("b.webp", lambda: film("WEBP"), SCENE, LOSSY),
    "TIFF of pages": ("b.tiff", lambda: film("TIFF"), SCENE, 0),
    "JPEG of two pictures": ("a.mpo", lambda: film("MPO"), SCENE, LOSSY),
    "BMP": ("a.bmp", lambda: colour("BMP"), SCENE, 0),
    "JPEG 2000": ("a.jp2", lambda: colour("JPEG2000"), SCENE, NEAR),
    "portable pixels": ("a.ppm", lambda: colour("PPM"), SCENE, 0),
    "portable grey": ("a.pgm", lambda: grey_map(GREY * 257.0, 65535), GREY3, NEAR),
    "portable grey, night": ("n.pgm", lambda: grey_map(GREY, 65535), GREY3 * 0, NEAR),
    "TGA": ("a.tga", lambda: colour("TGA"), SCENE, 0),
    "PCX": ("a.pcx", lambda: colour("PCX"), SCENE, 0),
    "a suffix that lies": ("b.jpg", lambda: colour("PNG"), SCENE, 0),
    "JPEG called HEIC": ("a.heic", lambda: colour("JPEG", quality=95), SCENE, LOSSY),
    "picture called text": ("a.txt", lambda: colour("PNG"), SCENE, 0),
    "no suffix": ("a", lambda: colour("PNG"), SCENE, 0),
    "palette": ("p.png", palette, SCENE, LOSSY),
    "grey": ("g.png", lambda: saved(Image.fromarray(GREY), "PNG"), GREY3, 0),
    "one bit": ("1.png", lambda: saved(Image.fromarray(GREY > 127), "PNG"), 255 * (GREY3 > 127).astype(np.uint8), 0),
    "16 bits": ("16.png", lambda: deep_png(DEEP), SCENE, NEAR),
    "grey of 16 bits": ("g16.png", lambda: deep_png(DEEP_GREY), GREY3, NEAR),
    "TIFF, 16 bits": ("16.tif", lambda: tiff(DEEP, 16), SCENE, NEAR),
    "TIFF, grey of 16 bits": ("g16.tif", lambda: tiff(DEEP_GREY, 16), GREY3, NEAR),
    "TIFF, grey of 12 bits": ("g12.tif", lambda: tiff(DEEP_GREY >> 4, 12), GREY3, NEAR),
    "TIFF, 32 bits": ("i.tif", lambda: tiff(DEEP_GREY.astype("<i4") << 12, 32, 2), GREY3, NEAR),
    "TIFF, 32 bits unsigned": ("u.tif", lambda: tiff(GREY.astype("<u4") * 16843009, 32), GREY3, NEAR),
    "TIFF, 0 to 1": ("f.tif", lambda: tiff(GREY.astype("<f4") / 255, 32, 3), GREY3, NEAR),
    "TIFF, 0 to 65535": ("f16.tif", lambda: tiff(GREY.astype("<f4") * 257, 32, 3), GREY3, NEAR),
    "TIFF, below 0": ("fn.tif", lambda: tiff(GREY.astype("<f4") / 50 - 3, 32, 3), GREY3, NEAR),
    "CMYK": ("c.jpg", lambda: saved(Image.fromarray(SCENE).convert("CMYK"), "JPEG", quality=95), SCENE, LOSSY),
    "CMYK TIFF": ("c.tif", lambda: saved(Image.fromarray(SCENE).convert("CMYK"), "TIFF"), SCENE, NEAR),
    "LAB": ("l.tif", lab, SCENE, NEAR),
    "YCbCr TIFF": ("y.tif", lambda: saved(Image.fromarray(SCENE).convert("YCbCr"), "TIFF"), SCENE, NEAR),
    "a profile": ("icc.png", wide_gamut, SCENE, NEAR),
    "a profile of linear light": ("lin.png", linear_light, SCENE, LOSSY),
    "a broken profile": ("bad.png", lambda: colour("PNG", icc_profile=b"nothing"), SCENE, 0),
    "a grey profile on colours": ("odd.png", lambda: colour("PNG", icc_profile=bytes(200)), SCENE, 0),
    "see-through": ("t.png", lambda: see_through("RGBA"), ON_WHITE, 0),
    "see-through WebP": ("t.webp", lambda: again(see_through("RGBA"), "WEBP", lossless=True), ON_WHITE, 0),
    "see-through grey": ("tg.png", lambda: see_through("LA"), np.where(LEFT, 255, GREY3).astype(np.uint8), 0),
    "a colour that is see-through": (
        "tc.png", lambda: colour("PNG", transparency=(210, 30, 40)),
        np.where((SCENE == (210, 30, 40)).all(2, keepdims=True), 255, SCENE).astype(np.uint8), 0,
    ),
    "TIFF, white is 0": ("w.tif", lambda: tiff(255 - GREY, 8, white=0), GREY3, 0),
    "TIFF, white is 0 of 16 bits": ("w16.tif", lambda: tiff(65535 - DEEP_GREY, 16, white=0), GREY3, NEAR),
    **{f"orientation {n}": (f"o{n}.png", lambda n=n: turned(n), SCENE, 0) for n in range(1, 9)},
    **{f"TIFF, orientation {n}": (f"o{n}.tif", lambda n=n: turned(n, GREY, "TIFF"), GREY3, 0) for n in range(1, 9)},
}  # fmt: skip


def odd_exif(tags: list[tuple[int, int, bytes]]) -> bytes:
    """A JPEG with EXIF of these (tag, type, eight bytes of a value), and an orientation that makes a reader turn it."""
    entries = sorted([*tags, (0x0112, 3, struct.pack("<HHI", 6, 0, 0))])
    body, after = b"", 8 + 2 + 12 * len(entries) + 4
    outside = b""
    for tag, type_, value in entries:
        large = type_ in (5, 10, 12)
        body += struct.pack("<HHI", tag, type_, 1) + (struct.pack("<I", after + len(outside)) if large else value[:4])
        outside += value if large else b""
    data = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 0) + outside
    return colour("JPEG", exif=data)


def bomb() -> bytes:
    """A PNG that says it has 40,000 × 40,000 pixels."""
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def heif() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(200)


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {  # pictures by their suffix, none to be read
    "nothing": ("empty.jpg", lambda: b""),
    "text": ("page.jpg", lambda: b"<html>not found</html>"),
    "cut in half": ("half.png", lambda: colour("PNG")[: len(colour("PNG")) // 2]),
    "JPEG cut short": ("half.jpg", lambda: colour("JPEG", quality=95)[:900]),
    "a head alone": ("head.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "a bomb": ("bomb.png", bomb),
    "one pixel": ("dot.gif", lambda: saved(Image.new("RGB", (1, 1)), "GIF")),
    "a line": ("line.png", lambda: saved(Image.new("RGB", (300, 2)), "PNG")),
    "HEIC called JPEG": ("phone.jpg", heif),
    "damaged pixels": ("holes.png", lambda: colour("PNG").replace(b"IDAT", b"IDAX")),
    "PostScript": ("fake.png", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"),
}

LEFT_OUT: dict[str, tuple[str, bytes]] = {  # what is no picture, or none that can be read here: told by kind
    "HEIC": ("IMG_1.HEIC", heif()),
    "raw": ("d.nef", tiff(DEEP_GREY, 16)),
    "vectors": ("v.svg", b"<svg/>"),
    "notes": ("notes.txt", "…".encode()),
    "boxes": ("a.xml", b"<annotation/>"),
    "film": ("clip.mp4", struct.pack(">I", 24) + b"ftypisom" + bytes(100)),
    "PostScript": ("e.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"),
    "archive": ("z.zip", b"PK\3\4" + bytes(40)),
}

PICTURE = colour("PNG")
OF_SYSTEMS: dict[str, tuple[str, bytes]] = {  # left inside by file browsers, notebooks, storage: never of the class
    "AppleDouble": ("._cat_00.png", b"\0\5\x16\7"),
    "Finder": (".DS_Store", b"\0\0\0\1Bud1"),
    "Explorer": ("Thumbs.db", bytes(64)),
    "Explorer's settings": ("desktop.ini", b"[.ShellClassInfo]"),
    "notebooks": (".ipynb_checkpoints/cat_00-checkpoint.png", PICTURE),
    "Synology": ("@eaDir/cat_00.png/SYNOPHOTO_THUMB_M.png", PICTURE),
    "a bin": ("#recycle/gone.png", PICTURE),
    "QNAP": (".@__thumb/default.png", PICTURE),
    "snapshots": ("@Recently-Snapshot/cat_00.png", PICTURE),
    "an archive's": ("__MACOSX/cat_00.png", PICTURE),
    "thumbnails": (".thumbnails/large/0a1b.png", PICTURE),
    "Trash": (".Trash-1000/files/gone.png", PICTURE),
    "Windows' bin": ("$RECYCLE.BIN/S-1-5/gone.png", PICTURE),
    "Android's bin": (".trashed-1700000000-IMG_1.png", PICTURE),
    "network": (".nfs00000001", PICTURE),
    "hidden": (".hidden.png", PICTURE),
    "an editor's": ("~$cat.png", PICTURE),
    "Picasa": (".picasaoriginals/cat_00.png", PICTURE),
}


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file, with the folders it lies in."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
