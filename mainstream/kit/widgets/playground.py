"""The scheduler under the user's hands: applications come and go, the budget moves, the plan answers (notebook 04)."""

from html import escape
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd

from mainstream.errors import UserError
from mainstream.kit.widgets.shown import html_table, png
from mainstream.package import Events, MPackage
from mainstream.scheduler import SCHEDULERS, App, Problem, Schedule, solve
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.explain import cost_shares, next_moves, with_more_budget
from mainstream.scheduler.problem import OBJECTIVES
from mainstream.study import published
from mainstream.study.figures import Drawing, label
from mainstream.study.figures.diagrams import planned


class Playground:
    """`box` to be shown by hand; `drawing()`, `table()` and `why()` of the plan for a batch run; `figure`: its tree.

    problem: where to start. The study's curves may be added, where its device has their splits.
    Raises `UserError`: no plan for the problem as it is.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem, self.catalogue = problem, catalogue(problem)
        self.controls = controls(problem, list(self.catalogue))
        self.message, self.image, self.tables = ipywidgets.HTML(), ipywidgets.Image(format="png"), ipywidgets.HTML()
        self.image.layout.align_self = "flex-start"  # never blown up to the width of the page
        self._plan()
        c = self.controls
        c["scheduler"].observe(lambda _: self.update(), "value")
        c["objective"].observe(lambda change: self._replace(objective=change["new"]), "value")
        c["budget"].observe(lambda change: self._replace(budget=change["new"]), "value")
        c["remove"].on_click(lambda _: self.remove(c["leaving"].value))
        c["add"].on_click(lambda _: self.add(
            c["entry"].value, event_length_s=c["length"].value, event_frequency=c["frequency"].value,
            correlation=c["correlation"].value,
        ))  # fmt: skip
        rows = (["scheduler", "objective"], ["budget"], ["leaving", "remove"],
                ["entry", "length", "frequency", "correlation", "add"])  # fmt: skip
        boxes = [ipywidgets.HBox([c[name] for name in row], layout={"flex_flow": "row wrap"}) for row in rows]
        self.box = ipywidgets.VBox([*boxes, self.message, self.image, self.tables])

    # -- what it shows ----------------------------------------------------------------------------------------------
    def table(self) -> pd.DataFrame:
        """One row per application: its events, its split, rate and votes, what they give, and what it answers for.

        Columns: app, event_length_s, event_frequency, correlation, split, fps, x_vote, f1, recall, precision, cost
        (units/s, `explain.cost_shares`), cost_share; zone, where there are several.
        """
        events = ["event_length_s", "event_frequency", "correlation"]
        rows = [
            {"app": u.app, **{e: getattr(a, e) for e in events}, **u.__dict__}
            for a, u in zip(self.planned.apps, self.plan.units, strict=True)
        ]
        costs = cost_shares(self.planned, self.plan.choices)
        table = pd.DataFrame(rows).assign(cost=costs, cost_share=costs / costs.sum())
        return table if self.planned.zone.any() else table.drop(columns="zone")

    def why(self) -> pd.DataFrame:
        """Each application's best next move, and its optimal plan with and without 10% more budget."""
        richer = self._richer.rename(columns={"f1": "f1_optimal"}).drop(columns="app")
        return next_moves(self.planned, self.plan.choices).merge(
            richer, left_index=True, right_index=True, suffixes=("", "_optimal")
        )

    def drawing(self) -> Drawing:
        """The figure with the plan's conclusion, to be kept."""
        p = self.plan
        text = (
            "{system} gives {n} applications a mean Event-F1 of {f1:.3f} for {cost:.1f} of {budget:.4g} units/s. {move}"
        )
        numbers = {"system": label(p.scheduler), "n": len(p.units), "f1": p.mean_f1, "cost": p.cost,
                   "budget": p.budget, "move": best_move(self.planned, p)}  # fmt: skip
        return Drawing(self.figure, self.table(), "The plan, who pays, and the next move", "published", text, numbers)

    # -- what can be done to it -------------------------------------------------------------------------------------
    def add(self, entry: str, *, event_length_s: float, event_frequency: float, correlation: float) -> None:
        """One more application of the catalogue, with these events; its name gets a number of its own."""
        events = Events(length_s=event_length_s, frequency=event_frequency, correlation=(correlation,))
        package = self.catalogue[entry].model_copy(update={"events": events})
        taken, number = {a.name for a in self.problem.apps}, len(self.problem.apps) + 1
        while (name := f"{package.application}-{number}") in taken:
            number += 1
        self._replace(apps=(*self.problem.apps, App.from_package(package, name=name)))

    def remove(self, name: str) -> None:
        """One application less; the last one stays."""
        if len(self.problem.apps) == 1:
            self._say(f"{name} is the last application: add another before it goes.", wrong=True)
            return
        self._replace(apps=tuple(a for a in self.problem.apps if a.name != name))

    def update(self) -> None:
        """Plans anew and shows the plan; where there is none, says why and leaves the last one."""
        try:
            self._plan()
        except UserError as e:
            self._say(f"{self.controls['scheduler'].value} finds no plan: {e}. The last plan stays below.", wrong=True)

    def _plan(self) -> None:
        """`plan`, and `planned`: the problem that it and the picture belong to."""
        self.plan, self.planned = solve(self.problem, self.controls["scheduler"].value), self.problem
        self._richer = with_more_budget(self.problem, self.plan if self.plan.scheduler == "optimal" else None)
        p, gap = self.plan, "" if self.plan.gap is None else f", proven gap {self.plan.gap:.1g}"
        self._say(
            f"Mean F1 {p.mean_f1:.4f} (least {min(u.f1 for u in p.units):.3f}), cost {p.cost:.1f} of {p.budget:.4g} "
            f"units/s ({p.cost / published.ONE_DEVICE:.0%} of a device){gap}; planned in {p.seconds:.2f} s."
        )
        self.figure = planned(self.planned, p)
        self.image.value = png(self.figure)
        self.tables.value = (
            f"{html_table(self.table())}<p style='margin:8px 0 2px'><b>Why this plan?</b> "
            f"{escape(best_move(self.planned, p))} More budget: 10%, planned by optimal.</p>"
            f"{html_table(self.why())}"
        )

    def _replace(self, **changes: Any) -> None:
        self.problem = self.problem.model_copy(update=changes)
        self.controls["leaving"].options = [a.name for a in self.problem.apps]
        self.update()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.message.value = f'<b style="color:{"#D55E00" if wrong else "inherit"}">{escape(text)}</b>'


def controls(problem: Problem, entries: list[str]) -> dict[str, Any]:
    """The playground's widgets by name; the budget goes from below the cheapest plan to a whole device."""
    now, least = problem.budget, 0.5 * cost(problem, cheapest(problem))
    look: dict[str, Any] = {"style": {"description_width": "95px"}, "layout": {"width": "236px"}}
    return {
        "scheduler": ipywidgets.Dropdown(options=list(SCHEDULERS), value="optimal", description="scheduler"),
        "objective": ipywidgets.Dropdown(options=OBJECTIVES, value=problem.objective, description="objective"),
        "budget": ipywidgets.FloatSlider(
            now, min=min(least, now), max=max(published.ONE_DEVICE, now), step=0.5, description="budget (units/s)",
            style={"description_width": "110px"}, layout={"width": "520px"}, readout_format=".1f",
            continuous_update=False,
        ),
        "leaving": ipywidgets.Dropdown(options=[a.name for a in problem.apps], description="leaving"),
        "remove": ipywidgets.Button(description="Remove", layout={"width": "90px"}),
        "entry": ipywidgets.Dropdown(options=entries, description="joining"),
        "length": ipywidgets.FloatLogSlider(
            1.0, min=-2, max=3, step=0.05, description="length L (s)", readout_format=".2f", **look
        ),
        "frequency": ipywidgets.FloatSlider(0.2, min=0.001, max=0.999, step=0.01, description="frequency π", **look),
        "correlation": ipywidgets.FloatSlider(0.3, min=0, max=0.999, step=0.05, description="correlation ρ", **look),
        "add": ipywidgets.Button(description="Add", disabled=not entries, layout={"width": "90px"}),
    }  # fmt: skip


def catalogue(problem: Problem) -> dict[str, MPackage]:
    """What can be added: the study's 2018-05 curves, those whose splits the device has."""
    known, has = published.mpackages(published.SWEEP_VINTAGE), set(problem.device.split)
    return {app: p for app, p in known.items() if has >= {s.split for s in p.splits}}


def best_move(problem: Problem, plan: Schedule) -> str:
    """The next move that would buy most, and whether it fits, in a sentence."""
    moves = next_moves(problem, plan.choices)
    if moves.gain.isna().all():
        return "No application would do better elsewhere: more budget buys nothing here."
    best = moves.iloc[int(np.nanargmax(moves.per_cost))]
    left = max(problem.budget - plan.cost, 0.0)
    price = f"for {best.added_cost:.3g} units/s" if best.added_cost > 0 else f"and save {-best.added_cost:.3g} units/s"
    fits = "it fits" if best.affordable else f"it does not fit into the {left:.3g} left"
    move = f"{best.app} to split {best.split:g} at {best.fps:g}/s"
    return f"The best next move, {move}, would gain {best.gain:.2g} F1 {price}; {fits}."
