"""The steps of `mainstream new-app`. Interrupted, a second call goes on: what was trained is found again."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from mainstream.data.geometry import LETTERBOX
from mainstream.errors import UserError
from mainstream.kit.new_app import running
from mainstream.kit.new_app.material import counts, gather
from mainstream.kit.new_app.report import warnings, write_report
from mainstream.kit.new_app.request import Request
from mainstream.kit.new_app.training import chosen_splits, settings_for, ties, training_seconds
from mainstream.kit.new_app.work import Say, Work, about
from mainstream.networks.base import BaseNetwork, load_base
from mainstream.networks.splits import split_points, with_head
from mainstream.networks.tails import load_tail, probabilities
from mainstream.package import FILE, Events, MPackage
from mainstream.paths import alone
from mainstream.study.figures import own
from mainstream.trainer import train

ASSUMED_CORRELATION = 0.1  # ρ without a video: about what the study recorded


def new_app(request: Request, say: Say) -> dict[str, Any]:
    """Does everything and returns the summary that is also written (`summary.json`).

    Nothing is written before the data has been found good. Raises `UserError` as every step does.
    """
    say("1/6 Checking the data (seconds; longer for thousands of photos or a long video)")
    started = time.perf_counter()
    base = load_base(request.base, weights=request.weights, architecture=request.architecture, size=request.size)
    _check_base(request.checked(), base)
    work = Work(request, say, base, gather(request, base.identity.input_shape[0]), started)
    with alone(request.place / ".lock", str(request.place), wait=False):
        for left in request.place.glob(".made-*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        _show(work)
        work.done("check")
        package = _measure(work, _train(work))
        device = running.profile(work)
        packages = {request.name: package, **request.packages}
        layer = running.schedule(work, packages, device)
        if request.video is not None:
            running.stream(work, packages, device)
        else:
            say("6/6 Stream: there is no video; the command below runs the application on a file or a camera")
        work.draw("accuracy.png", (7, 3.6), lambda fig: own.accuracy(fig, package, layer))
        _show_wrong(work, package, layer)
        write_report(work.place, work.summary)
    for text in warnings(work.summary):
        say(f"  ! {text}")
    return work.summary


def _check_base(request: Request, base: BaseNetwork) -> None:
    """`UserError` where a neighbour, or what is in the folder already, was trained on another base network."""
    for other in request.packages.values():
        if other.base != base.identity:
            raise UserError(f"--with '{other.application}': was trained on another base network than --base gives")
        if other.geometry != LETTERBOX:
            raise UserError(
                f"--with '{other.application}': was trained on {other.geometry} pictures, '{request.name}' gets "
                f"{LETTERBOX} ones: they share no stem; train '{other.application}' anew"
            )
    there = None if request.replace or not (request.place / FILE).is_file() else MPackage.load(request.place).base
    if there and there != base.identity:
        raise UserError(
            f"{request.place} holds '{request.name}' trained on another base, {there.architecture} at "
            f"{there.input_shape[0]} px: --replace puts this one in its place, --output or another name beside it"
        )


def _show(work: Work) -> None:
    """What will be learnt from, on the terminal and in `samples.png`; the summary begins."""
    request, material, say = work.request, work.material, work.say
    work.draw("samples.png", (9, 3.0), lambda fig: own.samples(fig, material.photos, request.name))
    rows = counts(material.photos)
    for row in rows:
        say(f"    {row['partition']:<8}{row['with']:>6} photos with '{request.name}', {row['without']} without")
    if material.without:
        say("    without: " + ", ".join(f"{kind} ({n})" for kind, n in material.without.items()))
    for line in material.photos.remarks():
        say(f"    {line}")
    for part, (start, end) in material.parts.items():
        say(f"    video {start:.1f} to {end:.1f} s: {part}")
    say(f"    look at {work.place / 'samples.png'}: are these what you mean?")
    work.summary |= {
        "name": request.name, "command": request.command(), "made_of": request.made_of(), "counts": rows,
        "unreadable": list(material.photos.unreadable), "without": material.without, "parts": material.parts,
        "base": request.base, "weights": str(request.weights or ""), "budget": request.budget,
        "others": [str(f) for f in request.others], "seconds": {},
    }  # fmt: skip


def _train(work: Work) -> MPackage:
    photos, request = work.material.photos, work.request
    settings = settings_for(photos, request)
    points = chosen_splits(work.base, work.material, settings, request)
    expected = training_seconds(work.base, work.material, settings, points)
    work.say(f"2/6 Training at {len(points)} split points ({about(expected)} on a usual machine)")
    if not (request.quick or request.every_split) and len(points) < len(split_points(with_head(work.base.network))):
        work.say("    not at every one, to stay within minutes; --every-split trains at all of them")
    with tempfile.TemporaryDirectory(dir=work.place, prefix=".made-") as made:
        train(
            [request.name], photos, work.base, made, settings=settings, splits=[p.name for p in points],
            footage=work.material.measured, source=f"new-app: {Path(request.images or request.video or '').name}",
        )  # fmt: skip
        new = sorted((Path(made) / request.name).iterdir(), key=lambda file: file.name == FILE)  # the package last
        for file in [Path(made) / "training.csv", *new]:
            os.replace(file, work.place / file.name)
        for old in set(work.place.glob("split_*.weights.h5")) - {work.place / file.name for file in new}:
            old.unlink()
    work.summary["training"] = {"estimated_s": round(expected), "epochs": settings.epochs}
    work.done("train")
    return MPackage.load(work.place)


def _measure(work: Work, package: MPackage) -> MPackage:
    """Says what the application is worth; without a video its events are assumed, and the package says so."""
    request = work.request
    work.say("3/6 Measuring (moments)")
    best = max(package.splits, key=lambda s: (s.video or s).tpr - (s.video or s).fpr)
    rates = best.video or best
    where = "frames of held-out video" if best.video else "held-out photos"
    hits, alarms = round(rates.tpr * (rates.positives or 0)), round(rates.fpr * (rates.negatives or 0))
    work.say(f"    best split {best.layer}: TPR {rates.tpr:.3f} ({hits} of {rates.positives}), FPR {rates.fpr:.3f} "
             f"({alarms} of {rates.negatives}) on {where}")  # fmt: skip
    if tied := ties(package):
        work.say(f"    {tied}")
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
    work.summary["splits"] = [s.model_dump(mode="json", exclude={"tail", "threshold"}) for s in package.splits]
    work.summary["ties"] = tied
    work.summary["events"] = {"length_s": package.events.length_s, "frequency": package.events.frequency,
                              "correlation": package.events.correlation[0], "assumed": assumed}  # fmt: skip
    work.done("measure")
    return package


def _show_wrong(work: Work, package: MPackage, layer: str) -> None:
    """`wrong.png`, where there was a wrong answer to a held-out photo at the split of the schedule."""
    halves, test = load_tail(package, work.base, layer), work.material.photos.part("test")
    p, threshold = probabilities(halves, test.images, package.base.preprocessing), halves.record.threshold or 0.5
    name, file = work.request.name, work.place / "wrong.png"
    file.unlink(missing_ok=True)
    if ((p >= threshold) != test.has(name)).any():
        work.draw(file.name, (9, 1.8), lambda fig: own.wrong(fig, test, name, p, threshold))
