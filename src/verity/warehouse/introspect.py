"""From an engine's catalogue rows to `PhysicalSchema`: the same shape whichever engine was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from verity.contracts.dataset import ForeignKey, PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.contracts.table import LogicalType

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
