"""Does specialising help on real photos? A wide search over recipes, and the trainings that its best ones give.

    scripts/real_photos.py search --labels L.csv --weights W.h5 --architecture mobilenet-0.25 --size 128 --output O
    scripts/real_photos.py train --labels L.csv --weights W.h5 --recipes 0.0003_base_norm_crops_e6 --output P

`search` is successive halving: `--rungs 24x2 6x5 2x12` draws 24 recipes for 2 epochs, keeps the 6 best for 5 from the
start again, and so on; it asks validation photos only. The first rung has the two deepest splits, each later one one
more. `train` counts on test photos too. A finished training of one application at one split is a checkpoint: the same
command goes on where it was killed. Tables lie in `--output`, of one recipe M-Packages too; no photo and no weight
enters the kit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from photo_lab import Lab, Run
from photo_recipes import Recipe, drawn

from mainstream.data.datasets import list_table
from mainstream.networks.backend import tf
from mainstream.networks.base import BaseNetwork, load_base
from mainstream.networks.splits import POOLED
from mainstream.trainer import Settings, fit
from mainstream.trainer.assemble import Trained, assemble
from mainstream.trainer.checkpoint import Job
from mainstream.trainer.settings import identity

DRAWS = 40_000  # of photos and seeds, for the intervals


def paired(heads: np.ndarray, chosen: np.ndarray, labels: np.ndarray, level: float) -> dict[str, float]:
    """Balanced accuracy and F1 of two sets of decisions, bool (seeds, photos), and what `chosen` gains, with limits.

    Photos (of either class) and seeds are drawn anew, the same for both; the limits leave out `level` of the draws.
    """
    rng, n = np.random.default_rng(0), int(labels.sum())
    whole = np.ones((1, len(labels)))
    photos = np.zeros((DRAWS, len(labels)))
    for of in (labels, ~labels):
        photos[:, of] = rng.multinomial(of.sum(), np.full(of.sum(), 1 / of.sum()), DRAWS)
    seeds = rng.multinomial(len(heads), np.full(len(heads), 1 / len(heads)), DRAWS) / len(heads)

    def measured(said: np.ndarray, weight: np.ndarray) -> dict[str, np.ndarray]:
        hits = weight[:, labels] @ said[:, labels].T / n
        alarms = weight[:, ~labels] @ said[:, ~labels].T
        return {"": (hits + 1 - alarms / (~labels).sum()) / 2, "_f1": 2 * hits * n / (hits * n + alarms + n)}

    found: dict[str, float] = {}
    for name, head in measured(heads, whole).items():
        draws = measured(chosen, photos)[name] - measured(heads, photos)[name]
        low, high = np.quantile((draws * seeds).sum(1), [level / 2, 1 - level / 2])
        best = measured(chosen, whole)[name].mean()
        values = {"last_layer": head.mean(), "best": best, "gain": best - head.mean(), "low": low, "high": high}
        found |= {key + name: value for key, value in values.items()}
    return found


def gains(lab: Lab, runs: Sequence[Run]) -> pd.DataFrame:
    """Per application: the split and recipe that validation chooses over the best head alone, on test photos.

    Chosen for each seed by the lowest validation loss, the deepest of equals. Intervals hold for all applications
    together (95%).
    """
    rows, apps = [], sorted({run.job.app for run in runs})
    for app in apps:
        chosen, heads, names = [], [], []
        for seed in sorted({run.job.seed for run in runs}):
            mine = [run for run in runs if run.job == (app, seed)]
            there = [(run, p) for p in lab.points[::-1] for run in mine if lab.kept(run).finished(p)]
            if all(p.name == POOLED for _, p in there):
                continue
            best = min(there, key=lambda pair: lab.loss(*pair))
            head = min((pair for pair in there if pair[1].name == POOLED), key=lambda pair: lab.loss(*pair))
            names.append(f"{best[1].name} {best[0].recipe.name}")
            chosen.append(lab.said(*best)["test"])
            heads.append(lab.said(*head)["test"])
        if not names:
            continue
        found = paired(np.array(heads), np.array(chosen), lab.photos.part("test").has(app), 0.05 / len(apps))
        track = f"real photos, searched, {lab.base.identity.architecture}"
        place = {"track": track, "app": app, "best_layer": "; ".join(names), "seeds": len(names)}
        rows.append({**place, **found})
    return pd.DataFrame(rows).round(5)


def search(lab: Lab, jobs: Sequence[Job], rungs: Sequence[str], output: Path) -> None:
    """Successive halving by validation loss at a recipe's best split, as a share of the best head's, over applications.

    Writes a row per recipe, rung, application and split.
    """
    choices, tables, points = drawn(), [], lab.points
    for rung, (number, epochs) in enumerate(tuple(map(int, text.split("x"))) for text in rungs):
        lab.points = points[-(3 + rung) :]  # a shallow split costs as much as all the deeper ones
        recipes = {Recipe.of(*choice, epochs).name: choice for choice in choices[:number]}
        runs = [Run(Recipe.named(name), job) for name in recipes for job in jobs]
        lab.train(runs)
        found = lab.table(runs)
        head = found[found["layer"] == POOLED].groupby("app").val_loss.min()
        lowest = found[found["layer"] != POOLED].groupby(["recipe", "app"]).val_loss.min()
        score = (lowest / head).groupby("recipe").mean().sort_values()
        choices = [recipes[name] for name in score.index]
        tables.append(found.assign(rung=rung, score=found.recipe.map(score).round(5)))
        pd.concat(tables).to_csv(output / "search.csv", index=False)
        print(f"rung {rung}:\n{score.round(4).to_string()}", flush=True)


def provenance(file: Path, base: BaseNetwork, labels: Path, weights: Path) -> None:
    """What the tables beside it were made from."""
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (labels, weights)}
    made_by = {"sha256": made, "base": base.identity.model_dump(mode="json")}
    made_by |= {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    file.write_text(json.dumps(made_by, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("search", "train", "tables"), help="tables: of what is finished")
    parser.add_argument("--labels", type=Path, required=True, help="table of labels; photos in `images` beside it")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="checkpoints and tables")
    parser.add_argument("--architecture", default="mobilenet-1.0")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--apps", nargs="+", default=["person", "car", "bus"])
    parser.add_argument("--splits", nargs="+", default=["input", "conv_pw_5", "conv_pw_9", "conv_pw_12"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--rungs", nargs="+", default=["24x2", "6x5", "2x12"], help="recipes x epochs")
    parser.add_argument("--recipes", nargs="+", default=[], help="names, for `train` and `tables`")
    parser.add_argument("--penalties", nargs="+", type=float, default=fit.HEAD_PENALTIES, help="C of the head alone")
    parser.add_argument("--packages", type=Path, help="for `train` of one recipe: where its M-Packages go")
    parser.add_argument("--source", default="", help="where photos and weights came from, for the packages")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    fit.HEAD_PENALTIES = tuple(given.penalties)
    tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    base = load_base("imagenet", weights=given.weights, architecture=given.architecture, size=given.size)
    photos = list_table(given.labels).decode(given.size)
    jobs = [Job(app, seed) for seed in given.seeds for app in given.apps]
    asked = ("val",) if given.what == "search" else ("val", "test")
    given.output.mkdir(parents=True, exist_ok=True)
    provenance(given.output / f"{given.what}.json", base, given.labels, given.weights)
    place = identity(base.identity, photos, Settings(), [*given.splits, *asked, *map(str, given.penalties)])
    lab = Lab(base, photos, given.splits, asked, given.output / "checkpoints" / place)
    if given.what == "search":
        search(lab, jobs, given.rungs, given.output)
    else:
        runs = [Run(Recipe.named(name), job) for name in given.recipes for job in jobs]
        if given.what == "train":
            lab.train(runs)
        for name, table in (("trained", lab.table(runs)), ("gains", gains(lab, runs))):
            table.to_csv(given.output / f"{name}_{given.architecture}.csv", index=False)
        for run in runs if given.packages else ():
            place = given.packages / run.job.app / f"seed{run.job.seed}"
            trained = Trained(run.job, lab.points, lab.kept(run), photos, None, run.recipe, None)
            assemble(trained, base.identity, place, weights=False, source=given.source)


if __name__ == "__main__":
    main()
