"""Where things are, and the one way in which files are read and written.

Every path of the kit derives from `ROOT`. Text that people bring is read by `read_text` and `read_json`; what a later
run relies on is written through `written`, so that a killed one leaves nothing cut short. In one place, hence long.
"""

import codecs
import json
import os
import secrets
import stat
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from mainstream.errors import UserError

PACKAGE = Path(__file__).resolve().parent
# The checkout that this package lies in or, where `pip install .` copied it away, the one around the working folder.
_PLACES = (PACKAGE.parent, Path.cwd(), *Path.cwd().parents)
ROOT = next((place for place in _PLACES if (place / "notebooks" / "profiles").is_dir()), PACKAGE.parent)
STYLE = PACKAGE / "study" / "paper.mplstyle"
LAB_SETTINGS = PACKAGE / "kit" / "lab_settings"
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
PUBLISHED = DATA / "published"
BASE = DATA / "base"
CACHE = DATA / "cache"
RESULTS = ROOT / "results"
REFERENCE = RESULTS / "reference"
BENCHMARKS = ROOT / "benchmarks"

LARGEST_TEXT = 64 << 20  # bytes of a table or of JSON
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # turn the direction of writing: names look alike
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def checked_name(name: str, what: str) -> str:
    """A name of any script that can become a folder or a file on any system, composed; `what` it is, for the message.

    Raises `UserError`: empty, over 100 bytes, reserved, a separator or control in it, '-' or '#' first, a point or
    space at an end.
    """
    name = unicodedata.normalize("NFC", name)  # the same whichever system wrote it
    bad = next((c for c in name if c in '/\\:*?"<>|' or unicodedata.category(c) in _CONTROLS or c in _TURNS), None)
    if bad is not None:
        reason = f"must not hold {bad!r}"
    elif not name or name != name.strip().strip(".") or name[0] in "-#":  # an option's, a comment's
        reason = "must not be empty, nor begin with '-' or '#', nor begin or end with a point or a space"
    elif len(name.encode()) > 100:
        reason = f"has {len(name.encode())} bytes; at most 100"
    elif name.split(".")[0].casefold() in _RESERVED:
        reason = "is reserved by some systems"
    else:
        return name
    raise UserError(f"{what} {name!r}: becomes the name of a folder, and {reason}")


def read_bytes(path: str | Path, most: int) -> bytes:
    """A whole file of at most `most` bytes, opened once. Raises `UserError`, one line: it cannot be read, is larger, or
    no regular file (pipes and devices may have no end)."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise UserError(f"{path}: is not a file")
            data = file.read(most + 1)
    except OSError as e:
        raise UserError(f"{path}: {(e.strerror or str(e)).lower()}") from e
    if len(data) > most:
        raise UserError(f"{path}: {found.st_size >> 20} MiB; at most {most >> 20} are read")
    return data


def read_text(path: str | Path) -> str:
    """A text file that somebody brought: UTF-8 with or without a byte-order mark, or UTF-16 with one.

    Raises `UserError`, one line: a file that cannot be read, is over 64 MiB, or is in another encoding (with the number
    of the first line that tells; nothing is guessed).
    """
    data = read_bytes(path, LARGEST_TEXT)
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise UserError(f"{path} line {line}: is not {encoding.removesuffix('-sig')}; save the file as UTF-8") from e
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UserError(f"{path} line {line}: holds zero bytes; save the file as text in UTF-8")
    return text


def read_json(path: str | Path) -> Any:
    """JSON that somebody brought, read by `read_text`. Raises `UserError`, one line, as that does, and for malformed or
    endlessly nested JSON, NaN, infinities, and a key that is given twice."""

    def constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise ValueError(f"key '{next(k for k in keys if keys.count(k) > 1)}' is given twice")
        return found

    text = read_text(path)
    try:
        return json.loads(text, parse_constant=constant, object_pairs_hook=once)
    except (ValueError, RecursionError) as e:
        why = e if isinstance(e, ValueError) else "nested too deeply"
        raise UserError(f"{path}: malformed JSON: {why}") from e


@contextmanager
def written(path: str | Path, *, alike: bool = True) -> Iterator[Path]:
    """A temporary file beside `path` to write to; takes its place, synced, when all went well.

    `path` is thus whole, old or new, whenever this process is killed, and two processes never write into one file.
    alike: of the same suffixes, by which some writers know what to write, and some readers what to read.
    """
    path = Path(path)
    if path.exists() and not path.is_file() and not path.is_dir():  # /dev/null, a pipe: no file takes their place
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "".join(path.suffixes) if alike else ""
    part = path.with_name(f".{path.name.removesuffix(kind)}-{secrets.token_hex(4)}.part{kind}")
    part.touch(exist_ok=False)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
        with suppress(OSError):  # some systems cannot sync a folder
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as e:  # is said of what was asked for
        e.filename = str(path) if e.errno and str(e.filename or part) == str(part) else e.filename
        raise
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Writes UTF-8 through `written`; who reads all *.prom of a folder, say, does not see it half written."""
    with written(path, alike=False) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def alone(path: str | Path, what: str, *, wait: bool = True) -> Iterator[None]:
    """One process at a time at `what`: the lock file `path` says which, and since when; it goes with its process.

    The system's own lock (POSIX `flock`) is held, so that what a killed process leaves behind keeps nobody out.
    wait: stand in line, saying so once on standard error. Raises `UserError` where the lock cannot be had: another
    process holds it and `wait` is False, or the folder cannot be written to.
    """
    import fcntl

    path, told = Path(path), False
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.open("a+", encoding="utf-8")
        except OSError as e:
            raise UserError(f"{e.filename or path}: {(e.strerror or str(e)).lower()}") from e
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                message = f"{what}: {lock.read() or 'another process'} is at work there"
                if not wait:
                    raise UserError(f"{message}; wait for it or stop it") from None
                if not told:
                    print(f"{message}; waiting", file=sys.stderr, flush=True)
                told = True
                time.sleep(0.1)
                continue
            if not os.fstat(lock.fileno()).st_nlink:
                continue  # its last holder has just removed it
            lock.truncate(0)
            lock.write(f"process {os.getpid()} (since {time.strftime('%Y-%m-%d %H:%M:%S')})")
            lock.flush()
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
