"""A result table, as tools return it and answers carry it. Types belong to the plan, not to the engine."""

from __future__ import annotations

from typing import Literal

from verity.contracts.base import Contract, Json

Cell = str | int | float | bool | None
"""A JSON cell: decimals, dates and timestamps are text (`decimal(p,s)` as a JSON string, ISO 8601 for times)."""

ColumnRole = Literal["dimension", "time", "metric", "level"]
"""`level`: the column `totals_level`, how many dimensions a row keeps (a detail row all, the grand total 0)."""

LogicalType = str
"""`boolean`, `bigint`, `decimal(p,s)`, `double`, `text`, `date`, `timestamp`, `timestamptz`, `time`, `json`, `binary`,
or `other(<native>)`. One vocabulary for every engine, the dictionary and the results."""


KINDS_OF_NUMBER = frozenset({"count", "money", "number"})
"""Units that drafts give before anybody named a currency or a measure; they are not shown beside numbers."""


class Column(Contract):
    """One column of a result. `member` is the qualified name, `name` the label used in `order` and charts."""

    name: str
    type: LogicalType
    role: ColumnRole
    unit: str | None = None
    member: str | None = None
    label: str | None = None
    format: str | None = None
    grain: str | None = None

    @property
    def shown_unit(self) -> str | None:
        """The unit as people read it: `PHP`, `kg`; None where it only says what kind of number this is."""
        return None if self.unit in KINDS_OF_NUMBER else self.unit


class Table(Contract):
    """Rows with their columns. `row_count` counts `rows`; `truncated` says that more existed (and is said aloud)."""

    table_id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_count: int
    truncated: bool = False

    def reference_form(self) -> Json:
        """The three fields of the reference (section 18): the id, the columns' names, the rows."""
        names = [column.name for column in self.columns]
        return {"table_id": self.table_id, "columns": names, "rows": [list(row) for row in self.rows]}
