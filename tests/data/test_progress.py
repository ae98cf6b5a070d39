"""Where nobody watches a terminal, long work says in plain lines how far it is."""

import re
import subprocess
import sys

CODE = """
import time
from mainstream.data import progress
progress.EVERY_S = {every}
for _ in progress.progress(range(4), desc="frames", unit="frame"):
    time.sleep(0.02)
with progress.progress(total=6.4, desc="seconds", bar_format=progress.SHARES) as bar:
    bar.n = 3.2000000000000006
    time.sleep(0.02)
    bar.set_postfix_str("2 of 4 splits")
"""


def said(every):
    done = subprocess.run([sys.executable, "-c", CODE.format(every=every)], capture_output=True, text=True, check=True)
    assert done.stdout == "" and "\r" not in done.stderr
    return done.stderr.splitlines()


def test_lines_now_and_then():
    lines = said(0.01)
    assert len(lines) >= 3 and re.fullmatch(r"frames: 25%, 1 of 4, \d\d:\d\d so far, about \d\d:\d\d to go", lines[0])
    assert re.fullmatch(r"seconds: 50%, \d\d:\d\d so far, about \d\d:\d\d to go, 2 of 4 splits", lines[-1])


def test_nothing_for_short_work():
    assert said(30) == []
