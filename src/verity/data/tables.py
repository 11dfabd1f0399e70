"""Lay each table's entry over the physical table that it describes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from verity.contracts.dataset import LOOKUP, PhysicalSchema, PhysicalTable
from verity.data.members import OWN_PREFIX, CatalogColumn, CatalogTable, column_kind, is_query
from verity.data.model import Dictionary, JoinEntry, TableEntry


def make_tables(
    dictionary: Dictionary,
    physical: PhysicalSchema | None,
    before: Mapping[str, CatalogTable],
    *,
    same_schema: bool = False,
) -> dict[str, CatalogTable]:
    """Every table with its declared columns first, then those that only introspection knows.

    `before` are tables made earlier: one whose entry and physical table are the same is used again. `same_schema`: they
    were made of this very schema.
    """
    physical_tables = _PhysicalTables(physical or PhysicalSchema())
    made: dict[str, CatalogTable] = {}
    for name, entry in dictionary.tables.items():
        known = before.get(name)
        if same_schema and known is not None and known.entry is entry:
            made[name] = known
            continue
        found = physical_tables.find(entry)
        same = known is not None and known.entry is entry and (known.physical is found or known.physical == found)
        made[name] = known if same and known is not None else _table(entry, found)
    return made


def own_columns(join: JoinEntry) -> tuple[str, ...]:
    """The columns of this side that a join's `on` names."""
    if join.on is None:
        return ()
    return (join.on,) if isinstance(join.on, str) else tuple(join.on)


def _table(entry: TableEntry, physical: PhysicalTable | None) -> CatalogTable:
    types = {column.name: column.type for column in physical.columns} if physical else {}
    joined = frozenset(name for join in entry.joins.values() for name in own_columns(join))
    columns: dict[str, CatalogColumn] = {}
    for name in dict.fromkeys((*entry.columns, *types)):
        if name.startswith(OWN_PREFIX):
            continue
        declared = entry.columns.get(name)
        type_ = (declared.type if declared else None) or types.get(name)
        columns[name] = CatalogColumn(
            table=entry.table,
            name=name,
            type=type_,
            kind=column_kind(name, type_, declared, entry, joined),
            entry=declared,
            physical=name in types,
        )
    return CatalogTable(
        name=entry.table,
        entry=entry,
        columns=MappingProxyType(columns),
        usable=MappingProxyType(columns),
        joins=MappingProxyType(entry.joins),
        metrics=MappingProxyType(entry.metrics),
        usable_metrics=MappingProxyType(entry.metrics),
        segments=MappingProxyType(entry.segments),
        primary_key=entry.primary_key or (physical.primary_key if physical else ()),
        time_column=entry.time_column,
        physical=physical,
    )


class _PhysicalTables:
    """Physical tables by name; finds what `PhysicalSchema.find` does without a walk over all of them each time."""

    def __init__(self, physical: PhysicalSchema) -> None:
        self._physical = physical

    @cached_property
    def _by_name(self) -> dict[str, PhysicalTable]:
        rank: dict[str, int] = {layer: index for index, layer in enumerate(LOOKUP)}
        found: dict[str, PhysicalTable] = {}
        for table in sorted(self._physical.tables, key=lambda t: (rank.get(t.schema_name, len(rank)), t.schema_name)):
            found.setdefault(table.name, table)
            found.setdefault(f"{table.schema_name}.{table.name}", table)
        return found

    def find(self, entry: TableEntry) -> PhysicalTable | None:
        relation = entry.relation or entry.table
        return None if is_query(relation) else self._by_name.get(relation)
