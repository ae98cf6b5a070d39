"""The questions of `mainstream new-app` on a terminal: each has a default, a bad answer is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from mainstream.data.filmed import video_seconds
from mainstream.errors import UserError
from mainstream.kit.new_app.material import known_events
from mainstream.kit.new_app.request import Request

NONE = "none"


def ask(request: Request) -> Request:
    """A request with what was missing in `request`. Reads folders and tables, writes nothing."""

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
    if request.video is not None:
        video_seconds(request.video, fps=request.video_fps)
    elif needed:
        raise UserError("without photos a video is needed")
