"""What somebody asks `mainstream new-app` for: one model behind its options, its questions and its checks.

A field of `Request` is an option of the command with its help, a value that is checked, and a word of `command()`.
"""

import shlex
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from typer import Argument, Option

from mainstream.errors import UserError, unknown
from mainstream.kit.commands import options
from mainstream.package import MPackage, Seconds, Zone, checked_name
from mainstream.paths import RESULTS

if TYPE_CHECKING:
    from mainstream.data.datasets import Listing
    from mainstream.networks.base import BaseNetwork

APPS = RESULTS / "apps"
# What it is made of.
DATA = ("images", "video", "video_fps", "truth", "zone", "label", "base", "weights", "architecture", "size")
Positive = Field(gt=0, allow_inf_nan=False)


class Request(BaseModel):
    """Made by `read`, changed by `having`: both raise `UserError` for the first value that cannot be right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # fmt: off
    name: Annotated[str, AfterValidator(lambda name: name and checked_name(name, "name")),  # '': still to be asked for
                    Argument(help="What the application is called.", show_default=False)] = ""
    images: options.Images = None
    video: Annotated[Path | None, Option(help="Video to measure and stream; without --images also to train on.")] = None
    video_fps: Annotated[options.VideoFps, Positive] = None
    truth: options.Truth = None
    zone: Annotated[options.Zone, AfterValidator(lambda zone: zone and str(Zone.read(zone)))] = ""
    label: Annotated[str, Option("--class", help="Class that is the application (default: the one called NAME).")] = ""
    others: Annotated[list[Path], Option("--with", help="Package that shares the device (repeatable).")] = []
    budget: Annotated[options.Budget, Positive, Field(le=100)] = 1.0
    device: options.Device = "this-machine"
    base: options.Base = "embedded"
    weights: options.Weights = None
    architecture: options.Architecture = None
    size: Annotated[options.Size, Positive] = None
    output: Annotated[Path | None, Option(help="Where it goes.", show_default="results/apps/NAME")] = None
    event_length_s: Annotated[Seconds,
                              Option("--event-length", help="Seconds; assumed where there is no video.")] = 3.0
    event_frequency: Annotated[float, Positive, Field(lt=1),
                               Option(help="Share of windows with an event; assumed where there is no video.")] = 0.2
    clock: Annotated[Literal["none", "virtual"],
                     Option(help="none: every frame; virtual: the device emulated.")] = "none"
    quick: Annotated[bool, Option("--quick", help="Four splits and few epochs: does everything work?")] = False
    every_split: Annotated[bool, Option("--every-split", help="All split points, however long it takes.")] = False
    replace: Annotated[bool, Option("--replace", help="In place of that application from other data.")] = False
    yes: Annotated[bool, Option("--yes", help="Ask nothing.")] = False
    # fmt: on

    @classmethod
    def read(cls, **values: Any) -> Self:
        """Checked, field by field."""
        if strangers := [name for name in values if name not in cls.model_fields]:
            raise unknown("option of new-app", strangers[0], cls.model_fields)
        try:
            return cls.model_validate(values)
        except ValidationError as e:
            first = e.errors()[0]
            if first["type"] == "value_error":
                raise UserError(first["msg"].removeprefix("Value error, ")) from e
            field, said = str(first["loc"][0]), first["msg"].replace("Input should be", "must be")
            raise UserError(f"{option(field)} {first['input']}: {said} ({parameter(field).help})") from e

    def having(self, **values: Any) -> Self:
        """The same with other values."""
        return self.read(**{**self.model_dump(), **values})

    @property
    def place(self) -> Path:
        """Where everything of the application goes."""
        return self.output or APPS / self.name

    @property
    def looks_at(self) -> Zone | None:
        """The part of a frame that is seen; None is the whole."""
        return Zone.read(self.zone) if self.zone else None

    @cached_property
    def packages(self) -> dict[str, MPackage]:
        """Those that share the device. Raises `UserError`: one that cannot be read, or is there twice."""
        return options.packages("--with", self.others, taken=self.name)

    def checked(self) -> Self:
        """Itself, once values fit each other and what they name can be used. Raises `UserError`; reads little."""
        if not self.name or (self.images is None and self.video is None):
            raise UserError("new-app needs a NAME, and --images DIR or --video FILE --truth CSV; on a terminal it asks")
        if (self.video is None) != (self.truth is None):
            raise UserError("--video and --truth belong together")
        if self.video_fps and self.video is None:
            raise UserError("--video-fps is for --video")
        if self.quick and self.every_split:
            raise UserError("--quick and --every-split: name one of them")
        if self.base == "embedded" and (self.weights or self.architecture or self.size):
            raise UserError("--weights, --architecture and --size are for --base imagenet")
        from mainstream.runner.devices import load_device, nuc_2017

        load_device(self.device, nuc_2017)  # in place of a measurement
        _ = self.packages
        return self

    def made_of(self) -> dict[str, str]:
        """What the application is made of, wherever the command was typed."""
        values = {field: getattr(self, field) for field in DATA}
        return {k: str(v.resolve() if isinstance(v, Path) else v or "") for k, v in values.items()}

    def listing(self) -> "Listing":
        """The photos' files. Raises `UserError` as `list_images`."""
        from mainstream.data.datasets import list_images

        assert self.images is not None
        return list_images(self.images)

    def class_of(self, classes: Iterable[str], where: object, label: str) -> str:
        """The class that is the application: the one named, else the one that is called like it."""
        if (wanted := label or self.name) not in classes:
            hint = "" if label else "; --class says which of them is the application"
            raise UserError(f"{where}: {unknown('class', wanted, classes)}{hint}")
        return wanted

    def network(self) -> "BaseNetwork":
        """The base network, loaded. Raises `UserError` as `load_base`, and for a neighbour or device of another one."""
        from mainstream.data.geometry import LETTERBOX
        from mainstream.networks.base import load_base
        from mainstream.runner.devices import load_device, nuc_2017

        base = load_base(self.base, weights=self.weights, architecture=self.architecture, size=self.size)
        load_device(self.device, nuc_2017, of=base.identity)
        for other in self.packages.values():
            if other.base != base.identity:
                raise UserError(f"--with '{other.application}': was trained on another base network than --base gives")
            if other.geometry != LETTERBOX:
                raise UserError(
                    f"--with '{other.application}': was trained on {other.geometry} pictures, '{self.name}' gets "
                    f"{LETTERBOX} ones: they share no stem; train '{other.application}' anew"
                )
        return base

    def command(self) -> str:
        """The same, to be typed: only what differs from the defaults."""
        words = ["mainstream", "new-app", self.name]
        for field, info in type(self).model_fields.items():
            value = getattr(self, field)
            if field not in ("name", "replace", "yes") and value not in (info.default, APPS / self.name):
                for one in value if isinstance(value, list) else [value]:
                    words += [option(field)] if one is True else [option(field), str(one)]
        return shlex.join(words)


def parameter(field: str) -> Any:
    """Typer's description of a field."""
    return next(m for m in Request.model_fields[field].metadata if hasattr(m, "param_decls"))


def option(field: str) -> str:
    """As it is typed. (In `Annotated`, Typer takes the first name for a default until the command is built.)"""
    names = [parameter(field).default, *(parameter(field).param_decls or ())]
    return next((n for n in names if isinstance(n, str)), f"--{field.replace('_', '-')}")
