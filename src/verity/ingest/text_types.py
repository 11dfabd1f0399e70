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
_DECIMAL = r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?"
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


_TESTS: dict[str, str] = {
    "filled": "{c} is not null",
    "boolean": "lower({c}) in ('true', 'false')",
    "bigint": f"regexp_full_match({{c}}, {literal(_INTEGER)}) and try_cast({{c}} as bigint) is not null",
    "double": f"regexp_full_match({{c}}, {literal(_DECIMAL)}) and try_cast({{c}} as double) is not null",
    "date": f"regexp_full_match({{c}}, {literal(_ISO_DATE)}) and try_cast({{c}} as date) is not null",
    "timestamp": f"regexp_full_match({{c}}, {literal(_ISO_MOMENT)}) and try_cast({{c}} as timestamp) is not null",
    "timestamptz": (
        f"regexp_full_match({{c}}, {literal(_ISO_MOMENT + _ZONE)}) and try_cast({{c}} as timestamptz) is not null"
    ),
    "comma_decimal": r"regexp_full_match({c}, '-?\d{{1,3}}(\.?\d{{3}})*,\d+')",
    "other_date": r"regexp_full_match({c}, '\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}( \d{{1,2}}:\d{{2}}.*)?')",
}


def _question(table: str, names: Sequence[str]) -> str:
    parts = [f"count(*) filter (where {test.format(c=quoted(name))})" for name in names for test in _TESTS.values()]
    return f"select {', '.join(parts)} from {quoted(table)}"  # noqa: S608  # names are quoted


def _decide(fits: dict[str, int]) -> tuple[LogicalType, str]:
    filled = fits["filled"]
    if not filled:
        return "text", ""
    dates = fits["date"] + fits["timestamp"]
    for kind in ("boolean", "bigint", "double", "date", "timestamp", "timestamptz"):
        if fits[kind] == filled:
            return kind, ""
    if dates == filled:
        return "timestamp", ""
    if fits["double"] >= _NEARLY * filled:
        odd = filled - fits["double"]
        return "text", f"would be a number but for {odd} of {filled} values; kept as text"
    if fits["comma_decimal"] == filled:
        return "text", "holds numbers with a decimal comma; kept as text (options: decimal: ',' reads them)"
    if fits["other_date"] == filled - fits["date"]:
        return "text", "holds dates in another order than YYYY-MM-DD; kept as text (options: date_format reads them)"
    if dates >= _NEARLY * filled:
        return "text", f"would be a date but for {filled - dates} of {filled} values; kept as text"
    return "text", ""
