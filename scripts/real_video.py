"""A real fixed camera: 'pedestrian in zone', trained on a video's first half, streamed and counted on its second.

    .venv/bin/python scripts/real_video.py --video V.avi --boxes BOXES.csv --scale 0.625 --weights W.h5

boxes: MOT ground truth (frame from 1, id, left, top, width, height, …). A person is in the zone when the middle of the
box's lower edge is. The zone is chosen on the first half's boxes alone. Writes numbers and an M-Package without weights
(default: results/reference/real_video); no picture and no weight. Some ten minutes of one core.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mainstream import paths
from mainstream.data import geometry
from mainstream.data import rates as counted
from mainstream.data.footage import Footage, clip_intervals
from mainstream.data.photos import Photos
from mainstream.networks.base import BaseNetwork, load_base
from mainstream.package import MPackage, Zone
from mainstream.quality import counted as events
from mainstream.runner.clock import Virtual
from mainstream.runner.devices import nuc_2017
from mainstream.runner.held_out import Between, count_stream, photos_in_time
from mainstream.runner.sources import VideoSource
from mainstream.runner.stream import Runner
from mainstream.study import fitted, on_video, recorder
from mainstream.trainer import Settings, train

APP = "pedestrian in zone"
PARTS = {"train": 0.6, "val": 0.2, "test": 0.2}  # of the first half, one after the other
SIDES = (60, 80, 100, 120)  # px, of zones tried
SHARE = (0.25, 0.6)  # of the first half's frames that a zone should be occupied in


def occupied(feet: pd.DataFrame, zone: tuple[float, ...], frames: int) -> np.ndarray:
    """bool (frames,): is anybody's foot point in (left, top, right, bottom)?"""
    inside = feet.x.between(zone[0], zone[2]) & feet.y.between(zone[1], zone[3])
    found = np.zeros(frames, dtype=bool)
    found[feet.frame[inside].to_numpy() - 1] = True
    return found


def choose_zone(feet: pd.DataFrame, frames: int, half: int, size: tuple[int, int]) -> tuple[int, ...]:
    """The zone with most events in the first half among those that are occupied in a fair share of it."""

    def score(zone: tuple[int, ...]) -> tuple[bool, int, float]:
        here = occupied(feet, zone, frames)[:half]
        parts = np.split(here, [int(half * PARTS["train"]), int(half * (PARTS["train"] + PARTS["val"]))])
        usable = all(0 < p.sum() < len(p) for p in parts) and SHARE[0] <= here.mean() <= SHARE[1]
        return usable, int((np.diff(here.astype(int), prepend=0) == 1).sum()), -abs(here.mean() - 0.4)

    zones = [(x, y, x + s, y + s) for s in SIDES
             for x, y in itertools.product(range(0, size[1] - s + 1, 20), range(0, size[0] - s + 1, 20))]  # fmt: skip
    return max(zones, key=score)


def first_half(images: np.ndarray, labels: np.ndarray, app: str = APP) -> tuple[Photos, slice]:
    """Its frames as photos, partitioned in order of time; and which of them are the test part."""
    n = len(images)
    edges = np.round(np.cumsum(list(PARTS.values())) * n).astype(int)
    partition = np.array(list(PARTS))[np.searchsorted(edges, np.arange(n), side="right").clip(max=2)]
    return photos_in_time(images, labels, partition, app), slice(int(edges[1]), n)


def trained(
    photos: Photos, test: Footage, whole: Footage, base: BaseNetwork, place: Path, app: str = APP,
    splits: Sequence[str] | None = None, zone: Zone | None = None,
) -> MPackage:  # fmt: skip
    """With p, q and ρ of the test part; L and π of the whole first half."""
    [package] = train(
        [app], photos, base, place, settings=Settings.photos(flip=False, epochs=4, patience=2), footage=test,
        checkpoints=place / "checkpoints", splits=splits, zone=zone, jobs=1,
        source="PETS 2009 S2.L1, first half; ImageNet base",
    ).values()  # fmt: skip
    length = counted.event_length_s(whole, app)
    stated = {"length_s": length, "frequency": counted.event_frequency(whole, app, length)}
    assert package.events is not None
    return package.model_copy(update={"events": package.events.model_copy(update=stated)})


def streamed(
    package: MPackage, base: BaseNetwork, video: Path, half: int, truth: list[events.Interval], budget: float
) -> dict[str, Any]:
    """One real run of the second half on the emulated NUC, counted."""
    runner = Runner(base, {APP: package}, nuc_2017(), stream_fps=10, budget=budget)
    report = runner.run(Between(VideoSource(video), number=half), Virtual())
    [member], unit = runner.current.network.members, runner.current.schedule.units[0]
    found = count_stream(
        report, APP, member.x_vote, truth, window_s=package.events.length_s, duration_s=report.stream_s + 0.1
    )
    plan = {"budget": budget, "layer": member.layer, "fps": member.fps, "x_vote": member.x_vote}
    return {**plan, **found, "model_f1": unit.f1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--video", "--boxes", "--weights"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="pixels of the video per pixel of the boxes")
    parser.add_argument("--output", type=Path, default=paths.REFERENCE / "real_video")
    given = parser.parse_args()
    base = load_base("imagenet", weights=given.weights)
    frames = [f.image for f in VideoSource(given.video)]
    n, half, size = len(frames), len(frames) // 2, base.identity.input_shape[0]
    box = pd.read_csv(given.boxes, header=None).iloc[:, :6].set_axis(["frame", "id", "x", "y", "w", "h"], axis=1)
    feet = pd.DataFrame(
        {"frame": box.frame, "x": (box.x + box.w / 2) * given.scale, "y": (box.y + box.h) * given.scale}
    )
    zone = choose_zone(feet, n, half, frames[0].shape[:2])
    labels = occupied(feet, zone, n)
    images = np.stack([geometry.fitted(f, size, geometry.LETTERBOX) for f in frames])
    piece = lambda part: Footage(
        images[part], labels[part][:, None], (APP,), np.zeros(len(images[part]), int), 10.0, geometry.LETTERBOX
    )
    photos, test = first_half(images[:half], labels[:half])
    given.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        package = trained(photos, piece(test), piece(slice(0, half)), base, Path(place))
        recording = recorder.record([package], base, [piece(slice(half, n))])
        [truth] = clip_intervals(labels[half:], np.zeros(n - half, int), 10.0)
        runs = [streamed(package, base, given.video, half, truth, budget) for budget in (1.0, 0.25, 0.1)]
        again = on_video.refitted([package], recording)
        counts = fitted.grid(recording, range(1, 11), (1, 2, 3)).drop(columns="f1_se")  # of clips; here is one
        recording.without_probabilities().save(given.output / "recording.npz")
        bare = package.model_copy(update={"splits": tuple(s.model_copy(update={"tail": None}) for s in package.splits)})
        bare.save(given.output)
    table = fitted.with_parameters(counts, [package])
    same_frames = fitted.with_parameters(counts, again)
    for name, form in (("model_f1", "consistent"), ("heterogeneous_f1", "heterogeneous")):
        table[name] = fitted.expected(table, 10.0, form=form).f1
        table[f"{name}_same_frames"] = fitted.expected(same_frames, 10.0, form=form).f1
    table.round(5).to_csv(given.output / "grid.csv", index=False)
    rates = pd.DataFrame([
        {"index": k, "layer": s.layer, **{f"{part}_{name}": getattr(v, name) for part, v in
         (("photos", s), ("second_half", again[0].splits[k].video)) for name in ("tpr", "fpr")}}
        for k, s in enumerate(package.splits)
    ])  # fmt: skip
    rates.round(5).to_csv(given.output / "rates.csv", index=False)
    summary = {
        "video": {"file": given.video.name, "sha256": hashlib.sha256(given.video.read_bytes()).hexdigest(),
                  "frames": n, "fps": 10, "size": list(frames[0].shape[1::-1])},
        "boxes_sha256": hashlib.sha256(given.boxes.read_bytes()).hexdigest(), "zone": zone,
        "halves": [half, n - half], "occupied": [float(labels[:half].mean()), float(labels[half:].mean())],
        "events": [len(clip_intervals(labels[:half], np.zeros(half, int), 10.0)[0]), len(truth)],
        "base": base.identity.model_dump(mode="json"), "machine": platform.processor() or platform.machine(),
        "runs": runs,
    }  # fmt: skip
    (given.output / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
