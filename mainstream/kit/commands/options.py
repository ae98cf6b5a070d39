"""Options that several commands have, with their help (a shell completes a `Literal`); files that commands write."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from unittest.mock import patch

from typer import CallbackParam, Context, Option

from mainstream.errors import UserError
from mainstream.package import MPackage


def _where(context: Context, param: CallbackParam, value: Any) -> Any:
    """Where jobs of this process and of its kernels run (`data.jobs`), until the command ends."""
    from mainstream.data.jobs import DASK, JOBS

    if value and (context.params.get("jobs") or context.params.get("dask")):
        raise UserError("--jobs are processes here, --dask workers elsewhere: name one of them")
    context.with_resource(patch.dict(os.environ, {JOBS if param.name == "jobs" else DASK: str(value)} if value else {}))
    return value


Profile = Annotated[str, Option(help="smoke (a quick check), default, or paper.")]
Json = Annotated[bool, Option("--json", help="Print JSON instead of a table.")]
BaseName = Literal["embedded", "imagenet"]
Base = Annotated[BaseName, Option(help="embedded (drawn pictures) or imagenet (real photos; keras.applications).")]
Weights = Annotated[Path | None, Option(help="For imagenet: a no-top weights file, no download.")]
Architecture = Annotated[str | None, Option(help="For imagenet: e.g. mobilenet-1.0, resnet50.")]
Size = Annotated[int | None, Option(min=1, help="For imagenet: px of the network's input.")]
Engine = Annotated[Literal["openvino", "keras", "predict"], Option(help="What runs the network's pieces.")]
Device = Annotated[str, Option(help="this-machine, nuc-2017, or a file of `profile`.")]
Budget = Annotated[float, Option(help="Share of the device; 1.0 is one saturated device.")]
Jobs = Annotated[int | None, Option(min=1, help="Processes of one thread (default: one per core).", callback=_where)]
Dask = Annotated[str | None, Option(help="tcp://HOST:8786: on the workers of that Dask scheduler.", callback=_where)]
SCHEDULERS = "no_sharing, max_sharing, greedy, greedy_as_published, optimal"
Scheduler = Annotated[str, Option(help=f"{SCHEDULERS}, or FILE.py:function.")]
Images = Annotated[Path | None, Option(help="Folder with a folder of photos per class, or a labelled CSV.")]
Truth = Annotated[Path | None, Option(help="CSV of the video: app,start_s,end_s.")]
Zone = Annotated[str, Option(help="x,y,w,h in shares of the picture: all that is seen of a frame.")]
VideoFps = Annotated[float | None, Option(help="Frames per second of a video without time stamps.")]


@contextmanager
def naming(what: object) -> Iterator[None]:
    """What the system refuses within is a `UserError` that names `what`."""
    try:
        yield
    except OSError as e:
        raise UserError(f"{what}: {(e.strerror or str(e)).lower()}") from e


def apart(**files: str | Path | None) -> None:
    """Raises `UserError` where two options name one file: what is written would take the place of what is read."""
    named: dict[Path, str] = {}
    for option, file in files.items():
        if file and (first := named.setdefault(Path(file).resolve(), option)) != option:
            raise UserError(f"--{option} {file}: is that of --{first} too; name another file")


def packages(option: str, folders: Iterable[Path], taken: str = "") -> dict[str, MPackage]:
    """Application → its package. Raises `UserError`: one that cannot be read, or is there twice."""
    found: dict[str, MPackage] = {}
    for folder in folders:
        package = MPackage.load(folder).validate()
        if package.application in (taken, *found):
            raise UserError(f"{option} {folder}: there is an application '{package.application}' already")
        found[package.application] = package
    return found
