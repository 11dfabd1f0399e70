"""Types for columns of text: the narrowest that every value has, looked at over all rows.

An integer with a leading zero or a plus sign is a code and stays text. Dates are ISO, or one other order of day, month
and year that every value fits and no second order does. What nearly fits is said in a note, never forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from verity.contracts.table import LogicalType
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.types import to_duckdb

_BATCH = 40
_INTEGER = r"-?(0|[1-9]\d{0,18})"
_LONG_INTEGER = r"-?(0|[1-9]\d{0,37})"
_CURRENCY = r"[-+(]?\s?[$€£¥]\s?-?\d[\d.,]*\)?"
_DECIMAL = r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?"
_TOO_LONG = r"-?\d{16,}"
"""Whole numbers that floating point would round."""
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
_NEARLY = 0.95


@dataclass(frozen=True)
class TypedText:
    """A type for each column, the select list that casts to them, and what nearly had another type."""

    types: dict[str, LogicalType]
    sql: str
    notes: tuple[str, ...]


def type_text_columns(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> TypedText:
    """Look at every value of every column of a table of text."""
    types: dict[str, LogicalType] = {}
    notes: list[str] = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        row = connection.execute(_question(table, batch)).fetchone()
        counts = [int(count or 0) for count in row or ()]
        for place, name in enumerate(batch):
            fits = dict(zip(_TESTS, counts[place * len(_TESTS) : (place + 1) * len(_TESTS)], strict=True))
            types[name], note = _decide(fits)
            if note:
                notes.append(f"column '{name}' {note}")
    listed = ", ".join(f"cast({quoted(n)} as {to_duckdb(kind)}) as {quoted(n)}" for n, kind in types.items())
    return TypedText(types, listed, tuple(notes))


_C = "<column>"
_ANY_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}( \d{1,2}:\d{2}.*)?"
_COMMA = r"-?\d{1,3}(\.?\d{3})*,\d+"


def _shaped(pattern: str, kind: str = "") -> str:
    """A condition: the whole text has the shape and, where a type is given, reads as that type."""
    fits = f" and try_cast({_C} as {kind}) is not null" if kind else ""
    return f"regexp_full_match({_C}, {literal(pattern)}){fits}"


_TESTS: dict[str, str] = {
    "filled": f"{_C} is not null",
    "boolean": f"lower({_C}) in ('true', 'false')",
    "bigint": _shaped(_INTEGER, "bigint"),
    "decimal(38,0)": _shaped(_LONG_INTEGER, "decimal(38,0)"),
    "double": f"{_shaped(_DECIMAL, 'double')} and not {_shaped(_TOO_LONG)}",
    "date": _shaped(_ISO_DATE, "date"),
    "timestamp": _shaped(_ISO_MOMENT, "timestamp"),
    "timestamptz": _shaped(_ISO_MOMENT + _ZONE, "timestamptz"),
    "comma_decimal": _shaped(_COMMA),
    "other_date": _shaped(_ANY_DATE),
    "currency": _shaped(_CURRENCY),
}


def _question(table: str, names: Sequence[str]) -> str:
    parts = [f"count(*) filter (where {test.replace(_C, quoted(name))})" for name in names for test in _TESTS.values()]
    return f"select {', '.join(parts)} from {quoted(table)}"  # noqa: S608  # names are quoted


def _decide(fits: dict[str, int]) -> tuple[LogicalType, str]:
    filled = fits["filled"]
    if not filled:
        return "text", ""
    dates = fits["date"] + fits["timestamp"]
    for kind in ("boolean", "bigint", "decimal(38,0)", "double", "date", "timestamp", "timestamptz"):
        if fits[kind] == filled:
            return kind, ""
    if dates == filled:
        return "timestamp", ""
    if fits["double"] >= _NEARLY * filled:
        odd = filled - fits["double"]
        return "text", f"would be a number but for {odd} of {filled} values; kept as text"
    if fits["comma_decimal"] == filled:
        return "text", "holds numbers with a decimal comma; kept as text (options: decimal: ',' reads them)"
    if fits["currency"] == filled:
        return "text", "holds amounts with a currency sign; kept as text (a derived column can read them)"
    if fits["other_date"] == filled - fits["date"]:
        return "text", "holds dates in another order than YYYY-MM-DD; kept as text (options: date_format reads them)"
    if dates >= _NEARLY * filled:
        return "text", f"would be a date but for {filled - dates} of {filled} values; kept as text"
    return "text", ""
