"""What the steps of `mainstream new-app` hand on to each other, and how they speak."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from mainstream.kit.new_app.material import Material
from mainstream.kit.new_app.request import Request
from mainstream.networks.base import BaseNetwork
from mainstream.paths import STYLE

Say = Callable[[str], None]


@dataclass
class Work:
    """since: when the step began (`time.perf_counter`). summary: what is written to `summary.json` in the end."""

    request: Request
    say: Say
    base: BaseNetwork
    material: Material
    since: float
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        """The application's folder."""
        return self.request.place

    def done(self, step: str) -> None:
        """The seconds since the step before go into the summary."""
        self.since, before = time.perf_counter(), self.since
        self.summary["seconds"][step] = round(self.since - before, 1)
        self.say(f"    done in {self.summary['seconds'][step]:g} s")

    def draw(self, name: str, size: tuple[float, float], onto: Callable[[Figure], None]) -> None:
        """A picture of `size` inches, in the kit's style."""
        import matplotlib.pyplot as plt

        with plt.style.context(STYLE):
            fig = Figure(figsize=size, layout="constrained")
            onto(fig)
            fig.savefig(self.place / name, dpi=130)


def about(seconds: float) -> str:
    """A time as people say it."""
    return f"about {max(seconds, 5):.0f} seconds" if seconds < 90 else f"about {seconds / 60:.0f} minutes"
