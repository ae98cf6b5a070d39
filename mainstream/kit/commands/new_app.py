"""`mainstream new-app` and `mainstream example`. Thin; `main` mounts them."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request, parameter


def new_app_command(**options: Any) -> None:
    """From photos or a video to a trained, scheduled, streaming application. Asks for what is missing.

    Interrupted, it goes on when started again. Examples:

      mainstream new-app cat --images photos/ --video street.mp4 --truth street.csv

      mainstream new-app door --video door.mp4 --truth door.csv --base imagenet --weights FILE
    """
    request = Request.read(**options)
    terminal = sys.stdin.isatty() and not request.yes
    if terminal and not (request.name and (request.images or request.video)):
        from mainstream.kit.new_app.ask import ask

        request = ask(request)
        typer.echo(f"\nThe same without questions: {request.command()}\n")
    request.checked()
    from mainstream.kit.new_app.made import make, replaces
    from mainstream.kit.new_app.material import look

    lost = replaces(request) if not request.replace else ""
    if lost and not (terminal and typer.confirm(f"{lost}. Replace it?")):
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
