"""The schedule's trees of segments, compiled: a shared stem for each zone of the picture, a tail per application."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from mainstream.data.answers import decide, sure
from mainstream.data.geometry import fitted
from mainstream.errors import UserError
from mainstream.networks.base import BaseNetwork, build
from mainstream.networks.engines import Compiled, compiler
from mainstream.networks.splits import segments, split_points, with_head
from mainstream.networks.tails import load_tails
from mainstream.package import MPackage, Zone


class Member(NamedTuple):
    """One application as a schedule runs it."""

    app: str
    package: MPackage
    layer: str  # its split point
    fps: float
    x_vote: int


class Branch(NamedTuple):
    """Compiled tails that are always due together: of one split, one zone and one rate."""

    members: tuple[Member, ...]
    tails: Compiled  # features → one logit for each member
    thresholds: np.ndarray


class Step(NamedTuple):
    """A stretch of the trees: the stem segment that ends at a split point, and the tails that leave there.

    All zones run the same compiled segments, each on its own pixels and no further than its own members need.
    """

    layer: str
    stem: Compiled | None  # None at the input, where a tail is a whole network
    branches: list[Branch]


class SharedNetwork:
    """Compiles the segments that the members need, and runs on a frame those that its lookers need.

    Stem segments hand their output on without a copy; tails that are due together are one call. `seconds` and `calls`
    add up per segment, by name; of a stem, in each zone. A network that is there has answered once.

    lanes: frozen layers of a split → how many of its tails run side by side (default: one graph).
    Raises `UserError`: no member, two of one name, packages of different bases, of different geometries, or without
    weights.
    """

    def __init__(
        self, base: BaseNetwork, members: Sequence[Member], *, engine: str = "openvino", threads: int = 2,
        precision: str = "f32", lanes: Mapping[int, int] | None = None,
    ):  # fmt: skip
        if not members or len({m.app for m in members}) < len(members):
            raise UserError(f"applications={[m.app for m in members]}: needs at least one, each name once")
        self.members = tuple(members)
        for member in members[1:]:
            members[0].package.require_shareable(member.package)
        self.size, self.geometry = base.identity.input_shape[0], members[0].package.geometry
        self.zones = tuple(dict.fromkeys(m.package.zone for m in members))
        how = base.identity.preprocessing
        network = build(base.identity.architecture, self.size)
        network.set_weights(base.network.get_weights())
        whole = with_head(network)
        place = {p.name: p.index for p in split_points(whole)}
        unknown = [m for m in members if m.layer not in place]
        if unknown:
            raise UserError(f"'{unknown[0].app}': the base network has no split point '{unknown[0].layer}'")
        make = lambda model, pixels, lanes=1: compiler(
            model, engine, preprocessing=how if pixels else None, threads=threads, precision=precision, lanes=lanes
        )
        used = sorted({m.layer for m in members}, key=place.__getitem__)
        inner = [layer for layer in used if place[layer] > 0]
        parts = dict(zip(inner, segments(whole, inner), strict=False)) if inner else {}
        stems = {k: make(p, k == inner[0])(p.get_weights()) for k, p in parts.items()}  # before tails fill their layers
        halves = load_tails([(m.package, layer) for layer in used for m in members if m.layer == layer], base, network)
        self.steps: list[Step] = []  # from the input on
        for layer in used:
            stem = stems.get(layer)
            mine, together = [m for m in members if m.layer == layer], defaultdict(list)
            for m, h in zip(mine, islice(halves, len(mine)), strict=True):
                together[m.package.zone, m.fps].append((m, h.tail.get_weights(), h.threshold))
            join = make(h.tail, not stem, (lanes or {}).get(h.record.split, 1))
            groups = (zip(*group, strict=True) for group in together.values())
            branches = [Branch(some, join(*weights), np.array(thresholds)) for some, weights, thresholds in groups]
            self.steps.append(Step(layer, stem, branches))
        self.seconds, self.calls = defaultdict[str, float](float), defaultdict[str, int](int)
        self.run(np.zeros((self.size, self.size, 3), np.uint8))  # TensorFlow makes its graphs when asked first: seconds
        self.seconds.clear()
        self.calls.clear()

    def prepare(self, image: np.ndarray, zone: Zone | None = None) -> np.ndarray:
        """uint8 RGB of any size, or what a zone shows of it, to (1, size, size, 3), as training pictures were made."""
        return fitted(image, self.size, self.geometry, zone)[None]

    def run(self, image: np.ndarray, slowest_fps: float = 0.0) -> dict[str, tuple[float, bool]]:
        """(probability, positive) of every member whose rate is at least `slowest_fps`, of a uint8 RGB frame."""
        found: dict[str, tuple[float, bool]] = {}
        for zone, steps in self.wanted(slowest_fps).items():
            value = pixels = self.prepare(image, zone)
            for layer, stem, branches in steps:
                value = self._timed(f"stem {layer} {zone or ''}".rstrip(), stem, value) if stem else pixels
                for members, tails, thresholds in branches:
                    logits = self._timed(f"tail {', '.join(m.app for m in members)}", tails, value).reshape(-1)
                    probabilities = sure(logits)
                    for m, p, positive in zip(members, probabilities, decide(probabilities, thresholds), strict=True):
                        found[m.app] = float(p), bool(positive)
        return found

    def wanted(self, slowest_fps: float) -> dict[Zone | None, list[Step]]:
        """The steps that run for those of at least this rate, in each zone that has some: up to their deepest split,
        with their branches alone."""
        found = {}
        for zone in self.zones:
            mine = [[b for b in s.branches if b.members[0].package.zone == zone and b.members[0].fps >= slowest_fps]
                    for s in self.steps]  # fmt: skip
            if deepest := max((k for k, branches in enumerate(mine, 1) if branches), default=0):
                steps = zip(self.steps, mine, strict=True)
                found[zone] = [step._replace(branches=branches) for step, branches in steps][:deepest]
        return found

    def _timed(self, name: str, call: Compiled, value: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        result = call(value)
        self.seconds[name] += time.perf_counter() - start
        self.calls[name] += 1
        return result
