"""From an engine's catalogue rows to `PhysicalSchema`: the same shape whichever engine was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from verity.contracts.dataset import ForeignKey, PhysicalColumn, PhysicalSchema, PhysicalTable, ValueCount
from verity.contracts.table import LogicalType
from verity.warehouse.engine import Engine
from verity.warehouse.sql_names import quoted

TableKey = tuple[str | None, str, str]
"""Database (None = the main one), schema, table."""


@dataclass(frozen=True)
class ColumnRow:
    """One column as a catalogue lists it, in the table's order."""

    table: TableKey
    name: str
    native_type: str
    nullable: bool


def assemble_schema(
    columns: Iterable[ColumnRow],
    logical: Callable[[str], LogicalType],
    *,
    row_counts: Mapping[TableKey, int] | None = None,
    primary_keys: Mapping[TableKey, tuple[str, ...]] | None = None,
    foreign_keys: Mapping[TableKey, tuple[ForeignKey, ...]] | None = None,
    comments: Mapping[TableKey, str] | None = None,
) -> PhysicalSchema:
    """Tables sorted by schema and name; columns keep the engine's order."""
    grouped: dict[TableKey, list[PhysicalColumn]] = {}
    for row in columns:
        column = PhysicalColumn(name=row.name, type=logical(row.native_type), nullable=row.nullable)
        grouped.setdefault(row.table, []).append(column)
    tables = (
        PhysicalTable(
            schema_name=key[1],
            name=key[2],
            database=key[0],
            columns=tuple(members),
            row_count=(row_counts or {}).get(key),
            primary_key=(primary_keys or {}).get(key, ()),
            foreign_keys=(foreign_keys or {}).get(key, ()),
            comment=(comments or {}).get(key),
        )
        for key, members in grouped.items()
    )
    return PhysicalSchema(tables=tuple(sorted(tables, key=lambda t: (t.schema_name, t.name))))


def sample_values(engine: Engine, table: PhysicalTable, column: str, *, limit: int = 20) -> tuple[ValueCount, ...]:
    """The commonest values of a column with their counts, NULL left out; ties in the order of their text."""
    place = [part for part in (table.database, table.schema_name, table.name) if part]
    collated = f' collate "{engine.capabilities.collation}"' if engine.capabilities.collation else ""
    sql = (
        f"select value, count(*) as times from (select {quoted(column)} as value from {quoted(*place)}) as sampled "  # noqa: S608  # quoted
        f"where value is not null group by value order by times desc, cast(value as text){collated} limit {limit:d}"
    )
    rows = engine.read(sql).table.to_pylist()
    return tuple(ValueCount(value=row["value"], count=row["times"]) for row in rows)
