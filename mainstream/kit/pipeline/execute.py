"""Runs a notebook by papermill; a stage in a temporary place, swapped into the results on success."""

import json
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm.contrib import DummyTqdmFile

from mainstream.data.progress import BATCH, EVERY_S
from mainstream.errors import UserError, without_errno
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.page import write_page
from mainstream.kit.pipeline.project import Project, Stage, read_notebook
from mainstream.kit.pipeline.provenance import strip_paths, write_run

TEMPORARY = ".running-"
ADDED = {"injected-parameters", "papermill-error-cell-tag"}  # tags of cells that papermill puts in

_processor_seconds = lambda: sum(os.times()[:4])  # user and system, of this process and of kernels that it waited for


@dataclass(frozen=True)
class Outcome:
    """What became of one stage of a run."""

    stage: str
    seconds: float
    state: str  # fresh (ran now) | cached | –
    result: str  # ok | failed: … | skipped: …


class StageFailed(Exception):
    """A notebook did not run through; the message names notebook, cell and reason. said: of a `UserError`, its line."""

    said = ""


def run_stage(project: Project, stage: Stage, profile: str, *, where: str, verbose: bool = False) -> None:
    """Executes a stage and publishes its directory.

    Raises:
        StageFailed: the last good result is untouched, and the notebook as far as it got is kept as
            `results/<profile>/<stage>.failed.ipynb`.
    """
    results, cell_timeout_s = project.results(profile), project.profile(profile).cell_timeout_s
    results.mkdir(parents=True, exist_ok=True)
    failed = results / f"{stage.name}.failed.ipynb"
    hashes = cache.stage_hashes(project, stage, profile)
    start, before = time.perf_counter(), _processor_seconds()
    prefix = f"{TEMPORARY}{stage.name}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=results, ignore_cleanup_errors=True) as folder:
        temporary, executed = Path(folder), Path(folder, f"{stage.name}.ipynb")
        try:
            execute(stage, profile, executed, cell_timeout_s=cell_timeout_s, where=where, verbose=verbose)
        except StageFailed:
            if executed.is_file():
                strip_paths(executed, temporary, project.root)
                executed.replace(failed)
            raise
        write_page(executed)
        took, processor = time.perf_counter() - start, _processor_seconds() - before
        write_run(project, stage, profile, temporary, hashes, took, processor)
        _publish(temporary, results / stage.name)
        failed.unlink(missing_ok=True)


def clean(results: Path) -> None:
    """Removes what killed runs left behind, and completes a swap that was cut off between its two steps."""
    for old in results.glob(".old-*"):
        good = results / old.name.removeprefix(".old-")
        shutil.rmtree(old) if good.exists() else old.rename(good)
    for leftover in results.glob(f"{TEMPORARY}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def execute(
    stage: Stage, profile: str, executed: Path, *,
    cell_timeout_s: int | None, where: str, verbose: bool = False, cwd: Path | None = None,
) -> None:  # fmt: skip
    """The stage's notebook into the file `executed`, whose folder is its `output_dir`. Raises `StageFailed`.

    cell_timeout_s: None waits for ever. where: what the progress begins with. verbose: show what cells print, live.
    cwd: of its kernel; the notebook's own folder where None.
    """
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    logging.getLogger("asyncio").disabled = True  # after Ctrl-C it complains of every cell that nobody waits for
    injected = {**stage.parameters}
    injected |= {k: v for k, v in (("profile", profile), ("output_dir", str(executed.parent))) if k in stage.defaults}
    lines = multiprocessing.parent_process() is not None  # others are at work beside this one (`beside`)
    bar: Any = {
        "desc": f"{where} {stage.name}",
        "bar_format": "{desc}  cell {n_fmt}/{total_fmt} |{bar:24}| {elapsed}" + "\n" * lines,
        "mininterval": 0.1 if sys.stderr.isatty() and not lines else EVERY_S,
    }
    os.environ.update({BATCH: "1"} if verbose else {})
    shown: list[Any] = [sys.stdout, sys.stderr] if verbose else [None, None]
    if verbose and sys.stderr.isatty():
        shown = [DummyTqdmFile(file) for file in shown]  # what cells print goes above the bar
    try:
        with _private_kernel() as kernel:
            papermill.execute_notebook(
                stage.notebook, executed, parameters=injected, kernel_name="python3", engine_name=_engine(),
                progress_bar=bar, cwd=cwd or stage.notebook.parent, execution_timeout=cell_timeout_s, **kernel,
                stdout_file=shown[0], stderr_file=shown[1],
            )  # fmt: skip
    except PapermillExecutionError as e:
        failed = StageFailed(f"{_where(stage, executed)}: {_short(f'{e.ename}: {e.evalue}')}")
        failed.said = e.evalue if e.ename == UserError.__name__ else ""
        raise failed from e
    except CellTimeoutError as e:
        raise StageFailed(f"{_where(stage, executed)}: no answer within {cell_timeout_s} s (cell_timeout_s)") from e
    except DeadKernelError as e:
        raise StageFailed(f"{_where(stage, executed)}: the kernel died, probably out of memory") from e
    except (NoSuchKernel, RuntimeError, OSError) as e:  # no kernel, none that starts, a full disk
        raise StageFailed(f"{stage.name}: could not be run: {_short(f'{type(e).__name__}: {without_errno(e)}')}") from e


def _engine() -> str:
    """The name of papermill's engine that writes a notebook where it begins and ends, however it does: its own writes
    twice per cell, a tenth of a quick run's time."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Sparing(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, *args: Any, **kwargs: Any) -> Any:
            place, nb_man.output_path = nb_man.output_path, None
            try:
                return super().execute_managed_notebook(nb_man, *args, **kwargs)
            finally:
                nb_man.output_path = place

    papermill_engines.register("sparing", Sparing)
    return "sparing"


@contextmanager
def _private_kernel() -> Iterator[dict[str, Any]]:
    """Options of a kernel that talks over sockets in a folder of this user's own; over TCP others could listen in.

    With that, its log has nothing left to warn of and keeps silent, at its end too, where tasks of a busy machine
    complain (errors of cells are in the notebook). A socket's path holds about 100 characters; where the temporary
    folder's name leaves too few, the default (TCP) stays.
    """
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as private:
        if len(private) > 80:
            yield {}
            return
        sockets = {"transport": "ipc", "connection_file": f"{private}/kernel.json"}
        quiet = json.dumps({"loggers": {name: {"level": "CRITICAL"} for name in ("asyncio", "tornado")}})
        extra = ["--log-level=CRITICAL", f"--IPKernelApp.logging_config={quiet}"]
        yield {"config": Config(KernelManager=sockets), "extra_arguments": extra}


def _where(stage: Stage, executed: Path) -> str:
    """The stage, and which cell of its source was the last one at work (papermill's own cells do not count)."""
    if not executed.is_file():
        return stage.name
    metadata = [c["metadata"] for c in read_notebook(executed)["cells"]]
    cells = [m.get("papermill", {}).get("status") for m in metadata if not ADDED.intersection(m.get("tags", []))]
    begun = [i for i, status in enumerate(cells, 1) if status not in (None, "pending")]
    last = cells.index("failed") + 1 if "failed" in cells else max(begun, default=0)
    return f"{stage.name}, cell {last} of {len(cells)}" if last else stage.name


def _short(text: str, limit: int = 200) -> str:
    """The first line of a message, cut where it runs on."""
    first = (text.strip().splitlines() or [""])[0]
    return first if len(first) <= limit else first[: limit - 1] + "…"


def _publish(temporary: Path, final: Path) -> None:
    """Swaps the new directory in; the old one goes only when the new one is in place (see `clean`)."""
    temporary.chmod(0o755)
    old = final.with_name(f".old-{final.name}")
    if final.exists():
        final.rename(old)
    temporary.rename(final)
    shutil.rmtree(old, ignore_errors=True)
