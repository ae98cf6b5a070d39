"""The steps of `mainstream new-app`. Interrupted, a second call goes on: what was trained is found again."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from mainstream.errors import UserError
from mainstream.kit.new_app import pictures, running
from mainstream.kit.new_app.material import gather
from mainstream.kit.new_app.report import write_report
from mainstream.kit.new_app.request import Request
from mainstream.kit.new_app.training import chosen_splits, settings_for, training_seconds
from mainstream.kit.new_app.work import Say, Work, about
from mainstream.networks.base import load_base
from mainstream.networks.splits import split_points, with_head
from mainstream.package import Events, MPackage
from mainstream.trainer import train

ASSUMED_CORRELATION = 0.1  # ρ without a video: about what the study recorded


def new_app(request: Request, say: Say) -> dict[str, Any]:
    """Does everything and returns the summary that is also written (`summary.json`).

    Nothing is written before the data has been found good. Raises `UserError` as every step does.
    """
    work = _check(request.checked(), say)
    package = _measure(work, _train(work))
    device = running.profile(work)
    packages = {request.name: package, **work.request.packages}
    layer = running.schedule(work, packages, device)
    if request.video is not None:
        running.stream(work, packages, device)
    else:
        say("6/6 Stream: there is no video; the command below runs the application on a file or a camera")
    work.draw("accuracy.png", (7, 3.6), lambda fig: pictures.accuracy(fig, package, layer))
    write_report(work.place, work.summary)
    return work.summary


def _check(request: Request, say: Say) -> Work:
    started = time.perf_counter()
    say("1/6 Checking the data (seconds; longer for thousands of photos or a long video)")
    base = load_base(request.base, weights=request.weights)
    for other in request.packages.values():
        if other.base != base.identity:
            raise UserError(f"--with '{other.application}': was trained on another base network than --base gives")
    material = gather(request, base.identity.input_shape[0])
    work = Work(request, say, base, material)
    request.place.mkdir(parents=True, exist_ok=True)
    work.draw("samples.png", (11, 3.4), lambda fig: pictures.samples(fig, material.photos, request.name))
    rows = pictures.partition_counts(material.photos, request.name)
    for row in rows:
        say(f"    {row['partition']:<8}{row['with']:>6} photos with '{request.name}', {row['without']} without")
    for part, (start, end) in material.parts.items():
        say(f"    video {start:.1f} to {end:.1f} s: {part}")
    say(f"    look at {work.place / 'samples.png'}: are these what you mean?")
    if request.base == "embedded":
        say("    note: the embedded base knows drawn pictures; for real photos use --base imagenet --weights FILE")
    unreadable = list(material.photos.unreadable)
    work.summary = {"name": request.name, "command": request.command(), "counts": rows, "unreadable": unreadable,
                    "base": request.base, "parts": material.parts, "seconds": {}}  # fmt: skip
    work.done("check", started)
    return work


def _train(work: Work) -> MPackage:
    started, photos, request = time.perf_counter(), work.material.photos, work.request
    settings = settings_for(photos, request)
    points = chosen_splits(work.base, work.material, settings, request)
    expected = training_seconds(work.base, work.material, settings, points)
    work.say(f"2/6 Training at {len(points)} split points ({about(expected)} if nothing else runs)")
    if not (request.quick or request.every_split) and len(points) < len(split_points(with_head(work.base.network))):
        work.say("    not at every one, to stay within minutes; --every-split trains at all of them")
    for left in work.place.glob(".made-*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=work.place, prefix=".made-") as made:
        train(
            [request.name], photos, work.base, made, settings=settings, splits=[p.name for p in points],
            footage=work.material.measured, source=f"new-app: {Path(request.images or request.video or '').name}",
        )  # fmt: skip
        for old in work.place.glob("split_*.weights.h5"):
            old.unlink()
        for file in [*(Path(made) / request.name).iterdir(), Path(made) / "training.csv"]:
            shutil.move(file, work.place / file.name)
    work.summary["training"] = {"estimated_s": round(expected), "epochs": settings.epochs}
    work.done("train", started)
    return MPackage.load(work.place)


def _measure(work: Work, package: MPackage) -> MPackage:
    """Says what the application is worth; without a video its events are assumed, and the package says so."""
    started, request = time.perf_counter(), work.request
    work.say("3/6 Measuring (moments)")
    best = max(package.splits, key=lambda s: (s.video or s).tpr - (s.video or s).fpr)
    rates = best.video or best
    where = "frames of held-out video" if best.video else "held-out photos"
    work.say(f"    best split {best.layer}: TPR {rates.tpr:.3f}, FPR {rates.fpr:.3f} on {where}")
    assumed = package.events is None
    if package.events is None:
        events = Events(
            length_s=request.event_length_s, frequency=request.event_frequency, correlation=(ASSUMED_CORRELATION,)
        )
        training = {**package.training, "events": "assumed, not measured: no video"}
        package = package.model_copy(update={"events": events, "training": training})
        package.save(work.place)
        package = MPackage.load(work.place)
    assert package.events is not None
    text = f"length {package.events.length_s:.2f} s, frequency {package.events.frequency:.2f}"
    work.say(f"    events: {text}" + (", ASSUMED (--event-length, --event-frequency): there is no video" * assumed))
    work.summary["splits"] = [s.model_dump(include={"layer", "split", "tpr", "fpr", "video"}) for s in package.splits]
    work.summary["events"] = {"length_s": package.events.length_s, "frequency": package.events.frequency,
                              "correlation": package.events.correlation[0], "assumed": assumed}  # fmt: skip
    work.done("measure", started)
    return package
