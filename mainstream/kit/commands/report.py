"""`mainstream report`: the report again, or its figures as one PDF. Thin; `main` mounts it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mainstream.kit.commands import options


def report_command(
    profile: options.Profile = "default",
    format_: Annotated[
        Literal["html", "pdf"], typer.Option("--format", help="pdf: the figures' pages joined, vectors kept.")
    ] = "html",
) -> None:
    """Write the report of results that are there, with --format pdf its figures as one PDF too; nothing is run.

    The page says of each stage whether its inputs have changed since, and links the PDF.
    Examples:  mainstream report    mainstream report --format pdf    mainstream report --profile smoke
    """
    from mainstream.kit.pipeline.project import Project
    from mainstream.kit.pipeline.report import from_disk, write_page, write_pdf
    from mainstream.paths import ROOT

    project = Project()
    report = from_disk(project, profile)
    made = write_pdf(project, report) if format_ == "pdf" else None
    page = write_page(project, report)
    typer.echo((made or page).relative_to(ROOT).as_posix())
