"""`mainstream new-app`, what it asks on a terminal, and `mainstream example`. Thin; `main` mounts them."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request, parameter

NONE = "none"  # typed where something is left out


def new_app_command(**options: Any) -> None:
    """From photos or a video to a trained, scheduled, streaming application. Asks for what is missing.

    Interrupted, it goes on when started again. Examples:

      mainstream new-app cat --images photos/ --video street.mp4 --truth street.csv

      mainstream new-app door --video door.mp4 --truth door.csv --base imagenet --weights FILE
    """
    request = Request.read(**options)
    terminal = sys.stdin.isatty() and not request.yes
    if terminal and not (request.name and (request.images or request.video)):
        request = ask(request)
        typer.echo(f"\nThe same without questions: {request.command()}\n")
    request.checked()
    from mainstream.kit.new_app.made import make, replaces
    from mainstream.kit.new_app.material import look

    lost = replaces(request)
    if lost and not request.replace and not (terminal and typer.confirm(f"{lost}. Replace it?")):
        raise UserError(f"{lost}: --replace puts this one in its place, --output or another name beside it")
    request = request.having(replace=request.replace or bool(lost))
    look(request)
    summary = make(request)
    for text in summary["warnings"]:
        typer.echo(f"  ! {text}")
    typer.echo(f"\nReport: {request.place / 'report.html'}\nOn a camera next:\n  {summary['next']}")


new_app_command.__signature__ = inspect.Signature([  # type: ignore[attr-defined]
    inspect.Parameter(
        field, inspect.Parameter.KEYWORD_ONLY, default=info.default,
        annotation=Annotated[info.annotation, parameter(field)],
    )
    for field, info in Request.model_fields.items()
])  # fmt: skip


def ask(request: Request) -> Request:
    """A request with what was missing in `request`: each question has a default, a bad answer is asked for again.

    Reads folders and tables, writes nothing.
    """
    from mainstream.kit.new_app.material import known_events

    def answered(field: str, question: str, default: str, check: Callable[[Request], object]) -> Request:
        def taken(answer: str) -> Request:
            try:
                asked = request.having(**{field: None if answer.strip() == NONE else answer.strip()})
                check(asked)
            except UserError as e:
                raise typer.BadParameter(str(e)) from e  # typer says it and asks again
            return asked

        found: Request = typer.prompt(question, default=default, value_proc=taken)
        return found

    if not request.name:
        request = answered("name", "Name of the application", "my-app", lambda r: r)
    if request.images is None and request.video is None:
        request = answered(
            "images", f"Photos: a folder with a folder per class, or a labelled CSV ('{NONE}': a video only)",
            "photos" if Path("photos").is_dir() else NONE, lambda r: r.images is None or r.listing(),
        )  # fmt: skip
        only = request.images is None
        request = answered(
            "video", "Video to measure and stream" + (", and to train on" if only else f" ('{NONE}': leave it)"),
            "video.mp4" if only else NONE, lambda r: _video(r, only),
        )  # fmt: skip
    if request.video is not None and request.truth is None:
        near = str(request.video.with_suffix(".csv"))
        request = answered("truth", "CSV of when it is in view (app,start_s,end_s)", near, known_events)
    if not request.label:
        where = request.images or request.truth
        classes = list(request.listing().classes if request.images else known_events(request))
        default = request.name if request.name in classes else classes[0]
        request = answered(
            "label", f"Which is the application? ({', '.join(classes)})", default,
            lambda r: r.class_of(classes, where, r.label),
        )  # fmt: skip
        request = request.having(label="" if request.label == request.name else request.label)
    return request


def _video(request: Request, needed: bool) -> None:
    from mainstream.data.filmed import video_seconds

    if request.video is not None:
        video_seconds(request.video, fps=request.video_fps)
    elif needed:
        raise UserError("without photos a video is needed")


def example_command(
    folder: Annotated[Path, Argument(help="A new folder.")],
    app: Annotated[str, Option(help="What the application is to recognise.")] = "cat",
    photos: Annotated[int, Option(help="Stills to draw.")] = 800,
    seconds: Annotated[float, Option(help="Length of the video.")] = 180.0,
    seed: Annotated[int, Option(help="Seed.")] = 0,
) -> None:
    """Draw photos, a video and its CSV to try `new-app` on."""
    from streetworld.example import render_example

    drawn = render_example(folder, app, photos=photos, seconds=seconds, seed=seed)
    typer.echo(f"{drawn.photos}, {drawn.video}, {drawn.truth}\nNow:")
    typer.echo(f"  {Request(name=app, images=drawn.photos, video=drawn.video, truth=drawn.truth).command()}")
