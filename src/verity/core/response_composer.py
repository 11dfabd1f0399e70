"""Write an answer's text from what the tools gave. It decides no data, executes nothing and recommends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from verity.contracts.question import Chart, ErrorInfo, IntentResult, Language, Question, Reason, Resolution
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import format_cell
from verity.core.templates import say

LINES = 5
"""Rows that the text itself reads out; the table holds them all."""

AnswerStatus = Literal["answered", "clarify", "refused", "error"]


@dataclass(frozen=True)
class AnswerParts:
    """The parts of an answer that are words."""

    status: AnswerStatus
    text: str
    assumptions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    suggestions: tuple[str, ...] = ()


class ResponseComposer:
    """Templates, in the question's language."""

    def compose(
        self,
        question: Question,
        intent: IntentResult | None,  # noqa: ARG002  # part of the form; templates need no more than the parse
        resolution: Resolution | None,
        table: Table | None,
        chart: Chart | None,  # noqa: ARG002  # part of the form; a picture is not retold
        error: ErrorInfo | None,
        notes: Sequence[str] = (),
        *,
        ask_back: bool = False,
    ) -> AnswerParts:
        """The text and the lists beside it. `notes` are sentences on what was left out (a chart, a forecast).

        The status follows from what is there: an error, else the resolution's own, else answered.
        `ask_back` says that no intent was recognised.
        """
        language = language_of(question, resolution)
        if error is not None:
            return AnswerParts("error", _sentences(_error(error, language), *notes))
        if resolution is None:
            return AnswerParts("clarify", say(language, "ask_back"))
        if ask_back:
            return _asked_back(resolution, language, notes)
        if resolution.status == "clarify":
            return _clarify(resolution, language, notes)
        if resolution.status == "refused":
            return _refused(resolution, language, notes)
        return _answered(resolution, table, language, notes)


def language_of(question: Question, resolution: Resolution | None) -> Language:
    """The language asked for, else the one the question was read in, else English."""
    return question.language or (resolution.language if resolution else "en")


def _answered(resolution: Resolution, table: Table | None, language: Language, notes: Sequence[str]) -> AnswerParts:
    told = resolution.explain or "" if table is None else _told(resolution.restatement, table, language)
    assumed = say(language, "assumed", items=_listed(resolution.assumptions)) if resolution.assumptions else ""
    return AnswerParts(
        "answered",
        _sentences(told, assumed, *notes),
        assumptions=resolution.assumptions,
        suggestions=resolution.suggestions,
    )


def _told(restatement: str, table: Table, language: Language) -> str:
    what = _capital(restatement.rstrip(" .")) or ", ".join(_label(column) for column in table.columns)
    cut = say(language, "truncated", count=f"{table.row_count:,}") if table.truncated else ""
    if not table.rows:
        return _sentences(say(language, "empty", what=what), cut)
    only_metrics = all(column.role == "metric" for column in table.columns)
    if len(table.rows) == 1 and only_metrics and not table.truncated:
        if all(cell is None for cell in table.rows[0]):
            return say(language, "no_value", what=what)
        return say(language, "value", what=what, value=_metrics(table.rows[0], table.columns, language))
    lines = "; ".join(_line(row, table.columns, language) for row in table.rows[:LINES])
    return _sentences(say(language, "rows", what=what, count=_count(table, language), lines=lines), cut)


def _count(table: Table, language: Language) -> str:
    count = len(table.rows)
    said = say(language, "one_row") if count == 1 else say(language, "many_rows", count=f"{count:,}")
    return say(language, "first", count=said, shown=LINES) if count > LINES else said


def _line(row: Sequence[Cell], columns: Sequence[Column], language: Language) -> str:
    """`SP, 2017-01: 1,234.50 PHP`: the dimensions, then the metrics."""
    pairs = list(zip(row, columns, strict=True))
    names = ", ".join(format_cell(cell, column, language) for cell, column in pairs if column.role != "metric")
    metrics = [(cell, column) for cell, column in pairs if column.role == "metric"]
    values = _metrics([cell for cell, _ in metrics], [column for _, column in metrics], language)
    return ": ".join(part for part in (names, values) if part)


def _metrics(cells: Sequence[Cell], columns: Sequence[Column], language: Language) -> str:
    if len(columns) == 1:
        return format_cell(cells[0], columns[0], language)
    pairs = zip(cells, columns, strict=True)
    return ", ".join(f"{_label(column)} = {format_cell(cell, column, language)}" for cell, column in pairs)


def _clarify(resolution: Resolution, language: Language, notes: Sequence[str]) -> AnswerParts:
    options = tuple(option.question for option in resolution.options)
    lead = say(language, "clarify") if options else say(language, "clarify_nothing")
    reasons = "" if options else _reasons(resolution.reasons)
    listed = "\n".join(f"{number}. {option}" for number, option in enumerate(options, start=1))
    text = "\n".join(part for part in (_sentences(lead, reasons, *notes), listed) if part)
    return AnswerParts("clarify", text, options=options, reasons=resolution.reasons, suggestions=resolution.suggestions)


def _refused(resolution: Resolution, language: Language, notes: Sequence[str]) -> AnswerParts:
    why = _reasons(resolution.reasons) or _capital(say(language, "not_found")) + "."
    text = _sentences(say(language, "refused"), why, *notes, _suggested(resolution, language))
    return AnswerParts("refused", text, reasons=resolution.reasons, suggestions=resolution.suggestions)


def _asked_back(resolution: Resolution, language: Language, notes: Sequence[str]) -> AnswerParts:
    text = _sentences(say(language, "ask_back"), *notes, _suggested(resolution, language))
    return AnswerParts("clarify", text, reasons=resolution.reasons, suggestions=resolution.suggestions)


def _suggested(resolution: Resolution, language: Language) -> str:
    return say(language, "suggest", items=", ".join(resolution.suggestions)) if resolution.suggestions else ""


def _error(error: ErrorInfo, language: Language) -> str:
    remedy = say(language, "remedy", remedy=error.remedy) if error.remedy else ""
    return _sentences(say(language, "error", message=f"{error.message} ({error.code})"), remedy)


def _reasons(reasons: Sequence[Reason]) -> str:
    """Each message once, led by the words that it is about where it does not quote them itself."""
    words_of: dict[str, list[str]] = {}
    for reason in reasons:
        unsaid = [word for word in reason.words if word.casefold() not in reason.message.casefold()]
        words_of.setdefault(reason.message, []).extend(unsaid)
    return _sentences(*(_reason(message, words) for message, words in words_of.items()))


def _reason(message: str, words: Sequence[str]) -> str:
    quoted = ", ".join(f"'{word}'" for word in dict.fromkeys(words))
    return f"{quoted}: {message[:1].lower()}{message[1:]}" if quoted else _capital(message)


def _listed(sentences: Sequence[str]) -> str:
    return "; ".join(sentence.rstrip(" .") for sentence in sentences)


def _label(column: Column) -> str:
    return column.label or column.name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentences(*parts: str) -> str:
    ended = (part if part.endswith((".", "?", "!", ":")) else f"{part}." for part in map(str.strip, parts) if part)
    return " ".join(ended)
