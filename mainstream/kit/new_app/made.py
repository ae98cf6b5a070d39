"""`mainstream new-app` runs notebook 09 on what was asked; its page is the report."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request, option
from mainstream.kit.pipeline.execute import StageFailed, execute
from mainstream.kit.pipeline.page import write_page
from mainstream.kit.pipeline.project import Project
from mainstream.package import FILE, MPackage
from mainstream.paths import alone, read_json

NOTEBOOK, FAILED = "09_your_own_application", "report.failed.ipynb"


def make(request: Request) -> dict[str, Any]:
    """Executes the notebook beside its place and moves what it made there, once it is whole; returns its summary.

    Interrupted, a second call goes on: what was trained is found again. Raises `UserError`: another process works
    there, or the notebook's own; the notebook as far as it got is kept as `FAILED`.
    """
    place = request.place.resolve()
    with alone(place / ".lock", str(request.place), wait=False):
        for left in place.glob(".made-*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=place, prefix=".made-", ignore_cleanup_errors=True) as folder:
            made = Path(folder)
            executed, failed = made / "report.ipynb", place / FAILED
            stage = Project().stage(NOTEBOOK, (_parameters(request), {}))
            try:
                execute(stage, "default", executed, cell_timeout_s=None, where=request.name, verbose=True, cwd=Path())
            except StageFailed as e:
                if executed.is_file():
                    executed.replace(failed)
                raise UserError(e.said or f"{e} (kept: {failed})") from e
            executed.write_text(executed.read_text(encoding="utf-8").replace(folder, "."), encoding="utf-8")
            write_page(executed, report=True)
            _move(made, place, request.name)
            failed.unlink(missing_ok=True)
    return dict(read_json(place / "summary.json"))


def replaces(request: Request) -> str:
    """What the application would take the place of: one from other data, or files; '' where it goes on, or none.

    Raises `UserError` where the folder cannot be taken: a file, another application's, one with what is read in it or
    in the photos' own, where its pictures would be photos the next time.
    """
    place, summary = request.place, request.place / "summary.json"
    if place.exists() and not place.is_dir():
        raise UserError(f"--output {place}: is a file; name a folder")
    for read in filter(None, (request.images, request.video, request.truth)):
        if (here := place.resolve()) in read.resolve().parents or read.resolve() in (here, *here.parents):
            raise UserError(f"--output {place}: holds {read}, which is read, or lies in it; name another folder")
    if request.replace:
        return ""
    if not (place / FILE).is_file():
        others = sorted(p.name for p in place.glob("[!.]*") if p.name != FAILED)
        return f"{place} holds '{others[0]}', which new-app did not make" if others else ""
    if (found := MPackage.load(place).application) != request.name:
        raise UserError(f"--output {place}: holds the application '{found}'; name another folder")
    if not summary.is_file():
        return f"{place} holds '{found}', which new-app did not make"
    earlier = read_json(summary).get("made_of", {})
    other = [k for k, v in request.made_of().items() if earlier.get(k, v) != v]
    now = [f"{option(k)} {earlier[k] or 'left out'}" for k in other]
    return f"{place} holds '{request.name}' made with {', '.join(now)}" if other else ""


def _parameters(request: Request) -> dict[str, Any]:
    """Those of the notebook that make it this request's, in place of its example and the example's neighbours."""
    asked = request.model_dump(mode="json", exclude={"name", "device", "budget"}, exclude_defaults=True)
    asked["output"] = str(request.place)  # the notebook's own are where it writes
    return {"app": request.name, "device": request.device, "budget": request.budget, "yours": asked,
            "splits": [], "neighbours": []}  # fmt: skip


def _move(made: Path, place: Path, name: str) -> None:
    """What the notebook made into its place, the package last; what an earlier one left and this one lacks goes."""
    own = made / "packages" / name
    files = [p for folder in (made, own.parent, own) for p in folder.iterdir() if p.is_file()]
    for file in sorted(files, key=lambda file: file.name == FILE):
        os.replace(file, place / file.name)
    for pattern in ("split_*.weights.h5", "wrong.*", "zone.*", "timeline.*", "events.jsonl", "annotated.mp4"):
        for old in set(place.glob(pattern)) - {place / file.name for file in files}:
            old.unlink()
