"""run.json: what a stage ran with, on what, and what came out – without the names of people or folders."""

import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.project import Project, Stage
from mainstream.paths import write_text

VERSIONS = (
    "python", "numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "tensorflow", "keras", "openvino", "papermill",
)  # fmt: skip


def write_run(
    project: Project, stage: Stage, profile: str, directory: Path, hashes: dict[str, str], seconds: float,
    cpu_seconds: float,
) -> None:
    """Writes run.json, after making the notebook, its page and JSON name no folder of this machine.

    Args:
        hashes: of everything that the stage depends on, as taken before it ran.
        cpu_seconds: of all cores together, user and system.
    """
    for page in [p for kind in ("ipynb", "html", "json") for p in directory.glob(f"*.{kind}")]:
        strip_paths(page, directory, project.root)
    outputs = {
        p.relative_to(directory).as_posix(): cache.file_digest(p) for p in sorted(directory.rglob("*")) if p.is_file()
    }
    parameters = {**stage.defaults, **stage.parameters, "profile": profile}
    parameters.pop("output_dir", None)
    run = {
        "stage": stage.name, "outcome": "ok", "key": cache.key(hashes), "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "profile": profile,
        "parameters": parameters, "seeds": {k: v for k, v in parameters.items() if "seed" in k},
        "versions": {name: cache.version_of(name) for name in VERSIONS}, "machine": machine(),
        "git": git_revision(project.root),
        "inputs": hashes, "outputs": outputs,
    }  # fmt: skip
    write_text(directory / cache.RUN, json.dumps(run, indent=1, sort_keys=True) + "\n")


def strip_paths(path: Path, directory: Path, root: Path) -> None:
    """Notebooks, pages and summaries name this machine's folders (metadata, tracebacks); make them relative."""
    text = path.read_text(encoding="utf-8")
    for folder, short in ((directory, "."), (root, "."), (Path(sys.prefix), "<python>"), (Path.home(), "~")):
        if len(folder.parts) > 1:
            text = re.sub(re.escape(str(folder)) + r"(?![\w.-])", short, text)
    path.write_text(text, encoding="utf-8")


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
    asked = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+changes"]
    try:
        return subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
