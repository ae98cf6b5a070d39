"""Options that several commands have, with their help; a shell completes the names of a `Literal`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from mainstream.errors import UserError
from mainstream.package import MPackage

Profile = Annotated[str, Option(help="smoke (a quick check), default, or paper.")]
Json = Annotated[bool, Option("--json", help="Print JSON instead of a table.")]
BaseName = Literal["embedded", "imagenet"]
Base = Annotated[BaseName, Option(help="embedded (drawn pictures) or imagenet (real photos; keras.applications).")]
Weights = Annotated[Path | None, Option(help="For imagenet: a no-top weights file, no download.")]
Architecture = Annotated[str | None, Option(help="For imagenet: e.g. mobilenet-1.0, resnet50.")]
Size = Annotated[int | None, Option(help="For imagenet: px of the network's input.")]
Engine = Annotated[Literal["openvino", "keras", "predict"], Option(help="What runs the network's pieces.")]
Device = Annotated[str, Option(help="this-machine, nuc-2017, or a file of `profile`.")]
Budget = Annotated[float, Option(help="Share of the device; 1.0 is one saturated device.")]
Jobs = Annotated[int | None, Option(help="Processes of one thread each (default: one per core).")]
Dask = Annotated[str | None, Option(help="tcp://HOST:8786: on the workers of that Dask scheduler.")]
SCHEDULERS = "no_sharing, max_sharing, greedy, greedy_as_published, optimal"
Scheduler = Annotated[str, Option(help=f"{SCHEDULERS}, or FILE.py:function.")]
Images = Annotated[Path | None, Option(help="Folder with a folder of photos per class, or a labelled CSV.")]
Truth = Annotated[Path | None, Option(help="CSV of the video: app,start_s,end_s.")]
Zone = Annotated[str, Option(help="x,y,w,h in shares of the picture: all that is seen of a frame.")]
VideoFps = Annotated[float | None, Option(help="Frames per second of a video without time stamps.")]


def where(jobs: int | None, dask: str | None) -> None:
    """Where jobs of this process and of its kernels run (`data.jobs`). Raises `UserError`: both, or no process."""
    from mainstream.data.jobs import DASK, JOBS

    if dask and jobs:
        raise UserError("--jobs are processes here, --dask workers elsewhere: name one of them")
    if jobs is not None and jobs < 1:
        raise UserError(f"--jobs {jobs}: at least one process")
    os.environ.update({DASK: dask} if dask else {JOBS: str(jobs)} if jobs else {})


def packages(option: str, folders: Iterable[Path], taken: str = "") -> dict[str, MPackage]:
    """Application → its package. Raises `UserError`: one that cannot be read, or is there twice."""
    found: dict[str, MPackage] = {}
    for folder in folders:
        package = MPackage.load(folder).validate()
        if package.application in (taken, *found):
            raise UserError(f"{option} {folder}: there is an application '{package.application}' already")
        found[package.application] = package
    return found
