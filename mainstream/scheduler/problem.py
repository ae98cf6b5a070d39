"""The scheduling problem: applications, a device, a budget (notebooks 04 and 05). One contract, hence its length."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from mainstream import quality
from mainstream.errors import UserError, unknown
from mainstream.package import (
    FASTEST_FPS,
    LONGEST_S,
    Count,
    Lasting,
    Memory,
    MPackage,
    Positive,
    Rate,
    Seconds,
    Strict,
    Variation,
    Whole,
)
from mainstream.scheduler.device import Device, aligned, increasing

Array = NDArray[np.float64]
Zones = NDArray[np.int64]  # of each application, the number of its zone
OBJECTIVES = ("mean", "weighted", "max-min")
FORM_OF_PACKAGES: quality.Form = "heterogeneous"  # it predicts best what is counted of them: notebook 03
ASSUMED = Memory(lasting=0.2, memory_s=0.144)  # where a package says nothing (half is remembered for 0.1 s)
ASSUMED_CV = 0.4
PER_SPLIT = ("tpr", "fpr", "lasting", "memory_s", "lasting_empty", "memory_empty_s")
MOST_VOTES = 100
Scale = Annotated[float, Field(ge=1e-9, le=1e100)]  # what the solver can still tell from nothing, and sums hold
Remembered = Annotated[float, Field(ge=0, le=LONGEST_S)]  # seconds
SLACK = 1e-9  # relative: a cost this little above the budget is rounding, not overspending


class App(Strict):
    """One tenant: per-frame accuracy at each split, and its events.

    Of `form="heterogeneous"` alone, 0 where not given: lasting … memory_empty_s of each split, length_cv, follows_event
    (`quality.heterogeneous.Differences`).
    """

    name: str
    split: tuple[Count, ...] = Field(min_length=1)
    tpr: tuple[Rate, ...]
    fpr: tuple[Rate, ...]
    event_length_s: Seconds
    event_frequency: Rate
    correlation: Rate = 0.0
    lasting: tuple[Lasting, ...] = ()
    memory_s: tuple[Remembered, ...] = ()
    lasting_empty: tuple[Lasting, ...] = ()
    memory_empty_s: tuple[Remembered, ...] = ()
    length_cv: Variation = 0.0
    follows_event: Rate = 0.0
    weight: Scale = 1.0
    zone: str = ""  # the part of the picture that it looks at: those of one share a stem, '' is the whole

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        aligned(self, "tpr", "fpr")
        for name in PER_SPLIT[2:]:
            if len(getattr(self, name)) not in (0, len(self.split)):
                raise ValueError(f"{name} must have a value for each of {len(self.split)} splits, or none")
        return self

    @classmethod
    def from_package(cls, package: MPackage, *, name: str | None = None, weight: float = 1.0) -> Self:
        """The scheduler's view of an M-Package: rates on held-out video where it has them, else on images; lag-one ρ.

        `ASSUMED` is what it does not say of how events differ and what looks remember: without video, of schema 1, or
        where all answers are alike. Raises `UserError` when it says nothing about its events.
        """
        if package.events is None:
            raise UserError(f"package '{package.application}' says nothing about its events (length, frequency)")
        rates = [s.video or s for s in package.splits]
        known = [s.video.memory if s.video and s.video.memory else ASSUMED for s in package.splits]
        empty = [s.video.memory_empty if s.video and s.video.memory_empty else ASSUMED for s in package.splits]
        cv = package.events.length_cv
        return cls(
            name=name or package.application, split=tuple(s.split for s in package.splits),
            tpr=tuple(r.tpr for r in rates), fpr=tuple(r.fpr for r in rates), weight=weight,
            event_length_s=package.events.length_s, event_frequency=package.events.frequency,
            correlation=package.events.correlation[0],
            lasting=tuple(m.lasting for m in known), memory_s=tuple(m.memory_s for m in known),
            lasting_empty=tuple(m.lasting for m in empty), memory_empty_s=tuple(m.memory_s for m in empty),
            length_cv=ASSUMED_CV if cv is None else cv, follows_event=package.events.follows_event or 0.0,
            zone=str(package.zone or ""),
        )  # fmt: skip


class Choice(NamedTuple):
    """What one application does: indices into the problem's splits, rates and votes."""

    split: int
    fps: int
    x_vote: int


class Problem(Strict):
    """Everything a scheduler needs. `Problem.read(path)` for the JSON contract."""

    stream_fps: float = Field(gt=0, le=FASTEST_FPS)
    fps_options: tuple[Positive, ...] = Field(min_length=1)
    x_options: tuple[Annotated[int, Whole, Field(ge=1, le=MOST_VOTES)] | None, ...] = Field(default=(1,), min_length=1)
    budget: Scale
    objective: str = "mean"
    form: quality.Form = "consistent"
    device: Device
    apps: tuple[App, ...] = Field(min_length=1)

    @field_validator("objective")
    @classmethod
    def _known_objective(cls, value: str) -> str:
        if (name := value.replace("_", "-")) not in OBJECTIVES:
            raise unknown("objective", value, OBJECTIVES)
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        increasing("fps_options", self.fps_options)
        if self.fps_options[-1] > self.stream_fps:
            raise ValueError(f"fps_options: {self.fps_options[-1]:g} is above stream_fps {self.stream_fps:g}")
        if None in self.x_options and self.form != "as_published":
            raise ValueError('x_options: null (no voting) exists only with form "as_published"')
        for app in self.apps:
            if missing := sorted(set(app.split) - set(self.device.split)):
                raise ValueError(f"app '{app.name}': device '{self.device.name}' has no latency for split {missing[0]}")
        return self

    def restricted(self, *splits: int) -> Self:
        """The same problem with only these splits allowed (a system such as Max Sharing)."""
        apps = []
        for app in self.apps:
            keep = [i for i, s in enumerate(app.split) if s in splits]
            if not keep:
                raise UserError(f"app '{app.name}' has no accuracy at split {', '.join(map(str, splits))}")
            given = [name for name in ("split", *PER_SPLIT) if getattr(app, name)]
            curves = {name: tuple(getattr(app, name)[i] for i in keep) for name in given}
            apps.append(app.model_copy(update=curves))
        return self.model_copy(update={"apps": tuple(apps)})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy; the arrays below are made anew, never carried over."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("allowed", "table", "best_vote", "zone"):
            copy.__dict__.pop(name, None)
        return copy

    @cached_property
    def zone(self) -> Zones:
        """Number of each application's zone, shape (A,), from 0 in the order of their names."""
        return np.unique([app.zone for app in self.apps], return_inverse=True)[1].ravel()

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Which splits each application has, shape (A, K)."""
        return np.array([[s in app.split for s in self.device.split] for app in self.apps])

    @cached_property
    def table(self) -> quality.Quality:
        """Recall, precision and F1 of every choice, shape (A, K, F, X); rows of splits an app lacks are 0."""
        per_split = {name: np.zeros((*self.allowed.shape, 1, 1)) for name in PER_SPLIT}
        for name, curve in per_split.items():
            for a, app in enumerate(self.apps):
                curve[a, self.allowed[a], 0, 0] = getattr(app, name) or 0.0
        column = lambda name: np.array([getattr(app, name) for app in self.apps])[:, None, None, None]
        names = ("length_cv", "follows_event") if self.form == "heterogeneous" else ("correlation",)
        return quality.evaluate(
            per_split.pop("tpr"), per_split.pop("fpr"), np.asarray(self.fps_options)[:, None],
            stream_fps=self.stream_fps, event_length_s=column("event_length_s"),
            event_frequency=column("event_frequency"), x_vote=np.array(self.x_options, dtype=object), form=self.form,
            **{name: column(name) for name in names}, **(per_split if self.form == "heterogeneous" else {}),
        )  # fmt: skip

    @cached_property
    def best_vote(self) -> tuple[NDArray[np.int64], Array]:
        """The best vote of each (A, K, F) and its F1; −inf where the split is not allowed. Votes cost nothing."""
        vote = self.table.f1.argmax(axis=-1)
        f1 = np.take_along_axis(self.table.f1, vote[..., None], axis=-1)[..., 0]
        return vote, np.where(self.allowed[:, :, None], f1, -np.inf)

    @property
    def weights(self) -> Array:
        """Weight of each application in the objective's mean, shape (A,), summing to 1."""
        raw = [app.weight if self.objective == "weighted" else 1.0 for app in self.apps]
        return np.asarray(raw) / math.fsum(raw)

    def value(self, f1: Array) -> float:
        """The objective's value of the applications' F1s."""
        return float(f1.min()) if self.objective == "max-min" else float(self.weights @ f1)

    def affordable(self, cost: Any) -> Any:
        """Is a cost (or each of an array) within the budget? A hair above it is rounding (`SLACK`)."""
        return cost <= self.budget * (1 + SLACK)
