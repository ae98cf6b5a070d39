"""Every claim of the talk and the paper, and its verdict: `data/claims.yml` held against what the stages wrote.

`mainstream claims` writes REPRODUCTION.md from it, and the report begins with it.
"""

from pathlib import Path
from typing import Any, Literal, Self

import pandas as pd
from pydantic import Field, ValidationError, model_validator

from mainstream.errors import UserError, one_line
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.project import read_yaml
from mainstream.package import Strict
from mainstream.paths import read_text

Verdict = Literal["holds", "holds, smaller", "does not hold", "cannot be tested here"]
Numbers = tuple[float, float, float]  # a value and the limits of its 95% interval
CLAIMS, PAGE = "data/claims.yml", "REPRODUCTION.md"  # of a project
NUMBERS = {"as_published": "as published", "consistent": "units consistent", "here": "here"}  # as a column


class Value(Strict):
    """A number in a stage's CSV: `expression` over the columns of the rows that every `where` in turn leaves.

    of: one number of several rows; `spread` is the largest over the smallest. pivot: rows to columns first, [the names,
    the values]. low, high: expressions of its interval, where it has one.
    """

    file: str
    expression: str
    where: tuple[str, ...] = ()
    pivot: tuple[str, str] | None = None
    of: Literal["only", "mean", "min", "max", "spread", "count"] = "only"
    low: str = ""
    high: str = ""


class Claim(Strict):
    """One claim: where it is made, what would confirm it, what its numbers are and where.

    above, below: the claim stands where the deciding value's interval (or the value) lies above or below this.
    size: the factor that is claimed, if one is; less than nine tenths of it is "smaller".
    here: the number that this kit made; decides: which number the verdict is about.
    """

    id: str
    where: str
    claim: str
    number: str
    confirmed_by: str
    track: str
    notebook: str
    cell: str
    as_published: Value | None = None
    consistent: Value | None = None
    here: Value | None = None
    decides: Literal["as_published", "consistent", "here"] = "here"
    above: float | None = None
    below: float | None = None
    size: float | None = None
    why: str = Field(min_length=10)  # with {as_published}, {consistent} and {here} as fields

    def numbers(self) -> dict[str, Value]:
        """Those of its three numbers that it names."""
        return {name: value for name in NUMBERS if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        if self.decides in self.numbers() and self.above is None and self.below is None:
            raise ValueError("needs above, below or both")
        return self


def load_claims(path: Path) -> list[Claim]:
    """Raises `UserError`: no claims, the first that is none, or two of one id."""
    try:
        claims = [Claim.model_validate(entry) for entry in read_yaml(read_text(path), path.name)["claims"]]
    except (ValidationError, KeyError, TypeError) as e:
        said = one_line(e) if isinstance(e, ValidationError) else "must hold claims: and a list of them"
        raise UserError(f"{path.name}: {said}") from e
    if twice := {c.id for c in claims if sum(c.id == o.id for o in claims) > 1}:
        raise UserError(f"{path.name}: '{min(twice)}' stands there twice")
    return claims


def look_up(value: Value, results: Path) -> Numbers:
    """(value, low, high); the limits are the value itself where it has none.

    Raises `UserError` where file, rows or columns are not there, and as `cache.check_written`.
    """
    cache.check_written(results, value.file)
    try:
        rows: Any = pd.read_csv(results / value.file)
        for condition in value.where:
            rows = rows.query(condition)
        if value.pivot:
            name, content = value.pivot
            rows = pd.DataFrame([rows.set_index(name)[content].rename(str)])
        if value.of in ("min", "max") and len(rows):  # its own interval, not the lowest and highest of any row
            rows = rows.loc[[getattr(rows.eval(value.expression), f"idx{value.of}")()]]
        found = [_one(rows, e or value.expression, value.of) for e in (value.expression, value.low, value.high)]
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, AttributeError, NameError) as e:
        raise UserError(f"{value.file}: {value.expression!r} where {value.where}: {type(e).__name__} {e}") from e
    return found[0], found[1], found[2]


def _one(rows: pd.DataFrame, expression: str, of: str) -> float:
    column: Any = rows.eval(expression)
    if of == "spread":
        return float(column.max() / column.min())
    if of == "only" and len(column) != 1:
        raise ValueError(f"{len(column)} rows where one was meant")
    return float(column.iloc[0] if of == "only" else column.nunique() if of == "count" else getattr(column, of)())


def verdict(claim: Claim, found: Numbers | None) -> Verdict:
    """What the deciding number, with its limits, says of the claim."""
    if found is None or not all(v == v for v in found):
        return "cannot be tested here"
    _, low, high = found
    stands = (claim.above is None or low > claim.above) and (claim.below is None or high <= claim.below)
    if not stands:
        return "does not hold"
    return "holds, smaller" if claim.size is not None and high < 0.9 * claim.size else "holds"


def judged(claims: Path, results: Path, *, of_what_ran: bool = False) -> list[dict[str, Any]]:
    """A row per claim: its three numbers as text, verdict, why, and what it costs to see it.

    claims: `data/claims.yml`. results: of a profile. of_what_ran: leave out claims whose notebook has no result there.
    Raises `UserError`: a stage that has not run, a number that is not in its files, or a reason with another field.
    """
    rows = []
    for claim in load_claims(claims):
        if (run := cache.read_run(results / claim.notebook)) is None:
            if of_what_ran:
                continue
            raise UserError(f"claim '{claim.id}': {claim.notebook} has no result in {results.name}; run it first")
        found = {name: look_up(value, results) for name, value in claim.numbers().items()}
        rows.append({
            "id": claim.id, "size": claim.size, "where": claim.where, "claim": claim.claim, "number": claim.number,
            "confirmed by": claim.confirmed_by,
            **{column: _text(found.get(name)) for name, column in NUMBERS.items()},
            "verdict": verdict(claim, found.get(claim.decides)), "why": _reason(claim, found), "track": claim.track,
            "notebook": claim.notebook, "cell": claim.cell, "minutes": run["seconds"] / 60,
            "MB": run["megabytes"] or megabytes(results / claim.notebook),
            "command": f"./run_all.sh --only {claim.notebook[:2]}",
        })  # fmt: skip
    return rows


def megabytes(stage: Path) -> float:
    """What a stage's results take."""
    return sum(p.stat().st_size for p in stage.rglob("*") if p.is_file()) / 1e6


def _reason(claim: Claim, found: dict[str, Numbers]) -> str:
    try:
        return claim.why.format(**{name: numbers[0] for name, numbers in found.items()})
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as e:
        raise UserError(f"claim '{claim.id}': its reason names a number that it has not: {e}") from e


def _text(found: Numbers | None) -> str:
    if found is None:
        return "–"
    value, low, high = (f"{v:.3g}" for v in found)
    return value if low == high == value else f"{value} [{low}, {high}]"


def table(rows: list[dict[str, Any]], page: str = "") -> str:
    """The verdicts as a Markdown table; claims link to their place on `page`."""
    columns = list(NUMBERS.values())
    lines = [f"| claim | number | {' | '.join(columns)} | verdict |", "|---|---|" + "---|" * (len(columns) + 1)]
    for r in rows:
        numbers = " | ".join(r[c] for c in columns)
        lines.append(f"| [{r['claim']}]({page}#{r['id']}) | {r['number']} | {numbers} | **{r['verdict']}** |")
    return "\n".join(lines)


def page(rows: list[dict[str, Any]]) -> str:
    """REPRODUCTION.md: a table of verdicts, then for each claim where it is made, what would confirm it, and why."""
    lines = ["# What reproduces", "", INTRODUCTION, "", table(rows)]
    for r in rows:
        lines += ["", f'<a id="{r["id"]}"></a>', f"**{r['claim']}** ({r['where']}) {r['verdict'].capitalize()}.",
                  r["why"], "", f"Confirmed by {r['confirmed by']}. Track: {r['track']}. Notebook {r['notebook']},",
                  f"`{r['cell']}`: `{r['command']}`, {max(r['minutes'], 1):.0f} min, {r['MB']:.0f} MB."]  # fmt: skip
    return "\n".join(lines) + "\n"


INTRODUCTION = (
    "Made by `mainstream claims` from the files of a run; by hand are the claims, what would confirm them, and the\n"
    "words around the numbers (`data/claims.yml`). *As published*: the study's record, read as the study read it.\n"
    "*Units consistent*: the same record where frames are counted once. *Here*: this kit's own applications and\n"
    "machine, with 95% intervals where there is something to draw anew."
)
