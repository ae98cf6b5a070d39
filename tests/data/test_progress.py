"""Where nobody watches a terminal, long work says in plain lines how far it is."""

import subprocess
import sys

CODE = """
import time
from mainstream.data import progress
progress.EVERY_S = {every}
for _ in progress.progress(range(4), desc="frames", unit="frame"):
    time.sleep(0.02)
with progress.progress(total=10, desc="bytes") as bar:
    bar.n = 5
    time.sleep(0.02)
    bar.set_postfix_str("2 of 4 splits")
"""


def said(every):
    done = subprocess.run([sys.executable, "-c", CODE.format(every=every)], capture_output=True, text=True, check=True)
    assert done.stdout == "" and "\r" not in done.stderr
    return done.stderr.splitlines()


def test_lines_now_and_then():
    lines = said(0.01)
    assert len(lines) >= 3 and lines[0].startswith("frames:") and "/4" in lines[0]
    assert lines[-1].startswith("bytes:  50%") and lines[-1].endswith("2 of 4 splits]")


def test_nothing_for_short_work():
    assert said(30) == []
