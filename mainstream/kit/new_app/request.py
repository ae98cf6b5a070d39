"""What somebody asks `mainstream new-app` for, checked as far as can be without training anything."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mainstream.errors import UserError, unknown
from mainstream.paths import RESULTS

if TYPE_CHECKING:
    from mainstream.data.datasets import Listing
    from mainstream.package import MPackage

APPS = RESULTS / "apps"
CLOCKS = ("none", "virtual")
EVENT_LENGTH_S, EVENT_FREQUENCY = 3.0, 0.2  # assumed where no video says


@dataclass(frozen=True)
class Request:
    """Arguments of the command; `output` and `label` have values of their own only after `checked`."""

    name: str
    images: Path | None = None
    video: Path | None = None
    truth: Path | None = None
    label: str = ""  # the class of the photos, or the app of the CSV, that is the application (default: the name)
    others: tuple[Path, ...] = ()  # packages that share the device
    budget: float = 1.0
    device: str = "this-machine"
    base: str = "embedded"
    weights: Path | None = None
    output: Path | None = None
    event_length_s: float = EVENT_LENGTH_S  # used without a video
    event_frequency: float = EVENT_FREQUENCY
    clock: str = "none"
    quick: bool = False
    every_split: bool = False
    packages: dict[str, MPackage] = field(default_factory=dict, compare=False)  # of `others`, by `checked`

    @property
    def place(self) -> Path:
        """Where everything of the application goes."""
        return self.output or APPS / self.name

    def checked(self) -> Request:
        """With the packages loaded. Raises `UserError` for the first value that cannot be right; reads little."""
        check_name(self.name)
        if self.images is None and self.video is None:
            raise UserError("nothing to train on: name --images DIR (or a labelled CSV), or --video FILE --truth CSV")
        if (self.video is None) != (self.truth is None):
            raise UserError("--video and --truth belong together")
        if not 0 < self.budget <= 100:
            raise UserError(f"--budget {self.budget:g}: must be above 0 (1.0 is one saturated device)")
        if self.clock not in CLOCKS:
            raise unknown("clock", self.clock, CLOCKS)
        if not self.event_length_s > 0:
            raise UserError(f"--event-length {self.event_length_s:g}: must be above 0 seconds")
        if not 0 < self.event_frequency < 1:
            raise UserError(f"--event-frequency {self.event_frequency:g}: must be between 0 and 1")
        if self.device not in ("this-machine", "nuc-2017"):
            from mainstream.runner.devices import load_device

            load_device(self.device)
        if self.quick and self.every_split:
            raise UserError("--quick and --every-split: name one of them")
        check_place(self.place, self.name)
        return replace(self, packages=self._others())

    def _others(self) -> dict[str, MPackage]:
        from mainstream.package import MPackage  # the command line reads this module for its help

        found: dict[str, MPackage] = {}
        for folder in self.others:
            package = MPackage.load(folder).validate()
            if package.application in (self.name, *found):
                raise UserError(f"--with {folder}: there is an application '{package.application}' already")
            found[package.application] = package
        return found

    def listing(self) -> Listing:
        """The photos' files. Raises `UserError` as `list_folder` and `list_table`."""
        from mainstream.data.datasets import list_folder, list_table

        assert self.images is not None
        return list_table(self.images) if self.images.suffix.lower() == ".csv" else list_folder(self.images)

    def command(self) -> str:
        """The same, to be typed: only what differs from the defaults."""
        words = ["mainstream", "new-app", self.name]
        pairs = {
            "--images": self.images, "--video": self.video, "--truth": self.truth, "--base": self.base,
            "--weights": self.weights, "--output": self.output, "--class": self.label, "--budget": self.budget,
            "--device": self.device, "--clock": self.clock,
        }  # fmt: skip
        usual = {"--base": "embedded", "--budget": 1.0, "--device": "this-machine", "--clock": "none"}
        for option, value in pairs.items():
            if value not in (None, "", usual.get(option)):
                words += [option, str(value)]
        words += [word for folder in self.others for word in ("--with", str(folder))] + ["--quick"] * self.quick
        words += ["--every-split"] * self.every_split
        if self.video is None:
            words += ["--event-length", f"{self.event_length_s:g}", "--event-frequency", f"{self.event_frequency:g}"]
        return shlex.join(words)


def check_name(name: str) -> None:
    """A name becomes a folder: `UserError` where it cannot."""
    if not re.fullmatch(r"\w[\w .-]{0,60}", name) or name != name.strip():
        raise UserError(f"name '{name}': must be letters, digits, spaces, '-' or '_', up to 61 of them")


def check_place(place: Path, name: str) -> None:
    """`UserError` where the folder cannot be taken: a file, or another application's."""
    from mainstream.package import FILE, MPackage

    if place.exists() and not place.is_dir():
        raise UserError(f"--output {place}: is a file; name a folder")
    if (place / FILE).is_file() and (found := MPackage.load(place).application) != name:
        raise UserError(f"--output {place}: holds the application '{found}'; name another folder")


def choose_class(name: str, label: str, classes: list[str], where: str) -> str:
    """The class that is the application: the one named, else the one that is called like it."""
    wanted = label or name
    if wanted not in classes:
        hint = "" if label else "; --class says which of them is the application"
        raise UserError(f"{where}: {unknown('class', wanted, classes)}{hint}")
    return wanted
