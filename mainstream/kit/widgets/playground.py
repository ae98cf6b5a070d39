"""The scheduler under the user's hands: applications come and go, the budget moves, the plan answers (notebook 04)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape
from typing import Any

import ipywidgets
import pandas as pd
import traitlets
from matplotlib.figure import Figure

from mainstream.errors import UserError
from mainstream.kit.widgets import plan_view
from mainstream.kit.widgets.playground_controls import Controls, catalogue
from mainstream.package import Events, MPackage
from mainstream.scheduler import App, Problem, Schedule, solve
from mainstream.scheduler.explain import with_more_budget
from mainstream.study.figures import Drawing, label

FLUENT_S = 0.3  # a change that takes longer is made when the slider is let go, not while it moves


class Playground:
    """`box` to be shown by hand; `drawing()`, `figure()`, `table()` and `why()` of the plan for a batch run.

    Args:
        problem: where to start.
        packages: M-Packages that may be added, beside the study's curves (where the problem's device has their splits).
        one_device: units/s of one saturated device (335.5: the study's, in units of its first layer).
        scheduler: the first to plan.
    Raises:
        UserError: no plan for the problem as it is.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        packages: Iterable[MPackage] = (),
        one_device: float = 335.5,
        scheduler: str = "optimal",
    ) -> None:
        self.problem, self.one_device = problem, one_device
        self.catalogue = catalogue(problem, packages)
        self.plan: Schedule
        self.planned: Problem  # what `plan` and the picture belong to: the last problem that had a plan
        self.redraw_ms = 0.0  # drawing alone, of the last change
        self._richer: pd.DataFrame | None = None
        self._canvas = plan_view.PlanView(one_device)
        self.controls = Controls(problem, self.catalogue, one_device, scheduler)
        self.message, self.tables, self.image = ipywidgets.HTML(), ipywidgets.HTML(), self._canvas.image
        self.box = ipywidgets.VBox([*self.controls.rows, self.message, self.image, self.tables])
        self._plan()
        self._listen()

    # -- what it shows ----------------------------------------------------------------------------------------------
    def figure(self) -> Figure:
        """The tree and its cost, as they are now."""
        return self._canvas.figure

    def table(self) -> pd.DataFrame:
        """The plan (`plan_view.plan_table`)."""
        return plan_view.plan_table(self.planned, self.plan)

    def why(self) -> pd.DataFrame:
        """Each application's best next move, and its optimal plan with and without 10% more budget."""
        return plan_view.why_table(self.planned, self.plan, self._richer)

    def drawing(self) -> Drawing:
        """The figure with the plan's conclusion, to be kept."""
        p = self.plan
        text = (
            "{system} gives {n} applications a mean Event-F1 of {f1:.3f} for {cost:.1f} of {budget:.4g} units/s. {move}"
        )
        numbers = {"system": label(p.scheduler), "n": len(p.units), "f1": p.mean_f1, "cost": p.cost,
                   "budget": p.budget, "move": plan_view.best_move(self.planned, p)}  # fmt: skip
        return Drawing(self.figure(), self.table(), "The plan, who pays, and the next move", "published", text, numbers)

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
            self._say(
                f"{_reason(self.problem, self.controls.scheduler.value, e)} The last plan stays below.", wrong=True
            )

    def _plan(self) -> None:
        start = time.perf_counter()
        self.plan, self.planned, self._richer = solve(self.problem, self.controls.scheduler.value), self.problem, None
        self._show()  # what more budget would change comes after it: a second problem to be solved
        self._richer = with_more_budget(self.problem, self.plan if self.plan.scheduler == "optimal" else None)
        self._tables()
        self.controls.budget.continuous_update = time.perf_counter() - start < FLUENT_S

    def _replace(self, **changes: Any) -> None:
        self.problem = self.problem.model_copy(update=changes)
        if list(self.controls.leaving.options) != (names := [a.name for a in self.problem.apps]):
            self.controls.leaving.options = names
        self.update()

    def _show(self) -> None:
        start = time.perf_counter()
        self._canvas.show(self.planned, self.plan)
        self.redraw_ms = (time.perf_counter() - start) * 1000
        p = self.plan
        gap = "" if p.gap is None else f", proven gap {p.gap:.1g}"
        self._say(
            f"Mean F1 {p.mean_f1:.4f} (least {min(u.f1 for u in p.units):.3f}), cost {p.cost:.1f} of {p.budget:.4g} "
            f"units/s ({p.cost / self.one_device:.0%} of a device){gap}; planned in {p.seconds:.2f} s."
        )
        self._tables()

    def _tables(self) -> None:
        why = plan_view.why_html(self.why(), self.planned, self.plan)
        self.tables.value = (
            f"{plan_view.plan_html(self.table())}<p style='margin:8px 0 2px'><b>Why this plan?</b> "
            f"{escape(plan_view.best_move(self.planned, self.plan))}</p>{why}"
        )

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.message.value = f'<b style="color:{"#D55E00" if wrong else "inherit"}">{escape(text)}</b>'

    # -- the controls -----------------------------------------------------------------------------------------------
    def _listen(self) -> None:
        c = self.controls
        c.scheduler.observe(lambda _: self.update(), "value")
        c.objective.observe(lambda change: self._replace(objective=change["new"]), "value")
        c.budget.observe(lambda change: self._replace(budget=change["new"]), "value")
        percent = 100 / self.one_device
        both = (lambda units: round(units * percent, 1), lambda share: share / percent)
        traitlets.link((c.budget, "value"), (c.share, "value"), transform=both)
        c.remove.on_click(lambda _: self.remove(c.leaving.value))
        c.add.on_click(
            lambda _: self.add(
                c.entry.value, event_length_s=c.length.value, event_frequency=c.frequency.value,
                correlation=c.correlation.value,
            )
        )  # fmt: skip


def _reason(problem: Problem, scheduler: str, error: UserError) -> str:
    """Why there is no plan, with what would help."""
    if "below the cheapest" not in str(error):
        return f"{scheduler} finds no plan within {problem.budget:.4g} units/s: {error}."
    what, _, price = str(error).partition(" is below ")[2].partition(", which costs ")
    return f"A budget of {problem.budget:.4g} units/s is too small: {what} costs {float(price):.4g}."
