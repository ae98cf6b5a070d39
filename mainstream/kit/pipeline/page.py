"""The page of an executed notebook: HTML that fetches nothing. `run` makes one of every stage, `new-app` its report."""

import re
from pathlib import Path

TEMPLATE = Path(__file__).with_name("notebook.html.j2")


def write_page(executed: Path, *, report: bool = False) -> None:
    """HTML beside the notebook; it fetches nothing when it is opened (see notebook.html.j2), formulae included.

    report: for who wants the result: no code, no cell tagged `lesson`, those tagged `conclusion` first.
    """
    import nbformat
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="lab", template_file=str(TEMPLATE), embed_images=True, exclude_input=report,
        exclude_input_prompt=report, exclude_output_prompt=report,
    )  # fmt: skip
    book, formulae = nbformat.read(executed, as_version=4), []

    def aside(formula: re.Match[str]) -> str:  # the exporter takes tags within a line apart
        formulae.append(formula[0])
        return f"⟦{len(formulae) - 1}⟧"

    if report:
        tags = lambda cell: cell.metadata.get("tags", [])
        book.cells = [cell for cell in book.cells if "lesson" not in tags(cell)]
        for cell in book.cells:
            cell.outputs = [o for o in cell.get("outputs", []) if o.get("name") != "stderr"]
        book.cells.sort(key=lambda cell: "conclusion" not in tags(cell))
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub("<math.*?</math>", aside, typeset(cell.source))
    body, _ = exporter.from_notebook_node(book, {"metadata": {"name": executed.stem}})
    body = re.sub(r"⟦(\d+)⟧", lambda k: formulae[int(k[1])], body)
    executed.with_suffix(".html").write_text(body, encoding="utf-8")  # in a folder that is swapped in whole


def typeset(text: str) -> str:
    """Markdown with its `$…$` and `$$…$$` as MathML, which browsers show without a script from elsewhere."""
    from latex2mathml.converter import convert

    def mathml(found: re.Match[str]) -> str:
        block, inline = found.groups()
        return convert(block or inline, display="block" if block else "inline").replace("\n", " ")

    formula = r"\$\$(.+?)\$\$|(?<![\\$\w`])\$(?!\s)([^$\n`]+?)(?<!\s)\$(?![\d$`])"
    return re.sub(formula, mathml, text, flags=re.DOTALL)
