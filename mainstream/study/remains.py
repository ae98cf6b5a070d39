"""What remains of the claims: correction by correction, as ratios, where they pass a level, in words (notebook 05)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mainstream.study import published, sweep

BASELINES = ("no_sharing", "max_sharing")


def corrections(steps: Mapping[str, pd.DataFrame], derived: pd.DataFrame) -> pd.DataFrame:
    """Recorded schedules step by step (`published.headline_rows`), then ours (`experiments.rederive_headline`).

    Returns: step, system, n_apps, f1 (of means), f1_mean, recall, precision; of ours the steps are '3 greedy' and
    '3 optimal', each beside the same baselines.
    """
    columns = ["step", "system", "n_apps", "f1", "f1_mean", "recall", "precision"]
    parts = [rows.assign(step=step)[columns] for step, rows in steps.items()]
    for name in ("greedy", "optimal"):
        ours = derived[derived.system.isin([name, *BASELINES])].replace({"system": {name: "mainstream"}})
        parts.append(ours.assign(step=f"3 {name}")[columns])
    return pd.concat(parts, ignore_index=True)


def over(f1: Any) -> pd.DataFrame:
    """Mainstream's ratio to each baseline, of a table with a column per system."""
    return pd.DataFrame({f"over {base}": f1.mainstream / f1[base] for base in BASELINES})


def headline_table(ratios: Any, recorded: Any) -> Any:
    """Both ratios by number of applications, a column per step, the recorded ones first: columns (baseline, step)."""
    record = pd.concat({"recorded": recorded[list(ratios)]}, names=["step"])
    table = pd.concat([record, ratios.rename_axis(["step", "n_apps"])]).unstack("step")
    order = ["recorded", *sorted(set(ratios.index.get_level_values(0)))]
    return table[[(column, step) for column in ratios for step in order]]


def flat(table: Any) -> pd.DataFrame:
    """`headline_table` with one name per column, 'no_sharing: recorded', as it is kept."""
    named = table.set_axis([f"{column.split()[1]}: {step}" for column, step in table.columns], axis=1)
    return named.reset_index()


def sweep_views(fresh: pd.DataFrame) -> dict[str, Any]:
    """The later sweep at a budget of 150, mean F1 by n_apps and system: recorded, in both forms, and ours (fresh)."""
    record = published.table("sweep_7apps").query("budget == 150 and scheduler == 'greedy'")
    views: dict[str, Any] = {"recorded": record.pivot(index="n_apps", columns="system", values="mean_f1")}
    for form in ("as_published", "consistent"):
        rows = sweep.rows(150, form=form)
        views[form] = rows.groupby(["n_apps", "system"]).f1.mean().unstack()
    ours = fresh.groupby(["n_apps", "system"]).f1_mean.mean().unstack()
    return views | {f"ours, {name}": ours.rename(columns={name: "mainstream"}) for name in ("greedy", "optimal")}


def sweep_ratios(views: Mapping[str, Any]) -> pd.DataFrame:
    """`over` of every view: view, n_apps, over no_sharing, over max_sharing."""
    table = pd.concat({name: over(v) for name, v in views.items()}, names=["view"]).reset_index()
    return table[table.n_apps.isin(views["as_published"].index)]


def in_hindsight(best: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Executed ratios, those of schedules made in hindsight, and what the model promised (index: n_apps)."""
    return pd.DataFrame({
        "over no_sharing": best.over_no_sharing, "in hindsight": known.over_no_sharing,
        "promised": best.model_over_no_sharing, "over max_sharing": best.over_max_sharing,
        "in hindsight ": known.over_max_sharing, "promised ": best.model_over_max_sharing,
    })  # fmt: skip


def below_one(best: Any, known: Any) -> pd.DataFrame:
    """Over each baseline: at how many numbers of applications the ratio is below 1, which is lowest, and for sure."""
    rows = []
    for base in BASELINES:
        value, high = best[f"over_{base}"], best[f"over_{base}_high"]
        under = value[value < 1 - 1e-9]
        rows.append({
            "over": base, "below 1": f"{len(under)} of {len(value)}", "lowest": value.min(),
            "its hindsight": known[f"over_{base}"][value.idxmin()], "interval wholly below 1": int((high < 1).sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)


def in_words(ratios: Any, later: pd.DataFrame) -> str:
    """What remains of 28X, 71%, 87X and 47%. ratios: index (step, n_apps); later: `sweep_ratios`."""
    many = lambda step, n: f"{ratios.loc[(step, n), 'over no_sharing']:.2f}"
    percent = lambda value: f"{100 * value - 100:.0f}%"
    few = lambda step: percent(ratios.loc[(step, 2), "over max_sharing"])
    view: Any = later.set_index(["view", "n_apps"]).loc["consistent"]
    zero, one, two, three = "0 as published", "1 one stream", "2 consistent units", "3 optimal"
    return f"""\
28X, over No Sharing at 32 applications: {many(zero, 32)} as published, {many(one, 32)} with one stream rate and every
rate at its own application, {many(two, 32)} in consistent units. At 4 and 8 applications the recorded Mainstream
schedules are then at {many(two, 4)} and {many(two, 8)} of No Sharing; derived anew under the consistent model and one
budget, at {many(three, 4)} and {many(three, 8)}, and at {many(three, 32)} with 32.
71%, over Max Sharing at 2 applications: {few(zero)} as published, {few(two)} in consistent units, {few(three)} anew.
In consistent units, 47% is {percent(view["over max_sharing"][2])} and 87X is {view["over no_sharing"][25]:.1f}X."""
