"""A training on the workers of a Dask cluster, which share no disk with this machine (docs/cluster.md).

What `trainer.run` lays into a folder for processes here travels as bytes, once per worker; checkpoints come back so.
"""

import tempfile
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mainstream.errors import UserError
from mainstream.networks.backend import keras
from mainstream.paths import written
from mainstream.trainer.checkpoint import Checkpoints, Job
from mainstream.trainer.worker import Task, Worker, one_thread

if TYPE_CHECKING:
    from distributed import Client

# Of a worker's jobs: so many tasks. A task computes its stems' outputs once, and is lost with its worker.
TASKS_EACH = 4


class Made(NamedTuple):
    """What a task has finished, as files under the root of the checkpoints, and why it did not finish the rest."""

    files: dict[str, bytes]
    error: UserError | None


def submitted(client: "Client", task: Task, jobs: list[Job]) -> set[Future[Made]]:
    """Tasks of `jobs`, each told as `task`; one whose worker dies is given to another one."""
    data = {path.name: path.read_bytes() for path in task.data.iterdir()}
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # large, and meant so: see `_data`
        shared = client.submit(_data, data, pure=False)
    size = max(1, len(jobs) // (TASKS_EACH * len(client.nthreads())))
    shares = [tuple(jobs[k : k + size]) for k in range(0, len(jobs), size)]
    pool = client.get_executor(pure=False)
    return {pool.submit(away, replace(task, jobs=s), shared, _kept(task.root, s)) for s in shares}


def _data(data: dict[str, bytes]) -> dict[str, bytes]:
    """As a task, not scattered: the first worker has it from the scheduler, the others from one another, and what has
    gone with its worker comes again."""
    return data


def _kept(root: Path, jobs: Iterable[Job]) -> dict[str, bytes]:
    """Checkpoints of these jobs: of a split that is finished, other splits may start."""
    files = [path for job in jobs for path in Checkpoints(root, job).folder.glob("split_*")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def away(task: Task, data: Mapping[str, bytes], kept: Mapping[str, bytes]) -> Made:
    """`worker.work`, in a folder of its own, which goes when this ends.

    data: the files of `Task.data`. kept: what is finished already, by name under `Task.root`.
    """
    one_thread()
    keras.utils.clear_session()  # a worker may have trained before: layers are numbered from the start, in files too
    with tempfile.TemporaryDirectory(prefix="training-") as place:
        here = replace(task, data=Path(place, "data"), root=Path(place, "checkpoints"))
        for folder, files in ((here.data, data), (here.root, kept)):
            for name, content in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        error = None
        try:
            Worker(here).run()
        except UserError as e:
            error = e
        made = _kept(here.root, task.jobs)
    return Made({name: content for name, content in made.items() if kept.get(name) != content}, error)


def brought(made: Made, root: Path) -> None:
    """Writes what has come back, a split's `.json` last. Raises the task's `UserError`."""
    for name in sorted(made.files, key=lambda name: name.endswith(".json")):
        with written(root / name) as part:
            part.write_bytes(made.files[name])
    if made.error:
        raise made.error
