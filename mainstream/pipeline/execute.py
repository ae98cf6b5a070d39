"""Runs one stage: papermill into a temporary place, HTML beside it, and a swap into the results on success."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mainstream.errors import UserError
from mainstream.pipeline import cache
from mainstream.pipeline.project import Project, Stage, declared_parameters, read_notebook

TEMPORARY = ".running-"
TEMPLATE = Path(__file__).with_name("notebook.html.j2")
ADDED = {"injected-parameters", "papermill-error-cell-tag"}  # tags of cells that papermill puts in
VERSIONS = ("numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "tensorflow", "keras", "openvino", "papermill")


class StageFailed(Exception):
    """A notebook did not run through; the message names notebook, cell and reason."""


@dataclass(frozen=True)
class Position:
    """Where a stage stands in the run, for the progress bar."""

    index: int = 1
    total: int = 1


def run_stage(
    project: Project, stage: Stage, profile: str, *, cell_timeout_s: int, where: Position, verbose: bool = False
) -> float:
    """Executes a stage and publishes its directory; returns the seconds it took.

    Raises:
        StageFailed: the last good result is untouched, and the notebook as far as it got is kept as
            `results/<profile>/<stage>.failed.ipynb`.
    """
    results = project.results(profile)
    results.mkdir(parents=True, exist_ok=True)
    failed = results / f"{stage.name}.failed.ipynb"
    hashes = cache.stage_hashes(project, stage, profile)
    temporary = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{stage.name}-", dir=results))
    start = time.perf_counter()
    try:
        executed = temporary / f"{stage.name}.ipynb"
        try:
            _papermill(stage, profile, executed, cell_timeout_s, where, verbose)
        except StageFailed:
            if executed.is_file():
                _strip_paths(executed, temporary, project.root)
                executed.replace(failed)
            raise
        _html(executed)
        seconds = time.perf_counter() - start
        _provenance(project, stage, profile, temporary, hashes, seconds)
        _publish(temporary, results / stage.name)
        failed.unlink(missing_ok=True)
        return seconds
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def alone(results: Path) -> Iterator[None]:
    """One run at a time in a profile's results; the lock goes with the process, however it ends.

    Raises:
        UserError: another run holds it.
    """
    results.mkdir(parents=True, exist_ok=True)
    with results.with_name(f".{results.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise UserError(f"another run of profile '{results.name}' is at work; wait for it or stop it") from e
        yield


def clean(results: Path) -> None:
    """Removes what killed runs left behind, and completes a swap that was cut off between its two steps."""
    for old in results.glob(".old-*"):
        good = results / old.name.removeprefix(".old-")
        shutil.rmtree(old) if good.exists() else old.rename(good)
    for leftover in results.glob(f"{TEMPORARY}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _papermill(stage: Stage, profile: str, executed: Path, cell_timeout_s: int, where: Position, verbose: bool) -> None:
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    injected = {**stage.parameters}
    known = declared_parameters(read_notebook(stage.notebook), stage.name)
    injected |= {k: v for k, v in (("profile", profile), ("output_dir", str(executed.parent))) if k in known}
    bar: Any = {
        "desc": f"[{where.index}/{where.total}] {stage.name}",
        "bar_format": "{desc}  cell {n_fmt}/{total_fmt} |{bar:24}| {elapsed}",
    }
    try:
        with _private_kernel() as kernel:
            papermill.execute_notebook(
                stage.notebook, executed, parameters=injected, kernel_name="python3", progress_bar=bar,
                cwd=stage.notebook.parent, execution_timeout=cell_timeout_s, **kernel,
                stdout_file=sys.stdout if verbose else None, stderr_file=sys.stderr if verbose else None,
            )  # fmt: skip
    except PapermillExecutionError as e:
        raise StageFailed(f"{_where(stage, executed)}: {_short(f'{e.ename}: {e.evalue}')}") from e
    except CellTimeoutError as e:
        raise StageFailed(f"{_where(stage, executed)}: no answer within {cell_timeout_s} s (cell_timeout_s)") from e
    except DeadKernelError as e:
        raise StageFailed(f"{_where(stage, executed)}: the kernel died, probably out of memory") from e
    except (NoSuchKernel, RuntimeError, OSError) as e:  # no kernel, none that starts, a full disk
        raise StageFailed(f"{stage.name}: could not be run: {_short(f'{type(e).__name__}: {e}')}") from e


@contextmanager
def _private_kernel() -> Iterator[dict[str, Any]]:
    """Options of a kernel that talks over sockets in a folder of this user's own; over TCP others could listen in.

    With that, its log has nothing left to warn of and keeps silent (errors of cells are in the notebook). A socket's
    path holds about 100 characters; where the temporary folder's name leaves too few, the default (TCP) stays.
    """
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as private:
        if len(private) > 80:
            yield {}
            return
        sockets = {"transport": "ipc", "connection_file": f"{private}/kernel.json"}
        yield {"config": Config(KernelManager=sockets), "extra_arguments": ["--log-level=CRITICAL"]}


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


def _html(executed: Path) -> None:
    """HTML beside the notebook; it fetches nothing when it is opened (see notebook.html.j2)."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab", template_file=str(TEMPLATE), embed_images=True)
    body, _ = exporter.from_filename(str(executed))
    executed.with_suffix(".html").write_text(body, encoding="utf-8")


def _provenance(
    project: Project, stage: Stage, profile: str, directory: Path, hashes: dict[str, str], seconds: float
) -> None:
    for written in [*directory.glob("*.ipynb"), *directory.glob("*.html")]:
        _strip_paths(written, directory, project.root)
    outputs = {p.name: cache.digest(p.read_bytes()) for p in sorted(directory.iterdir()) if p.is_file()}
    declared = declared_parameters(read_notebook(stage.notebook), stage.name)
    parameters = {**declared, **stage.parameters, "profile": profile}
    parameters.pop("output_dir", None)
    run = {
        "stage": stage.name, "outcome": "ok", "key": cache.key(hashes), "seconds": round(seconds, 2),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "profile": profile,
        "parameters": parameters, "seeds": {k: v for k, v in parameters.items() if "seed" in k},
        "versions": versions(), "machine": machine(), "git": git_revision(project.root),
        "inputs": hashes, "outputs": outputs,
    }  # fmt: skip
    (directory / cache.RUN).write_text(json.dumps(run, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _strip_paths(path: Path, directory: Path, root: Path) -> None:
    """An executed notebook and its HTML name this machine's folders (metadata, tracebacks); make them relative."""
    text = path.read_text(encoding="utf-8")
    for folder, short in ((directory, "."), (root, "."), (Path(sys.prefix), "<python>"), (Path.home(), "~")):
        if len(folder.parts) > 1:
            text = re.sub(re.escape(str(folder)) + r"(?![\w.-])", short, text)
    path.write_text(text, encoding="utf-8")


def _publish(temporary: Path, final: Path) -> None:
    """Swaps the new directory in; the old one goes only when the new one is in place (see `clean`)."""
    temporary.chmod(0o755)
    old = final.with_name(f".old-{final.name}")
    if final.exists():
        final.rename(old)
    temporary.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine() -> dict[str, Any]:
    """Processor and system, without names of people or folders."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = models[0] if models else cpu
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.system(), "architecture": platform.machine()}


def git_revision(root: Path) -> str:
    """Revision of the checkout, with `+changes` where tracked files differ; 'unknown' outside one."""
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=root, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+changes" if dirty.stdout.strip() else "")
