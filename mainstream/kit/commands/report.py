"""`mainstream report`: the report again, or its figures as PDF or slides. Thin; `main` mounts it."""

from __future__ import annotations

from typing import Annotated

import typer

from mainstream.errors import unknown
from mainstream.kit.commands import completion

FORMATS = {"html": "index.html", "pdf": "figures.pdf", "slides": "slides.html"}


def report_command(
    profile: Annotated[
        str, typer.Option(help="The profile whose results to show.", autocompletion=completion.profiles)
    ] = "default",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="html, pdf (figures, vectors kept) or slides (one offline HTML file).",
            autocompletion=completion.among(FORMATS),
        ),
    ] = "html",
) -> None:
    """Write the report of results that are there, or its figures as one PDF or as slides; nothing is run.

    The page says of each stage whether its inputs have changed since, and links the PDF and the slides.
    Examples:  mainstream report    mainstream report --format pdf    mainstream report --profile smoke --format slides
    """
    if format_ not in FORMATS:
        raise unknown("format", format_, FORMATS)
    from mainstream.kit.pipeline.export import write_pdf, write_slides
    from mainstream.kit.pipeline.project import Project
    from mainstream.kit.pipeline.report import from_disk, write_page

    project = Project()
    report = from_disk(project, profile)
    folder = project.results(profile) / "report"
    folder.mkdir(parents=True, exist_ok=True)
    if format_ != "html":
        {"pdf": write_pdf, "slides": write_slides}[format_](report, folder / FORMATS[format_])
    write_page(project, report)
    typer.echo(f"results/{profile}/report/{FORMATS[format_]}")


def mount(app: typer.Typer) -> None:
    """Adds the command to the kit's."""
    app.command("report")(report_command)
