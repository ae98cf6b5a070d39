"""Commands that run networks: `mainstream profile` and `mainstream stream`. Thin; `main` mounts them."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Option

from mainstream.errors import UserError
from mainstream.kit.commands import options
from mainstream.package import MPackage, Zone
from mainstream.paths import written


def profile_command(
    output: Annotated[
        Path, Option(dir_okay=False, help="The device file, for `stream --device` and problems.")
    ] = Path("device.json"),
    base: options.Base = "embedded",
    weights: options.Weights = None,
    architecture: options.Architecture = None,
    size: options.Size = None,
    engine: options.Engine = "openvino",
    threads: Annotated[int, Option(min=1, help="Threads of OpenVINO.")] = 2,
    precision: Annotated[str, Option(help="f32, or bf16 where the processor has it.")] = "f32",
    repeats: Annotated[int, Option(min=1, help="Calls of every stem and tail.")] = 50,
) -> None:
    """Measure the latency of every stem and tail on this machine, and of tails together, and write a device file."""
    from mainstream.networks.base import load_base
    from mainstream.runner.profiler import this_machine
    from mainstream.runner.throughput import with_together

    network = load_base(base, weights=weights, architecture=architecture, size=size)
    how: dict[str, Any] = {"engine": engine, "threads": threads, "precision": precision}
    with written(output) as part:  # from the start: a minute is not measured for a place that cannot be written to
        device = with_together(this_machine(network, repeats=repeats, **how), network, repeats=-(-repeats // 3), **how)
        part.write_text(device.model_dump_json(indent=1) + "\n", encoding="utf-8")
    whole = device.stem[0] + device.tail[0]
    typer.echo(f"{device.name}: {whole:.2f} ms per whole network, {1000 / whole:.0f} per second; written to {output}")


def stream_command(
    video: Annotated[str, Option(help="A file, a camera (/dev/video0), or an RTSP or HTTP address.")],
    apps: Annotated[list[Path], Option(help="A folder with an M-Package (repeatable).")],
    budget: options.Budget = 1.0,
    scheduler: options.Scheduler = "optimal",
    clock: Annotated[
        Literal["wall", "virtual", "none"], Option(help="virtual: the device emulated; none: every frame.")
    ] = "wall",
    adapt: Annotated[
        bool | None, Option("--adapt/--no-adapt", help="Plan anew when looks take longer or shorter than "
                            "profiled for some seconds.", show_default="with --clock wall")
    ] = None,
    device: options.Device = "this-machine",
    events: Annotated[Path | None, Option(help="Detections as JSON lines, written as they end; begun anew.")] = None,
    metrics: Annotated[
        Path | None, Option(help="Looks planned, done, dropped and more as a Prometheus text file, kept current.")
    ] = None,
    annotate: Annotated[Path | None, Option(help="MP4 with decisions drawn on the frames.")] = None,
    base: Annotated[options.BaseName | None, Option(help="The network.", show_default="what the packages name")] = None,
    weights: options.Weights = None,
    architecture: Annotated[str | None, Option(help="As the packages', or none.")] = None,
    size: Annotated[int | None, Option(min=1, help="As the packages', or none.")] = None,
    engine: options.Engine = "openvino",
    video_fps: options.VideoFps = None,
    zone: options.Zone = "",
    reconnect: Annotated[
        str, Option(help="Seconds that a camera may be gone before that is an error, or forever.")
    ] = "15",
) -> None:
    """Run applications on a stream: one schedule, a shared stem, detections as they end. Ctrl-C ends it in order.

    --zone is for packages that record none; those of one zone share a stem, each zone has its own.
    """
    options.apart(video=video, device=device, events=events, metrics=metrics, annotate=annotate)
    packages = options.packages("--apps", apps)
    packages = _looking_at(zone, packages) if zone else packages
    _check_budget(budget, clock)
    from mainstream.kit.commands.live import Live, stopped_by_signals, summary
    from mainstream.runner.clock import Unhurried, Virtual, Wall
    from mainstream.runner.devices import HERE, load_device
    from mainstream.runner.planning import base_of
    from mainstream.runner.profiler import this_machine
    from mainstream.runner.sources import VideoSource
    from mainstream.runner.stream import Runner
    from mainstream.scheduler.protocol import from_file

    how = {"scheduler": from_file(scheduler) if ":" in scheduler else scheduler}
    source = VideoSource(video, fps=video_fps, reconnect_s=_seconds(reconnect), on_event=_say)
    zones = {app: p.zone for app, p in packages.items() if p.zone}
    live = Live(events, annotate, source.fps, zones, metrics)
    _say(f"{video}: {source.fps:g} frames/s; loading the network")
    network = base_of(packages, base, weights=weights, architecture=architecture, size=size)
    if device == HERE:
        _say("measuring this machine (about half a minute; a file of `mainstream profile` as --device spares it)")
    latencies = load_device(device, partial(this_machine, network), of=network.identity)
    _say("planning and compiling")
    runner = Runner(
        network, packages, latencies, stream_fps=source.fps, budget=budget, schedule_options=how,
        engine_options={"engine": engine}, on_frame=live.frame, on_detection=live.detection, on_plan=live.plan,
        adapt=clock == "wall" if adapt is None else adapt,
    )  # fmt: skip
    live.begin(runner)
    for m in runner.current.network.members:
        where = f", zone {m.package.zone}" if m.package.zone else ""
        typer.echo(f"{m.app}: split {m.layer}, {m.fps:g} frames/s, X = {m.x_vote}{where}")
    schedule = runner.current.schedule
    if schedule.one_zone_cost is not None:
        typer.echo(f"cost {schedule.cost:.0f} ms per second; were all on one zone: {schedule.one_zone_cost:.0f}")
    with stopped_by_signals(runner) as stopped:
        try:
            runner.run(source, {"wall": Wall, "virtual": Virtual, "none": Unhurried}[clock](), keep=False)
        finally:
            live.close()
            summary(runner)
    if source.lost:
        raise UserError(source.lost)
    if stopped and not source.live:
        _say(f"stopped at {runner.report.stream_s:.1f} s, before the end of the file")
        raise SystemExit(130)


def _looking_at(zone: str, packages: dict[str, MPackage]) -> dict[str, MPackage]:
    """Packages that record no zone get this one. Raises `UserError`: no zone, or no such package."""
    part = Zone.read(zone)
    if not any(p.zone is None for p in packages.values()):
        known = ", ".join(f"'{app}' looks at {p.zone}" for app, p in packages.items())
        raise UserError(f"--zone {zone}: {known}, as trained; leave --zone away")
    return {app: p.model_copy(update={"zone": p.zone or part}) for app, p in packages.items()}


def _say(text: str) -> None:
    """What goes on, beside what is found."""
    typer.echo(text, err=True)


def _check_budget(budget: float, clock: str) -> None:
    from mainstream.runner.planning import check_budget

    check_budget(budget)
    if budget > 1 and clock == "wall":
        raise UserError(
            f"--budget {budget:g}: in real time one machine has 1 at most; --clock virtual or none plans for more"
        )
    if budget > 1:
        _say(f"note: --budget {budget:g} plans for {budget:g} such devices")


def _seconds(text: str) -> float:
    """Of --reconnect."""
    try:
        seconds = float("inf") if text == "forever" else float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise UserError(f"--reconnect {text}: must be seconds, 0 or more, or forever")
    return seconds
