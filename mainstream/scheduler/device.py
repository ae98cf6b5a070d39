"""A device as the scheduler sees it: latencies of stems and tails (notebooks 02 and 04)."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, model_validator

from mainstream.package import Count, Strict

NonNegative = Annotated[float, Field(ge=0, le=1e12)]


class Device(Strict):
    """Latencies of one device, in any unit; the budget is in the same unit per second.

    split: frozen layers of each split point, increasing. stem[k]: latency from the input to split k. tail[k]: latency
    from split k to the decision. together[k], where measured: how many tails of split k run side by side (1: all in
    one graph), and the latencies of two and of eight that are due at once.
    """

    name: str = ""
    split: tuple[Count, ...] = Field(min_length=1)
    stem: tuple[NonNegative, ...]
    tail: tuple[NonNegative, ...]
    together: tuple[tuple[Annotated[int, Field(ge=1, le=1024)], NonNegative, NonNegative], ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        aligned(self, "stem", "tail", *(["together"] if self.together else []))
        for k, (a, b) in enumerate(pairwise(self.stem)):
            if b < a:
                raise ValueError(f"stem latencies must not decrease: stem[{k + 1}] = {b:g} after {a:g}")
        if self.split[0] == 0 and self.stem[0] != 0:
            raise ValueError(f"stem[0] must be 0 at split 0 (nothing is shared), not {self.stem[0]:g}")
        return self

    @classmethod
    def of(cls, name: str, split: Iterable[int], stem: Iterable[float], whole: float) -> Self:
        """From the stems' latencies and that of the whole network, which every stem and its tail add up to."""
        stems = tuple(float(v) for v in stem)
        return cls(name=name, split=tuple(map(int, split)), stem=stems, tail=tuple(float(whole) - v for v in stems))

    @property
    def segments(self) -> np.ndarray:
        """Latency of each stem segment, shape (K,): segment k leads from split k−1 to split k."""
        found: np.ndarray = np.diff(np.asarray(self.stem), prepend=0.0)
        return found


def aligned(part: Any, *columns: str) -> None:
    """Split points must increase, and every column must have a value for each of them."""
    lengths = [len(getattr(part, name)) for name in ("split", *columns)]
    if len(set(lengths)) > 1:
        raise ValueError(f"split, {' and '.join(columns)} must be of one length, not {', '.join(map(str, lengths))}")
    increasing("split", part.split)


def increasing(name: str, values: tuple[float, ...]) -> None:
    """ValueError with the first pair that does not increase."""
    for a, b in pairwise(values):
        if b <= a:
            raise ValueError(f"{name} must increase: {b:g} after {a:g}")
