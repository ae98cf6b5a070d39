"""`mainstream …` typed within this process: what a person would see, without starting Python and TensorFlow each time.

Tests of what only a process can show (signals, a terminal, what is imported) start one.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from mainstream.kit.commands.main import main


@contextlib.contextmanager
def _into(number: int, name: str, kept: dict[str, str]) -> Iterator[None]:
    """What is written to a file descriptor and its stream, by C++ too, goes to `kept[name]`."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        getattr(sys, name).flush()
        before = os.dup(number)
        os.dup2(file.fileno(), number)
        try:
            stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
            with stream, mock.patch.object(sys, name, stream):
                yield
        finally:
            os.dup2(before, number)
            os.close(before)
        file.seek(0)
        kept[name] = file.read()


def mainstream(*arguments: object, cwd: Path | None = None) -> CompletedProcess[str]:
    """Exit code, output and errors of a command."""
    kept: dict[str, str] = {}
    words = ["mainstream", *map(str, arguments)]
    with (
        contextlib.chdir(cwd or Path.cwd()),
        _into(1, "stdout", kept),
        _into(2, "stderr", kept),
        mock.patch.object(sys, "argv", words),
    ):
        code = 0
        try:
            main()
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 0
    return CompletedProcess(words, code, kept["stdout"], kept["stderr"])
