"""Physical tables as an engine sees them, profiles of them, and the sources that fill them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from verity.contracts.base import Contract, Json, Scalar
from verity.contracts.table import LogicalType

Layer = Literal["bronze", "silver", "gold", "platinum"]
LOOKUP: tuple[Layer, ...] = ("gold", "silver", "bronze")
"""Where an unqualified relation is looked for, in this order."""


class PhysicalColumn(Contract):
    """One column as introspected."""

    name: str
    type: LogicalType
    nullable: bool = True


class ForeignKey(Contract):
    """A declared foreign key of a source database."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


class PhysicalTable(Contract):
    """One table or view as introspected. `database` is the engine's catalog name where a table lies in an attached
    file, else None."""

    schema_name: str
    name: str
    columns: tuple[PhysicalColumn, ...]
    database: str | None = None
    row_count: int | None = None
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None

    def column(self, name: str) -> PhysicalColumn | None:
        """The column of that exact name, or None."""
        for column in self.columns:  # asked for every column that is bound: a generator takes three times as long
            if column.name == name:
                return column
        return None


class PhysicalSchema(Contract):
    """Every table of one data version."""

    tables: tuple[PhysicalTable, ...] = ()

    def find(self, relation: str) -> PhysicalTable | None:
        """`schema.name` exactly, or a bare name in gold, then silver, then bronze, then any other schema."""
        if "." in relation:
            schema, name = relation.rsplit(".", 1)
            return next((t for t in self.tables if (t.schema_name, t.name) == (schema, name)), None)
        named = [t for t in self.tables if t.name == relation]
        order = {layer: rank for rank, layer in enumerate(LOOKUP)}
        return min(named, key=lambda t: (order.get(t.schema_name, len(order)), t.schema_name), default=None)  # type: ignore[call-overload]  # str key against a Literal-keyed dict


class TableState(Contract):
    """How fresh one table is."""

    table: str
    load_id: str
    loaded_at: datetime
    rows: int


class DataState(Contract):
    """What is published now. `data_version` is a digest of the load and build ids of its tables."""

    data_version: str
    published_at: datetime
    tables: tuple[TableState, ...] = ()


class ValueCount(Contract):
    """A value of a column and how often it occurs."""

    value: Scalar
    count: int


class ColumnProfile(Contract):
    """One column measured over all rows. `top` holds every value where `distinct` is small, else the commonest."""

    name: str
    type: LogicalType
    rows: int
    nulls: int
    distinct: int
    minimum: Scalar = None
    maximum: Scalar = None
    top: tuple[ValueCount, ...] = ()
    mean_length: float | None = None
    fractional_digits: int | None = None
    """For numbers: most decimal digits seen; 2 for money-like columns."""
    negative: int = 0
    patterns: tuple[str, ...] = ()
    """Shapes that every non-null value has: `email`, `phone`, `url`, `uuid`, `hex32`, `date_text`, `integer_text`..."""


class TableProfile(Contract):
    """A table measured. `keys` are the smallest column sets proved unique and without NULL."""

    name: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    declared_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()


class Inclusion(Contract):
    """How much of one column's values occur in another's: `matched` of `rows` non-null rows."""

    table: str
    column: str
    target: str
    target_column: str
    rows: int
    matched: int

    @property
    def share(self) -> float:
        """Share of rows that find a partner, 0 to 1."""
        return self.matched / self.rows if self.rows else 0.0


class SourceTable(Contract):
    """One table of a source. `path` is a file or glob relative to the project; `query_table` a database table."""

    path: str | None = None
    format: Literal["csv", "parquet", "json", "excel"] | None = None
    query_table: str | None = None
    sheet: str | None = None
    raw_json: bool = False
    types: dict[str, LogicalType] = Field(default_factory=dict)
    """Logical types by column of a text file; a column without one is sniffed."""
    options: Json = Field(default_factory=dict)


class SourceDocument(Contract):
    """A `sources/*.yml` file. `url` may name an environment variable as `${NAME}`; a secret never stands in it."""

    source: str
    kind: Literal["files", "database"]
    url: str | None = None
    tables: dict[str, SourceTable] = Field(default_factory=dict)
