"""`mainstream truth`: intervals of a zone from boxes. Thin; `main` mounts it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from mainstream.errors import UserError
from mainstream.kit.commands import files, options
from mainstream.package import Zone
from mainstream.paths import checked_name, write_text


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

    checked_name(app, "--app")
    files.apart(boxes=boxes, video=video, output=output)
    part, size = Zone.read(zone) if zone else None, _size(picture)
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
    spans = zone_intervals(found, part, size or (1, 1), times, str(boxes))
    text = io.StringIO()
    columns = ("app", "start_s", "end_s", "zone")[: 4 if part else 3]
    rows = [(app, f"{a:.3f}", f"{b:.3f}", str(part))[: len(columns)] for a, b in spans]
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    if output is None:
        typer.echo(text.getvalue(), nl=False)
        return
    with files.naming(f"--output {output}"):
        write_text(output, text.getvalue())
    typer.echo(f"{output}: {len(spans)} events of '{app}', {sum(b - a for a, b in spans):.1f} of {times[-1]:.1f} s")


def _size(text: str) -> tuple[int, int] | None:
    """Of --picture; None where it is not said."""
    width, _, height = text.lower().partition("x")
    if text and not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise UserError(f"--picture {text}: must be width x height in px, as 768x576")
    return (int(width), int(height)) if text else None
