"""`python -m mainstream`, and the command `mainstream`."""

import os
import sys


def main() -> None:
    """Imports the commands and runs one; Ctrl-C is 130 from the first moment on."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who began this: the next file opened would take its number
            setattr(sys, name, file := open(os.devnull, "r+"))  # noqa: SIM115
            os.set_inheritable(file.fileno(), True)
    try:
        from mainstream.kit.commands.main import main as command
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    command()


if __name__ == "__main__":
    main()
