"""pyproject.toml, requirements.lock and environment.yml say the same."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from mainstream.kit.commands.main import EXTRAS as EXTRA_MODULES
from mainstream.paths import NOTEBOOKS, PACKAGE, ROOT

PROJECT = (ROOT / "pyproject.toml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
TABLE = tomllib.loads(PROJECT)["project"]
EXTRAS = TABLE["optional-dependencies"]


def direct(*extras: str) -> list[Requirement]:
    """Requirements of the base and of extras, less the kit's own name in them."""
    lines = TABLE["dependencies"] + [line for name in extras for line in EXTRAS[name]]
    return [r for r in map(Requirement, lines) if r.name != TABLE["name"]]


def installs(*extras: str) -> set[str]:
    """Top-level modules that the base and extras bring directly."""
    names = {"scikit-learn": "sklearn", "pillow": "PIL", "pyyaml": "yaml", "opencv-python-headless": "cv2"}
    return {names.get(r.name, r.name) for r in direct(*extras)}


DIRECT = direct(*EXTRAS)


def locked(python: str) -> dict[str, str]:
    """Versions that the lock installs on Linux for a Python."""
    versions = {}
    scene = {
        "python_full_version": f"{python}.6",
        "python_version": python,
        "sys_platform": "linux",
        "os_name": "posix",
    }
    for name, version, marker in re.findall(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", LOCK, re.M):
        if not marker or Marker(marker).evaluate(scene):
            versions[name.lower()] = version
    return versions


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_satisfies_every_range(python):
    versions = locked(python)
    for r in DIRECT:
        assert r.specifier.contains(versions[r.name.lower()]), r


def test_every_locked_package_has_hashes_and_no_host():
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.M)[1:]
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK and "index-url" not in LOCK


def test_environment_yml_holds_the_locked_versions():
    text = (ROOT / "environment.yml").read_text()
    pins = dict(re.findall(r"^      - ([\w.-]+)==(\S+) # \S", text, re.M))
    versions = locked("3.11")
    assert pins == {r.name: versions[r.name.lower()] for r in DIRECT}
    assert re.search(r"^  - python=3\.11 # \S", text, re.M)


def test_every_dependency_says_why_it_is_there():
    lines = re.findall(r'^  "[\w.-]+[^"]*",?(.*)$', PROJECT.split("[project.scripts]")[0], re.M)
    assert len(lines) == len(TABLE["dependencies"]) + sum(map(len, EXTRAS.values()))
    assert all(re.match(r"\s*# \S{2,}", line) for line in lines)


def test_binder_takes_the_base_and_the_lab_at_the_same_versions():
    pins = dict(re.findall(r"^      - ([\w.-]+)==(\S+) # \S", (ROOT / "binder" / "environment.yml").read_text(), re.M))
    versions = locked("3.11")
    assert pins == {r.name: versions[r.name.lower()] for r in direct("lab")}


def test_all_is_every_extra_but_the_developers():
    assert Requirement(EXTRAS["all"][0]).extras == set(EXTRAS) - {"all", "dev"}


def test_every_dependency_is_imported_and_every_import_is_a_dependency():
    """In library and street, within functions too; kernel, laboratory and dashboard are started, not imported."""
    files = [p for package in ("mainstream", "streetworld") for p in (ROOT / package).rglob("*.py")]
    nodes = [n for p in files for n in ast.walk(ast.parse(p.read_text(encoding="utf-8")))]
    used = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    used |= {n.module.split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    used -= {"mainstream", "streetworld", *sys.stdlib_module_names}
    listed = installs("train", "stream", "lab", "cluster")
    assert listed - used == {"ipykernel", "jupyterlab", "bokeh"}
    of_those_that_are = {"IPython", "markupsafe", "jupyter_client", "nbclient", "nbformat", "traitlets"}
    assert used - listed <= of_those_that_are


def test_the_published_track_needs_the_base_alone():
    """Every import of notebooks 04 to 06 and of 03's first half, and what `schedule`, `run` and `report` load."""
    parts = ("commands.main", "commands.results", "pipeline.run", "pipeline.execute", "pipeline.report")
    imports = ["import mainstream.scheduler.protocol", *(f"import mainstream.kit.{part}" for part in parts)]
    for path in sorted(NOTEBOOKS.glob("0[3456]_*.ipynb")):
        cells = ["".join(c["source"]) for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
        trained = next((i for i, cell in enumerate(cells) if "film, recorder" in cell), len(cells))  # 03, second half
        nodes = [n for cell in cells[:trained] for n in ast.parse(cell).body]
        imports += [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    extra = installs("train", "stream", "lab", "cluster") - installs()
    assert len(imports) > 30 and {"tensorflow", "openvino", "av", "cv2", "sklearn", "jupyterlab"} <= extra
    code = "\n".join(["import sys", *imports, f"print(sorted({extra} & set(sys.modules)))"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_networks_load_nothing_that_keras_only_wraps_and_nobody_is_kept_from_it():
    code = "import sys, mainstream.networks.backend\nprint({'sklearn', 'matplotlib'} & set(sys.modules))\n"
    code += "import sklearn.metrics, matplotlib.pyplot\nprint(sklearn.metrics.f1_score([1], [1]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "1.0"]


def test_a_command_that_needs_an_extra_says_so_in_one_line(tmp_path):
    assert set(EXTRA_MODULES) == installs("train", "stream", "cluster") - installs() - {"bokeh"}
    (tmp_path / "keras.py").write_text("raise ModuleNotFoundError(\"No module named 'keras'\", name='keras')\n")
    done = subprocess.run(
        [sys.executable, "-m", "mainstream", "profile"], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )  # fmt: skip
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("mainstream: keras is not installed: ") and done.stderr.count("\n") == 1


def test_a_copy_installed_elsewhere_finds_the_checkout_around_the_working_folder(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "mainstream", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from mainstream import paths; print(paths.PACKAGE, paths.ROOT)"
    for folder, root in ((NOTEBOOKS, ROOT), (tmp_path, tmp_path)):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        assert done.stdout.split() == [str(tmp_path / "mainstream"), str(root)]


def test_run_all_takes_no_modules_from_outside_of_the_kit(tmp_path):
    """With the folder of another checkout exported, that one's notebooks ran and its results were written over."""
    for name in ("requirements.lock", "pyproject.toml", "scripts/install.sh", "run_all.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "mainstream").write_text("#!/bin/sh\nenv\n")
    (tmp_path / ".venv" / "bin" / "mainstream").chmod(0o755)
    stamp = subprocess.run(["bash", "-c", ". scripts/install.sh; stamp"], cwd=tmp_path, capture_output=True, text=True)
    (tmp_path / ".venv" / f".installed-{stamp.stdout.strip()}").touch()
    odd = {"PYTHONPATH": "/another", "PYTHONHOME": "/usr", "PIP_USER": "1"}
    run = {"env": {**os.environ, **odd}, "capture_output": True, "text": True, "check": True}
    done = subprocess.run([tmp_path / "run_all.sh"], **run)
    assert "PATH=" in done.stdout and "PYTHONPATH=" not in done.stdout and "PYTHONHOME=" not in done.stdout
    assert "PIP_USER=0\n" in done.stdout  # "Can not perform a '--user' install", said pip
