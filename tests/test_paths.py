"""Files that people bring are read in one way, and files that later runs rely on are written in one way."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mainstream.errors import UserError
from mainstream.paths import alone, read_json, read_text, write_text, written

TEXT = "app,start_s\ncafé,1.5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marked_encodings_are_read(tmp_path, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    (tmp_path / "t.csv").write_bytes(mark + TEXT.encode(encoding))
    assert read_text(tmp_path / "t.csv") == TEXT


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TEXT.encode("latin-1"), "line 2: is not utf-8"),
        ("app,start_s\n".encode("utf-16-le"), "line 1: holds zero bytes"),
        (b"\xff\xfe\x00", "is not utf-16"),
    ],
)
def test_other_encodings_are_named_with_the_line(tmp_path, data, said):
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(UserError, match=said):
        read_text(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 200_000, "nested too deeply"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "no number"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ('{"a": ', "malformed JSON"),
    ],
)
def test_bad_json_is_one_line(tmp_path, text, said):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(UserError, match=said) as found:
        read_json(tmp_path / "t.json")
    assert "\n" not in str(found.value)


def test_json_with_a_mark_is_read(tmp_path):
    (tmp_path / "t.json").write_bytes('{"a": [1, "é"]}'.encode("utf-8-sig"))
    assert read_json(tmp_path / "t.json") == {"a": [1, "é"]}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "a" / "t.txt", "old")
    with pytest.raises(ZeroDivisionError), written(tmp_path / "a" / "t.txt") as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["t.txt"]
    assert (tmp_path / "a" / "t.txt").read_text() == "old"
    (tmp_path / "plain").touch()
    assert (tmp_path / "a" / "t.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_the_system_refuses_is_said_of_the_file_that_was_asked_for(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as error:
            write_text(tmp_path / "a.txt", "x" * 9000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.value.filename == str(tmp_path / "a.txt") and not list(tmp_path.iterdir())


def test_a_killed_write_leaves_the_old_file_whole(tmp_path):
    write_text(tmp_path / "t.json", "old")
    code = textwrap.dedent("""
        import os, signal, sys
        from mainstream.paths import written
        with written(sys.argv[1]) as part:
            part.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "t.json")])
    assert done.returncode == -signal.SIGKILL and (tmp_path / "t.json").read_text() == "old"


def test_a_pipe_or_a_device_is_written_to_and_no_file_takes_its_place(tmp_path):
    os.mkfifo(pipe := tmp_path / "pipe")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "said")
    assert os.read(reader, 9) == b"said" and pipe.is_fifo() and [*tmp_path.iterdir()] == [pipe]
    os.close(reader)


def test_suffixes_are_kept_for_writers_that_go_by_them(tmp_path):
    with written(tmp_path / "tail.weights.h5") as part:
        assert part.name.endswith(".weights.h5")


def test_who_reads_all_files_of_a_kind_does_not_see_text_half_written(tmp_path, monkeypatch):
    """As the node exporter does all *.prom, hidden ones too: each number was there twice, and it told of none."""
    half = []
    monkeypatch.setattr(Path, "replace", lambda part, path: half.append(part.name) or os.replace(part, path))
    write_text(tmp_path / "m.prom", "x")
    assert [name.endswith(".part") for name in half] == [True] and (tmp_path / "m.prom").read_text() == "x"


HOLD = """
import sys, time
from mainstream.paths import alone
with alone(sys.argv[1], "the film", wait=sys.argv[2] == "wait"):
    print("in", flush=True)
    sys.stdin.readline()
print("out", flush=True)
"""


def hold(path, how="wait"):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_one_process_at_a_time_and_the_other_is_told_who_and_since_when(tmp_path):
    lock = tmp_path / "deep" / ".lock"
    first = hold(lock)
    assert first.stdout.readline() == "in\n"
    said = rf"the film: process {first.pid} \(since 20..-..-.. ..:..:..\) is at work"
    with pytest.raises(UserError, match=said), alone(lock, "the film", wait=False):
        pass
    second = hold(lock)
    assert f"the film: process {first.pid} (since " in second.stderr.readline()
    assert first.communicate("\n")[0] == "out\n"
    assert second.communicate("\n") == ("in\nout\n", "") and not lock.exists()


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path):
    first = hold(tmp_path / ".lock")
    assert first.stdout.readline() == "in\n"
    first.kill()
    first.communicate()
    assert (tmp_path / ".lock").exists()
    with alone(tmp_path / ".lock", "the film", wait=False):
        assert hold(tmp_path / ".lock", "no").communicate()[1].count("is at work there; wait for it or stop it") == 1
    assert not (tmp_path / ".lock").exists()


def test_of_many_processes_each_has_its_turn(tmp_path):
    code = (
        "import sys; from pathlib import Path; from mainstream.paths import alone, write_text\n"
        "for _ in range(20):\n"
        "    with alone(sys.argv[1] + '/.lock', 'x'):\n"
        "        file = Path(sys.argv[1]) / 'n'; file.write_text(str(int(file.read_text()) + 1))"
    )
    (tmp_path / "n").write_text("0")
    many = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(4)]
    assert [p.wait() for p in many] == [0] * 4 and (tmp_path / "n").read_text() == "80"


def test_only_regular_files_are_read(tmp_path):
    """A pipe that nobody writes to would wait for ever, a device has no end."""
    os.mkfifo(tmp_path / "pipe.csv")
    none = {tmp_path / "pipe.csv": "is not a file", Path("/dev/zero"): "is not a file", tmp_path: "a directory"}
    for path, said in none.items():
        with pytest.raises(UserError, match=said):
            read_text(path)
