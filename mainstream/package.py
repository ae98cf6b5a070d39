"""The M-Package: what one application brings to the scheduler and the runner.

`mpackage.json` beside weights-only tails. Packages come from other tenants and are not trusted: nothing in them is
executed, every number is checked, every tail has its SHA-256. One schema, hence long. Notebooks 01, 03, 05, 07.
"""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.functional_validators import AfterValidator, BeforeValidator

from mainstream.errors import UserError, one_line
from mainstream.paths import checked_name, read_bytes, read_json, write_text

FILE, SCHEMA_VERSION = "mpackage.json", 2  # 1: without how events differ and what looks remember
Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Lasting = Annotated[float, Field(ge=0, le=0.999)]
Variation = Annotated[float, Field(ge=0, le=10)]
LONGEST_S = 86_400.0  # an event of more than a day is a mistake
FASTEST_FPS = 1000.0  # as is a video of more frames
LARGEST_TAIL = 1 << 30  # bytes; InceptionV3 has 22 million weights of four
MOST = 2**31 - 1  # of anything that is counted
Whole = BeforeValidator(lambda v: int(v) if isinstance(v, float) and v.is_integer() else v)  # 3.0, of another program
Count = Annotated[int, Whole, Field(ge=0, le=MOST)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_S)]
Geometry = Literal["letterbox", "squeezed"]  # `mainstream.data.geometry`


class Strict(BaseModel):
    """What comes from a file: an unknown key is an error, and nothing changes once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, ignored_types=(cached_property,))

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """From a JSON file. Raises `UserError`, one line: as `read_json`, a value out of range, or of another type."""
        try:
            return cls.model_validate_json(json.dumps(read_json(path)), strict=True)
        except ValidationError as e:
            raise UserError(f"{path}: {one_line(e)}") from e


class Zone(NamedTuple):
    """The part of a picture that an application looks at: left, top, width and height, in shares of the picture."""

    x: Rate
    y: Rate
    w: Rate
    h: Rate

    @classmethod
    def read(cls, text: str) -> Self:
        """As it is typed: x,y,w,h. Raises `UserError` for what is no part of the picture."""
        try:
            zone = cls(*(round(float(v), 6) + 0.0 for v in text.split(",")))
        except (TypeError, ValueError):
            zone = cls(0, 0, 0, 0)
        if not zone.within_picture:
            right = "x,y,w,h in shares of the picture, not empty and within it (0.9,0,0.1,1 is its right tenth)"
            raise UserError(f"--zone {text}: must be {right}")
        return zone

    @property
    def within_picture(self) -> bool:
        """Is it a part of the picture, and not empty?"""
        inside = all(0 <= v <= 1 for v in self) and max(self.x + self.w, self.y + self.h) <= 1 + 1e-6
        return inside and min(self.w, self.h) > 0

    def __str__(self) -> str:
        return ",".join(f"{v:g}" for v in self)


class Base(Strict):
    """The network that the stem comes from. Two applications share a stem only when all of this agrees."""

    architecture: str  # e.g. "mobilenet-1.0"
    input_shape: tuple[int, int, int]  # height, width, channels
    preprocessing: str  # e.g. "x/127.5-1"
    weights: str = Field(pattern=r"^(sha256:[0-9a-f]{64}|record:.+)$")  # or a record that came without weights


class Tail(Strict):
    """Weights of the layers above the split: a file beside mpackage.json, read as weights only."""

    file: str = Field(pattern=r"^[\w.-]+\.weights\.h5$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Memory(Strict):
    """What looks at one stretch remember: ρ(Δt) = lasting + (1 − lasting)·e^(−Δt / memory_s)."""

    lasting: Lasting
    memory_s: float = Field(ge=0, le=LONGEST_S)
    lasting_interval: tuple[Lasting, Lasting] | None = None  # 95%, stretches drawn anew
    memory_interval: tuple[float, float] | None = None


class VideoRates(Strict):
    """Rates over frames of held-out video: what a stream will see, where photos are independent moments."""

    tpr: Rate
    fpr: Rate
    positives: Count  # frames
    negatives: Count
    tpr_interval: tuple[Rate, Rate] | None = None  # 95%, clips drawn anew, or events and blocks of a single clip
    fpr_interval: tuple[Rate, Rate] | None = None
    correlation: tuple[Rate, ...] = Field(min_length=1)  # ρ at lag 1, 2, … analysed frames at this split
    fps: float = Field(gt=0, le=FASTEST_FPS)  # analysed frames per second
    clips: Annotated[int, Whole, Field(ge=1, le=MOST)]
    memory: Memory | None = None  # of looks at one event; none where all were alike, or not measured
    memory_empty: Memory | None = None  # of looks at one empty stretch


class SplitRecord(Strict):
    """One split: how accurate the application is when everything below it is shared."""

    split: Count  # frozen layers, counted from the input
    layer: str
    tpr: Rate
    fpr: Rate
    positives: Count | None = None  # held-out images that the rates were counted on
    negatives: Count | None = None
    tpr_interval: tuple[Rate, Rate] | None = None  # Wilson, 95%
    fpr_interval: tuple[Rate, Rate] | None = None
    threshold: Rate | None = None
    video: VideoRates | None = None
    tail: Tail | None = None


class Events(Strict):
    """The application's events on its own stream."""

    length_s: Seconds
    frequency: Rate  # share of length-L windows that hold an event (π)
    correlation: tuple[Rate, ...] = Field(min_length=1)  # ρ at lag 1, 2, … analysed frames (at `lag_s` seconds)
    lag_s: Seconds | None = None
    length_cv: Variation | None = None  # standard deviation of lengths ÷ their mean
    follows_event: Rate | None = None  # share of empty windows directly after an event


class MPackage(Strict):
    """One application, trained at every split. `load`, `save`, `validate`."""

    schema_version: Literal[1, 2] = 2
    application: Annotated[str, AfterValidator(lambda name: checked_name(name, "application"))]  # becomes a folder
    labels: tuple[str, ...] = ("negative", "positive")
    base: Base
    geometry: Geometry = "squeezed"  # of the pictures it was trained on; files without it are of the time before
    zone: Zone | None = None  # of each frame; none: the whole
    splits: tuple[SplitRecord, ...] = Field(min_length=1, max_length=1000)
    events: Events | None = None
    training: dict[str, Any] = {}
    source: str = ""
    _directory: Path | None = None

    @field_validator("schema_version", mode="before")
    @classmethod
    def _readable(cls, version: Any) -> Any:
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise ValueError(f"is newer than this kit reads ({SCHEMA_VERSION}); update the kit")
        return version

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        numbers = [s.split for s in self.splits]
        if any(b <= a for a, b in zip(numbers, numbers[1:], strict=False)):
            raise ValueError(f"splits must increase, not {numbers}")
        if not isinstance(seed := self.training.get("seed", 0), int):
            raise ValueError(f"training.seed must be a whole number, not {seed!r}")
        if self.zone is not None and not self.zone.within_picture:
            raise ValueError(f"zone {self.zone} is empty or ends beyond the picture")
        return self

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Reads and checks `directory/mpackage.json`; tails are checked by `validate`.

        Raises:
            UserError: as `read`, of a newer schema version, or a link.
        """
        package = cls.read(_own(Path(directory), FILE))
        package._directory = Path(directory)
        return package

    def save(self, directory: str | Path) -> Path:
        """Writes `directory/mpackage.json` (whole or not at all); tails are the trainer's to write."""
        path = Path(directory) / FILE
        write_text(path, self.model_dump_json(indent=1, exclude_none=True) + "\n")
        return path

    def validate(self) -> Self:  # type: ignore[override]  # pydantic's deprecated class method of that name
        """Checks that every tail named is there and unchanged.

        Raises:
            UserError: a tail that is missing or whose checksum differs, by name.
        """
        for record in filter(lambda split: split.tail, self.splits):
            self.tail_data(record)
        return self

    def tail_data(self, record: SplitRecord) -> bytes:
        """What the file of one split's tail holds, read once: what was checked is what is loaded.

        Raises:
            UserError: a package without weights, or not from a folder; a tail that is missing, has changed, is a link
                or is larger than `LARGEST_TAIL`.
        """
        if record.tail is None:
            raise UserError(f"package '{self.application}' came without weights")
        if self._directory is None:
            raise UserError(f"package '{self.application}' names tails but was not loaded from a directory")
        path = _own(self._directory, record.tail.file)
        if not path.is_file():
            raise UserError(f"{path}: tail of split {record.split} is missing")
        data = read_bytes(path, LARGEST_TAIL)
        if hashlib.sha256(data).hexdigest() != record.tail.sha256:
            raise UserError(f"{path}: tail of split {record.split} does not match its checksum")
        return data

    def require_shareable(self, other: Self) -> None:
        """Refuses stem sharing unless bases (weights too) and geometries agree: `UserError` naming what differs."""
        pairs = [(f"base {f}", getattr(self.base, f), getattr(other.base, f)) for f in Base.model_fields]
        for what, mine, theirs in [*pairs, ("geometry of pictures", self.geometry, other.geometry)]:
            if mine != theirs:
                raise UserError(
                    f"'{self.application}' and '{other.application}' cannot share a stem: "
                    f"{what} differs ({mine} against {theirs})"
                )


def _own(directory: Path, name: str) -> Path:
    """A file of the package itself. Raises `UserError`: a link, which may lead anywhere."""
    if (path := directory / name).is_symlink():
        raise UserError(f"{path}: is a link; a package brings its own files")
    return path
