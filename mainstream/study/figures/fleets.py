"""Figures of cameras that share a box, and of tenants that share a camera fairly (notebook 08)."""

from itertools import cycle

import numpy as np
import pandas as pd

from mainstream.data.recorded import groups
from mainstream.study.figures.look import COLOURS, log_ticks, shades, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing
from mainstream.study.pooling import price
from mainstream.study.published import ONE_DEVICE

RULES = {"equal": "#8C6D31", "by size": "#7B4EA3", "marginal gains": "#D6437F", "pooled": COLOURS["optimal"]}


def pooling(of_cameras: pd.DataFrame, data: pd.DataFrame, step: float) -> Drawing:
    """What a budget buys on each camera; rules that divide a fleet's budget: their means, what the best division wins.

    of_cameras: of `pooling.curve_table`, budgets in steps of `step` units/s. data: of `pooling.compared`.
    """
    fig, [camera, left, right] = small_multiples(3, size=(4.1, 3.8), sharex=False, sharey=False)
    lumps = [int((np.diff(np.diff(part.f1)) > 1e-6).sum()) for _, part in of_cameras.groupby("camera")]
    for colour, (n, some) in zip(shades(of_cameras.n_apps.nunique()), of_cameras.groupby("n_apps"), strict=True):
        for k, (_, part) in enumerate(some.groupby("camera")):
            camera.step(part.budget, part.f1, where="post", color=colour, lw=1.3, label=f"{n}" if k == 0 else None)
    camera.set(xlabel="budget of a camera (units/s)", ylabel="mean Event-F1", xlim=(0, 150), title="Each camera")
    camera.legend(title="applications", loc="lower right", ncols=2)
    wide = data.pivot(index=["fleet", "budget"], columns="rule", values="f1")
    won = wide.rsub(wide.pooled, axis=0)
    for k, (rule, colour) in enumerate(RULES.items()):
        mean, gain = wide[rule].groupby("budget").mean(), won[rule].groupby("budget").mean()
        left.plot(mean.index / ONE_DEVICE, mean, "o-", color=colour, label=rule, lw=3 - 0.6 * k)
        if rule != "pooled":
            beside = 1.05 ** (k - 1) / ONE_DEVICE
            right.plot(won.index.get_level_values("budget") * beside, won[rule], "o", color=colour, ms=3, alpha=0.35)
            right.plot(gain.index * beside, gain, "_", color=colour, ms=12, mew=2.5)
    for ax in (left, right):
        log_ticks(ax, sorted((data.budget / ONE_DEVICE).round(2).unique()))
        ax.set_xlabel("budget of the fleet (devices)")
    left.set(ylabel="mean Event-F1", title=f"{data.fleet.nunique()} fleets")
    right.set(ylabel="pooled − rule (Event-F1)", title="What pooling wins (bars: means)")
    shared_legend(fig, [left])
    over = won.equal.groupby("budget").mean().rename(lambda budget: budget / ONE_DEVICE)
    slack = (data.bound - data.f1)[data.rule == "pooled"]
    caption = (
        "{lumpy} of {cameras} curves are not concave: at {least} to {lumps} budgets the next {step:g} units buy more "
        "than the last did. Over equal parts pooling wins {most:.4f} Event-F1 on average where it wins most ({at:.2f} "
        "devices; {single:.4f} for one fleet) and {last:.4f} at {end:.2f}. Marginal gains are {behind:.4f} below "
        "pooling at worst, and below equal parts in {below:.0%} of cases. A division off the grid could be "
        "{slack:.4f} better at most (proven)."
    )
    numbers = {"lumpy": sum(n > 0 for n in lumps), "cameras": len(lumps), "least": min(lumps), "lumps": max(lumps),
               "step": step, "most": over.max(), "at": over.idxmax(), "single": won.equal.max(),
               "last": over.iloc[-1], "end": over.index[-1], "behind": won["marginal gains"].max(),
               "slack": slack.max(), "below": (wide["marginal gains"] < wide.equal - 1e-9).mean()}  # fmt: skip
    return Drawing(fig, data, "One budget for a fleet", "published", caption, numbers)


def fair(rows: pd.DataFrame) -> Drawing:
    """Each mix's price of max-min: mean F1 given up against the gain of the least served (`pooling.objectives`)."""
    fig, [ax] = small_multiples(1, size=(6.8, 4.0))
    paid = price(rows)
    shapes = dict(zip(sorted(paid.budget.unique()), cycle("osD^v<>pPX*hd"), strict=False))
    for (name, budget), part in groups(paid, ["scheduler", "budget"]):
        ax.scatter(part.given_up, part.least_gains, color=COLOURS[name], s=30, alpha=0.8, linewidth=0,
                   marker=shapes[budget], label=f"{name}, budget {budget:g}")  # fmt: skip
    reach = max(paid.given_up.max(), 0.01)
    ax.plot([0, reach], [0, reach * rows.n_apps.max()], "k:", lw=0.8, label="as much as the sum of all falls")
    ax.set(xlabel="mean Event-F1 given up", ylabel="Event-F1 that the least served gains")
    ax.set_ylim(paid.least_gains.min() - 0.004, paid.least_gains.max() + 0.02)
    ax.legend(fontsize=8)
    share = rows[rows.scheduler == "optimal"].groupby("objective").least_share.mean()
    best = paid[paid.scheduler == "optimal"].set_index("budget")[["given_up", "least_gains"]]
    said = ", ".join(f"{r.given_up:.4f} mean F1 for {r.least_gains:+.4f} of the least served (budget {b:g})"
                     for b, r in best.groupby("budget").mean().iterrows())  # fmt: skip
    caption = (
        "By the optimal scheduler max-min gives up {said}; in {same} of {mixes} cases it changes neither (all at the "
        "origin). The one furthest from its own best gets {share:.3f} of it under the mean, {fair_share:.3f} under "
        "max-min."
    )
    numbers = {"said": said, "same": (best < 1e-6).all(axis=1).sum(), "mixes": len(best),
               "share": share["mean"], "fair_share": share["max-min"]}  # fmt: skip
    return Drawing(fig, rows, "The price of fairness", "published", caption, numbers)
