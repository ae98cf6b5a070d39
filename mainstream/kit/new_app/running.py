"""Steps 4 to 6 of `mainstream new-app`: the device, the schedule, the stream."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mainstream.data.progress import SHARES, progress
from mainstream.errors import UserError
from mainstream.kit.new_app.report import share
from mainstream.kit.new_app.work import Work, about
from mainstream.package import MPackage
from mainstream.paths import write_text
from mainstream.runner.annotate import Annotator
from mainstream.runner.clock import Unhurried, Virtual
from mainstream.runner.devices import HERE, load_device, this_machine
from mainstream.runner.frames import Frame
from mainstream.runner.held_out import Between, count_stream
from mainstream.runner.planning import plan
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.scheduler.problem import Device
from mainstream.study.figures import own

ASSUMED_FPS = 10.0  # of a stream that nobody has shown yet


def profile(work: Work) -> Device:
    """The device asked for; this machine's latencies are measured once and kept in `device.json`."""
    request, file = work.request, work.place / "device.json"
    if request.device != HERE:
        work.say(f"4/6 The device: {request.device}")
        device = load_device(request.device)
    else:
        identity = work.base.identity
        mine, known = f"{HERE}, {identity.architecture} at {identity.input_shape[0]} px", None
        with suppress(UserError):  # there is none, or it cannot be read
            known = load_device(str(file))
        if known and known.name.startswith(mine):
            work.say("4/6 Profiling this machine: taken from the last time")
            device = known
        else:
            work.say("4/6 Profiling this machine (about half a minute; leave it alone meanwhile)")
            device = this_machine(work.base, repeats=10 if request.quick else 30)
    write_text(file, device.model_dump_json(indent=1) + "\n")
    whole = device.stem[0] + device.tail[0]
    work.say(f"    {whole:.2f} ms for a whole network: {1000 / whole:.0f} per second")
    work.summary["device"] = {"name": device.name, "whole_ms": whole}
    work.done("profile")
    return device


def schedule(work: Work, packages: Mapping[str, MPackage], device: Device) -> str:
    """Who would run how; returns the new application's split point."""
    request = work.request
    work.say(f"5/6 Scheduling {len(packages)} application(s) at {request.budget:g} of the device (seconds)")
    fps = VideoSource(request.video, fps=request.video_fps).fps if request.video else ASSUMED_FPS
    members, schedule = plan(packages, device, budget=request.budget, stream_fps=fps)
    work.summary["schedule"] = rows = []
    for m, unit in zip(members, schedule.units, strict=True):
        work.say(f"    {m.app}: split {m.layer}, {m.fps:g} looks/s, X = {m.x_vote}; the model says F1 {unit.f1:.3f}")
        rows.append({"app": m.app, "layer": m.layer, "fps": m.fps, "x_vote": m.x_vote, "model_f1": unit.f1})
    cost = schedule.cost / 1000
    work.say(f"    cost: {cost:.3f} of the device")
    work.summary |= {"stream_fps": fps, "stream_fps_assumed": request.video is None, "cost": cost}
    work.done("schedule")
    return members[0].layer


def stream(work: Work, packages: Mapping[str, MPackage], device: Device) -> None:
    """Runs the applications on the video's last part: what they found goes into the folder, counts into the summary."""
    request, material = work.request, work.material
    start, end = material.parts["stream"]
    work.say(f"6/6 Streaming the video from {start:.1f} to {end:.1f} s ({about(0.06 * end + 5)})")
    source = VideoSource(str(request.video), fps=request.video_fps)
    drawn = Annotator(work.place / "annotated.mp4", source.fps)
    with progress(total=round(end - start, 1), desc="streaming", bar_format=SHARES) as bar:

        def on_frame(frame: Frame, decisions: list[Any]) -> None:
            bar.update(frame.time_s - bar.n)
            drawn.draw(frame, decisions)

        runner = Runner(work.base, packages, device, stream_fps=source.fps, budget=request.budget, on_frame=on_frame)
        report = runner.run(Between(source, start, end), Virtual() if request.clock == "virtual" else Unhurried())
    drawn.close()
    report.write_events(work.place / "events.jsonl", from_s=start)
    members = runner.current.network.members
    truth = {m.app: material.streamed_truth(m.app) for m in members}
    work.summary["streamed"] = {
        "start_s": start, "end_s": end, "frames": report.frames, "dropped": report.dropped, "corrupt": report.corrupt,
        "clock": request.clock, "achieved": report.achieved().to_dict("records"),
    }  # fmt: skip
    work.summary["counted"] = found = {}
    for m in members:
        if truth[m.app] and m.package.events:
            found[m.app] = count_stream(
                report, m.app, m.x_vote, truth[m.app], window_s=m.package.events.length_s, duration_s=end - start
            )
            one = found[m.app]
            false = share(one["false"], one["empty_windows"])
            work.say(f"    {m.app}: {share(one['found'], one['events'])} events found, {false} empty windows false; "
                     f"Event-F1 {one['f1']:.3f}")  # fmt: skip
    height = 1.3 * len(members) + 1.2
    work.draw("timeline.png", (9, height), lambda fig: own.timeline(fig, report, members, truth))
    work.done("stream")
