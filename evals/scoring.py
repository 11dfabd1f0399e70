"""Ask a set of questions of a project and hold each answer against hand-written SQL over the original files.

right: answered, and the rows are the SQL's. wrong: answered with other rows, or answered where it must not be.
asked, refused: no number was given.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from verity.contracts.base import Json
from verity.contracts.question import Answer
from verity.workbench import Workbench

TODAY = date(2026, 11, 20)
TOLERANCE = 1e-11
"""Relative; a DOUBLE result is rounded to 12 significant digits."""


@dataclass(frozen=True)
class Outcome:
    """What came of one question."""

    id: str
    question: str
    expected: str
    verdict: str
    detail: str

    @property
    def good(self) -> bool:
        """Right, or rightly not answered."""
        return self.verdict == "right" or (self.expected == "not_answered" and self.verdict in {"asked", "refused"})


def read_set(path: Path) -> list[Json]:
    """The questions of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(bench: Workbench, questions: list[Json], files: Path) -> list[Outcome]:
    """Ask each question and compare. `files` holds the Parquet files that the SQL names by their stems."""
    truth = duckdb.connect()
    for path in sorted(files.glob("*.parquet")):
        truth.execute(f"create view {path.stem} as select * from '{path}'")
    return [_outcome(bench.ask(q["question"], today=TODAY), q, truth) for q in questions]


def summary(outcomes: list[Outcome]) -> str:
    """Counts for answerable and unanswerable questions."""
    lines = []
    for expected in ("answered", "not_answered"):
        group = Counter(o.verdict for o in outcomes if o.expected == expected)
        counts = ", ".join(f"{verdict} {group[verdict]}" for verdict in ("right", "wrong", "asked", "refused", "error"))
        lines.append(f"{expected:<13} {sum(group.values()):>3}: {counts}")
    return "\n".join(lines)


def _outcome(answer: Answer, question: Json, truth: duckdb.DuckDBPyConnection) -> Outcome:
    verdict, detail = _judged(answer, question, truth)
    return Outcome(question["id"], question["question"], question["expect"], verdict, detail)


def _judged(answer: Answer, question: Json, truth: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    if answer.status == "error":
        return "error", answer.text
    if answer.status in {"clarify", "refused"}:
        has_number = answer.table is not None
        verdict = "wrong" if has_number else {"clarify": "asked", "refused": "refused"}[answer.status]
        return verdict, "; ".join(answer.options or (r.code + " " + ",".join(r.words) for r in answer.reasons))
    if question["expect"] == "not_answered":
        return "wrong", f"answered: {answer.restatement}"
    assert answer.table is not None
    expected = [tuple(map(_canonical, row)) for row in truth.execute(question["sql"]).fetchall()]
    given = [tuple(map(_canonical, row)) for row in answer.table.rows]
    if question.get("kind") != "top":
        expected, given = sorted(expected, key=_place), sorted(given, key=_place)
    if len(expected) == len(given) and all(map(_same_row, expected, given)):
        return "right", answer.restatement or ""
    return "wrong", f"{answer.restatement}: {given[:3]} != {expected[:3]}"


def _place(row: tuple[object, ...]) -> str:
    """Where a row sorts: its groups first, then its numbers, roughly."""
    return repr([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])


def _same_row(expected: tuple[object, ...], given: tuple[object, ...]) -> bool:
    return len(expected) == len(given) and all(map(_same_cell, expected, given))


def _same_cell(expected: object, given: object) -> bool:
    """Whole numbers and text exactly; fractions to nearly every digit, since hand SQL over DOUBLE does not repeat."""
    if isinstance(expected, float) and isinstance(given, float) and not (expected.is_integer() and given.is_integer()):
        return math.isclose(expected, given, rel_tol=TOLERANCE)
    return expected == given


def _canonical(value: object) -> object:
    """A cell as a number, a day or text, whichever it is, so that JSON text and Python values compare."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text.removesuffix(" 00:00:00").removesuffix("T00:00:00")
    return float(number)
