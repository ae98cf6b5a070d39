"""Devices that schedules are made for: the study's NUC, a file, or one that is measured (notebooks 05, 07 and 09).

Latencies in milliseconds, so that a budget of 1000 is one saturated device. Measuring is the profiler's.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mainstream.data.recorded import recorded
from mainstream.errors import UserError, unknown
from mainstream.package import Base
from mainstream.scheduler import Device

NUC, HERE = "nuc-2017", "this-machine"


def nuc_2017() -> Device:
    """The study's Intel NUC running MobileNet-224 in 2017: 16 whole networks per second, by its recorded latencies.

    For packages of any MobileNet of ours: layers are counted alike (16 splits, 0 … 81 and the pooled features at 82).
    """
    layers = recorded("layer_latency_mobilenet").ms_per_frame.to_numpy()
    before = np.concatenate([[0.0], np.cumsum(layers)])
    splits = (0, 3, *range(9, 82, 6), 82)
    return Device.of(NUC, splits, before[list(splits)], before[-1])


def load_device(name: str, measure: Callable[[], Device] | None = None, *, of: Base | None = None) -> Device:
    """`nuc-2017`, a JSON file, or `this-machine`: what `measure` finds (`profiler.this_machine`).

    Raises `UserError`: none of these, nothing that measures, a bad file, or the profile of another network than `of`.
    """
    if name == NUC:
        return nuc_2017()
    if name == HERE:
        if measure is None:
            raise UserError(f"device='{HERE}': needs a base network to measure")
        return measure()
    path = Path(name)
    if path.suffix.lower() != ".json":
        raise unknown("device", name, (NUC, HERE, "FILE.json"))
    device, network = Device.read(path), f"{of.architecture} at {of.input_shape[0]} px" if of else ""
    if device.name.startswith(f"{HERE}, ") and f", {network}" not in device.name:  # as `this_machine` calls it
        raise UserError(f"device='{name}': is of {device.name.split(', ')[1]}, the network is {network}; profile that")
    return device
