"""A notebook opened by hand takes its profile's parameters too, as a batch run would inject them."""

from __future__ import annotations

import os
from typing import Any

from mainstream.kit.pipeline.project import Project

VARIABLE = "MAINSTREAM_PROFILE"  # set by `mainstream lab --profile NAME`: the profile of notebooks that name none


def by_hand(notebook: str, profile: str, output_dir: str, project: Project | None = None) -> dict[str, Any]:
    """The parameters that the profile gives to a notebook, printed; {} in a batch run, which has injected them.

    Used by the setup cell of every notebook: `globals().update(by_hand("04_scheduler", profile, output_dir))`.

    Raises `UserError`: an unknown profile or, in its YAML, an unknown parameter (naming the nearest).
    """
    if output_dir:
        return {}
    if profile == "default":
        profile = os.environ.get(VARIABLE, profile)
    stages = (project or Project()).stages(profile)
    values = next((s.parameters for s in stages if s.name == notebook), {})
    shown = ", ".join(f"{k}={v!r}" for k, v in values.items()) or "the values above"
    print(f"profile {profile}: {shown}")
    return {**values, "profile": profile}
