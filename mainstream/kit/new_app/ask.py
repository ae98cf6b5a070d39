"""The questions of `mainstream new-app` on a terminal: each has a default, a bad answer is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request, check_name, check_place, choose_class

NONE = "none"
Prompt = Callable[[str, str], str]  # (question, default) → answer
Say = Callable[[str], None]


def ask(request: Request, prompt: Prompt, say: Say) -> Request:
    """A request with what was missing in `request`. Reads folders and tables, writes nothing."""

    def until_good(question: str, default: str, check: Callable[[str], None]) -> str:
        while True:
            answer = prompt(question, default).strip()
            try:
                check(answer)
            except UserError as e:
                say(f"  {e}")
            else:
                return answer

    name = request.name or until_good("Name of the application", "my-app", check_name)
    request = replace(request, name=name)
    if request.images is None and request.video is None:
        answer = until_good(
            "Photos: a folder with a folder per class, or a labelled CSV ('none': a video only)",
            "photos" if Path("photos").is_dir() else NONE,
            lambda text: None if text == NONE else _listed(request, text),
        )
        request = replace(request, images=None if answer == NONE else Path(answer))
        needed = request.images is None
        answer = until_good(
            "Video to measure and stream" + (", and to train on" if needed else f" ('{NONE}': leave it)"),
            "video.mp4" if needed else NONE,
            lambda text: None if text == NONE and not needed else _video(text),
        )
        request = replace(request, video=None if answer == NONE else Path(answer))
    if request.video is not None and request.truth is None:
        near = str(request.video.with_suffix(".csv"))
        request = replace(
            request, truth=Path(until_good("CSV of when it is in view (app,start_s,end_s)", near, _truth))
        )
    if not request.label:
        classes, where = _classes(request)
        default = request.name if request.name in classes else classes[0]
        label = until_good(
            f"Which is the application? ({', '.join(classes)})",
            default,
            lambda text: _chosen(request.name, text, classes, where),
        )
        request = replace(request, label="" if label == request.name else label)
    if request.output is None:
        usual = str(request.place)
        place = until_good("Where to put it", usual, lambda text: check_place(Path(text), request.name))
        request = replace(request, output=None if place == usual else Path(place))
    return request


def _listed(request: Request, text: str) -> None:
    replace(request, images=Path(text)).listing()


def _video(text: str) -> None:
    from mainstream.data.footage import video_seconds

    video_seconds(text)


def _truth(text: str) -> None:
    if not _apps(Path(text)):
        raise UserError(f"{text}: holds no event")


def _apps(truth: Path) -> list[str]:
    from mainstream.data.intervals import read_intervals

    return sorted(read_intervals(truth, ()))


def _classes(request: Request) -> tuple[list[str], str]:
    """What the application may be, and where that was found."""
    if request.images is not None:
        return list(request.listing().classes), f"'{request.images}'"
    assert request.truth is not None
    return _apps(request.truth), str(request.truth)


def _chosen(name: str, text: str, classes: list[str], where: str) -> None:
    choose_class(name, text, classes, where)
