"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from mainstream.paths import ROOT

PROJECT = (ROOT / "pyproject.toml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
TABLE = tomllib.loads(PROJECT)["project"]
DIRECT = [Requirement(r) for r in TABLE["dependencies"] + TABLE["optional-dependencies"]["dev"]]


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
    assert len(lines) == len(DIRECT)
    assert all(re.match(r"\s*# \S{2,}", line) for line in lines)


def test_binder_takes_a_part_of_the_same_versions():
    pins = dict(re.findall(r"^      - ([\w.-]+)==(\S+) # \S", (ROOT / "binder" / "environment.yml").read_text(), re.M))
    whole = dict(re.findall(r"^      - ([\w.-]+)==(\S+) # \S", (ROOT / "environment.yml").read_text(), re.M))
    assert pins.items() <= whole.items() and not {"tensorflow", "keras", "openvino"} & set(pins)
    assert {"jupyterlab", "ipykernel", "ipywidgets", "scipy", "pandas"} <= set(pins)
