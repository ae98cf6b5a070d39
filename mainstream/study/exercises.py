"""Answers to exercises, checked without being told (all notebooks; `notebooks/solutions/answers.yml`)."""

from hashlib import sha256
from pathlib import Path

import yaml

from mainstream.errors import UserError, unknown
from mainstream.paths import NOTEBOOKS

ANSWERS = NOTEBOOKS / "solutions" / "answers.yml"


def check(exercise: str, answer: float, answers: Path = ANSWERS) -> bool:
    """Says whether a number answers the exercise, to the digits that it asks for; where not, gives its hint.

    Only a hash of the answer is kept, so that nobody reads it by accident. One unit more or less in the last digit is
    right as well, but not of a count (no digits).

    exercise: as "05.1", notebook and number. Raises `UserError`: one that has no number to check, an answer that is no
    number.
    """
    known = yaml.safe_load(answers.read_text(encoding="utf-8"))
    if exercise not in known:
        raise unknown("exercise with a checked number", exercise, known)
    kept = known[exercise]
    try:
        answer = float(answer)
    except (TypeError, ValueError) as e:
        raise UserError(f"{exercise}: answer={answer!r}: must be a number") from e
    step = 10.0 ** -kept["digits"] if kept["digits"] else 0
    right = kept["hash"] in {hashed(exercise, answer + k * step, kept["digits"]) for k in (-1, 0, 1)}
    print(f"{exercise}: {'right' if right else 'not yet. ' + kept['hint']}")
    return right


def hashed(exercise: str, answer: float, digits: int) -> str:
    """What `answers.yml` keeps of an answer that is rounded to so many digits after the point."""
    return sha256(f"{exercise} {round(float(answer), digits) + 0.0:.{digits}f}".encode()).hexdigest()[:16]
