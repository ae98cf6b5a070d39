"""`train`: applications × seeds × splits, in processes that can be killed at any time (notebook 01)."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from mainstream.data.footage import Footage
from mainstream.data.photos import PARTITIONS, Photos, checked
from mainstream.errors import UserError, unknown
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import SplitPoint, split_points, with_head
from mainstream.package import MPackage, checked_name
from mainstream.paths import CACHE
from mainstream.trainer.assemble import assemble, write_log
from mainstream.trainer.checkpoint import Checkpoints, Job
from mainstream.trainer.settings import Settings, identity
from mainstream.trainer.worker import Task, work

POLL_S = 0.2
TRAINING = CACHE / "training"


def train(
    apps: Sequence[str],
    photos: Photos,
    base: BaseNetwork,
    output: str | Path,
    *,
    settings: Settings | None = None,
    seeds: Sequence[int] = (0,),
    splits: Sequence[str] | None = None,
    footage: Footage | None = None,
    weights: bool = True,
    jobs: int | None = None,
    checkpoints: str | Path = TRAINING,
    source: str = "",
) -> dict[Job, MPackage]:
    """Fine-tunes every application at every split; writes `output/<app>/` (of several seeds `…/seed<n>/`) and a log.

    A run that was killed goes on where it stopped: finished splits are taken from `checkpoints`, found again by
    everything that was put in. Results do not depend on the number of processes.

    Args:
        apps: classes of `photos`; each is told from everything else.
        photos: uint8 images of the base's input size, with partitions train, val and test.
        splits: names of split points (default: all).
        footage: held-out video for rates per frame, ρ by lag, L and π; of the same size and geometry.
        weights: put the tails' weights into the packages.
        jobs: processes of one thread each (default: one per core, at most one per application and seed).

    Returns the packages by (app, seed). Raises `UserError`: an unknown class or split, images of another size, a
    partition in which a class is always or never there, a loss that is not finite (what was finished is kept).
    """
    settings = settings or Settings()
    names, points = _points(base, splits)
    _check(apps, photos, base, footage)
    folder = Path(checkpoints) / identity(base.identity, photos, settings, names, footage)
    todo = [Job(app, seed) for seed in seeds for app in apps]
    missing = [job for job in todo if any(not Checkpoints(folder, job).finished(p) for p in points)]
    if missing:
        with _files(folder, photos, footage, base) as data:
            n = min(jobs or os.cpu_count() or 1, len(missing))
            classes = photos.classes
            tasks = [
                Task(base.identity, data, folder, tuple(missing[k::n]), classes, tuple(names), settings)
                for k in range(n)
            ]
            _run(tasks, points)
    packages = {}
    for job in todo:
        place = Path(output) / job.app / (f"seed{job.seed}" if len(seeds) > 1 else "")
        packages[job] = assemble(
            job, points, base.identity, Checkpoints(folder, job), photos, footage, settings, place,
            weights=weights, source=source,
        )  # fmt: skip
    write_log(Path(output) / "training.csv", todo, points, folder)
    return packages


def _points(base: BaseNetwork, splits: Sequence[str] | None) -> tuple[list[str], list[SplitPoint]]:
    """The chosen split points of the base with its head, from the input upwards."""
    found = split_points(with_head(base.network))
    names = [p.name for p in found]
    for name in splits or ():
        if name not in names:
            raise unknown("split point", name, names)
    chosen = [p for p in found if splits is None or p.name in splits]
    return [p.name for p in chosen], chosen


def _check(apps: Sequence[str], photos: Photos, base: BaseNetwork, footage: Footage | None) -> None:
    if len({app.casefold() for app in apps}) < len(apps):
        raise UserError(f"applications={list(apps)}: each name once, capitals or not: names become folders")
    for app in apps:
        checked_name(app, "application")
        photos.has(app)
        if footage is not None and (held := int(footage.has(app).sum())) in (0, len(footage.labels)):
            raise UserError(
                f"footage: '{app}' is in view in {held} of {len(footage.labels)} frames; rates need some with it and "
                f"some without: another video, or leave '{app}' out"
            )
    if footage is not None and footage.geometry != photos.geometry:
        raise UserError(
            f"photos are of geometry '{photos.geometry}', footage of '{footage.geometry}': an object would look "
            f"different in training and on the stream; make both alike"
        )
    for kind, images in (("photos", photos.images), ("footage", footage.images if footage else photos.images)):
        if tuple(images.shape[1:]) != base.identity.input_shape:
            raise UserError(f"{kind} are {images.shape[1:]}; the base network takes {base.identity.input_shape}")
    checked(photos, "photos", apps)


@contextmanager
def _files(folder: Path, photos: Photos, footage: Footage | None, base: BaseNetwork) -> Iterator[Path]:
    """The data as files that all processes map, for as long as they work."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("data-*"):  # of a run that was killed
        if not (Path("/proc") / left.name.removeprefix("data-").split("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=f"data-{os.getpid()}-", dir=folder))
    try:
        base.network.save_weights(place / "base.weights.h5")
        for name in PARTITIONS:
            part = photos.part(name)
            np.save(place / f"{name}_images.npy", part.images)
            np.save(place / f"{name}_labels.npy", part.labels)
        if footage is not None:
            np.save(place / "video_images.npy", footage.images)
            np.save(place / "video_labels.npy", footage.labels)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(tasks: list[Task], points: list[SplitPoint]) -> None:
    """One process per task, a progress bar over all of them; the first failure stops the others."""
    context = multiprocessing.get_context("spawn")
    failures: Any = context.Queue()
    processes = [context.Process(target=_guarded, args=(task, failures), daemon=True) for task in tasks]
    with _quiet():
        for process in processes:
            process.start()
    try:
        _watch(processes, failures, tasks, points)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _watch(processes: Sequence[BaseProcess], failures: Any, tasks: list[Task], points: list[SplitPoint]) -> None:
    jobs = [(Checkpoints(task.root, job), point) for task in tasks for job in task.jobs for point in points]
    bar = tqdm(total=round(sum(_work(p) for _, p in jobs), 1), desc="training", unit="split", disable=None)
    bar.bar_format = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    with bar:
        while any(p.is_alive() for p in processes):
            time.sleep(POLL_S)
            done = [point for checkpoints, point in jobs if checkpoints.written(point)]
            bar.n = sum(_work(p) for p in done)
            bar.set_postfix_str(f"{len(done)} of {len(jobs)} splits")
            if not failures.empty():
                raise UserError(failures.get())
    if not failures.empty():
        raise UserError(failures.get())
    if bad := [p.exitcode for p in processes if p.exitcode]:
        raise RuntimeError(f"a training process ended with exit code {bad[0]}; finished splits are kept: run again")


def _work(point: SplitPoint) -> float:
    """Rough cost of training there, for the remaining time shown: shallow splits train more layers on larger maps."""
    return 0.05 + (1 - point.fraction) ** 2


def _guarded(task: Task, failures: Any) -> None:
    try:
        work(task)
    except UserError as e:
        failures.put(str(e))


@contextmanager
def _quiet() -> Iterator[None]:
    """TensorFlow's greetings and its use of other threads are off in processes started here."""
    wanted = {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
