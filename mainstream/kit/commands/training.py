"""`mainstream train`, and `mainstream truth`: what a video shows when, for training and counting, from boxes."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from mainstream.errors import UserError
from mainstream.kit.commands import options
from mainstream.package import Zone
from mainstream.paths import RESULTS, alone, checked_name, write_text

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
    seed: Annotated[list[int] | None, Option(min=0, help="Seed (repeatable).")] = None,
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
    app, seed = list(dict.fromkeys(checked_name(a, "--app") for a in app or ())), list(dict.fromkeys(seed or (0,)))
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


def _photos(images: Path | None, photo_set: str | None, size: int) -> "Photos":
    from mainstream.data.datasets import list_images
    from mainstream.data.downloads import listed

    return list_images(images).decode(size) if images else listed(photo_set or "").decode(size)


def _footage(
    video: Path | None, truth: Path | None, size: int, apps: Sequence[str], video_fps: float | None, zone: Zone | None
) -> "Footage | None":
    if video is None or truth is None:
        return None
    from mainstream.data.filmed import file_footage, video_seconds
    from mainstream.data.intervals import check_written, part_seen, read_intervals, within_video

    known, length = read_intervals(truth, needed=apps), video_seconds(video, fps=video_fps)
    part_seen(truth, zone)
    check_written(known, apps, str(truth))
    spans = within_video(known, length, str(truth))
    return file_footage(video, {app: spans[app] for app in apps}, size=size, video_fps=video_fps, zone=zone)


def truth_command(
    boxes: Annotated[Path, Argument(help="Boxes as of the MOT Challenge: frame,id,left,top,width,height,…")],
    zone: options.Zone = "",
    app: Annotated[str, Option(help="What the application is called.")] = "somebody",
    video: Annotated[Path | None, Option(help="Their video: times of frames, and the picture's size.")] = None,
    fps: Annotated[float | None, Option(help="Frames per second, without a video or its time stamps.")] = None,
    picture: Annotated[str, Option(help="WxH in px of the picture the boxes are in, if not the video's.")] = "",
    output: Annotated[Path | None, Option(dir_okay=False, help="The CSV (default: it is printed).")] = None,
) -> None:
    """Make a video's truth (app,start_s,end_s) from boxes: somebody is in the zone while the centre of a box is.

    Of a zone it has a column that says which: notebooks then see that part of the film alone.

    Example:  mainstream truth gt.txt --zone 0.9,0,0.1,1 --video street.mp4 --output street.csv
    """
    import numpy as np

    from mainstream.data.boxes import film_of, read_boxes, zone_intervals

    options.apart(boxes=boxes, video=video, output=output)
    app, part, size = checked_name(app, "--app"), Zone.read(zone) if zone else None, _size(picture)
    if video is None and (fps is None or size is None):
        raise UserError("truth needs --video FILE, or --fps and --picture WxH")
    if fps is not None and not 0 < fps < np.inf:
        raise UserError(f"--fps {fps:g}: must be above 0")
    found = read_boxes(boxes)
    if video is not None:
        times, its_own = film_of(video, fps)
        size = size or its_own
    else:
        times = np.arange(found[:, 0].max(initial=0) + 1) / fps
    times = np.floor(times * 1e6 + 1e-3) / 1e6  # never up: the frame at an event's start would lie before it
    spans = zone_intervals(found, part, size or (1, 1), times, str(boxes))
    text = io.StringIO()
    columns = ("app", "start_s", "end_s", "zone")[: 4 if part else 3]
    rows = [(app, a, b, str(part))[: len(columns)] for a, b in spans]
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    if output is None:
        typer.echo(text.getvalue(), nl=False)
        return
    with options.naming(f"--output {output}"):
        write_text(output, text.getvalue())
    typer.echo(f"{output}: {len(spans)} events of '{app}', {sum(b - a for a, b in spans):.1f} of {times[-1]:.1f} s")


def _size(text: str) -> tuple[int, int] | None:
    """Of --picture; None where it is not said."""
    width, _, height = text.lower().partition("x")
    if text and not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise UserError(f"--picture {text}: must be width x height in px, as 768x576")
    return (int(width), int(height)) if text else None
