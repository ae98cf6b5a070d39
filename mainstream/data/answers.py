"""What a network says: how sure it is, and its decision. Trainer, replay and stream use these and no others."""

import numpy as np


def sure(logits: np.ndarray) -> np.ndarray:
    """How sure a network is, from its logits: the one sigmoid of the kit, float32 of the logits' shape."""
    with np.errstate(over="ignore"):
        found: np.ndarray = (1 / (1 + np.exp(-np.asarray(logits, np.float64)))).astype(np.float32)
    return found


def decide(probabilities: np.ndarray, threshold: float | np.ndarray) -> np.ndarray:
    """The one decision of the kit, bool: both sides as float32, so that trainer, replay and stream never differ."""
    return np.asarray(probabilities, np.float32) >= np.asarray(threshold, np.float32)
