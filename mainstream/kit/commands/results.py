"""Commands about the results of a profile: `mainstream run`, `report`, `claims` and `reference`. Thin, as all here."""

from typing import Annotated, Literal

import typer
from typer import Option

from mainstream.kit.commands import options
from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import listing, run, select, summary
from mainstream.paths import ROOT, write_text


def run_command(
    profile: options.Profile = "default",
    only: Annotated[str | None, Option(help="Only these stages, by number or name: 04,05")] = None,
    start: Annotated[str | None, Option("--from", help="This stage and those after it: 05")] = None,
    force: Annotated[bool, Option("--force", help="Run again even where nothing has changed.")] = False,
    list_: Annotated[bool, Option("--list", help="Show the stages and their parameters; run nothing.")] = False,
    check: Annotated[bool, Option("--check", help="Say what is needed, what is missing; run nothing.")] = False,
    param: Annotated[
        list[str] | None, Option(help="Change a parameter: 04.seed=3, or seed=3 everywhere (repeatable).")
    ] = None,
    verbose: Annotated[bool, Option("--verbose", help="Show what the notebooks print, live.")] = False,
    jobs: options.Jobs = None,
    dask: options.Dask = None,
) -> None:
    """Run the notebooks of a profile and write the report.

    Stages whose inputs have not changed are taken from the last run; an interrupted run goes on where it stopped.
    Examples:  mainstream run    mainstream run --only 05    mainstream run --from 05 --param 05.setups=20
    """
    project = Project()
    if list_:
        typer.echo(listing(select(project.stages(profile, param), only, start)))
        return
    if check:
        from mainstream.kit import needs

        needs.check(project, profile, select(project.stages(profile, param), only, start), typer.echo)
        return
    if dask:  # known before the first notebook runs
        from mainstream.data.jobs import cluster

        with cluster(dask):
            pass
    outcomes = run(project, profile, only=only, start=start, force=force, overrides=param, verbose=verbose)
    typer.echo("\n" + summary(outcomes))
    typer.echo(f"\nReport: results/{profile}/report/index.html")
    if any(o.result != "ok" for o in outcomes):
        raise typer.Exit(1)


def report_command(
    profile: options.Profile = "default",
    format_: Annotated[
        Literal["html", "pdf"], Option("--format", help="pdf: the figures' pages joined, vectors kept.")
    ] = "html",
) -> None:
    """Write the report of results that are there, with --format pdf its figures as one PDF too; nothing is run.

    The page says of each stage whether its inputs have changed since, and links the PDF.
    Examples:  mainstream report    mainstream report --format pdf    mainstream report --profile smoke
    """
    from mainstream.kit.pipeline.report import from_disk, write_page, write_pdf

    project = Project()
    report = from_disk(project, profile)
    made = write_pdf(project, report) if format_ == "pdf" else None
    page = write_page(project, report)
    typer.echo((made or page).relative_to(ROOT).as_posix())


def claims_command(profile: options.Profile = "default") -> None:
    """Hold every claim of talk and paper against a run's results: numbers, verdict, why; written to REPRODUCTION.md."""
    from mainstream.kit.pipeline import claims

    project = Project()
    project.profile(profile)
    results = project.results(profile)
    rows = claims.judged(project.root / claims.CLAIMS, results)
    write_text(results / claims.PAGE, claims.page(rows))
    for row in rows:
        numbers = ", ".join(f"{name} {row[name]}" for name in claims.NUMBERS.values() if row[name] != "–")
        typer.echo(f"{row['verdict']:<14}  {row['claim']}  ({numbers})")
    typer.echo(f"{results / claims.PAGE}", err=True)


def reference_command(profile: options.Profile = "default") -> None:
    """Keep the small results of a run in results/reference/, write REPRODUCTION.md and print the README's table."""
    from mainstream.kit.pipeline import claims
    from mainstream.kit.pipeline.reference import save_reference

    project = Project()
    project.profile(profile)
    for path in save_reference(project, profile):
        typer.echo(str(path.relative_to(project.root)), err=True)
    rows = claims.judged(project.root / claims.CLAIMS, project.results("reference") / "claims")
    typer.echo(claims.table([r for r in rows if r["size"]], claims.PAGE))
