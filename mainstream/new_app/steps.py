"""The six steps of `mainstream new-app`. Interrupted, a second call goes on: what was trained is found again."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from tqdm.auto import tqdm

from mainstream.base import BaseNetwork, load_base
from mainstream.devices import HERE, load_device, this_machine
from mainstream.errors import UserError
from mainstream.held_out import Between, count_stream
from mainstream.new_app import pictures
from mainstream.new_app.material import Material, gather
from mainstream.new_app.report import write_report
from mainstream.new_app.request import Request
from mainstream.new_app.training import chosen_splits, settings_for, training_seconds
from mainstream.package import Events, MPackage
from mainstream.paths import PACKAGE
from mainstream.runner.annotate import Annotator
from mainstream.runner.clock import Unhurried, Virtual
from mainstream.runner.planning import plan
from mainstream.runner.sources import Frame, VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.problem import Device
from mainstream.trainer import train

ASSUMED_FPS, ASSUMED_CORRELATION = 10.0, 0.1  # of a stream that nobody has shown yet; ρ about what the study recorded
Say = Callable[[str], None]


@dataclass
class Work:
    """What the steps hand on to each other."""

    request: Request
    say: Say
    base: BaseNetwork
    material: Material
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        return self.request.place


def new_app(request: Request, say: Say) -> dict[str, Any]:
    """Does everything and returns the summary that is also written (`summary.json`).

    Nothing is written before the data has been found good. Raises `UserError` as every step does.
    """
    work = _check(request.checked(), say)
    package = _measure(work, _train(work))
    device = _profile(work)
    packages = {request.name: package, **work.request.packages}
    layer = _schedule(work, packages, device)
    if request.video is not None:
        _stream(work, packages, device)
    else:
        say("6/6 Stream: there is no video; the command below runs the application on a file or a camera")
    _draw(work.place / "accuracy.png", (7, 3.6), lambda fig: pictures.accuracy(fig, package, layer))
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
    _draw(work.place / "samples.png", (11, 3.4), lambda fig: pictures.samples(fig, material.photos, request.name))
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
    return _done(work, "check", started)


def _train(work: Work) -> MPackage:
    started, photos, request = time.perf_counter(), work.material.photos, work.request
    points = chosen_splits(work.base, request.quick)
    settings = settings_for(photos, request)
    expected = training_seconds(work.base, photos, settings, points, work.material)
    work.say(f"2/6 Training at {len(points)} split points ({_about(expected)}; interrupted, it goes on)")
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
    _done(work, "train", started)
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
    _done(work, "measure", started)
    return package


def _profile(work: Work) -> Device:
    """The device asked for; this machine's latencies are measured once and kept in `device.json`."""
    started, request, file = time.perf_counter(), work.request, work.place / "device.json"
    if request.device != HERE:
        work.say(f"4/6 The device: {request.device}")
        device = load_device(request.device)
    else:
        identity = work.base.identity
        mine = f"{HERE}, {identity.architecture} at {identity.input_shape[0]} px"
        if file.is_file() and (known := load_device(str(file))).name.startswith(mine):
            work.say("4/6 Profiling this machine: taken from the last time")
            device = known
        else:
            work.say("4/6 Profiling this machine (about half a minute; leave it alone meanwhile)")
            device = this_machine(work.base, repeats=10 if request.quick else 30)
    file.write_text(device.model_dump_json(indent=1) + "\n", encoding="utf-8")
    whole = device.stem[0] + device.tail[0]
    work.say(f"    {whole:.2f} ms for a whole network: {1000 / whole:.0f} per second")
    work.summary["device"] = {"name": device.name, "whole_ms": whole}
    _done(work, "profile", started)
    return device


def _schedule(work: Work, packages: Mapping[str, MPackage], device: Device) -> str:
    """Who would run how; returns the new application's split point."""
    started, request = time.perf_counter(), work.request
    work.say(f"5/6 Scheduling {len(packages)} application(s) at {request.budget:g} of the device (seconds)")
    fps = VideoSource(request.video).fps if request.video else ASSUMED_FPS
    members, schedule = plan(packages, device, budget=request.budget, stream_fps=fps, **_rates(fps))
    for m, unit in zip(members, schedule.units, strict=True):
        work.say(f"    {m.app}: split {m.layer}, {m.fps:g} looks/s, X = {m.x_vote}; the model says F1 {unit.f1:.3f}")
    work.summary["schedule"] = [
        {"app": m.app, "layer": m.layer, "fps": m.fps, "x_vote": m.x_vote, "model_f1": unit.f1}
        for m, unit in zip(members, schedule.units, strict=True)
    ]
    share = schedule.cost / 1000
    work.say(f"    cost: {share:.3f} of the device")
    with_others = [str(folder) for folder in request.others]
    work.summary |= {"stream_fps": fps, "stream_fps_assumed": request.video is None, "cost": share,
                     "budget": request.budget, "others": with_others, "weights": str(request.weights or ""),
                     "device_option": str(work.place / "device.json")}  # fmt: skip
    _done(work, "schedule", started)
    return members[0].layer


def _stream(work: Work, packages: Mapping[str, MPackage], device: Device) -> None:
    started, request, material = time.perf_counter(), work.request, work.material
    start, end = material.parts["stream"]
    work.say(f"6/6 Streaming the video from {start:.1f} to {end:.1f} s ({_about(0.3 * end + 5)})")
    source = VideoSource(str(request.video))
    drawn = Annotator(work.place / "annotated.mp4", source.fps)
    with tqdm(total=round(end - start, 1), desc="streaming", unit="s", leave=False, disable=None) as bar:

        def on_frame(frame: Frame, decisions: list[Any]) -> None:
            bar.update(frame.time_s - bar.n)
            drawn.draw(frame, decisions)

        runner = Runner(
            work.base, packages, device, stream_fps=source.fps, budget=request.budget,
            schedule_options=_rates(source.fps), on_frame=on_frame,
        )  # fmt: skip
        report = runner.run(Between(source, start, end), Virtual() if request.clock == "virtual" else Unhurried())
    drawn.close()
    report.write_events(work.place / "events.jsonl")
    members = runner.current.network.members
    truth = {m.app: material.streamed_truth(m.app) for m in members}
    work.summary["streamed"] = {"start_s": start, "end_s": end, "frames": report.frames, "dropped": report.dropped,
                                "clock": request.clock, "achieved": report.achieved().to_dict("records")}  # fmt: skip
    work.summary["counted"] = found = {}
    for m in members:
        if truth[m.app] and m.package.events:
            found[m.app] = count_stream(
                report, m.app, m.x_vote, truth[m.app], window_s=m.package.events.length_s, duration_s=end - start
            )
            one = found[m.app]
            work.say(f"    {m.app}: {one['found']} of {one['events']} events found, {one['false']} of "
                     f"{one['empty_windows']} empty windows false; Event-F1 {one['f1']:.3f}")  # fmt: skip
    height = 1.3 * len(members) + 1.2
    _draw(work.place / "timeline.png", (11, height), lambda fig: pictures.timeline(fig, report, members, truth))
    _done(work, "stream", started)


def _rates(fps: float) -> dict[str, Any]:
    """Rates for streams of less than a frame per second, which have no whole number of them."""
    return {} if fps >= 1 else {"fps_options": (fps,)}


def _about(value: float) -> str:
    return f"about {max(value, 5):.0f} seconds" if value < 90 else f"about {value / 60:.0f} minutes"


def _done(work: Work, step: str, started: float) -> Work:
    work.summary["seconds"][step] = round(time.perf_counter() - started, 1)
    work.say(f"    done in {work.summary['seconds'][step]:g} s")
    return work


def _draw(path: Path, size: tuple[float, float], draw: Callable[[Figure], None]) -> None:
    """A picture of `size` inches, in the kit's style."""
    import matplotlib.pyplot as plt

    with plt.style.context(PACKAGE / "paper.mplstyle"):
        fig = Figure(figsize=size, layout="constrained")
        draw(fig)
        fig.savefig(path, dpi=130)
