"""How much a base network knows before any fine-tuning: a linear probe on its frozen, pooled features.

Logistic regression on stills of the synthetic world. The test split is never looked at. Used for the table in
`data/base/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from streetworld.stills import still_images

APPS = ("pedestrian", "car", "cat", "flower")
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # C; the best of them on one half of the validation stills is taken


class Stills(NamedTuple):
    """Stills of the world and their labels: uint8 (n, size, size, 3) and bool (n, applications)."""

    apps: tuple[str, ...]
    train: tuple[np.ndarray, np.ndarray]
    val: tuple[np.ndarray, np.ndarray]


def stills(apps: Sequence[str] = APPS, *, train: int = 1500, val: int = 800, size: int = 128, seed: int = 0) -> Stills:
    """Stills of the training and validation splits, to probe several networks with. Raises as `still_images`."""
    parts = ((train, "train"), (val, "val"))
    return Stills(tuple(apps), *(still_images(apps, n, split=split, seed=seed, size=size) for n, split in parts))


def features(
    network: keras.Model, images: np.ndarray, preprocessing: str = bases.SCALED, batch: int = 100
) -> np.ndarray:
    """Pooled features of RGB images (n, size, size, 3): float32 (n, features)."""
    if images.shape[1:] != network.input_shape[1:]:
        raise UserError(f"images of {images.shape[1:]}: '{network.name}' takes {network.input_shape[1:]}")
    parts = [images[k : k + batch] for k in range(0, len(images), batch)]
    return np.concatenate([np.asarray(network(bases.preprocess(p, preprocessing), training=False)) for p in parts])


def probe(network: keras.Model, world: Stills, preprocessing: str = bases.SCALED) -> dict[str, float]:
    """Balanced accuracy (0.5: chance) of each application on validation stills, and their `mean`.

    Each half of the validation stills is judged with the C that was best on the other half: no still chooses the C
    that it is judged with. Raises `UserError` where the network takes images of another size.
    """
    x, x_val = (features(network, part[0], preprocessing) for part in (world.train, world.val))
    found = {}
    for k, app in enumerate(world.apps):
        y, y_val = world.train[1][:, k], world.val[1][:, k]
        answers = []
        for penalty in PENALTIES:
            model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000)
            answers.append(make_pipeline(StandardScaler(), model).fit(x, y).predict(x_val))
        found[app] = _crossed(np.array(answers), y_val)
    return {**found, "mean": float(np.mean(list(found.values())))}


def random_network(architecture: str, size: int, seed: int) -> keras.Model:
    """The untrained network that a base is compared with."""
    keras.utils.set_random_seed(seed)
    return bases.build(architecture, size)


def table(rows: Iterable[tuple[str, dict[str, float]]]) -> str:
    """Probes side by side, as Markdown."""
    rows = list(rows)
    lines = [["weights", *rows[0][1]], ["---"] * (len(rows[0][1]) + 1)]
    lines += [[name, *(f"{v:.3f}" for v in found.values())] for name, found in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _crossed(answers: np.ndarray, right: np.ndarray) -> float:
    """Balanced accuracy of answers (C, n), each half with the C that was best on the other."""
    halves = np.arange(len(right)) % 2
    chosen = np.empty_like(right)
    for half in (0, 1):
        judge = halves != half
        best = np.argmax([balanced_accuracy_score(right[judge], a[judge]) for a in answers])
        chosen[~judge] = answers[best][~judge]
    return float(balanced_accuracy_score(right, chosen))


def main(
    weights: Annotated[Path | None, typer.Option(help="Another weights file of the architecture, beside.")] = None,
) -> None:
    """Compare what the embedded base knows about the synthetic world with random weights (linear probe)."""
    embedded = bases.load_base()
    architecture, size = embedded.identity.architecture, embedded.identity.input_shape[0]
    world = stills(size=size)
    rows = [(f"random (seed {k})", probe(random_network(architecture, size, k), world)) for k in range(3)]
    rows.append(("embedded", probe(embedded.network, world)))
    if weights:
        network = bases.build(architecture, size)
        bases.load_weights(network, weights, architecture)
        rows.append((weights.name, probe(network, world)))
    print(table(rows))


if __name__ == "__main__":
    typer.run(main)
