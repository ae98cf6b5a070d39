"""M-Trainer: one application fine-tuned at every split (notebook 01, `mainstream train`).

`train` in `run` is the entrance. Behind it: `settings` (what can be chosen), `worker` (one process: from the deepest
split to the shallowest), `frozen` (stem outputs, computed once), `fit` (one tail), `checkpoint` (what a killed run
leaves), `assemble` (the M-Package). What is counted, and how: `mainstream.data.rates`.
"""

from mainstream.trainer.run import train
from mainstream.trainer.settings import Settings

__all__ = ["Settings", "train"]
