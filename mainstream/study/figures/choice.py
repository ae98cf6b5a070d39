"""The figures of notebook 04: share or specialise, greedy's moves, budgets, and what a proof costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mainstream.package import MPackage
from mainstream.scheduler import Device
from mainstream.study.figures.look import COLOURS, LABELS, colour_of, lines, log_ticks, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing
from mainstream.study.published import ONE_DEVICE

KINDS = {"specialise": "#555555", "look more often": "#C44E52"}  # of greedy's moves; no system's colour
FREE = 1e-6  # units/s: what a move may cost and still be called free
LEVEL = 0.001  # F1: systems that are as good as each other


def trade_off(device: Device, packages: Mapping[str, MPackage], counts: Sequence[int] = (1, 2, 4, 8)) -> Drawing:
    """Frames/s that each of n applications gets of one device, and per-frame accuracy, both against the split point."""
    fig, (speed, right) = small_multiples(2, size=(4.6, 3.4), sharey=False)
    stem, tail, split = np.asarray(device.stem), np.asarray(device.tail), np.asarray(device.split)
    rates = {n: ONE_DEVICE / (stem + n * tail) for n in counts}
    for n, rate in rates.items():
        speed.plot(split, rate, "o-", color=str(0.75 - 0.75 * counts.index(n) / len(counts)), label=f"{n}")
    speed.legend(title="applications")
    speed.set(ylabel="frames/s for each", ylim=(0, None), title="Sharing buys frames …")
    accuracy = pd.DataFrame({
        app: {s.split: (s.tpr + 1 - s.fpr) / 2 for s in p.splits} for app, p in packages.items()
    }).sort_index()  # fmt: skip
    for app in accuracy:
        right.plot(accuracy.index, accuracy[app], color=colour_of(str(app)), lw=1, alpha=0.7)
    mean = accuracy.mean(axis=1)
    right.plot(mean, "o-", color="black", label=f"mean of {len(packages)} applications (thin lines)")
    right.legend()
    right.set(ylabel="balanced accuracy of a look", title="… and costs accuracy")
    for ax in (speed, right):
        ax.set_xlabel("split point (frozen layers that are shared)")
    data = pd.DataFrame(rates, index=split).add_prefix("frames/s, ").join(accuracy).reset_index(names="split")
    numbers: dict[str, Any] = {"n": counts[-1], "alone": rates[counts[-1]][0], "shared": rates[counts[-1]][-1],
                               "best": mean.iloc[0], "last": mean.iloc[-1], "head": mean.iloc[-2]}  # fmt: skip
    text = ("With {n} applications one device gives each {alone:.1f} frames/s when nothing is shared and {shared:.0f} "
            "when all but the last layer is; balanced accuracy falls from {best:.2f} to {last:.2f} ({head:.2f} one "
            "split earlier, where the whole head is trained).")  # fmt: skip
    return Drawing(fig, data, "Share or specialise", "published", text, numbers)


def greedy_moves(moves: pd.DataFrame) -> Drawing:
    """Greedy's trace, move by move (columns: app, split, new_split, fps, new_fps, benefit, cost, ratio)."""
    fig, axes = small_multiples(3, columns=1, size=(9.5, 1.7), sharey=False)
    kind = np.where(moves.new_fps > moves.fps, "look more often", "specialise")
    number, free = np.arange(1, len(moves) + 1), moves.cost.to_numpy() <= FREE
    for name, colour in KINDS.items():
        own = kind == name
        for ax, column in zip(axes[:2], ("benefit", "cost"), strict=True):
            ax.bar(number[own], moves[column][own], color=colour, label=name)
        axes[2].plot(number[own & ~free], moves.ratio[own & ~free], "o", color=colour)
    for at in number[free]:
        axes[2].annotate("free", (at, 0.9), xycoords=("data", "axes fraction"), ha="center", fontsize=8)
    dear = moves.iloc[int(moves.cost.argmax())]
    where, what = number[moves.cost.argmax()], f"{dear.app}: {dear.fps:g} → {dear.new_fps:g} looks/s"
    change = what if dear.new_fps > dear.fps else f"{dear.app}: split {dear.split:g} → {dear.new_split:g}"
    side, away = ("right", -0.6) if where > len(moves) / 2 else ("left", 0.6)
    axes[1].text(where + away, dear.cost, change, ha=side, va="top", fontsize=9)
    for ax, name in zip(axes, ("benefit (F1)", "cost (units/s)", "benefit ÷ cost"), strict=True):
        ax.set_ylabel(name)
    axes[2].set(yscale="log", xlabel="move of greedy", xlim=(0.3, len(moves) + 0.7))
    shared_legend(fig, axes[:1])
    rises = int((moves.ratio > moves.ratio.shift() + 1e-12).sum())
    text = (
        "{n} moves, {often} of which buy more looks. The dearest, {change}, costs {most:.3g} units/s. {free} cost "
        "nothing, and {rises} times a move has a better ratio than the one before it."
    )
    numbers = {"n": len(moves), "often": int((kind == "look more often").sum()), "change": change,
               "most": dear.cost, "free": int(free.sum()), "rises": rises}  # fmt: skip
    return Drawing(fig, moves, "Greedy, move by move", "published", text, numbers)


def f1_by_budget(compared: pd.DataFrame) -> Drawing:
    """Mean F1 of every system against the budget; where one cannot run at all, no point is drawn."""
    fig, (ax,) = small_multiples(1, size=(7, 3.8))
    wide = compared.pivot(index="budget", columns="system", values="f1")
    better = wide[["no_sharing", "max_sharing"]].max(axis=1)
    ax.fill_between(wide.index, better, wide.optimal, color=COLOURS["optimal"], alpha=0.12, lw=0)
    lines(ax, compared[compared.feasible], "budget", "f1")
    ax.axvline(ONE_DEVICE, color="0.6", lw=0.8, ls=":")
    ax.text(ONE_DEVICE, 0.03, " one device", color="0.4", fontsize=9)
    log_ticks(ax, [50, 100, 200, 400])
    ax.set(xlabel="budget (units/s)", ylabel="mean Event-F1", ylim=(0, 1.25 * wide.optimal.max()))
    shared_legend(fig, [ax])
    lead = wide.optimal - better
    level = lead.index[::-1][(lead[::-1] < LEVEL).cumprod().astype(bool)]  # from which budget on nothing is left
    text = (
        "The joint choice leads the better baseline (shaded) by {most:.3f} F1 at a budget of {where:.0f}{end}; greedy "
        "is never more than {gap:.4f} F1 below the optimum."
    )
    end = f", and by {lead.iloc[-1]:.3f} at {lead.index[-1]:.0f}"
    if len(level):
        end = f"; from {level[-1]:.0f} on that baseline is as good (within {LEVEL:g})"
    numbers = {"most": lead.max(), "where": lead.idxmax(), "end": end, "gap": (wide.optimal - wide.greedy).max()}
    return Drawing(fig, compared, "Systems against budget", "published", text, numbers)


def time_and_gap(gaps: pd.DataFrame) -> Drawing:
    """What greedy leaves and what the proof costs, a dot per problem (columns: n_apps, gap, greedy_s, optimal_s)."""
    fig, (left, right) = small_multiples(2, size=(4.4, 3.4), sharey=False)
    sizes = sorted(gaps.n_apps.unique())
    place = gaps.n_apps.map(sizes.index) + np.linspace(-0.2, 0.2, len(gaps))[np.argsort(np.arange(len(gaps)) % 7)]
    left.plot(place, gaps.gap, "o", color=COLOURS["greedy"], alpha=0.6)
    for name in ("greedy", "optimal"):
        right.plot(place, gaps[f"{name}_s"] * 1000, "o", color=COLOURS[name], alpha=0.6, label=LABELS[name])
    left.set(xlabel="applications", ylabel="optimal − greedy (F1)", title="What greedy leaves")
    right.set(xlabel="applications", ylabel="milliseconds", yscale="log", title="What certainty costs")
    right.yaxis.set_major_formatter("{x:g}")
    left.set_xticks(range(len(sizes)), [str(n) for n in sizes])
    right.legend()
    at_most = gaps[gaps.n_apps == sizes[-1]]
    text = (
        "Greedy loses {mean:.4f} F1 on average and {worst:.4f} at worst over {n} random problems, and is at the "
        "optimum in {exact} of them; the proof takes a median of {proof:.2f} s for {most} applications."
    )
    numbers = {"mean": gaps.gap.mean(), "worst": gaps.gap.max(), "n": len(gaps), "exact": int((gaps.gap < 1e-6).sum()),
               "proof": at_most.optimal_s.median(), "most": sizes[-1]}  # fmt: skip
    return Drawing(fig, gaps, "Greedy against the proof", "published", text, numbers)
