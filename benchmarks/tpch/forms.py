"""The hand-written SQL: one file a query in sql/, each form that was tried under a line `-- form NAME: what it does`.

The first form of a file is the one kept: the fastest that is right. A form that uses more than a schema can declare
(keys, foreign keys, NOT NULL), such as the range of a column's values, says `(knows the data)` and is never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"
_FORM = re.compile(r"^-- form (\w+): (.*)$")


@dataclass(frozen=True)
class Form:
    """One way to write a query."""

    name: str
    what: str
    sql: str

    @property
    def eligible(self) -> bool:
        """Whether it may be kept."""
        return "(knows the data)" not in self.what


@dataclass(frozen=True)
class HandQuery:
    """A question and the forms that were tried, the kept one first. `left` is right on any data."""

    name: str
    question: str
    forms: tuple[Form, ...]

    @property
    def kept(self) -> Form:
        """The fastest right form."""
        return self.forms[0]

    @property
    def any_data(self) -> Form:
        """The form that is right on NULL foreign keys and rows without partners too."""
        return next((form for form in self.forms if "right on any data" in form.what), self.kept)


def hand_queries() -> dict[str, HandQuery]:
    """Every query by name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))}


def _read(path: Path) -> HandQuery:
    question: list[str] = []
    forms: list[tuple[str, str, list[str]]] = []
    for line in path.read_text().splitlines():
        if found := _FORM.match(line):
            forms.append((found[1], found[2], []))
        elif forms:
            forms[-1][2].append(line)
        else:
            question.append(line.removeprefix("--").strip())
    return HandQuery(path.stem, " ".join(question), tuple(Form(n, w, "\n".join(s).strip()) for n, w, s in forms))
