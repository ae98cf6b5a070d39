"""The command line. Thin: every command parses, calls the library, prints. Heavy imports stay inside commands."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from mainstream import __version__
from mainstream.errors import UserError
from mainstream.kit.commands import options, upkeep
from mainstream.kit.commands.lab import lab_command
from mainstream.kit.commands.new_app import example_command, new_app_command
from mainstream.kit.commands.planning import package_command, schedule_command
from mainstream.kit.commands.report import report_command
from mainstream.kit.commands.running import profile_command, stream_command
from mainstream.kit.commands.training import train_command
from mainstream.kit.commands.truth import truth_command
from mainstream.kit.commands.usage import UsageError, one_line
from streetworld.errors import WorldError

# not in the base of pyproject.toml
EXTRAS = ("tensorflow", "keras", "h5py", "sklearn", "av", "cv2", "openvino", "distributed")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="""Mainstream, reproduced: several video-analysis applications share one small computer.

    Start with `mainstream run`: it executes the notebooks and writes results/default/report/index.html.
    """,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mainstream {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Options of the command line itself; the help of `app` stands above them."""


@app.command("run")
def run_command(
    profile: options.Profile = "default",
    only: Annotated[str | None, typer.Option(help="Only these stages, by number or name: 04,05")] = None,
    start: Annotated[str | None, typer.Option("--from", help="This stage and those after it: 05")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run again even where nothing has changed.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the stages and their parameters; run nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what is needed, what is missing; run nothing.")] = False,
    param: Annotated[
        list[str] | None, typer.Option(help="Change a parameter: 04.seed=3, or seed=3 everywhere (repeatable).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what the notebooks print, live.")] = False,
    jobs: options.Jobs = None,
    dask: options.Dask = None,
) -> None:
    """Run the notebooks of a profile and write the report.

    Stages whose inputs have not changed are taken from the last run; an interrupted run goes on where it stopped.
    Examples:  mainstream run    mainstream run --only 05    mainstream run --from 05 --param 05.setups=20
    """
    options.where(jobs, dask)
    from mainstream.kit.pipeline.project import Project
    from mainstream.kit.pipeline.run import listing, run, select, summary

    project = Project()
    if list_:
        typer.echo(listing(select(project.stages(profile, param), only, start)))
        return
    if check:
        from mainstream.kit import needs

        needs.check(project, profile, select(project.stages(profile, param), only, start), typer.echo)
        return
    outcomes = run(project, profile, only=only, start=start, force=force, overrides=param, verbose=verbose)
    typer.echo("\n" + summary(outcomes))
    typer.echo(f"\nReport: results/{profile}/report/index.html")
    if any(o.result != "ok" for o in outcomes):
        raise typer.Exit(1)


COMMANDS = (
    schedule_command, package_command, train_command, profile_command, stream_command, new_app_command,
    example_command, truth_command, report_command, lab_command,
    upkeep.reference_command, upkeep.claims_command, upkeep.students_command, upkeep.reach_command,
    upkeep.bench_command, upkeep.doctor_command,
)  # fmt: skip
for command in COMMANDS:
    more = {"allow_extra_args": True, "ignore_unknown_options": True} if command is lab_command else {}
    app.command(command.__name__.removesuffix("_command").replace("_", "-"), context_settings=more)(command)


def main() -> None:
    """Entry point: bad input is one line on standard error and exit 2; Ctrl-C is 130; without a command, the help."""
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="mainstream", standalone_mode=False)
    except UsageError as e:
        _complain(one_line(e), 2)
    except (UserError, WorldError) as e:
        _complain(" ".join(str(e).split()), 2)
    except ModuleNotFoundError as e:
        if (e.name or "").split(".")[0] not in EXTRAS:
            raise
        _complain(
            f"{e.name} is not installed: 'pip install .' leaves out what trains and streams, '.[all]' brings it", 2
        )
    except OSError as e:  # a full disk, a folder that may not be written to, a file that has gone
        _complain(": ".join([*([str(e.filename)] if e.filename else []), (e.strerror or str(e)).lower()]), 2)
    except typer.Abort:  # Ctrl-C, or the end of input, at a question
        code = 130
    if code == 130:
        typer.echo(err=True)
        _complain("interrupted; run again to continue", 130)
    sys.exit(code)


def _complain(message: str, code: int) -> NoReturn:
    typer.echo(f"mainstream: {message}", err=True)
    sys.exit(code)
