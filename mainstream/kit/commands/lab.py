"""`mainstream lab`. Thin; `main` mounts it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mainstream.kit.commands import options


def lab_command(
    context: typer.Context,
    profile: options.Profile = "default",
    port: Annotated[int | None, typer.Option(help="Port (default: Jupyter's own choice).")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open JupyterLab on the notebooks, at their start page. Further options (--allow-root, say) go to JupyterLab.

    The profile is that of notebooks which name none: smoke for a quick look.
    """
    import os

    from mainstream.kit.pipeline.by_hand import VARIABLE
    from mainstream.kit.pipeline.project import Project
    from mainstream.paths import LAB_SETTINGS, NOTEBOOKS, ROOT

    Project().profile(profile)
    os.environ[VARIABLE] = profile
    options = ["--LabApp.default_url=/lab/tree/notebooks/START.md", f"--ServerApp.preferred_dir={NOTEBOOKS}"]
    options += [f"--LabApp.app_settings_dir={LAB_SETTINGS}"]  # Markdown is shown, not edited; no news
    options += [f"--port={port}"] if port else []
    options += [] if browser else ["--no-browser"]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(ROOT), *options, *context.args])
