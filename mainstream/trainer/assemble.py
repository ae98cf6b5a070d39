"""From checkpoints to an M-Package: thresholds from validation, rates from test photos and held-out video."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from mainstream.data import rates
from mainstream.data.footage import Footage
from mainstream.data.photos import Photos
from mainstream.networks.splits import SplitPoint
from mainstream.package import Base, MPackage, SplitRecord, Tail, Zone
from mainstream.paths import write_text, written
from mainstream.trainer.checkpoint import Checkpoints, Job, checksum
from mainstream.trainer.settings import Settings


class Trained(NamedTuple):
    """One finished training, and the held-out data that it is counted on."""

    job: Job
    points: list[SplitPoint]
    checkpoints: Checkpoints
    photos: Photos
    footage: Footage | None
    settings: Settings
    zone: Zone | None


def assemble(trained: Trained, base: Base, output: Path, *, weights: bool, source: str) -> MPackage:
    """Writes `output/mpackage.json`, with `weights` also the tails beside it, and returns the package."""
    app, footage = trained.job.app, trained.footage
    records = [_record(trained, point, output, weights) for point in trained.points]
    events = None
    if footage is not None and app in footage.classes:
        events = rates.events_on_video(footage, app, [r.video for r in records if r.video])
    package = MPackage(
        application=app, base=base, geometry=trained.photos.geometry, zone=trained.zone, splits=tuple(records),
        events=events, training=_training(trained), source=source,
    )  # fmt: skip
    package.save(output)
    named = [record.tail.file for record in records if record.tail]
    for old in output.glob("split_*.weights.h5"):
        if old.name not in named:
            old.unlink()
    return MPackage.load(output)


def _record(trained: Trained, point: SplitPoint, output: Path, weights: bool) -> SplitRecord:
    job, _, checkpoints, photos, footage, *_ = trained
    answers = checkpoints.probabilities(point)
    threshold = rates.best_threshold(answers["val"], photos.part("val").has(job.app))
    found = rates.count_rates(answers["test"], photos.part("test").has(job.app), threshold)
    tail = None
    if weights:
        file = checkpoints.weights(point)
        with written(output / file.name) as part:
            part.write_bytes(file.read_bytes())
        tail = Tail(file=file.name, sha256=checksum(output / file.name))
    seen = footage is not None and job.app in footage.classes
    video = rates.on_video(answers["video"], footage, job.app, threshold) if footage and seen else None
    return SplitRecord(
        split=point.frozen_layers, layer=point.name, threshold=threshold, tail=tail, video=video, **found._asdict()
    )


def _training(trained: Trained) -> dict[str, Any]:
    """How it came about. No durations: the same training gives the same package (they are in the checkpoints)."""
    job, points, checkpoints, photos, footage, settings, _ = trained
    counts = {p: int((photos.partition == p).sum()) for p in ("train", "val", "test")}
    return {
        "seed": job.seed,
        "settings": settings.model_dump(),
        "photos": counts,
        "positives": {p: int(photos.part(p).has(job.app).sum()) for p in counts},
        "unreadable": len(photos.unreadable),
        "video_frames": 0 if footage is None else len(footage.images),
        "epochs": {str(p.frozen_layers): len(checkpoints.log(p)["epochs"]) - 1 for p in points},
        "val_loss": {str(p.frozen_layers): _lowest(checkpoints.log(p)["epochs"]) for p in points},
    }


def write_log(path: Path, jobs: Sequence[Job], points: list[SplitPoint], root: Path) -> None:
    """What training took, a row per job and split: epochs, validation loss (nats), seconds.

    `stem_seconds` is a job's share of the time for the frozen outputs, spent once for all jobs of a process.
    """
    rows = []
    for job in jobs:
        for point in points:
            log = Checkpoints(root, job).log(point)
            rows.append({
                "app": job.app, "seed": job.seed, "frozen_layers": point.frozen_layers, "layer": point.name,
                "epochs": len(log["epochs"]) - 1, "val_loss": _lowest(log["epochs"]),
                "seconds": log["seconds"], "stem_seconds": log.get("stem_seconds"),
            })  # fmt: skip
    write_text(path, pd.DataFrame(rows).to_csv(index=False))


def _lowest(log: list[dict[str, float]]) -> float:
    return round(min(line["val_loss"] for line in log), 6)
