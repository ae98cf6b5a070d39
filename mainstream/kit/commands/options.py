"""Options that several commands have, with their help and what a shell completes after them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from mainstream.errors import UserError
from mainstream.kit.commands import completion

if TYPE_CHECKING:
    from mainstream.package import MPackage

Profile = Annotated[str, Option(help="smoke (a quick check), default, or paper.", autocompletion=completion.profiles)]
Json = Annotated[bool, Option("--json", help="Print JSON instead of a table.")]
Base = Annotated[str, Option(help="embedded (drawn pictures) or imagenet (real photos; keras.applications).",
                             autocompletion=completion.among(completion.BASES))]  # fmt: skip
Weights = Annotated[Path | None, Option(help="For imagenet: a no-top weights file, no download.")]
Architecture = Annotated[str | None, Option(help="For imagenet: e.g. mobilenet-1.0, resnet50.")]
Size = Annotated[int | None, Option(help="For imagenet: px of the network's input.")]
Engine = Annotated[str, Option(help="openvino or keras.", autocompletion=completion.among(completion.ENGINES))]
Device = Annotated[str, Option(help="this-machine, nuc-2017, or a file of `profile`.",
                               autocompletion=completion.among(completion.DEVICES))]  # fmt: skip
Budget = Annotated[float, Option(help="Share of the device; 1.0 is one saturated device.")]
Scheduler = Annotated[str, Option(help=f"{', '.join(completion.SCHEDULERS)}, or FILE.py:function.",
                                  autocompletion=completion.among(completion.SCHEDULERS))]  # fmt: skip
Truth = Annotated[Path | None, Option(help="CSV of the video: app,start_s,end_s.")]
VideoFps = Annotated[float | None, Option(help="Frames per second of a video without time stamps.")]


def packages(option: str, folders: Iterable[Path], taken: str = "") -> dict[str, MPackage]:
    """Application → its package. Raises `UserError`: one that cannot be read, or is there twice."""
    from mainstream.package import MPackage

    found: dict[str, MPackage] = {}
    for folder in folders:
        package = MPackage.load(folder).validate()
        if package.application in (taken, *found):
            raise UserError(f"{option} {folder}: there is an application '{package.application}' already")
        found[package.application] = package
    return found
