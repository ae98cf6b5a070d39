"""Can the main job run here? One line for each thing that it needs, with how to mend it (`mainstream doctor`)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mainstream.errors import UserError, without_errno
from mainstream.kit.pipeline.cache import version_of

DISK_GB, MEMORY_GB = 2.0, 4.0  # of a default run: results, checkpoints; peak of all its processes
AGAIN = "run scripts/install.sh again: rm .venv/.installed-*; ./run_all.sh"


class Check(NamedTuple):
    """look: says what was found, or raises; mend: what to do then. Without what is not needed a run works as well."""

    what: str
    look: Callable[[], str]
    mend: str
    needed: bool = True


def checks(root: Path) -> list[Check]:
    """What the main job needs. Nothing is written but a file that is removed again."""
    places = [root / "results", root / "data" / "cache"]
    return [
        Check("Python", _python, "install Python 3.11, 3.12 or 3.13"),
        Check("packages", lambda: _packages(root / "requirements.lock"), AGAIN),
        *machine(root, MEMORY_GB, DISK_GB),
        Check("writing", lambda: _writing(places), "make these folders writable, or clone to another place"),
        Check("codecs", _codecs, AGAIN),
        Check("kernel", _kernel, AGAIN),
        Check("network", _network, f"git checkout data/base; or {AGAIN}"),
    ]


def machine(root: Path, memory_gb: float, disk_gb: float) -> list[Check]:
    """What the machine brings to a job that needs so much; `root`: the folder that it fills."""
    return [
        Check("cores", _cores, "more cores make training quicker", needed=False),
        Check("memory", lambda: _memory(memory_gb), f"{memory_gb:.0f} GB are needed; fewer `jobs` or more swap may do"),
        Check("disk", lambda: _disk(root, disk_gb), f"make room: {disk_gb:.0f} GB are needed"),
        Check("GPU", _gpu, "not needed: everything runs on the processor", needed=False),
    ]


def answer(check: Check) -> tuple[bool, str]:
    """Is it there? And the line of the report, whatever the check raises."""
    try:
        said, mark = check.look(), "ok"
    except Exception as e:  # whatever is broken: that is the question
        reason = str(UserError(f"{without_errno(e) or type(e).__name__}"))
        said, mark = f"{reason}; {check.mend}", "FAILS" if check.needed else "none"
    return mark == "ok", f"{mark:<6} {check.what:<12} {said}"


def _python() -> str:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise UserError(f"{version_of('python')} is not 3.11 to 3.13")
    return f"{version_of('python')} at {Path(sys.prefix).name}/"


def _packages(lock: Path) -> str:
    pins: dict[str, list[str]] = {}  # a version for each kind of platform that has one of its own
    for line in lock.read_text().splitlines():
        if line[:1].isalnum():
            name, pin = line.rstrip(" \\").split("==", 1)
            pins.setdefault(name, []).extend([pin.partition(" ;")[0], *(["not installed"] if ";" in pin else [])])
    other = [f"{n} {version_of(n)} instead of {p[0]}" for n, p in pins.items() if version_of(n) not in p]
    if other:
        raise UserError(f"{len(other)} of {len(pins)} are not as locked ({', '.join(other[:3])})")
    return f"{len(pins)} as locked, where this platform needs them"


def _cores() -> str:
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if mine < 2:
        raise UserError("1: a default run takes twice as long")
    return f"{mine}"


def _memory(needed_gb: float) -> str:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    if total < needed_gb:
        raise UserError(f"{total:.1f} GB in all")
    return f"{total:.0f} GB in all"


def _disk(root: Path, needed_gb: float) -> str:
    free = shutil.disk_usage(root).free / 1e9
    if free < needed_gb:
        raise UserError(f"{free:.1f} GB are free")
    return f"{free:.0f} GB free"


def _writing(places: list[Path]) -> str:
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    return "results/, data/cache/"


def _codecs() -> str:
    import av
    import numpy as np

    from streetworld.encode import write_h264

    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "x.mp4")
        write_h264(film, (np.full((48, 64, 3), 20 * k, np.uint8) for k in range(4)), fps=10, size=(64, 48))
        with av.open(str(film)) as container:
            shown = sum(1 for _ in container.decode(video=0))
    if shown != 4:
        raise UserError(f"of 4 frames {shown} came back")
    return f"PyAV {version_of('av')} writes and reads H.264"


def _kernel() -> str:
    from jupyter_client.manager import KernelManager

    python = KernelManager(kernel_name="python3").format_kernel_cmd()[0]
    if shutil.which(python) is None:
        raise UserError("the Python of kernel 'python3' is not there")
    subprocess.run([python, "-c", "import ipykernel"], check=True, capture_output=True, timeout=60)
    return f"python3, ipykernel {version_of('ipykernel')}"


def _network() -> str:
    import numpy as np

    from mainstream.networks.base import load_base
    from mainstream.networks.engines import compile_model

    base = load_base()
    x = np.random.default_rng(0).uniform(-1, 1, (1, *base.identity.input_shape)).astype("float32")
    theirs, ours = np.asarray(base.network(x)), compile_model(base.network)(x)
    if not np.allclose(theirs, ours, atol=1e-3):
        raise UserError(f"OpenVINO and TensorFlow differ by {np.abs(theirs - ours).max():.2g}")
    return f"{base.identity.architecture}: OpenVINO {version_of('openvino')} as TensorFlow {version_of('tensorflow')}"


def _gpu() -> str:
    from mainstream.networks.backend import tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        raise UserError("no GPU")
    return ", ".join(tf.config.experimental.get_device_details(d).get("device_name", d.name) for d in found)
