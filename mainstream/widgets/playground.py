"""The scheduler under the user's hands: applications come and go, the budget moves, the plan answers (notebook 04)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape
from typing import Any

import ipywidgets
import pandas as pd
from matplotlib.figure import Figure

from mainstream import published
from mainstream.errors import UserError
from mainstream.package import Events, MPackage
from mainstream.scheduler import App, Problem, Schedule, solve
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.explain import with_more_budget
from mainstream.scheduler.problem import OBJECTIVES
from mainstream.widgets import plan_view

SCHEDULERS = ("optimal", "greedy", "greedy_as_published", "max_sharing", "no_sharing")
FLUENT_S = 0.3  # a change that takes longer is made when the slider is let go, not while it moves


class Playground:
    """`box` to be shown by hand; `figure()`, `table()`, `why()` and `caption()` of the plan for a batch run.

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
        self.catalogue = _catalogue(problem, packages)
        self.plan: Schedule
        self.planned: Problem  # what `plan` and the picture belong to: the last problem that had a plan
        self.redraw_ms = 0.0  # drawing alone, of the last change
        self._richer: pd.DataFrame | None = None
        self._held = False
        self._canvas = plan_view.PlanView(one_device)
        self._make_controls(scheduler)
        self.message, self.tables, self.image = ipywidgets.HTML(), ipywidgets.HTML(), self._canvas.image
        self.box = ipywidgets.VBox([*self._rows(), self.message, self.image, self.tables])
        self._known_package()
        self._plan()

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

    def caption(self) -> str:
        """The plan's conclusion."""
        p, n = self.plan, len(self.plan.units)
        return (
            f"{p.scheduler} gives {n} applications a mean Event-F1 of {p.mean_f1:.3f} for {p.cost:.1f} of "
            f"{p.budget:.4g} units/s. {plan_view.best_move(self.planned, p)}"
        )

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
            self._say(f"{_reason(self.problem, self.scheduler.value, e)} The last plan stays below.", wrong=True)

    def _plan(self) -> None:
        start = time.perf_counter()
        self.plan, self.planned, self._richer = solve(self.problem, self.scheduler.value), self.problem, None
        self._show()  # what more budget would change comes after it: a second problem to be solved
        self._richer = with_more_budget(self.problem, self.plan if self.plan.scheduler == "optimal" else None)
        self._tables()
        self.budget.continuous_update = time.perf_counter() - start < FLUENT_S

    def _replace(self, **changes: Any) -> None:
        self.problem = self.problem.model_copy(update=changes)
        if list(self.leaving.options) != (names := [a.name for a in self.problem.apps]):
            self.leaving.options = names
        self.update()

    def _show(self) -> None:
        start = time.perf_counter()
        self._canvas.show(self.planned, self.plan)
        self.redraw_ms = (time.perf_counter() - start) * 1000
        p = self.plan
        gap = "" if p.gap is None else f", proven gap {p.gap:.0e}"
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
    def _make_controls(self, scheduler: str) -> None:
        w, wide = ipywidgets, {"description_width": "110px"}
        low = 10 * int(cost(self.problem, cheapest(self.problem)) / 20) or 1  # below the cheapest plan, to see it fail
        unit = self.one_device
        self.scheduler = w.Dropdown(options=SCHEDULERS, value=scheduler, description="scheduler", style=wide)
        self.objective = w.Dropdown(options=OBJECTIVES, value=self.problem.objective, description="objective")
        self.budget = w.FloatSlider(
            self.problem.budget, min=min(low, self.problem.budget), max=max(1.5 * unit, self.problem.budget),
            step=unit / 671, description="budget (units/s)", style=wide, layout={"width": "520px"},
            readout_format=".1f",
        )  # fmt: skip
        self.share = w.BoundedFloatText(
            100 * self.problem.budget / unit, min=100 * self.budget.min / unit, max=100 * self.budget.max / unit,
            step=1, description="% of a device", layout={"width": "190px"},
        )  # fmt: skip
        self.entry = w.Dropdown(options=list(self.catalogue), description="application", style=wide)
        look = {"style": {"description_width": "58px"}, "layout": {"width": "250px"}, "continuous_update": False}
        self.length = w.FloatLogSlider(
            1.0, min=-1, max=1, step=0.05, description="length L", readout_format=".2f", **look
        )
        self.frequency = w.FloatSlider(0.2, min=0.01, max=0.9, step=0.01, description="share π", **look)
        self.correlation = w.FloatSlider(0.3, min=0, max=0.95, step=0.05, description="corr. ρ", **look)
        self.adding = w.Button(description="Add", disabled=not self.catalogue, layout={"width": "90px"})
        self.leaving = w.Dropdown(options=[a.name for a in self.problem.apps], description="leaves", style=wide)
        self.removing = w.Button(description="Remove", layout={"width": "90px"})
        self.scheduler.observe(lambda _: self.update(), "value")
        self.objective.observe(lambda c: self._replace(objective=c["new"]), "value")
        self.budget.observe(self._budget_moved, "value")
        self.share.observe(self._share_typed, "value")
        self.entry.observe(lambda _: self._known_package(), "value")
        self.adding.on_click(lambda _: self._add_clicked())
        self.removing.on_click(lambda _: self.remove(self.leaving.value))

    def _rows(self) -> list[Any]:
        box, flow = ipywidgets.HBox, {"flex_flow": "row wrap"}
        return [
            box([self.scheduler, self.objective], layout=flow),
            box([self.budget, self.share], layout=flow),
            box([self.entry, self.adding, self.leaving, self.removing], layout=flow),
            box([self.length, self.frequency, self.correlation], layout=flow),
        ]

    def _budget_moved(self, change: dict[str, Any]) -> None:
        if self._held:
            return
        self._held, self.share.value = True, round(100 * change["new"] / self.one_device, 1)
        self._held = False
        self._replace(budget=change["new"])

    def _share_typed(self, change: dict[str, Any]) -> None:
        if self._held:
            return
        self._held, self.budget.value = True, change["new"] / 100 * self.one_device
        self._held = False
        self._replace(budget=self.budget.value)

    def _add_clicked(self) -> None:
        self.add(self.entry.value, event_length_s=self.length.value, event_frequency=self.frequency.value,
                 correlation=self.correlation.value)  # fmt: skip

    def _known_package(self) -> None:
        """Sliders to the events that the chosen package knows of itself; the study's curves know none."""
        if self.catalogue and (events := self.catalogue[self.entry.value].events):
            for slider, value in zip(
                (self.length, self.frequency, self.correlation),
                (events.length_s, events.frequency, events.correlation[0]),
                strict=True,
            ):
                slider.min, slider.max = min(slider.min, value), max(slider.max, value)
                slider.value = value


def _catalogue(problem: Problem, packages: Iterable[MPackage]) -> dict[str, MPackage]:
    """What can be added: the study's 2018-05 curves, then the packages; only those whose splits the device has."""
    known = dict(published.mpackages(published.SWEEP_VINTAGE))
    for i, package in enumerate(packages, 1):
        known[f"{package.application} (package {i})"] = package
    has = set(problem.device.split)
    return {label: p for label, p in known.items() if has >= {s.split for s in p.splits}}


def _reason(problem: Problem, scheduler: str, error: UserError) -> str:
    """Why there is no plan, with what would help."""
    if "below the cheapest" not in str(error):
        return f"{scheduler} finds no plan within {problem.budget:.4g} units/s: {error}."
    what, _, price = str(error).partition(" is below ")[2].partition(", which costs ")
    return f"A budget of {problem.budget:.4g} units/s is too small: {what} costs {float(price):.4g}."
