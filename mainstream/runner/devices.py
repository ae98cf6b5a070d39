"""Devices that schedules are made for: measured here, the study's NUC, or a file (notebooks 02, 07).

Latencies in milliseconds, so that a budget of 1000 is one saturated device.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mainstream.data.recorded import recorded
from mainstream.errors import UserError, unknown
from mainstream.scheduler import Device

if TYPE_CHECKING:
    from mainstream.networks.base import BaseNetwork

NUC, HERE = "nuc-2017", "this-machine"


def nuc_2017() -> Device:
    """The study's Intel NUC running MobileNet-224 in 2017: 16 whole networks per second, by its recorded latencies.

    For packages of any MobileNet of ours: layers are counted alike (16 splits, 0 … 81 and the pooled features at 82).
    """
    layers = recorded("layer_latency_mobilenet").ms_per_frame.to_numpy()
    before = np.concatenate([[0.0], np.cumsum(layers)])
    splits = (0, 3, *range(9, 82, 6), 82)
    return Device.of(NUC, splits, before[list(splits)], before[-1])


def this_machine(
    base: BaseNetwork, *, engine: str = "openvino", threads: int = 2, precision: str = "f32", repeats: int = 50
) -> Device:
    """Latencies of the base with a head, measured now (about half a minute). Raises as `segment_costs`."""
    from mainstream.networks.splits import with_head
    from mainstream.runner.profiler import segment_costs

    costs = segment_costs(
        with_head(base.network), engine=engine, threads=threads, precision=precision, repeats=repeats,
        preprocessing=base.identity.preprocessing,
    )  # fmt: skip
    size = base.identity.input_shape[0]
    name = f"{HERE}, {base.identity.architecture} at {size} px, {engine} {precision}, {threads} threads"
    return Device.of(name, costs.frozen_layers, costs.stem_ms, costs.segment_ms.sum())


def load_device(name: str, base: BaseNetwork | None = None) -> Device:
    """`nuc-2017`, `this-machine` (the base's latencies, measured), or a JSON file.

    Raises `UserError`: none of these, no base to measure, or a bad file.
    """
    if name == NUC:
        return nuc_2017()
    if name == HERE:
        if base is None:
            raise UserError(f"device='{HERE}': needs a base network to measure")
        return this_machine(base)
    path = Path(name)
    if path.suffix.lower() != ".json":
        raise unknown("device", name, (NUC, HERE, "FILE.json"))
    return Device.read(path)
