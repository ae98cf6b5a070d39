"""Fine-tuning at every split: our way, the naive way and one full fine-tune, side by side, as ratios of time.

Ours: stem outputs once per split for all seeds, each split from its deeper neighbour, as notebook 01. Naive: every
split from the base and a fitted head, through the whole network each time, until validation stops it. Full: the same
for the shallowest split alone. One application of the synthetic world, three seeds, one thread.
Target: ours ≤ 2 × full, mean balanced accuracy over the splits within one point of the naive way. About 40 minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mainstream.data.rendered_stills import world_photos
from mainstream.networks.base import load_base
from mainstream.trainer import Settings, train

TARGET, WITHIN = 2.0, 0.01
ALONE = ["input", "pooled features"]  # the head is fitted first, so that both start alike


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", default="cat")
    parser.add_argument("--stills", type=int, default=3000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    photos = world_photos([arguments.app], train=arguments.stills, val=600, test=1200)
    base = load_base()
    patient = Settings.world(epochs=8, patience=2)
    naive = patient.model_copy(update={"warm_start": False, "cache_gb": 0.0})
    ways: dict[str, dict[str, Any]] = {
        "ours": {"settings": Settings.world()},
        "full": {"settings": patient, "splits": ALONE},
        "naive": {"settings": naive},
    }
    found = {}
    for name, way in ways.items():
        with tempfile.TemporaryDirectory() as place:
            packages = train(
                [arguments.app], photos, base, place, seeds=arguments.seeds, weights=False, jobs=1,
                checkpoints=Path(place, "checkpoints"), **way,
            )  # fmt: skip
            log = pd.read_csv(Path(place, "training.csv"))
        stem = log.stem_seconds.sum()
        accuracy = [[(s.tpr + 1 - s.fpr) / 2 for s in p.splits] for p in packages.values()]
        found[name] = {"seconds": log.seconds.sum() + stem, "accuracy": np.array(accuracy)}
        print(name, round(found[name]["seconds"]), found[name]["accuracy"].mean(0).round(3), file=sys.stderr)
    return report(found)


def report(found: dict[str, dict[str, Any]]) -> int:
    """Prints JSON; 1 where a target is missed."""
    seconds = {name: way["seconds"] for name, way in found.items()}
    ours, naive = (found[name]["accuracy"].mean(1) for name in ("ours", "naive"))  # by seed, mean over splits
    result = {
        "seconds": {name: round(s, 1) for name, s in seconds.items()},
        "ours_over_full": round(seconds["ours"] / seconds["full"], 2),
        "naive_over_full": round(seconds["naive"] / seconds["full"], 2),
        "accuracy": {name: way["accuracy"].mean(0).round(4).tolist() for name, way in found.items()},
        "ours_minus_naive_by_seed": (ours - naive).round(4).tolist(),
        "target": f"ours_over_full <= {TARGET:g}, ours no more than {WITHIN:g} below naive",
    }
    result["met"] = bool(result["ours_over_full"] <= TARGET and (ours - naive).mean() >= -WITHIN)
    print(json.dumps(result))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
