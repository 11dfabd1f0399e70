"""How answers, tables and verdicts look in a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

import click
from tabulate import tabulate

from verity.charts.terminal import draw
from verity.contracts.question import Answer, Evidence
from verity.contracts.run import StageLine, Verdict
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import format_cell, is_percent

SHOWN_ROWS = 60
WIDEST_NAME = 48
TEST = "test "
"""How the lines of tests begin."""
MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("-", None)}


def show_answer(answer: Answer, *, sql: bool = False) -> str:
    """An answer as a person reads it: the sentence, the table, the chart, what was assumed, what it rests on."""
    tabular = answer.table is not None and (answer.table.row_count > 1 or len(answer.table.columns) > 1)
    headline = answer.restatement if tabular and answer.restatement else answer.text
    parts = [click.style(headline, bold=answer.status == "answered")]
    if tabular and answer.table is not None:
        parts.append(show_table(answer.table, spanish=answer.language == "es"))
        if answer.chart is not None:
            parts.append(draw(answer.table, answer.chart, shutil.get_terminal_size().columns))
    if answer.assumptions and tabular:  # else the sentence has said them
        parts.append(_listed("Supuestos:" if answer.language == "es" else "Assumed:", answer.assumptions))
    if sql and answer.evidence is not None and answer.evidence.sql:
        parts.append(answer.evidence.sql)
    parts.append(_dim(_footer(answer, sql)))
    return "\n\n".join(part for part in parts if part)


def show_table(table: Table, most: int = SHOWN_ROWS, *, spanish: bool = False) -> str:
    """Aligned columns, numbers to the right with thousands apart, a dash for no value; a cut table says so.

    A row of totals says `total` in the dimensions that it does not keep, so that it is not taken for the group without
    a value.
    """
    columns = [column for column in table.columns if column.role != "level"]
    rows = [_shown_row(row, table.columns, spanish) for row in table.rows[:most]]
    heads = [f"{_heading(column)}" for column in columns]
    sides = ["right" if column.role == "metric" or _numeric(column) else "left" for column in columns]
    text = tabulate(rows, heads, tablefmt="simple", colalign=sides if rows else None, disable_numparse=True)
    notes = []
    if table.row_count > most:
        more = f"{table.row_count - most:,} "
        notes.append(more + ("filas más: --format json" if spanish else "more rows: --format json"))
    if table.truncated:
        notes.append("cortado en el límite de filas: hay más" if spanish else "cut at the row cap: more rows exist")
    return "\n".join([text, *(_dim(f"({note})") for note in notes)])


def show_verdict(verdict: Verdict, *, brief: bool = False) -> str:
    """One line a part, passing tests as one number, and the verdict; `brief` counts every part that is well."""
    passed = [line for line in verdict.lines if line.status == "ok" and (brief or line.name.startswith(TEST))]
    shown = [line for line in verdict.lines if line not in passed]
    wide = min(max((len(line.name) for line in shown), default=0), WIDEST_NAME)
    lines = [text for line in shown for text in _verdict_lines(line, wide)]
    if passed:
        noun = "check" if brief else "test"
        counted = f"{len(passed)} {noun}{'' if len(passed) == 1 else 's'} passed"
        lines.append(f"  {click.style('✓', fg='green')} {counted}")
    mark, color = MARKS[verdict.status]
    ending = f"{verdict.verb}: {verdict.status}" + (f", {verdict.summary}" if verdict.summary else "")
    return "\n".join([*lines, click.style(f"{mark} {ending} ({verdict.seconds:.1f} s)", fg=color, bold=True)])


def _verdict_lines(line: StageLine, wide: int) -> list[str]:
    mark, color = MARKS[line.status]
    rows = "" if line.rows is None else f"{line.rows:>12,} rows"
    code = f"{line.code} " if line.code else ""
    first = f"  {click.style(mark, fg=color)} {line.name.ljust(wide)} {rows}  {code}{line.message}".rstrip()
    remedy = line.remedy if line.status in {"failed", "warn"} else ""
    return [first, _dim(f"      {remedy}")] if remedy else [first]


def _footer(answer: Answer, sql: bool) -> str:
    spanish = answer.language == "es"
    hints = []
    if answer.evidence is not None:
        hints.append(_rests_on(answer.evidence, spanish))
    if answer.status == "answered" and not sql:
        hints.append("SQL: --sql")
    if answer.conversation_id:
        hints.append(("pasos: " if spanish else "steps: ") + f"verity replay {answer.conversation_id}")
    return " · ".join(hint for hint in hints if hint)


def _rests_on(evidence: Evidence, spanish: bool) -> str:
    freshness = evidence.freshness or {}
    when = str(freshness.get("loaded_at") or freshness.get("published_at") or "")[:16].replace("T", " ")
    loaded = "" if not when else (f"datos cargados {when} UTC" if spanish else f"data loaded {when} UTC")
    return " · ".join(part for part in (loaded, evidence.engine or "", evidence.principal or "") if part)


def _listed(title: str, items: Iterable[str]) -> str:
    return "\n".join([title, *(f"  · {item}" for item in items)])


def _shown_row(row: tuple[Cell, ...], columns: tuple[Column, ...], spanish: bool) -> list[str]:
    kept = next((cell for cell, column in zip(row, columns, strict=True) if column.role == "level"), None)
    shown: list[str] = []
    for index, (cell, column) in enumerate(zip(row, columns, strict=True)):
        if column.role == "level":
            continue
        is_total = isinstance(kept, int) and column.role != "metric" and index >= kept
        shown.append("total" if is_total else _cell(cell, column, spanish))
    return shown


def _heading(column: Column) -> str:
    name = column.label or column.name.replace("__", " ").replace("_", " ")
    return f"{name} ({column.shown_unit})" if column.shown_unit and not is_percent(column) else name


def _cell(value: Cell, column: Column, spanish: bool) -> str:
    return "-" if value is None else format_cell(value, column, "es" if spanish else "en", with_unit=False)


def _numeric(column: Column) -> bool:
    return column.type == "bigint" or column.type.startswith(("decimal", "double"))


def _dim(text: str) -> str:
    return click.style(text, dim=True) if text else ""
