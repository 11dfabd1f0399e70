"""A result with the values of one dimension as columns.

Rows keep the order of the result; columns go by the value, NULL last, and by the metrics within it. A group that the
result lacks is an empty cell. `limit` and `offset` count the rows of this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from verity.contracts.metric import MetricQuery
from verity.contracts.table import Cell, Column, LogicalType, Table
from verity.core.number_format import format_moment
from verity.exceptions import PivotInvalid
from verity.semantic.rules.order import pivot_index
from verity.semantic.types import family

MOST_VALUES = 200
"""Distinct values that may become columns."""
EMPTY = "(none)"
"""The name of the column of NULL."""

Row = tuple[Cell, ...]
_Keyed = tuple[tuple[Column, ...], list[tuple[object, ...]]]


def pivoted(table: Table, query: MetricQuery) -> Table:
    """The table of a query with `pivot`, else as it is. Raises `PivotInvalid` where it would be too wide."""
    if query.pivot is None:
        return table
    columns, rows = _turned(table.columns, table.rows, query)
    kept = tuple(tuple(row) for row in rows)
    return table.model_copy(update={"columns": columns, "rows": kept, "row_count": len(kept)})


def pivoted_arrow(table: pa.Table, columns: Sequence[Column], query: MetricQuery) -> pa.Table:
    """The same for Arrow."""
    if query.pivot is None:
        return table
    values = [column.to_pylist() for column in table.columns]
    made, rows = _turned(columns, list(zip(*values, strict=True)), query)
    by_member = {column.name: table.schema.field(i).type for i, column in enumerate(columns)}
    sources = _sources(columns, made)
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(made)
    arrays = [pa.array(of, type=by_member[name]) for of, name in zip(cells, sources, strict=True)]
    return pa.table(arrays, names=[column.name for column in made]).replace_schema_metadata(table.schema.metadata)


def _turned(columns: Sequence[Column], rows: Sequence[Sequence[object]], query: MetricQuery) -> _Keyed:
    at = pivot_index(columns, query.pivot or "")
    keys = [i for i, column in enumerate(columns) if column.role != "metric" and i != at]
    shown = [i for i, column in enumerate(columns) if column.role == "metric"]
    if not shown:
        raise PivotInvalid("a pivot without a metric has empty cells only", remedy="Ask for a metric too.")
    values = _ordered({row[at] for row in rows}, columns[at].type)
    if len(values) > MOST_VALUES:
        raise PivotInvalid(
            f"'{columns[at].name}' has {len(values)} values, and a table at most {MOST_VALUES} columns of them",
            remedy="Filter them, or pivot on another dimension.",
        )
    groups: dict[tuple[object, ...], dict[object, Sequence[object]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[i] for i in keys), {})[row[at]] = row
    made = [(*key, *(_cell(cells.get(value), i) for value in values for i in shown)) for key, cells in groups.items()]
    last = None if query.limit is None else query.offset + query.limit
    named = [columns[i] for i in keys] + _columns(columns, values, shown, columns[at])
    return tuple(named), made[query.offset : last]


def _cell(row: Sequence[object] | None, index: int) -> object:
    return None if row is None else row[index]


def _ordered(values: set[object], of: LogicalType) -> list[object]:
    """By value, NULL last; decimals of a table are text."""
    decimals = family(of) == "decimal"
    known: list[Any] = [value for value in values if value is not None]
    return sorted(known, key=lambda value: Decimal(value) if decimals else value) + [None] * (None in values)


def _columns(columns: Sequence[Column], values: list[object], shown: list[int], turned: Column) -> list[Column]:
    made: list[Column] = []
    taken = {column.name for column in columns}
    for value in values:
        text = EMPTY if value is None else str(value)
        for i in shown:
            name = text if len(shown) == 1 else f"{text} {columns[i].name}"
            while name in taken:
                name += "'"
            taken.add(name)
            read = format_moment(text, turned)
            label = read if len(shown) == 1 else f"{read} {columns[i].label or columns[i].name}"
            made.append(columns[i].model_copy(update={"name": name, "label": label}))
    return made


def _sources(columns: Sequence[Column], made: Sequence[Column]) -> list[str]:
    """The column of the long table that each column of the pivoted one is of, by its member."""
    by_member = {(column.member, column.role): column.name for column in columns}
    known = {column.name for column in columns}
    return [c.name if c.name in known else by_member[c.member, c.role] for c in made]
