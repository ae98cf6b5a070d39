"""The command line as a person meets it: exit codes, one line on standard error; real processes where they matter."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from command import mainstream
from PIL import Image
from typer.testing import CliRunner

from mainstream.data.jobs import DASK, JOBS, processes
from mainstream.errors import UserError
from mainstream.kit.commands import options, upkeep
from mainstream.scheduler import SCHEDULERS, Problem, solve
from mainstream.scheduler.protocol import from_file
from mainstream.study import experiments

GOOD = {
    "stream_fps": 10, "fps_options": [1, 2, 3], "x_options": [1], "budget": 150.0, "objective": "mean",
    "form": "consistent",
    "device": {"name": "nuc", "split": [0, 3, 9], "stem": [0.0, 3.0, 8.2], "tail": [20.8, 17.8, 12.6]},
    "apps": [{"name": "cat", "split": [0, 3, 9], "tpr": [0.8, 0.8, 0.7], "fpr": [0.1, 0.1, 0.2],
              "event_length_s": 0.5, "event_frequency": 0.3, "correlation": 0.107, "weight": 1.0}],
}  # fmt: skip


def changed(path, value):
    """GOOD with the value at a dotted path replaced."""
    data = json.loads(json.dumps(GOOD))
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    place = data
    for p in parents:
        place = place[p]
    place[last] = value
    return data


def test_a_process_of_its_own_prints_and_exits_the_same(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(changed("objective", "meen")))
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    for name in ("p.json", "good.json", "absent.json"):
        words = ("schedule", str(tmp_path / name))
        alone = subprocess.run([sys.executable, "-m", "mainstream", *words], capture_output=True, text=True)
        here = mainstream(*words)
        assert (alone.returncode, alone.stdout, alone.stderr) == (here.returncode, here.stdout, here.stderr)


@pytest.mark.parametrize("scheduler", ["no_sharing", "max_sharing", "greedy", "greedy_as_published", "optimal"])
def test_schedule_prints_the_contract(tmp_path, scheduler):
    (tmp_path / "p.json").write_text(json.dumps(GOOD))
    done = mainstream("schedule", str(tmp_path / "p.json"), "--scheduler", scheduler, "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert set(printed) == {"scheduler", "objective_value", "mean_f1", "cost", "budget", "gap", "seconds", "units"}
    assert set(printed["units"][0]) == {"app", "split", "fps", "x_vote", "f1", "recall", "precision"}
    assert printed["cost"] <= printed["budget"]
    assert isinstance(printed["units"][0]["fps"], int)


def test_schedule_prints_a_table_and_takes_your_own_scheduler(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(GOOD))
    (tmp_path / "mine.py").write_text(
        "from mainstream.scheduler.cost import cheapest\ndef mine(p):\n    return cheapest(p)\n"
    )
    done = mainstream("schedule", str(tmp_path / "p.json"), "--scheduler", f"{tmp_path / 'mine.py'}:mine")
    assert done.returncode == 0 and "mine: mean F1" in done.stdout and "x_vote" in done.stdout


def test_json_is_all_that_is_on_standard_output(tmp_path):
    """HiGHS is C++ and has a line of its own for some problems; a scheduler of one's own prints what it likes."""
    (tmp_path / "p.json").write_text(json.dumps(GOOD))
    (tmp_path / "mine.py").write_text(
        "import ctypes\nfrom mainstream.scheduler.cost import cheapest\n"
        "def mine(p):\n    print('here')\n    ctypes.CDLL(None).puts(b'HighsMipSolverData')\n    return cheapest(p)\n"
    )
    words = ["schedule", str(tmp_path / "p.json"), "--scheduler", f"{tmp_path / 'mine.py'}:mine", "--json"]
    done = subprocess.run([sys.executable, "-m", "mainstream", *words], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["scheduler"] == "mine"
    assert sorted(done.stderr.split()) == ["HighsMipSolverData", "here"]


def test_schedule_says_who_fits_at_a_floor_and_what_all_would_need(tmp_path):
    tenants = [{**GOOD["apps"][0], "name": f"cat {k}", "tpr": [0.9, 0.9, 0.9]} for k in range(3)]
    dim = {**GOOD["apps"][0], "name": "dim", "tpr": [0.01, 0.01, 0.01]}
    (tmp_path / "p.json").write_text(json.dumps({**GOOD, "apps": [*tenants, dim], "budget": 90.0}))
    said = mainstream("schedule", str(tmp_path / "p.json"), "--floor", "0.8")
    found = json.loads(mainstream("schedule", str(tmp_path / "p.json"), "--floor", "0.8", "--json").stdout)
    assert 0 < found["fit"] < 3 and set(found["out_of_reach"]) == {"dim"} and len(found["left_out"]) == 4 - found["fit"]
    assert said.stdout.startswith(f"{found['fit']} of 4 applications have F1 0.8 within 90; left out: ")
    assert f"for all that can: a budget of {found['least_budget']:.6g} at least" in said.stdout
    refused = mainstream("schedule", str(tmp_path / "p.json"), "--floor", "0.8", "--scheduler", "greedy")
    assert refused.returncode == 2 and "greedy proves nothing" in refused.stderr
    refused = mainstream("schedule", str(tmp_path / "p.json"), "--floor", "0.8", "--gap", "0.1")
    assert refused.returncode == 2 and "--gap 0.1: not with --floor" in refused.stderr


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (changed("apps.0.tpr.0", 1.3), "tpr[0]"), (changed("apps.0.fpr.1", float("nan")), "NaN is no number"),
        (changed("fps_options", [1, 11]), "11 is above stream_fps 10"), (changed("budget", -1), "budget"),
        (changed("budget", 5), "which costs 20.8"), (changed("device.split", [0, 9, 3]), "must increase"),
        (changed("apps.0.split", [0, 9, 9]), "must increase"),
        (changed("device.stem", [0, 8, 3]), "must not decrease"), (changed("objective", "meen"), "did you mean 'mean'"),
        (changed("apps", []), "apps"), (changed("budgt", 3), "budgt"), ("{", "malformed JSON"), ([], "an object"),
    ],
)  # fmt: skip
def test_bad_problems_exit_2_with_one_line(tmp_path, problem, message):
    path = tmp_path / "p.json"
    path.write_text(problem if isinstance(problem, str) else json.dumps(problem))
    done = mainstream("schedule", str(path))
    assert done.returncode == 2
    assert message in done.stderr and done.stderr.count("\n") == 1 and not done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["p.json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("schedule", "absent.json"), "no such file"), (("package", "absent"), "no such file"),
        (("schedule", "absent.py.json", "--scheduler", "absent.py:f"), "does not exist"),
        (("run", "--profile", "defualt"), "did you mean 'default'"), (("run", "--only", "99"), "unknown stage"),
        (("profile", "--size", "0"), "'--size'"), (("train", "--images", "x", "--size", "0"), "'--size'"),
        (("run", "--only", ""), "unknown stage ''"), (("run", "--from", ""), "unknown stage ''"),
        (("profile", "--repeats", "0"), "'--repeats': Input should be"),
        (("train", "--world", "--seed", "-1"), "'--seed': Input should be"),
        (("profile", "--threads", "0"), "'--threads': Input should be"),
        (("profile", "--output", "."), "is a directory"), (("truth", "b.csv", "--output", "."), "is a directory"),
        (("profile", "--output", "/proc/x"), "mainstream: /proc/x: no such file or directory"),
        (("run", "--only", "04", "--dask", "nonsense"), "--dask nonsense: no scheduler answers there"),
        (("train", "--world", "--output", "/proc/x"), "/proc/x: no such file or directory"),
        (("truth", "b.csv", "--fps", "1", "--picture", "1x1", "--output", "./b.csv"), "is that of --boxes too"),
        (("truth", "b.csv", "--fps", "1", "--picture", "1x1", "--app", ""), "--app '': becomes the name of a folder"),
        (("run", "--param", "04.seeed=3"), "did you mean 'seed'"), (("bench", "qualty"), "did you mean 'quality'"),
    ],
)  # fmt: skip
def test_bad_requests_exit_2_with_one_line(tmp_path, arguments, message):
    done = mainstream(*arguments, cwd=tmp_path)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--onyl", "04"), "unknown option '--onyl': did you mean '--only'? (valid: --check, --dask,"),
        (("rnu",), "unknown command 'rnu': did you mean 'run'? (valid: "),
        (("schedule",), "missing argument 'problem'; see mainstream schedule --help"),
        (("run", "--only"), "option '--only' requires an argument; see mainstream"),
        (("reference", "extra"), "unexpected extra argument"), (("train", "--seed", "x"), "invalid value for '--seed'"),
        (("--versoin",), "did you mean '--version'?"), (("--list",), "did you mean 'mainstream run --list'?"),
        (("--profile", "smoke"), "did you mean 'mainstream "), (("run", "--param", "05.setups=abc"), "05.setups="),
    ],
)  # fmt: skip
def test_words_that_are_no_command_line_exit_2_with_one_line(arguments, message):
    done = mainstream(*arguments)
    assert done.returncode == 2 and done.stderr.startswith("mainstream: ") and message in done.stderr
    assert done.stderr.count("\n") == 1 and not done.stdout


def test_benchmarks_without_names_are_those_that_need_none_of_ones_own_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(upkeep, "BENCHMARKS", tmp_path)
    (tmp_path / "quick.py").write_text("print(1)")
    (tmp_path / "gpu.py").write_text("raise SystemExit(2)")  # as it does without `--labels`
    upkeep.bench_command(None)
    assert capsys.readouterr().out == "quick: 1\n"
    with pytest.raises(typer.Exit):
        upkeep.bench_command(["gpu"])


def test_without_a_command_the_help_is_shown():
    done = mainstream()
    assert done.returncode == 0 and "Usage: mainstream" in done.stdout and not done.stderr
    assert mainstream("--version").stdout.startswith("mainstream ")


def test_the_help_names_the_schedulers_that_there_are():
    assert set(options.SCHEDULERS.split(", ")) == set(SCHEDULERS)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes_commands_and_values(tmp_path):
    """As a person has it: installed into a home of its own, sourced, asked."""
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def bash(script):
        return subprocess.run(["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True)

    assert bash("mainstream --install-completion bash; true").returncode == 0
    asked = {
        "mainstream ru": ["run"], "mainstream run --prof": ["--profile"],
        "mainstream stream a.mp4 --clock v": ["virtual"], "mainstream new-app cat --base i": ["imagenet"],
    }  # fmt: skip
    for words, answers in asked.items():
        done = bash(f"""source ~/.bashrc; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
                        _mainstream_completion mainstream; printf '%s\\n' "${{COMPREPLY[@]}}" """)
        assert done.stdout.split() == answers, (words, done.stderr)


DATACLASS = """from __future__ import annotations
from dataclasses import dataclass
from mainstream.scheduler.cost import cheapest

@dataclass
class Mine:
    name: str = "x"

def mine(p):
    return cheapest(p)
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DATACLASS, ""), ("def mine(p)\n    pass\n", " line 1: SyntaxError: "),
        ("\n\nimport nowhere_to_be_found", " line 3: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("import sys\nsys.exit('no')", " line 2: SystemExit: no"), ("x = 1\n1 / 0", " line 2: ZeroDivisionError: "),
        ("def mine(p):\n    return p.nothing", " line 2: AttributeError: "),
        ("open('no/such')", " line 1: FileNotFound"),
        ("def mine(p):\n    raise SystemExit", " line 2: SystemExit: no more is said"), ("mine = 3", "has no function"),
    ],
)  # fmt: skip
def test_a_file_of_ones_own_is_blamed_by_line(tmp_path, text, said):
    (tmp_path / "mine.txt").write_text(text)
    problem = Problem.model_validate(GOOD)
    if not said:
        assert solve(problem, from_file(f"{tmp_path / 'mine.txt'}:mine")).scheduler == "mine"
        return
    with pytest.raises(UserError, match=r"^[^\n]*$") as found:
        solve(problem, from_file(f"{tmp_path / 'mine.txt'}:mine"))
    assert str(found.value).startswith(str(tmp_path / "mine.txt")) and said in str(found.value)
    assert "Errno" not in str(found.value)


def test_what_the_system_refuses_is_one_line_without_its_number(tmp_path):
    (tmp_path / "file").touch()
    done = mainstream("example", str(tmp_path / "file" / "inside"))
    assert done.returncode == 2 and "not a directory" in done.stderr and done.stderr.count("\n") == 1
    assert "Errno" not in done.stderr and "Errno" not in str(UserError(OSError(28, "No space left on device")))


def test_a_package_of_a_newer_schema_exits_2(tmp_path):
    (tmp_path / "mpackage.json").write_text('{"schema_version": 2}')
    done = mainstream("package", str(tmp_path))
    assert done.returncode == 2 and "newer" in done.stderr and done.stderr.count("\n") == 1


def test_help_and_list_start_without_heavy_imports():
    heavy = ("tensorflow", "keras", "openvino", "cv2", "pandas", "scipy", "numpy", "matplotlib")
    code = f"import sys, mainstream, mainstream.kit.commands.main; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    assert "mainstream run" in mainstream("--help").stdout
    listed = mainstream("run", "--list")
    assert listed.returncode == 0 and "04_scheduler" in listed.stdout


CLOSED = """import os, sys
from mainstream.__main__ import main
try:
    sys.argv[1:] = ["--version"]
    main()
except SystemExit as e:
    sys.exit(e.code or sum(not os.get_inheritable(number) for number in range(3)))"""


def test_streams_that_are_closed_are_nowhere():
    """Not None, which has no `isatty`; nor may the next file that is opened be what a library takes for its errors."""
    closed = subprocess.run(["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, CLOSED], timeout=100)
    assert closed.returncode == 0
    asked = [sys.executable, "-m", "mainstream", "new-app", "cat", "--images", "absent"]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *asked], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "'absent': no such folder" in done.stderr


ENDING = """import atexit, time
from mainstream.kit.commands import main
atexit.register(lambda: (print("ending", flush=True), time.sleep(1000)))
main.app = lambda **_: 130
main.main()"""


def test_control_c_once_more_ends_it_without_a_traceback():
    begun = subprocess.Popen([sys.executable, "-c", ENDING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert begun.stdout.readline() == "ending\n"
    begun.send_signal(signal.SIGINT)
    _, told = begun.communicate(timeout=100)
    assert begun.returncode == -signal.SIGINT and told.strip() == "mainstream: interrupted; run again to continue"


def test_a_benchmark_ends_with_who_began_it(tmp_path):
    (tmp_path / "beside.py").write_text("WORD = 'at work'")
    (tmp_path / "long.py").write_text(
        "import sys, time\nfrom beside import WORD\nprint(WORD, *sys.argv, __name__, file=sys.stderr, flush=True)\n"
        "time.sleep(1000)\n"
    )
    code = f"from mainstream.kit.commands import upkeep\nupkeep.BENCHMARKS = upkeep.Path({str(tmp_path)!r})\n"
    begun = subprocess.Popen(
        [sys.executable, "-c", f"{code}upkeep.bench_command(['long'])"], stderr=subprocess.PIPE, text=True
    )
    assert begun.stderr.readline() == f"at work {tmp_path / 'long.py'} __main__\n"
    begun.kill()
    assert begun.communicate(timeout=60) == (None, "")  # nobody is left who could write to it


def test_a_problem_survives_the_round_trip(tmp_path):
    problem = experiments.random_problem(3, seed=0, budget=120)
    (tmp_path / "p.json").write_text(problem.model_dump_json())
    done = mainstream("schedule", str(tmp_path / "p.json"), "--json")
    assert json.loads(done.stdout)["mean_f1"] == pytest.approx(solve(problem).mean_f1, abs=1e-9)


@pytest.fixture
def squares(tmp_path):
    """A folder of photos: class `light` and class `dark`, one file that is no photo."""
    rng = np.random.default_rng(0)
    for name, level in (("light", 200), ("dark", 60)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for k in range(40):
            noise = rng.integers(-40, 40, (40, 40, 3)) + level
            Image.fromarray(noise.astype(np.uint8)).save(tmp_path / "photos" / name / f"{name}{k}.png")
    (tmp_path / "photos" / "dark" / "broken.png").write_bytes(b"no image")
    return tmp_path / "photos"


@pytest.mark.slow
def test_train_writes_a_package_for_a_folder_of_photos(tmp_path, squares):
    arguments = ("--images", str(squares), "--app", "light", "--output", str(tmp_path / "out"), "--epochs", "1")
    with pytest.warns(UserWarning, match=r"dark/broken\.png"):
        done = mainstream("train", *arguments)
    assert done.returncode == 0, done.stderr
    assert "light (seed 0): balanced accuracy 1.000" in done.stdout
    shown = mainstream("package", str(tmp_path / "out" / "light"))
    assert shown.returncode == 0 and "pooled features" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "name one source of images"),
        (("--world", "--images", "x"), "name one source of images"),
        (("--images", "x", "--video", "a.mp4"), "--video and --truth belong together"),
        (("--images", "nowhere"), "images='nowhere': no such folder"),
        (("--world", "--app", "dog"), "application 'dog'"),
        (("--photo-set", "imagenet"), "imagenet"),
        (("--images", "x", "--weights", "w.h5"), "base='embedded': has its own weights"),
        (("--world", "--epochs", "0"), "epochs"),
    ],
)
def test_train_says_what_is_wrong(arguments, named):
    done = mainstream("train", *arguments)
    assert done.returncode == 2 and named in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize("command", [("run", "--list"), ("train", "--world")])
def test_where_jobs_run_is_said_once(command):
    done = mainstream(*command, "--jobs", 2, "--dask", "tcp://127.0.0.1:8786")
    assert done.returncode == 2 and "name one of them" in done.stderr and done.stderr.count("\n") == 1
    none = mainstream(*command, "--jobs", 0)
    assert none.returncode == 2 and "'--jobs': Input should be greater" in none.stderr and none.stderr.count("\n") == 1


def test_where_jobs_run_holds_for_one_command(monkeypatch):
    seen, one = [], typer.Typer()

    @one.command()
    def asked(jobs: options.Jobs = None, dask: options.Dask = None) -> None:
        seen.append((processes(2), os.environ.get(DASK)))

    monkeypatch.setenv(JOBS, "4")
    monkeypatch.delenv(DASK, raising=False)
    for words in (["--jobs", "3"], [], ["--dask", "tcp://127.0.0.1:1"]):
        assert CliRunner().invoke(one, words).exit_code == 0
    assert seen == [(3, None), (4, None), (4, "tcp://127.0.0.1:1")]
    assert os.environ[JOBS] == "4" and DASK not in os.environ
