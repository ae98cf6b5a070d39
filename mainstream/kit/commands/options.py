"""Options that several commands have, with their help and what a shell completes after them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from mainstream.kit.commands import completion

Profile = Annotated[str, Option(help="smoke (a quick check), default, or paper.", autocompletion=completion.profiles)]
Json = Annotated[bool, Option("--json", help="Print JSON instead of a table.")]
Base = Annotated[str, Option(help="embedded (drawn pictures) or imagenet (real photos; keras.applications).",
                             autocompletion=completion.among(completion.BASES))]  # fmt: skip
Weights = Annotated[Path | None, Option(help="For imagenet: a no-top weights file, no download.")]
Architecture = Annotated[str | None, Option(help="For imagenet: e.g. mobilenet-1.0, resnet50.")]
Size = Annotated[int | None, Option(help="For imagenet: px of the network's input.")]
Engine = Annotated[str, Option(help="openvino or keras.", autocompletion=completion.among(completion.ENGINES))]
Device = Annotated[str, Option(help="this-machine, nuc-2017, or a file of `profile`.",
                               autocompletion=completion.among(completion.DEVICES))]  # fmt: skip
Budget = Annotated[float, Option(help="Share of the device; 1.0 is one saturated device.")]
Scheduler = Annotated[str, Option(help=f"{', '.join(completion.SCHEDULERS)}, or FILE.py:function.",
                                  autocompletion=completion.among(completion.SCHEDULERS))]  # fmt: skip
Truth = Annotated[Path | None, Option(help="CSV of the video: app,start_s,end_s.")]
VideoFps = Annotated[float | None, Option(help="Frames per second of a video without time stamps.")]
