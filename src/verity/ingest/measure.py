"""Exact figures of one table: its columns, its smallest unique keys, and how much of one column lies in another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal

import duckdb

from verity.contracts.base import Scalar
from verity.contracts.dataset import ColumnProfile, Inclusion, TableProfile, ValueCount
from verity.contracts.table import LogicalType
from verity.data.draft_joins import JoinCandidate
from verity.data.draft_keys import key_rank
from verity.ingest.read_table import Readable
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.sql_names import literal, quoted

_BATCH = 16
_ALL_VALUES = 100
_TOP = 10
_FIRST = 20_000
"""Rows that rule things out cheaply; nothing is asserted on them alone."""
_MOST_TRIED = 120
_WIDEST_KEY = 3
_ENOUGH_KEYS = 8
_MOST_PARTS = 20
"""Columns that wider keys are sought among: the likeliest by name, then the left-most."""

PATTERNS: dict[str, str] = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]{2,}",
    "url": r"https?://\S+",
    "uuid": r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "hex32": r"[0-9a-f]{32}",
    "phone": r"(\+|00)?[0-9]{1,3}[ ()./-]+[0-9][0-9 ()./-]{5,14}[0-9]|\+[0-9]{8,15}",
    "ip": r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}",
    "date_text": r"\d{4}-\d{2}-\d{2}.*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.*",
    "integer_text": r"[0-9]+",
}
"""Shapes that a text column may have in every value."""


def measure_table(connection: duckdb.DuckDBPyConnection, name: str, readable: Readable) -> TableProfile:
    """Measure the relation `name` of the connection."""
    with translated(f"measuring '{name}'"):
        rows = _one(connection, f"select count(*) from {quoted(name)}")[0]  # noqa: S608  # the name is quoted
        assert isinstance(rows, int)  # noqa: S101  # a count
        columns: list[ColumnProfile] = []
        for start in range(0, len(readable.columns), _BATCH):
            columns.extend(_columns(connection, name, rows, readable.columns[start : start + _BATCH]))
        return TableProfile(
            name=name,
            rows=rows,
            columns=tuple(columns),
            keys=_keys(connection, name, rows, columns),
            declared_key=readable.declared_key,
            foreign_keys=readable.foreign_keys,
        )


def measure_inclusion(connection: duckdb.DuckDBPyConnection, candidate: JoinCandidate) -> Inclusion:
    """How many rows of the candidate's column find their value in the target's."""
    own, theirs = quoted(candidate.column), quoted(candidate.target_column)
    sql = (
        f"select count(*), count(*) filter (where {own} in (select {theirs} from {quoted(candidate.target)})) "  # noqa: S608  # quoted
        f"from {quoted(candidate.table)} where {own} is not null"
    )
    with translated(f"matching '{candidate.table}' with '{candidate.target}'"):
        found = connection.execute(sql).fetchone() or (0, 0)
    return Inclusion(
        table=candidate.table, column=candidate.column, target=candidate.target,
        target_column=candidate.target_column, rows=found[0], matched=found[1],
    )  # fmt: skip


def _columns(
    connection: duckdb.DuckDBPyConnection, table: str, rows: int, columns: Sequence[tuple[str, LogicalType]]
) -> list[ColumnProfile]:
    shapes = _possible_shapes(connection, table, [name for name, kind in columns if kind == "text"])
    parts = [part for name, kind in columns for part in _figures(name, kind, shapes.get(name, ()))]
    values = list(_one(connection, f"select {', '.join(parts)} from {quoted(table)}"))  # noqa: S608  # names are quoted
    profiles = []
    for name, kind in columns:
        size = len(_figures(name, kind, shapes.get(name, ())))
        mine, values = values[:size], values[size:]
        profiles.append(_column(connection, table, rows, name, kind, mine, shapes.get(name, ())))
    return profiles


def _possible_shapes(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The shapes that no value of the first rows breaks; only they are asked of every row."""
    if not names:
        return {}
    tests = [f"bool_and({_has(name, shape)})" for name in names for shape in PATTERNS]
    row = _one(connection, f"select {', '.join(tests)} from (from {quoted(table)} limit {_FIRST})")  # noqa: S608  # quoted
    answers = iter(row)
    return {name: tuple(shape for shape in PATTERNS if next(answers) is not False) for name in names}


def _has(name: str, shape: str) -> str:
    return f"regexp_full_match({quoted(name)}, {literal(PATTERNS[shape])})"


def _figures(name: str, kind: LogicalType, shapes: Sequence[str]) -> list[str]:
    column = quoted(name)
    figures = [f"count({column})", f"count(distinct {column})"]
    if kind == "text":
        tests = [f"bool_and({_has(name, shape)})" for shape in shapes]
        return [*figures, f"min({column})", f"max({column})", f"avg(length({column}))", *tests]
    if _is_number(kind):
        negative = f"count(*) filter (where {column} < 0)"
        return [*figures, f"min({column})", f"max({column})", negative, _digits(column, kind)]
    if kind in ("date", "timestamp", "timestamptz", "boolean", "time"):
        return [*figures, f"min({column})::varchar", f"max({column})::varchar"]
    return figures


def _digits(column: str, kind: LogicalType) -> str:
    """Most digits after the point; 99 where a value is only written with an exponent or is not finite."""
    if kind == "bigint":
        return "0"
    text = f"{column}::varchar"
    fraction = f"length(rtrim(split_part({text}, '.', 2), '0'))"
    return f"max(case when regexp_matches({text}, '[a-z]') then 99 else {fraction} end)"


def _column(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: int,
    name: str,
    kind: LogicalType,
    figures: list[object],
    asked: Sequence[str],
) -> ColumnProfile:
    filled, distinct, *rest = figures
    assert isinstance(filled, int)  # noqa: S101  # counts
    assert isinstance(distinct, int)  # noqa: S101  # counts
    low = _scalar(rest[0]) if rest else None
    high = _scalar(rest[1]) if rest else None
    shapes = tuple(shape for shape, all_have in zip(asked, rest[3:], strict=True) if all_have) if kind == "text" else ()
    return ColumnProfile(
        name=name, type=kind, rows=rows, nulls=rows - filled, distinct=distinct, minimum=low, maximum=high,
        top=_top(connection, table, name, kind, filled, distinct),
        mean_length=float(str(rest[2])) if kind == "text" and rest[2] is not None else None,
        negative=int(str(rest[2] or 0)) if _is_number(kind) else 0,
        fractional_digits=int(str(rest[3])) if _is_number(kind) and rest[3] is not None else None,
        patterns=shapes,
    )  # fmt: skip


def _top(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: LogicalType, filled: int, distinct: int
) -> tuple[ValueCount, ...]:
    mostly_different = distinct > _ALL_VALUES and distinct * 2 > filled
    if kind not in ("text", "boolean", "bigint") or distinct == 0 or mostly_different:
        return ()
    column, most = quoted(name), _ALL_VALUES if distinct <= _ALL_VALUES else _TOP
    sql = (
        f"select {column}, count(*) as n from {quoted(table)} where {column} is not null "  # noqa: S608  # quoted
        f"group by 1 order by n desc, {column} limit {most}"
    )
    return tuple(ValueCount(value=_short(value), count=n) for value, n in connection.execute(sql).fetchall())


def _short(value: Scalar) -> Scalar:
    return value[:200] if isinstance(value, str) else value


def _keys(
    connection: duckdb.DuckDBPyConnection, table: str, rows: int, columns: Sequence[ColumnProfile]
) -> tuple[tuple[str, ...], ...]:
    """The smallest proved keys: every single column first; wider ones only where no single column can be the key."""
    if not rows:
        return ()
    whole = [c for c in columns if c.nulls == 0]
    singles = [(c.name,) for c in whole if c.distinct == rows]
    ranks = {c.name: rank for c in whole if (rank := key_rank(c)) is not None}
    if any(name in ranks for (name,) in singles):
        return tuple(singles)
    parts = sorted((c for c in whole if c.name in ranks), key=lambda c: ranks[c.name])[:_MOST_PARTS]
    tried = 0
    for width in range(2, _WIDEST_KEY + 1):
        found: list[tuple[str, ...]] = []
        for group in sorted(itertools.combinations(parts, width), key=lambda g: sum(ranks[c.name] for c in g)):
            if _most_rows(group) < rows:
                continue
            tried += 1
            if tried > _MOST_TRIED or len(found) >= _ENOUGH_KEYS:
                break
            if _is_unique(connection, table, rows, [c.name for c in group]):
                found.append(tuple(c.name for c in columns if c in group))
        if found:
            return (*singles, *found)
    return tuple(singles)


def _most_rows(group: Sequence[ColumnProfile]) -> int:
    product = 1
    for column in group:
        product *= column.distinct
    return product


def _is_unique(connection: duckdb.DuckDBPyConnection, table: str, rows: int, names: Sequence[str]) -> bool:
    """Repeats among the first rows, which lie together, rule most sets out before all rows are looked at."""
    listed = ", ".join(quoted(name) for name in names)
    for relation, expected in ((f"(from {quoted(table)} limit {_FIRST})", min(rows, _FIRST)), (quoted(table), rows)):
        found = _one(connection, f"select count(*) from (select distinct {listed} from {relation})")  # noqa: S608  # quoted
        if found[0] != expected:
            return False
    return True


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    return tuple(connection.execute(sql).fetchone() or ())


def _is_number(kind: LogicalType) -> bool:
    return kind in ("bigint", "double") or kind.startswith("decimal")


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return value[:200]
    return value if isinstance(value, bool | int | float | Decimal) else None if value is None else str(value)
