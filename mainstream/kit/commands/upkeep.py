"""Commands for who keeps the kit: `mainstream reference` and `mainstream bench`. Thin; `main` mounts them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mainstream.kit.commands import completion


def reference_command(
    profile: Annotated[
        str, typer.Option(help="The profile whose results to keep.", autocompletion=completion.profiles)
    ] = "default",
) -> None:
    """Keep the small results of a run in results/reference/ and print the README's tables made from them."""
    from mainstream.kit.pipeline.project import Project
    from mainstream.kit.pipeline.reference import executed_table, markdown, readme_table, save_reference

    project = Project()
    project.profile(profile)
    for path in save_reference(project, profile):
        typer.echo(f"results/reference/{path.name}", err=True)
    for table in (readme_table, executed_table):
        typer.echo(markdown(table(project.results("reference"))) + "\n")


def bench_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Benchmarks to run; all when none.", autocompletion=completion.benchmarks),
    ] = None,
) -> None:
    """Run the benchmarks: each prints JSON; a benchmark that misses its target is marked, not hidden."""
    import subprocess

    from mainstream.errors import unknown
    from mainstream.paths import BENCHMARKS

    scripts = {p.stem: p for p in sorted(BENCHMARKS.glob("*.py"))}
    for name in names or scripts:
        if name not in scripts:
            raise unknown("benchmark", name, scripts)
    failed = False
    for name in names or list(scripts):
        done = subprocess.run([sys.executable, str(scripts[name])], stdout=subprocess.PIPE, text=True)
        typer.echo(f"{name}: {done.stdout.strip() or 'failed'}")
        failed |= done.returncode != 0
    if failed:
        raise typer.Exit(1)


def mount(app: typer.Typer) -> None:
    """Adds the commands to the kit's."""
    app.command("reference")(reference_command)
    app.command("bench")(bench_command)
