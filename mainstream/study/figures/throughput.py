"""Figures of notebook 02: what a network gets to see, where its time goes, what sharing buys."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mainstream.study.figures.look import curves, log_ticks, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

NETWORKS = {"mobilenet-1.0": "MobileNet", "inception-v3": "InceptionV3"}
HERE = "#0072B2"
RECORDS = (("#222222", "--"), ("#222222", ":"), ("#8a8a8a", "-."))  # colour and line of one record after the other


def called(network: str) -> str:
    """The name by which people know a network."""
    return NETWORKS.get(network, network)


def setup(frame: np.ndarray, networks: Mapping[str, int]) -> Drawing:
    """A frame of the stream and, to scale, the square that each network gets of it. networks: name → px."""
    height, width = frame.shape[:2]
    sizes = [("stream", width, height), *((called(name), px, px) for name, px in networks.items())]
    fig, ax = plt.subplots(figsize=(10, 4.2))
    left = 0
    for name, w, h in sizes:
        ax.imshow(frame, extent=(left, left + w, 0, h))
        ax.text(left, h + 10, f"{name}: {w} × {h} px", va="bottom")
        left += w + 60
    ax.set(xlim=(0, left - 60), ylim=(-5, height + 50), aspect="equal")
    ax.set_axis_off()
    data = pd.DataFrame(sizes, columns=["what", "width_px", "height_px"])
    data["share"] = data.width_px * data.height_px / (width * height)
    shares = ", ".join(f"{r.what} {r.share:.0%}" for r in data.iloc[1:].itertuples())
    caption = "A frame of {width} × {height} px and what is left of its pixels for a network: {shares}."
    numbers = {"width": width, "height": height, "shares": shares}
    return Drawing(fig, data, "What a network gets", "model", caption, numbers)


def stem_share(costs: pd.DataFrame, records: Mapping[str, Mapping[str, pd.Series]]) -> Drawing:
    """Share of a network's time that lies below each split, here and in the study's records.

    costs: as `segment_costs`, with network and stem_share. records: beginning of a network's name → name of the record
    → shares from the input (0) to the output (1).
    """
    groups = [(str(name), part) for name, part in costs.groupby("network", sort=False)]
    fig, axes = small_multiples(len(groups), size=(4.8, 4.2))
    halves = []
    for ax, (name, part) in zip(axes, groups, strict=True):
        recorded = next((found for start, found in records.items() if name.startswith(start)), {})
        lines = {"here": pd.concat([part.stem_share, pd.Series([1.0])]), **recorded}
        for (label, shares), (colour, style) in zip(lines.items(), ((HERE, "o-"), *RECORDS), strict=False):
            passed = np.linspace(0, 100, len(shares))
            ax.plot(passed, shares, style, ms=3.5, color=colour, label=label)
            halves.append(f"{called(name)}, {label}: {np.interp(0.5, shares, passed):.0f}%")
        ax.set(title=called(name), xlabel="split points passed (%)", ylim=(0, 1.02))
    axes[0].set_ylabel("share of the network's time below")
    shared_legend(fig, axes)
    caption = (
        "All segments of a network take {totals} here, with cold caches {cold}. Half of the time lies below: {halves} "
        "of the split points."
    )
    took = lambda column: ", ".join(f"{part[column].sum():.1f} ms ({called(name)})" for name, part in groups)
    numbers = {"totals": took("segment_ms"), "cold": took("cold_ms"), "halves": "; ".join(halves)}
    return Drawing(fig, costs, "Share of the time below each split", ("measured", "published"), caption, numbers)


def throughput_by_split(measured: pd.DataFrame, record: pd.DataFrame) -> Drawing:
    """Frame rate against share of layers, a line per number of applications: ours (`throughput`) and the record's."""
    counts = sorted(measured.applications.unique())
    ours = {f"{called(str(n))}, here": part for n, part in measured.groupby("network", sort=False)}
    names = {"n_apps": "applications", "task_fps": "fps"}
    panels = ours | {"InceptionV3, record": record.rename(columns=names)}
    fig, axes = small_multiples(len(panels), size=(3.7, 4.2))
    for ax, (title, part) in zip(axes, panels.items(), strict=True):
        part = part[part.applications.isin(counts)]
        curves(ax, part, "percent_shared", "fps", "applications", style="o-", among=counts, ms=3.5)
        ax.set(title=title, xlabel="% of layers shared")
    low, high = pd.concat([measured.fps, record.task_fps]).agg(["min", "max"])
    log_ticks(axes[0], [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500) if low <= t <= high], "y")
    axes[0].set_ylabel("frames/s of each application")
    shared_legend(fig, axes, title="applications")
    n = max(counts)
    most = [(title, part[part.applications == n]) for title, part in panels.items()]
    gains = ", ".join(f"{line.fps.iloc[-1] / line.fps.iloc[0]:.1f} ({title})" for title, line in most if len(line))
    spread = ((measured.q75_ms - measured.q25_ms) / measured.median_ms).median()
    alone = {title: part[part.applications == min(counts)].fps for title, part in ours.items()}
    drift = ", ".join(f"{fps.max() / fps.min():.2f} times ({title})" for title, fps in alone.items())
    caption = (
        "With {n} applications full sharing gives this many times the frame rate of none: {gains}. By arithmetic it is "
        "at most {n}: what is more is no gain of sharing, but caches that {n} networks fill, or other work on the "
        "machine (half of the repeats of one measurement lie within {spread:.0%} of each other; the highest frame rate "
        "of {fewest} alone, to whom splits make little difference, is {drift} the lowest)."
    )
    fewest = "one" if min(counts) == 1 else str(min(counts))
    numbers = {"n": n, "gains": gains, "spread": spread, "fewest": fewest, "drift": drift}
    return Drawing(fig, measured, "Less specialised, faster", ("measured", "published"), caption, numbers)
