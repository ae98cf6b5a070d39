"""`mainstream doctor`: each thing that the main job needs, broken on purpose, is named with how to mend it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from command import mainstream

from mainstream import paths
from mainstream.kit import doctor
from mainstream.kit.doctor import Check, answer, checks

NEEDED = ["Python", "packages", "memory", "disk", "writing", "codecs", "kernel", "network"]


@pytest.fixture(scope="module")
def found():
    return {check: answer(check) for check in checks(paths.ROOT)}


def test_where_the_tests_run_the_main_job_would(found):
    assert [check.what for check in found if check.needed] == NEEDED
    assert all(ok for check, (ok, _) in found.items() if check.needed), [line for ok, line in found.values() if not ok]


def look(root: Path, what: str) -> str:
    """The line about one thing in a project at `root`."""
    ok, line = answer(next(c for c in checks(root) if c.what == what))
    assert not ok and line.startswith("FAILS")
    return line


@pytest.fixture
def root(tmp_path):
    shutil.copy(paths.ROOT / "requirements.lock", tmp_path)
    return tmp_path


def test_a_package_of_another_version(root):
    lock = root / "requirements.lock"
    lock.write_text(lock.read_text().replace("numpy==", "numpy==9."))
    assert "not as locked (numpy " in look(root, "packages") and "install.sh" in look(root, "packages")


def test_a_lock_that_is_gone(tmp_path):
    assert "no such file" in look(tmp_path, "packages").lower()


def test_a_folder_that_cannot_be_written_to(root):
    (root / "results").write_text("a file where a folder belongs")
    assert "make these folders writable" in look(root, "writing")


@pytest.mark.parametrize(("bound", "what"), [("DISK_GB", "disk"), ("MEMORY_GB", "memory")])
def test_too_little_room(root, monkeypatch, bound, what):
    monkeypatch.setattr(doctor, bound, 1e9)
    assert "GB are needed" in look(root, what)


def test_a_kernel_whose_python_has_gone(root, tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/nowhere/python", "-m", "ipykernel_launcher"], "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setattr("jupyter_client.kernelspec.KernelSpecManager.ensure_native_kernel", False)
    assert "is not there" in look(root, "kernel")


def test_a_base_that_is_another_file(root, monkeypatch, tmp_path):
    shutil.copytree(paths.BASE, tmp_path / "base")
    next((tmp_path / "base").glob("*.h5")).write_bytes(b"not HDF5")
    monkeypatch.setattr("mainstream.networks.base.BASE", tmp_path / "base")
    assert "git checkout data/base" in look(root, "network")


def test_whatever_breaks_is_one_line_and_only_what_is_needed_fails():
    def broken() -> str:
        raise RuntimeError("first\nsecond")

    assert answer(Check("it", broken, "mend it"))[1] == "FAILS  it           first second; mend it"
    assert answer(Check("it", broken, "never mind", needed=False))[1].startswith("none ")


def test_the_command_ends_with_1_where_the_main_job_could_not_run(monkeypatch):
    check = Check("disk", lambda: doctor._disk(paths.ROOT, 1e9), "make room")
    monkeypatch.setattr(doctor, "checks", lambda root: [check])
    done = mainstream("doctor")
    assert done.returncode == 1 and re.fullmatch(r"FAILS  disk         [\d.]+ GB are free; make room\n", done.stdout)
