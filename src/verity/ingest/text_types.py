"""Types for columns of text: the narrowest that every value has, looked at over all rows.

An integer with a leading zero or a plus sign is a code and stays text. Dates are ISO, or one other order of day, month
and year that every value fits and no second order does. What nearly fits is said in a note, never forced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from verity.contracts.table import LogicalType
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.types import to_duckdb

_BATCH = 40
_LONG_INTEGER = r"-?(0|[1-9]\d{0,37})"
_CURRENCY = r"[-+(]?\s?[$€£¥]\s?-?\d[\d.,]*\)?"
_DECIMAL = r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?"
_TOO_LONG = r"-?\d{16,}"
"""Whole numbers that floating point would round."""
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
_NEARLY = 0.95
_FIRST = 20_000
"""Rows that rule tests out; none is decided on them."""


@dataclass(frozen=True)
class TypedText:
    """A type for each column, the select list that casts to them, and what nearly had another type."""

    types: dict[str, LogicalType]
    sql: str
    notes: tuple[str, ...]


def type_text_columns(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> TypedText:
    """Look at every value of every column of a table of text.

    The first rows say which type is likely; all rows are asked that one thing, and more only where one does not fit.
    """
    types: dict[str, LogicalType] = {}
    notes: list[str] = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        first = f"(from {quoted(table)} limit {_FIRST})"
        seen = _count(connection, first, dict.fromkeys(batch, tuple(_TESTS)))
        likely = {name: _likely(fits) for name, fits in seen.items()}
        counts = _count(connection, quoted(table), {name: ("filled", *test) for name, test in likely.items()})
        unsettled = [n for n, test in likely.items() if not test or counts[n][test[0]] != counts[n]["filled"]]
        if unsettled:
            counts |= _count(connection, quoted(table), {name: _still_open(seen[name]) for name in unsettled})
        for name in batch:
            types[name], note = _decide(counts[name])
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


_KINDS = ("boolean", "bigint", "decimal(38,0)", "double", "date", "timestamp", "timestamptz")
"""Types from the narrowest."""
_TESTS: dict[str, str] = {
    "filled": f"{_C} is not null",
    "boolean": f"lower({_C}) in ('true', 'false')",
    "bigint": f"try_cast({_C} as bigint)::varchar = {_C}",
    "decimal(38,0)": _shaped(_LONG_INTEGER, "decimal(38,0)"),
    "double": f"{_shaped(_DECIMAL, 'double')} and not {_shaped(_TOO_LONG)}",
    "date": f"try_cast({_C} as date)::varchar = {_C}",
    "timestamp": _shaped(_ISO_MOMENT, "timestamp"),
    "timestamptz": _shaped(_ISO_MOMENT + _ZONE, "timestamptz"),
    "comma_decimal": _shaped(_COMMA),
    "other_date": _shaped(_ANY_DATE),
    "currency": _shaped(_CURRENCY),
}


def _count(
    connection: duckdb.DuckDBPyConnection, relation: str, tests: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, int]]:
    """How many values of each column pass each of its tests; a test that was not asked counts none."""
    asked = [(name, test) for name, chosen in tests.items() for test in chosen]
    parts = [f"count(*) filter (where {_TESTS[test].replace(_C, quoted(name))})" for name, test in asked]
    row = connection.execute(f"select {', '.join(parts)} from {relation}").fetchone() or ()  # noqa: S608  # quoted
    counts = {name: dict.fromkeys(_TESTS, 0) for name in tests}
    for (name, test), count in zip(asked, row, strict=True):
        counts[name][test] = int(count or 0)
    return counts


def _likely(fits: Mapping[str, int]) -> tuple[str, ...]:
    """The narrowest type that the first rows all have, as a list of one or none."""
    return tuple(kind for kind in _KINDS if fits["filled"] and fits[kind] == fits["filled"])[:1]


def _still_open(fits: Mapping[str, int]) -> tuple[str, ...]:
    """Tests that a first value passed, or every test where the first rows hold no value."""
    if not fits["filled"]:
        return tuple(_TESTS)
    dated = fits["date"] or fits["timestamp"]  # a column may begin with plain dates and go on with times
    return tuple(test for test in _TESTS if fits[test] or (dated and test in ("date", "timestamp")))


def _decide(fits: Mapping[str, int]) -> tuple[LogicalType, str]:
    filled = fits["filled"]
    if not filled:
        return "text", ""
    dates = fits["date"] + fits["timestamp"]
    for kind in _KINDS:
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
