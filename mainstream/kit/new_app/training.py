"""How a new application is trained: at which splits, with which settings, and about how long it takes."""

from pathlib import Path

import numpy as np

from mainstream.data.photos import Photos
from mainstream.kit.new_app.material import Material
from mainstream.kit.new_app.request import Request
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import SplitPoint, split_points, with_head
from mainstream.package import Events, MPackage
from mainstream.trainer import Settings

ASSUMED_CORRELATION = 0.1  # ρ without a video: about what the study recorded
QUICK_SPLITS = 4
FEWER = (12, 8, 6, 4)  # split points, where all of them would take longer than `MOST_S`
MOST_S = 420.0
STEPS_WANTED = {"embedded": 60, "imagenet": 20}  # batches per split at least, however few the photos
MOST_EPOCHS = 20
NOMINAL_S, NOMINAL_S_PER_MAC = 0.4e-3, 31e-12  # a forward pass of one image on one thread of a usual processor
THERE_AND_BACK = 3.5  # passes for a step of training, in forward passes
SETUP_S = 2.0  # building and compiling one split


def chosen_splits(base: BaseNetwork, material: Material, settings: Settings, request: Request) -> list[str]:
    """Names of all split points of the base, or of so many, evenly spread, that training stays near `MOST_S`; it prints
    how long that may take."""
    points = split_points(with_head(base.network))
    many = (len(points),) if request.every_split else (QUICK_SPLITS,) if request.quick else (len(points), *FEWER)
    for n in many:
        chosen = [points[k] for k in np.linspace(0, len(points) - 1, n).round().astype(int)]
        if (expected := training_seconds(base, material, settings, chosen)) < MOST_S:
            break
    print(f"training at {n} of {len(points)} split points: {about(expected)} on a usual machine")
    if n < len(points) and not request.quick:
        print("not at every one, to stay within minutes; --every-split trains at all of them")
    return [point.name for point in chosen]


def about(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"about {max(seconds, 5):.0f} seconds"
    return f"about {seconds / 60:.0f} minutes" if seconds < 7200 else f"about {seconds / 3600:.0f} hours"


def ties(package: MPackage, *, by_photos: bool = False) -> str:
    """A sentence where the best splits are equal to all digits, which looks like a fault and is none; else ''.

    by_photos: "best" is said of held-out photos, whatever a video says. `mainstream train` says it too.
    """
    ranked = [s if by_photos else s.video or s for s in package.splits]
    worth = [r.tpr - r.fpr for r in ranked]
    tied, n = worth.count(max(worth)), len(worth)
    return f"{'All' if tied == n else tied} of {n} splits are equally good; 'best' is a tie." if tied > 1 else ""


def settings_for(photos: Photos, request: Request) -> Settings:
    """As the base was settled with, but at least `STEPS_WANTED` batches per split: few photos make short epochs.

    All epochs are gone through, the learning rate falling to 0, and the best on validation is kept. No still of a
    fixed camera is mirrored.
    """
    chosen = Settings.world() if request.base == "embedded" else Settings.photos()
    batches = max(1.0, _rarer(photos) * (1 + chosen.negatives) / chosen.batch)
    epochs = int(np.clip(np.ceil(STEPS_WANTED[request.base] / batches), chosen.epochs, MOST_EPOCHS))
    flip = request.images is not None and request.base != "embedded"
    epochs = max(1, epochs // 3) if request.quick else epochs
    return chosen.model_copy(update={"epochs": epochs, "patience": 4 * epochs, "flip": flip})


def passes(
    settings: Settings, points: list[SplitPoint], *, train: float, held: float, rarer: float, frames: int = 0
) -> tuple[float, float]:
    """What a training costs, in forward passes of the network: frozen parts once, tails there and back every epoch.

    train, held: photos that are learnt from, and others. rarer: the former of the rarer class. frames: of footage.
    `mainstream run --check` reckons with it too.
    """
    images, rows = train * (1 + settings.flip) + held + frames, rarer * (1 + settings.negatives)
    trained = 0.0
    for p in points:
        epochs = settings.epochs_at(p.fraction)
        asked = epochs * held / 2 + held + frames  # validation after every epoch, everything in the end
        trained += (epochs * THERE_AND_BACK * rows + asked) * (1 - p.fraction)
    return images * sum(p.fraction for p in points), trained


def training_seconds(base: BaseNetwork, material: Material, settings: Settings, points: list[SplitPoint]) -> float:
    """A guess from `passes`, at a nominal speed rather than this machine's at the moment: an interrupted run must find
    the same splits again."""
    train, photos = len(material.photos.part("train").labels), material.photos
    frames = len(material.measured.images) if material.measured else 0
    needed = passes(settings, points, train=train, held=len(photos) - train, rarer=_rarer(photos), frames=frames)
    layers = [layer for layer in base.network.layers if hasattr(layer, "kernel")]  # at every place of their output
    macs = float(sum(np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1]) for layer in layers))
    return (NOMINAL_S + NOMINAL_S_PER_MAC * macs) * sum(needed) + SETUP_S * len(points)


def with_events(package: MPackage, request: Request, folder: Path) -> MPackage:
    """The package; without a video its events are those of the request, and in its folder it says that of itself."""
    if package.events is not None:
        return package
    events = Events(
        length_s=request.event_length_s, frequency=request.event_frequency, correlation=(ASSUMED_CORRELATION,)
    )
    training = {**package.training, "events": "assumed, not measured: no video"}
    package.model_copy(update={"events": events, "training": training}).save(folder)
    return MPackage.load(folder)


def _rarer(photos: Photos) -> int:
    """Training photos of the rarer of the two classes."""
    labels = photos.part("train").labels
    return int(min(labels.sum(), (~labels).sum()))
