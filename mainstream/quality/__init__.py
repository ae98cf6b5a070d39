"""From frames to events: what per-frame accuracy and an analysed frame rate are worth.

`analytical` is the model in closed form, `simulated` its witness, `counted` counts what really happened.
"""

from mainstream.quality.analytical import (
    Quality,
    evaluate,
    event_f1,
    event_precision,
    event_recall,
    frames_seen,
    harmonic_mean,
)
from mainstream.quality.chain import Array, Form
from mainstream.quality.counted import count_events
from mainstream.quality.simulated import Simulated, simulate_events

__all__ = [
    "Array",
    "Form",
    "Quality",
    "Simulated",
    "count_events",
    "evaluate",
    "event_f1",
    "event_precision",
    "event_recall",
    "frames_seen",
    "harmonic_mean",
    "simulate_events",
]
