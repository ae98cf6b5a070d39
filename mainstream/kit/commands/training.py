"""`mainstream train`. Thin; `main` mounts it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from mainstream.errors import UserError
from mainstream.kit.commands import options
from mainstream.package import Zone
from mainstream.paths import RESULTS, alone

if TYPE_CHECKING:
    from mainstream.data.footage import Footage
    from mainstream.data.photos import Photos

PACKAGES = RESULTS / "packages"


def train_command(
    app: Annotated[list[str] | None, Option(help="Class to tell from the others (repeatable); all if none.")] = None,
    images: options.Images = None,
    world: Annotated[bool, Option("--world", help="Stills and video of the synthetic world.")] = False,
    photo_set: Annotated[str | None, Option(help="A public photo set, e.g. oxford_pets (downloaded).")] = None,
    video: Annotated[Path | None, Option(help="Held-out video for rates per frame and correlation.")] = None,
    truth: options.Truth = None,
    video_fps: options.VideoFps = None,
    zone: options.Zone = "",
    output: Annotated[Path, Option(help="Where the packages go.", show_default="results/packages")] = PACKAGES,
    base: options.Base = "embedded",
    weights: options.Weights = None,
    architecture: options.Architecture = None,
    size: options.Size = None,
    seed: Annotated[list[int] | None, Option(help="Seed (repeatable).")] = None,
    epochs: Annotated[float | None, Option(help="At most, per split.")] = None,
    learning_rate: Annotated[float | None, Option(help="The highest, after warm-up.")] = None,
    flip: Annotated[bool | None, Option("--flip/--no-flip", help="Mirror images too (default: photos yes).")] = None,
    jobs: options.Jobs = None,
    dask: options.Dask = None,
) -> None:
    """Fine-tune applications at every split and write their M-Packages.

    Interrupted, it goes on with the first unfinished split when started again.
    Examples:  mainstream train --world --app cat    mainstream train --app dog --images photos/
    """
    if sum(source is not None and source is not False for source in (images, world or None, photo_set)) != 1:
        raise UserError("name one source of images: --images DIR, --world or --photo-set NAME")
    if (video is None) != (truth is None):
        raise UserError("--video and --truth belong together")
    if world and video:
        raise UserError("--world brings its own video; leave --video and --truth away")
    if world and zone:
        raise UserError("--zone is for a camera of your own: the world's truth is of its whole picture")
    part = Zone.read(zone) if zone else None
    app, seed = list(dict.fromkeys(app or ())), list(dict.fromkeys(seed or (0,)))
    with alone(output / ".lock", f"packages in {output}"):
        pass  # they can be written, known before hours of work
    if world:
        from mainstream.data.rendered import known, world_footage
        from mainstream.data.rendered_stills import world_photos
        from streetworld import APPS

        known(app)
    from mainstream.data.datasets import against
    from mainstream.kit.new_app.training import ties
    from mainstream.networks.base import load_base
    from mainstream.trainer import Settings, train

    chosen = load_base(base, weights=weights, architecture=architecture, size=size)
    px = chosen.identity.input_shape[0]
    values = {"epochs": epochs, "learning_rate": learning_rate, "flip": flip}
    settings = (Settings.world if world else Settings.photos)(**{k: v for k, v in values.items() if v is not None})
    photos = world_photos(app or APPS, size=px) if world else _photos(images, photo_set, px)
    names = app or photos.classes
    footage = world_footage(names, size=px) if world else _footage(video, truth, px, names, video_fps, part)
    if not world:
        beside = [against(photos.labels, photos.classes, name) for name in names if name in photos.classes]
        for line in [f"{len(photos)} photos of {', '.join(photos.classes)}", *photos.remarks(), *filter(None, beside)]:
            typer.echo(line)
    packages = train(
        names, photos, chosen, output, settings=settings, seeds=seed, footage=footage, jobs=jobs, zone=part,
        source="synthetic world" if world else f"photos: {photo_set or (images and images.name)}",
    )  # fmt: skip
    for job, package in packages.items():
        accuracies = [(s.tpr + 1 - s.fpr) / 2 for s in package.splits]
        best = max(range(len(accuracies)), key=accuracies.__getitem__)
        typer.echo(
            f"{job.app} (seed {job.seed}): balanced accuracy {accuracies[-1]:.3f} with the last layer alone, "
            f"{accuracies[best]:.3f} at best (split at {package.splits[best].layer})"
        )
        if tied := ties(package, by_photos=True):
            typer.echo(f"  {tied}")
    typer.echo(f"packages: {output}")


def _photos(images: Path | None, photo_set: str | None, size: int) -> Photos:
    from mainstream.data.datasets import list_images
    from mainstream.data.downloads import public

    return list_images(images).decode(size) if images else public(photo_set or "", size=size)


def _footage(
    video: Path | None, truth: Path | None, size: int, apps: Sequence[str], video_fps: float | None, zone: Zone | None
) -> Footage | None:
    if video is None or truth is None:
        return None
    from mainstream.data.filmed import file_footage, video_seconds
    from mainstream.data.intervals import read_intervals, within_video

    length = video_seconds(video, fps=video_fps)
    spans = within_video(read_intervals(truth, needed=apps), length, str(truth))
    return file_footage(video, {app: spans[app] for app in apps}, size=size, video_fps=video_fps, zone=zone)
