"""Odd tables, one per kind, written here: what each holds (`ROWS`, the good ones), or what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

PLAIN = "app,start_s,end_s\ncat,1,2.5\ndog,3,4\n"
ROWS = {"cat": [(1.0, 2.5)], "dog": [(3.0, 4.0)]}

QUOTED = lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines())
SPACED = lambda text: "\n".join(" , ".join(line.split(",")) + " " for line in text.splitlines())

FORMS: dict[str, Callable[[str], str | bytes]] = {  # of any table separated by commas
    "plain": lambda text: text,
    "byte-order mark": lambda text: "\ufeff" + text,
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16, the other way round": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "lines end as on Windows": lambda text: text.replace("\n", "\r\n"),
    "lines end as on old Macs": lambda text: text.replace("\n", "\r"),
    "no end of the last line": lambda text: text.rstrip("\n"),
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "bars": lambda text: text.replace(",", "|"),
    "separator named": lambda text: "sep=;\n" + text.replace(",", ";"),
    "quoted": QUOTED,
    "quoted, semicolons, mark": lambda text: "\ufeff" + QUOTED(text).replace(",", ";"),
    "white space": SPACED,
    "spaces of no width": lambda text: text.replace(",", "\u200b,\u200b"),
    "hard spaces": lambda text: SPACED(text).replace(" ", "\u00a0"),
    "first column in capitals": lambda text: text.split(",")[0].upper() + text[text.index(",") :],
    "blank lines": lambda text: "\n\n" + text.replace("\n", "\n\n,,\n  \n"),
    "comments": lambda text: "# the yard, in May\n" + text + "# rain\n",
    "surplus separators": lambda text: text.replace("\n", ",,\n"),
    "marks in mid-file": lambda text: text.replace("\n", "\n\ufeff"),
}

GOOD: dict[str, str] = {  # of truth
    "decimal commas": "app;start_s;end_s\ncat;1,000;2,5\ndog;3,0;4\n",
    "decimal commas, three digits": "app;start_s;end_s\ncat;1,000;2,500\ndog;3,000;4,000\ncat;1,000;2,5\n",
    "quoted decimal commas": 'app,start_s,end_s\ncat,1,"2,5"\ndog,3,4\n',
    "another order": "end_s,app,start_s\n2.5,cat,1\n4,dog,3\n",
    "columns of one's own": "id,app,start_s,end_s,note\n7,cat,1,2.5,\n8,dog,3,4,late\n",
    "a note that rows lack": "app,start_s,end_s,note\ncat,1,2.5\ndog,3,4,late\n",
    "a note of two lines": 'app,start_s,end_s,note\ncat,1,2.5,"one\ntwo"\ndog,3,4,"say ""dog"""\n',
    "a row twice": PLAIN + "cat,1,2.5\n",
    "overlapping": "app,start_s,end_s\ncat,1,2\ncat,1.5,2.5\ndog,3,4\n",
    "exponents": "app,start_s,end_s\ncat,1e0,25e-1\ndog,+3,4.\n",
}

BAD: dict[str, tuple[str | bytes, str]] = {
    "Latin-1": ("app,start_s,end_s\ncat,1,2\nkäse,1,2\n".encode("latin-1"), "line 3: is not utf-8"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "line 1: holds zero bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "save the file as UTF-8"),
    "nothing": (b"", "is empty; needs the columns app, start_s, end_s"),
    "blanks": ("\n \n", "is empty"),
    "no header": ("cat,1,2\n", r"line 1: needs the columns app, start_s, end_s \(found: cat, 1, 2\)"),
    "misspelt header": ("app,begin_s,end_s\n", r"found: app, begin_s, end_s"),
    "a column twice": ("app,start_s,end_s,App\ncat,1,2,dog\n", "line 1: column 'app' is there twice"),
    "surplus cells": ("app,start_s,end_s\n\ncat,1,2,3\n", "line 3: has 4 cells, but line 1 names 3"),
    "cells under no name": ("app,start_s,end_s,\ncat,1,2,3\n", "line 2: has a cell in a column that line 1 does not"),
    "missing cells": ("app,start_s,end_s\ncat,1\n", "line 2: end_s=''; must be a number"),
    "decimal commas unquoted": ("app,start_s,end_s\ncat,1,5,2,5\n", "line 2: has 5 cells"),
    "1,500": (
        "app;start_s;end_s\ncat;1,500;2,500\n",
        "line 2: start_s='1,500' may be with a decimal comma or in thous",
    ),
    "both signs": ("app;start_s;end_s\ncat;1,5;1.750\n", "line 2: start_s='1,5' may be"),
    "minutes": (
        "app,start_s,end_s\ncat,1:30,2:00\n",
        "line 2: start_s='1:30'; must be a number of seconds, not minutes",
    ),
    "a unit": ("app,start_s,end_s\ncat,1s,2s\n", "line 2: start_s='1s'; must be a number"),
    "underscores": ("app,start_s,end_s\ncat,1_0,20\n", "line 2: start_s='1_0'; must be a number"),
    "NaN": ("app,start_s,end_s\ncat,1,2\ncat,nan,2\n", "line 3: start_s='nan'; must be a number"),
    "infinity": ("app,start_s,end_s\ncat,1,inf\n", "line 2: end_s='inf'"),
    "beyond floats": ("app,start_s,end_s\ncat,1,1e999\n", "line 2: end_s='1e999'"),
    "negative": ("app,start_s,end_s\ncat,-1,2\n", "line 2: needs 0 ≤ start_s < end_s"),
    "end before start": ("app,start_s,end_s\ncat,5,2\n", "line 2: needs 0 ≤ start_s < end_s"),
    "no length": ("app,start_s,end_s\ncat,2,2\n", "line 2: needs"),
    "two spellings": ("app,start_s,end_s\ncat,1,2\nCat,3,4\n", "line 3: app 'Cat' is 'cat' above; write it in one way"),
    "no name": ("app,start_s,end_s\n,1,2\n", "line 2: names no application"),
    "an open quote": ('app,start_s,end_s\ncat,1,2\n"dog,3,4\ncat,5,6\n', "line 3: cannot be cut into cells"),
    "behind a quote": ('app,start_s,end_s\n"cat"s,1,2\n', "line 2: cannot be cut into cells"),
    "a row commented out": ("app,start_s,end_s\n#cat,1,2\ndog,3,4\n", "line 2: begins with '#'"),
    "line after a quoted break": ('app,start_s,end_s,n\ncat,1,2,"a\nb"\ncat,x,3,\n', "line 4: start_s='x'"),
}


def write(folder: Path, content: str | bytes, name: str = "truth.csv") -> Path:
    """The table as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return folder / name
