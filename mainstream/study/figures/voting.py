"""Figures of X-voting: the record, what votes do at one rate, X fixed, tuned in time, and for each (notebook 06)."""

from itertools import product

import pandas as pd
from matplotlib.axes import Axes

from mainstream.data.recorded import groups, records
from mainstream.study.figures.look import curves, label, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing


def record(data: pd.DataFrame) -> Drawing:
    """Recorded schedules by both forms of the model (lines), and as recorded (rings).

    data: of `experiments.x_voting_record`, with its form: app, form, x_vote, n_apps, f1, recorded_f1.
    """
    panels = list(product(data.app.unique(), data.form.unique()))
    fig, axes = small_multiples(len(panels), columns=2, size=(4.7, 3.0))
    for ax, (app, form) in zip(axes, panels, strict=True):
        rows = data[(data.app == app) & (data.form == form)]
        curves(ax, rows, "n_apps", "f1", "x_vote", "X = {}")
        if form == "as_published":
            ax.plot(rows.n_apps, rows.recorded_f1, "o", mfc="none", mec="0.25", ms=4.5, mew=0.7, label="the record")
        ax.set(title=f"{app}, {label(form)}", ylim=(0, 1))
    _outer(axes, "applications", "Event-F1 (of means)")
    shared_legend(fig, axes)
    theirs = data[data.form == "as_published"].reset_index(drop=True)
    best = theirs.loc[theirs.groupby(["app", "n_apps"], sort=False).recorded_f1.idxmax()]
    said = []
    for app, rows in groups(best, "app"):
        first, last = records(rows.sort_values("n_apps").iloc[[0, -1]])
        said.append(f"for {app} X = {first.x_vote} with {first.n_apps} and X = {last.x_vote} with {last.n_apps}")
    caption = "In the record the best X changes with the number of applications: " + ", ".join(said) + "."
    return Drawing(fig, data, "X-voting, recorded and modelled", "published", caption, {})


def by_rate(data: pd.DataFrame) -> Drawing:
    """Event-F1 of one application over its rate, for every X. data: app, x_vote, fps, f1."""
    fig, axes = small_multiples(data.app.nunique(), size=(4.7, 3.3))
    said = []
    for ax, (app, rows) in zip(axes, data.groupby("app", sort=False), strict=True):
        curves(ax, rows, "fps", "f1", "x_vote", "X = {}")
        best = rows.reset_index(drop=True)
        best = best.loc[best.groupby("fps").f1.idxmax()]
        ax.plot(best.fps, best.f1, ".", color="black", ms=5, label="best X", zorder=3)
        ax.set(title=app, ylim=(0, 1.02))
        few, many = records(best.iloc[[0, -1]])
        said.append(f"{app}: X = {few.x_vote} at {few.fps:g}/s, X = {many.x_vote} at {many.fps:g}/s")
    _outer(axes, "analysed frames/s", "Event-F1")
    shared_legend(fig, axes)
    caption = "The best X rises with the rate. " if _rises(data) else "The best X by rate. "
    return Drawing(fig, data, "Votes need looks", "published", caption + "; ".join(said) + ".", {})


def _rises(data: pd.DataFrame) -> bool:
    """Does the best X of every application rise with the rate, and never fall?"""
    wide = data.pivot(index=["app", "fps"], columns="x_vote", values="f1").idxmax(axis=1)
    return all(x.is_monotonic_increasing and x.iloc[0] < x.iloc[-1] for _, x in wide.groupby("app"))


def frontier(data: pd.DataFrame, tuned: pd.DataFrame) -> Drawing:
    """Optimal schedules, X the same for all (lines) or chosen for each application (dots); the best X for ever, thick.

    data: of `experiments.x_voting`. tuned: by (app, n_apps): "one X for ever", "one X at a time", "an X each".
    """
    fig, axes = small_multiples(data.app.nunique(), size=(4.7, 3.5))
    for ax, app in zip(axes, data.app.unique(), strict=True):
        curves(ax, data[(data.app == app) & (data.x_vote > 0)], "n_apps", "f1", "x_vote", "X = {}")
        mine = tuned.loc[app]
        ax.plot(mine.index, mine["one X for ever"], color="0.5", lw=5, alpha=0.35, zorder=0, label="one X for ever")
        ax.plot(mine.index, mine["an X each"], "o", color="black", ms=5, mfc="white", label="an X each")
        ax.set(title=app, ylim=(0, 1.02))
    _outer(axes, "applications", "mean Event-F1")
    shared_legend(fig, axes, ncols=5)
    time, each = (tuned[b] - tuned[a] for a, b in zip(tuned.columns, tuned.columns[1:], strict=False))
    caption = (
        "Changing X as applications come, for all alike, is worth {time:.3f} Event-F1 on average over these numbers of "
        "applications and up to {time_most:.2f} ({time_at[0]}, {time_at[1]} of them); an X for each application adds "
        "{each:.3f} to that, up to {each_most:.2f} ({each_at[0]}, {each_at[1]})."
    )
    numbers = {"time": time.mean(), "time_most": time.max(), "time_at": time.idxmax(),
               "each": each.mean(), "each_most": each.max(), "each_at": each.idxmax()}  # fmt: skip
    return Drawing(fig, data, "X fixed, tuned in time, tuned for each", "published", caption, numbers)


def _outer(axes: list[Axes], xlabel: str, ylabel: str) -> None:
    """Labels on the outside only."""
    for ax in axes:
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.label_outer()
