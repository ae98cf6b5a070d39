"""The controls of the playground, and what can be added with them (notebook 04)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import ipywidgets

from mainstream.package import MPackage
from mainstream.scheduler import Problem
from mainstream.scheduler.cost import cheapest, cost
from mainstream.scheduler.problem import OBJECTIVES
from mainstream.study import published

SCHEDULERS = ("optimal", "greedy", "greedy_as_published", "max_sharing", "no_sharing")
LABEL = {"description_width": "110px"}


class Controls:
    """Widgets by name, and `rows` of them. Whoever owns them observes them.

    Args:
        problem: whose budget and objective they start from.
        catalogue: label → package that may be added.
        one_device: units/s of one saturated device.
        scheduler: the first one chosen.
    """

    def __init__(self, problem: Problem, catalogue: dict[str, MPackage], one_device: float, scheduler: str) -> None:
        self.catalogue, self.one_device = catalogue, one_device
        self.scheduler = ipywidgets.Dropdown(options=SCHEDULERS, value=scheduler, description="scheduler", style=LABEL)
        self.objective = ipywidgets.Dropdown(
            options=OBJECTIVES, value=problem.objective, description="objective", style=LABEL
        )
        self._make_budget(problem)
        self._make_application(problem)
        button = {"layout": {"width": "90px"}}
        self.add = ipywidgets.Button(description="Add", disabled=not catalogue, **button)
        self.remove = ipywidgets.Button(description="Remove", **button)
        rows = [
            [self.scheduler, self.objective], [self.budget, self.share], [self.leaving, self.remove],
            [self.entry, self.length, self.frequency, self.correlation, self.add],
        ]  # fmt: skip
        self.rows = [ipywidgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in rows]

    def _make_budget(self, problem: Problem) -> None:
        """The same budget twice: in units/s, from below the cheapest plan on, and as a share of one device."""
        unit, now = self.one_device, problem.budget
        least = 0.5 * cost(problem, cheapest(problem))
        self.budget = ipywidgets.FloatSlider(
            now, min=min(least, now), max=max(unit, now), step=unit / 671, description="budget (units/s)",
            style=LABEL, layout={"width": "520px"}, readout_format=".1f",
        )  # fmt: skip
        self.share = ipywidgets.BoundedFloatText(
            round(100 * now / unit, 1), min=100 * self.budget.min / unit, max=100 * self.budget.max / unit, step=1,
            description="% of a device", style=LABEL, layout={"width": "210px"},
        )  # fmt: skip

    def _make_application(self, problem: Problem) -> None:
        """Which application joins, with which events; which one leaves."""
        self.leaving = ipywidgets.Dropdown(options=[a.name for a in problem.apps], description="leaving", style=LABEL)
        self.entry = ipywidgets.Dropdown(options=list(self.catalogue), description="joining", style=LABEL)
        look: dict[str, Any] = {"style": {"description_width": "95px"}, "layout": {"width": "236px"}}
        self.length = ipywidgets.FloatLogSlider(
            1.0, min=-1, max=1, step=0.05, description="length L (s)", readout_format=".2f", **look
        )
        self.frequency = ipywidgets.FloatSlider(0.2, min=0.01, max=0.9, step=0.01, description="frequency π", **look)
        self.correlation = ipywidgets.FloatSlider(0.3, min=0, max=0.95, step=0.05, description="correlation ρ", **look)
        self.entry.observe(lambda _: self.take_events(), "value")
        self.take_events()

    def take_events(self) -> None:
        """Sliders to the events that the chosen package knows of itself; the study's curves know none."""
        if self.catalogue and (events := self.catalogue[self.entry.value].events):
            exponent = math.log10(events.length_s)  # the ends of a logarithmic slider are exponents
            self.length.min, self.length.max = min(self.length.min, exponent), max(self.length.max, exponent)
            self.length.value = events.length_s
            for slider, value in ((self.frequency, events.frequency), (self.correlation, events.correlation[0])):
                slider.min, slider.max = min(slider.min, value), max(slider.max, value)
                slider.value = value


def catalogue(problem: Problem, packages: Iterable[MPackage]) -> dict[str, MPackage]:
    """What can be added: the study's 2018-05 curves, then the packages; only those whose splits the device has."""
    known = dict(published.mpackages(published.SWEEP_VINTAGE))
    for i, package in enumerate(packages, 1):
        known[f"{package.application} (package {i})"] = package
    has = set(problem.device.split)
    return {label: p for label, p in known.items() if has >= {s.split for s in p.splits}}
