"""`train`: applications × seeds × splits, in processes that can be killed at any time (notebook 01)."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mainstream.data.footage import Footage
from mainstream.data.jobs import DASK, cluster, pool, processes
from mainstream.data.photos import PARTITIONS, Photos, checked
from mainstream.data.progress import SHARES, progress
from mainstream.errors import UserError, unknown
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import SplitPoint, split_points, with_head
from mainstream.package import FILE, MPackage, Zone, checked_name
from mainstream.paths import CACHE, alone, read_json
from mainstream.trainer import away
from mainstream.trainer.assemble import Trained, assemble, write_log
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
    dask: str | None = None,
    checkpoints: str | Path = TRAINING,
    source: str = "",
    zone: Zone | None = None,
) -> dict[Job, MPackage]:
    """Fine-tunes every application at every split; writes `output/<app>/` (of several seeds `…/seed<n>/`) and a log.

    A run that was killed goes on where it stopped: finished splits are taken from `checkpoints`, found again by
    everything that was put in. Results do not depend on the number of processes.

    Args:
        apps: classes of `photos`; each is told from everything else.
        photos: uint8 images of the base's input size, with partitions train, val and test.
        splits: names of split points (default: all).
        footage: held-out video for rates per frame, ρ by lag, L and π, of those of `apps` that it has labels of; of
            the same size and geometry.
        weights: put the tails' weights into the packages.
        jobs: processes of one thread each (default: one per core, at most one per application and seed).
        dask: address of a Dask scheduler whose workers train instead (default: the environment's, `data.jobs`).
        zone: the part of a frame that the packages are for: `footage` shows it alone, and a stream will.

    Returns the packages by (app, seed). Raises `UserError`: an unknown class or split, images of another size, a
    partition in which a class is always or never there, a loss that is not finite (what was finished is kept), a
    process that was killed, and as `data.jobs.cluster`. A second run of the same training waits for the first and
    takes what it has made.
    """
    settings = settings or Settings()
    points = split_points(with_head(base.network))
    if strangers := sorted(set(splits or ()).difference(p.name for p in points)):
        raise unknown("split point", strangers[0], [p.name for p in points])
    points = [p for p in points if splits is None or p.name in splits]
    names = [p.name for p in points]
    _check(apps, photos, base, footage)
    folder = Path(checkpoints) / identity(base.identity, photos, settings, names, footage)
    todo = [Job(app, seed) for seed in seeds for app in apps]
    with alone(folder.with_suffix(".lock"), "this training"):
        missing = [job for job in todo if any(not Checkpoints(folder, job).finished(p) for p in points)]
        if missing:
            tails = 4 * len(missing) * sum(base.network.count_params() - p.frozen_parameters for p in points)
            with _files(folder, photos, footage, base, tails) as data:
                task = Task(base.identity, data, folder, (), photos.classes, tuple(names), settings)
                if address := dask or os.environ.get(DASK):
                    with cluster(address) as client:
                        _watch(away.submitted(client, task, missing), folder, missing, points)
                else:
                    _run_here(task, missing, points, processes(jobs))
    packages = {}
    with alone(Path(output) / ".lock", f"packages in {output}"):
        for job in todo:
            place = Path(output) / job.app / (f"seed{job.seed}" if len(seeds) > 1 else "")
            trained = Trained(job, points, Checkpoints(folder, job), photos, footage, settings, zone)
            packages[job] = assemble(trained, base.identity, place, weights=weights, source=source)
            for old in (place.parent / FILE, *place.parent.glob("split_*.weights.h5")) if len(seeds) > 1 else ():
                old.unlink(missing_ok=True)  # of a training of one seed: it would be taken for these
        write_log(Path(output) / "training.csv", todo, points, folder)
    return packages


def _check(apps: Sequence[str], photos: Photos, base: BaseNetwork, footage: Footage | None) -> None:
    if len({app.casefold() for app in apps}) < len(apps):
        raise UserError(f"applications={list(apps)}: each name once, capitals or not: names become folders")
    for app in apps:
        checked_name(app, "application")
        photos.has(app)
        known = footage is not None and app in footage.classes
        if footage and known and (held := int(footage.has(app).sum())) in (0, len(footage.labels)):
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
def _files(folder: Path, photos: Photos, footage: Footage | None, base: BaseNetwork, more: int = 0) -> Iterator[Path]:
    """The data as files that all processes map, for as long as they work; `UserError` without room for `more` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("data-*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.rglob(".*.part*"):
        left.unlink(missing_ok=True)
    place = Path(tempfile.mkdtemp(prefix="data-", dir=folder))
    try:
        more += photos.images.nbytes + (footage.images.nbytes if footage else 0)
        if more > (free := shutil.disk_usage(place).free):
            raise UserError(f"{folder}: training takes {more >> 20} MiB there, its disk has {free >> 20} left")
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


def _run_here(task: Task, jobs: list[Job], points: list[SplitPoint], processes: int) -> None:
    """The jobs in so many processes. Raises `UserError`: a process's own, or one that was killed."""
    n, killed = min(processes, len(jobs)), "a training process was ended from outside, perhaps for want of memory"
    with pool(n, f"{killed}; finished splits are kept: run again (fewer jobs need less memory)") as submit:
        tasks = [replace(task, jobs=tuple(jobs[k::n])) for k in range(n)]
        _watch({submit(work, task) for task in tasks}, task.root, jobs, points)


def _watch(waiting: set[Future[Any]], root: Path, jobs: list[Job], points: list[SplitPoint]) -> None:
    """A progress bar until all tasks have ended; the first failure is raised. What came from elsewhere is written."""
    splits = [(Checkpoints(root, job), point) for job in jobs for point in points]
    total = round(sum(_work(point.fraction) for _, point in splits), 1)
    bar = progress(total=total, desc="training", unit="split", bar_format=SHARES)
    bar.initial = sum(_work(point.fraction) for checkpoints, point in splits if checkpoints.written(point))
    try:
        while waiting:
            ended, waiting = wait(waiting, POLL_S, return_when=FIRST_EXCEPTION)
            for future in ended:
                if isinstance(made := future.result(), away.Made):
                    away.brought(made, root)
            done = [point for checkpoints, point in splits if checkpoints.written(point)]
            now = [read_json(path) for path in sorted(root.glob("data-*/at-*.json"))]  # of processes here
            begun = sum(share * _work(fraction) for fraction, share, _ in now)
            bar.n = min(total, sum(_work(point.fraction) for point in done) + begun)
            bar.set_postfix_str("; ".join([f"{len(done)} of {len(splits)} splits", *(words for *_, words in now)]))
    finally:
        bar.close()


def _work(fraction: float) -> float:
    """Rough cost of a split by its share of all layers, for the time shown: shallow ones train more, on larger maps."""
    return 0.05 + (1 - fraction) ** 2
