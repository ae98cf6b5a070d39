"""`mainstream new-app` and `mainstream example`. Thin, as `mainstream.kit.commands.main`, which mounts them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mainstream.errors import UserError
from mainstream.kit.commands import completion
from mainstream.kit.new_app.request import CLOCKS, EVENT_FREQUENCY, EVENT_LENGTH_S, Request


def new_app_command(
    name: Annotated[str, typer.Argument(help="What the application is called.", show_default=False)] = "",
    images: Annotated[
        Path | None, typer.Option(help="Folder with a folder of photos per class, or a labelled CSV.")
    ] = None,
    video: Annotated[
        Path | None, typer.Option(help="Video to measure and stream; without --images also to train on.")
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="CSV of the video: app,start_s,end_s.")] = None,
    label: Annotated[
        str, typer.Option("--class", help="Class that is the application (default: the one called NAME).")
    ] = "",
    others: Annotated[
        list[Path] | None, typer.Option("--with", help="Package that shares the device (repeatable).")
    ] = None,
    budget: Annotated[float, typer.Option(help="Share of the device.")] = 1.0,
    device: Annotated[
        str,
        typer.Option(
            help="this-machine, nuc-2017, or a file of `profile`.", autocompletion=completion.among(completion.DEVICES)
        ),
    ] = "this-machine",
    base: Annotated[
        str,
        typer.Option(
            help="embedded (drawn pictures) or imagenet (real photos).",
            autocompletion=completion.among(completion.BASES),
        ),
    ] = "embedded",
    weights: Annotated[Path | None, typer.Option(help="For imagenet: a no-top weights file, no download.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where it goes.", show_default="results/apps/NAME")] = None,
    event_length: Annotated[float, typer.Option(help="Seconds; assumed where there is no video.")] = EVENT_LENGTH_S,
    event_frequency: Annotated[
        float, typer.Option(help="Share of windows with an event; assumed where there is no video.")
    ] = EVENT_FREQUENCY,
    clock: Annotated[
        str,
        typer.Option(
            help="none (every frame) or virtual (the device emulated).", autocompletion=completion.among(CLOCKS)
        ),
    ] = "none",
    quick: Annotated[bool, typer.Option("--quick", help="Four splits and few epochs: does everything work?")] = False,
    every_split: Annotated[
        bool, typer.Option("--every-split", help="All split points, however long it takes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """From photos or a video to a trained, scheduled, streaming application. Asks for what is missing.

    Interrupted, it goes on when started again. Examples:

      mainstream new-app cat --images photos/ --video street.mp4 --truth street.csv

      mainstream new-app door --video door.mp4 --truth door.csv --base imagenet --weights FILE
    """
    request = Request(
        name=name, images=images, video=video, truth=truth, label=label, others=tuple(others or ()), budget=budget,
        device=device, base=base, weights=weights, output=output, event_length_s=event_length,
        event_frequency=event_frequency, clock=clock, quick=quick, every_split=every_split,
    )  # fmt: skip
    missing = not name or (images is None and video is None)
    if missing and (yes or not sys.stdin.isatty()):
        raise UserError("new-app needs a NAME, and --images DIR or --video FILE --truth CSV; on a terminal it asks")
    if missing:
        from mainstream.kit.new_app.ask import ask

        request = ask(request, lambda question, default: typer.prompt(question, default=default), typer.echo)
        typer.echo(f"\nThe same without questions: {request.command()}\n")
    from mainstream.kit.new_app.material import look

    look(request.checked())
    from mainstream.kit.new_app.steps import new_app

    summary = new_app(request, typer.echo)
    typer.echo(f"\nReport: {request.place / 'report.html'}\nOn a camera next:\n  {summary['next']}")


def example_command(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    app: Annotated[str, typer.Option(help="What the application is to recognise.")] = "cat",
    photos: Annotated[int, typer.Option(help="Stills to draw.")] = 800,
    seconds: Annotated[float, typer.Option(help="Length of the video.")] = 180.0,
    seed: Annotated[int, typer.Option(help="Seed.")] = 0,
) -> None:
    """Draw photos, a video and its CSV to try `new-app` on."""
    from mainstream.kit.new_app.example import render_example

    drawn = render_example(folder, app, photos=photos, seconds=seconds, seed=seed)
    typer.echo(f"{drawn.photos}, {drawn.video}, {drawn.truth}\nNow:")
    typer.echo(f"  {Request(app, images=drawn.photos, video=drawn.video, truth=drawn.truth).command()}")


def mount(app: typer.Typer) -> None:
    """Adds the commands to the kit's."""
    app.command("new-app")(new_app_command)
    app.command("example")(example_command)
