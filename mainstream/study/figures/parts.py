"""The parts of Mainstream and what passes between them, drawn (notebook 00)."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import FancyBboxPatch

from mainstream.study.figures.output import Drawing

# part → when it works, what it takes, what it gives, where in the kit, notebook
PARTS: dict[str, tuple[str, str, str, str, str]] = {
    "M-Trainer": ("once per application", "labelled images, the base network", "an M-Package", "trainer", "01"),
    "M-Package": ("", "rates and weights at every split", "", "package", "01"),
    "Profiler": ("once per device", "the base network", "latency of each stem and tail", "profiler", "02"),
    "M-Scheduler": ("at every change", "packages, latencies, a budget", "split, rate, X of each", "scheduler", "04"),
    "M-Runner": ("on the live stream", "the schedule, frames", "detections", "runner", "07"),
}
PLACES: dict[str, tuple[float, float]] = {
    "M-Trainer": (0, 0.8), "M-Package": (1, 0.8), "Profiler": (2, 0), "M-Scheduler": (2, 0.8), "M-Runner": (3, 0.8),
}  # fmt: skip
ARROWS = (
    ("M-Trainer", "M-Package"), ("M-Package", "M-Scheduler"), ("Profiler", "M-Scheduler"), ("M-Scheduler", "M-Runner"),
)  # fmt: skip
WIDTH, HEIGHT = 0.74, 0.5


def parts() -> Drawing:
    """The parts as boxes, arrows from who gives to who takes; left of the line before deployment, right of it after."""
    fig, ax = plt.subplots(figsize=(12, 4.2))
    for name, (x, y) in PLACES.items():
        works, takes, gives, module, _ = PARTS[name]
        style = "round,pad=0.02,rounding_size=0.06"
        colour = "#EAF3FA" if name != "M-Package" else "#FFF6E0"
        ax.add_patch(
            FancyBboxPatch((x - WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, boxstyle=style, fc=colour, ec="0.5")
        )
        ax.text(x, y + 0.155, name, ha="center", va="center", weight="bold", fontsize=11)
        lines = [works, f"takes {takes}" if gives else takes, f"gives {gives}" if gives else "", f"mainstream.{module}"]
        text = "\n".join(textwrap.fill(line, 40) for line in lines if line)
        ax.text(x, y - 0.06, text, ha="center", va="center", fontsize=7.5)
    for start, end in ARROWS:
        (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
        sideways, upwards = np.sign(x1 - x0) * (WIDTH / 2 + 0.02), np.sign(y1 - y0) * (HEIGHT / 2 + 0.02)
        tip = {"arrowstyle": "-|>", "color": "0.3", "shrinkA": 0, "shrinkB": 0, "lw": 1.4}
        ax.annotate("", (x1 - sideways, y1 - upwards), (x0 + sideways, y0 + upwards), arrowprops=tip)
    ax.axvline(1.5, color="0.6", lw=0.8, ls=":")
    for x, text in ((1.45, "before deployment, anywhere"), (1.55, "on the edge box")):
        ax.text(x, 1.2, text, ha="right" if x < 1.5 else "left", va="center", fontsize=8.5, color="0.35")
    ax.set(xlim=(-0.42, 3.42), ylim=(-0.32, 1.3))
    ax.set_axis_off()
    caption = (
        "Tenants train alone and hand in packages; only M-Scheduler sees all applications and the device at once, so "
        "how much is shared is decided at deployment."
    )
    rows = [(name, *row) for name, row in PARTS.items()]
    data = pd.DataFrame(rows, columns=["part", "works", "takes", "gives", "module", "notebook"])
    return Drawing(fig, data, "The parts of Mainstream", "model", caption, {})
