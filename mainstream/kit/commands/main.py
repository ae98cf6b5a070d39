"""The command line. Thin: every command parses, calls the library, prints. Heavy imports stay inside commands."""

import re
import signal
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer import Option

from mainstream import __version__
from mainstream.errors import UserError, unknown
from mainstream.kit.commands import results, upkeep
from mainstream.kit.commands.new_app import example_command, new_app_command
from mainstream.kit.commands.planning import package_command, schedule_command
from mainstream.kit.commands.running import profile_command, stream_command
from mainstream.kit.commands.training import train_command, truth_command
from streetworld.errors import WorldError

UsageError: Any = typer.BadParameter.__base__  # raised for words that typer cannot use; typer does not export it
# not in the base of pyproject.toml
EXTRAS = ("tensorflow", "keras", "h5py", "sklearn", "av", "cv2", "openvino", "distributed")
COMMANDS = (
    results.run_command, schedule_command, package_command, train_command, profile_command, stream_command,
    new_app_command, example_command, truth_command, results.report_command, upkeep.lab_command,
    results.reference_command, results.claims_command, upkeep.students_command, upkeep.reach_command,
    upkeep.bench_command, upkeep.doctor_command,
)  # fmt: skip

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="""Mainstream, reproduced: several video-analysis applications share one small computer.

    Start with `mainstream run`: it executes the notebooks and writes results/default/report/index.html.
    """,
)
for command in COMMANDS:
    more = {"allow_extra_args": True, "ignore_unknown_options": True} if command is upkeep.lab_command else {}
    app.command(command.__name__.removesuffix("_command").replace("_", "-"), context_settings=more)(command)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mainstream {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Options of the command line itself; the help of `app` stands above them."""


def main() -> None:
    """Entry point: bad input is one line on standard error and exit 2; Ctrl-C is 130; without a command, the help."""
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="mainstream", standalone_mode=False)
    except UsageError as e:
        _complain(_usage(e), 2)
    except (UserError, WorldError) as e:
        _complain(" ".join(str(e).split()), 2)
    except ModuleNotFoundError as e:
        if (e.name or "").split(".")[0] not in EXTRAS:
            raise
        _complain(
            f"{e.name} is not installed: 'pip install .' leaves out what trains and streams, '.[all]' brings it", 2
        )
    except OSError as e:  # a full disk, a folder that may not be written to, a file that has gone
        name = re.sub(r"\.([^/]*)-[0-9a-f]{8}\.part", r"\1", str(e.filename or ""))  # as `paths.written` was asked for
        said = e.strerror.lower() if e.strerror else " ".join(str(e).split())
        _complain(": ".join([*filter(None, [name]), said]), 2)
    except typer.Abort:  # Ctrl-C, or the end of input, at a question
        code = 130
    if code == 130:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # once more: at once, whatever Python waits for at its end
        typer.echo(err=True)
        _complain("interrupted; run again to continue", 130)
    sys.exit(code)


def _usage(error: Any) -> str:
    """A `UsageError` in one line, with the nearest valid option or command, or where to read on."""
    text, context = error.format_message(), error.ctx
    words = lambda command: [w for p in command.get_params(context) for w in p.opts if w.startswith("--")]
    if hasattr(error, "possibilities"):  # an unknown option
        commands = getattr(context.command, "commands", {})
        of = [name for name, command in commands.items() if error.option_name in words(command)]
        if of:  # typed before the command that has it
            return f"unknown option '{error.option_name}': did you mean 'mainstream {of[0]} {error.option_name}'?"
        return str(unknown("option", error.option_name, words(context.command)))
    if named := re.match("No such command '(.*?)'", text):
        return str(unknown("command", named[1], context.command.commands))
    path = context.command_path if context else "mainstream COMMAND"
    text = " ".join(text.replace("Value error, ", "").split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}; see {path} --help"


def _complain(message: str, code: int) -> NoReturn:
    typer.echo(f"mainstream: {message}", err=True)
    sys.exit(code)
