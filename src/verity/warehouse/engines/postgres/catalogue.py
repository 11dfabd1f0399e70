"""What tables a PostgreSQL database holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verity.contracts.dataset import ForeignKey, PhysicalSchema
from verity.warehouse.introspect import ColumnRow, TableKey, assemble_schema
from verity.warehouse.types import from_postgres

Rows = list[tuple[Any, ...]]
Run = Callable[[str], Rows]
"""Runs a query and returns its rows."""

_COLUMNS = """
    select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ({schemas}) and c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped
    order by c.oid, a.attnum"""
_COMMENTS = """
    select n.nspname, c.relname, d.description
    from pg_description d join pg_class c on c.oid = d.objoid join pg_namespace n on n.oid = c.relnamespace
    where d.classoid = 'pg_class'::regclass and d.objsubid = 0 and n.nspname in ({schemas})"""
_KEYS = """
    select n.nspname, c.relname, k.contype::text, a.attname, fn.nspname || '.' || f.relname, fa.attname
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    cross join unnest(k.conkey) with ordinality as p(attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = p.attnum
    left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    left join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = k.confkey[p.place]
    where k.contype in ('p', 'f') and n.nspname in ({schemas}) order by k.oid, p.place"""


def read_schema(
    run: Run,
    schemas: Sequence[str],
    row_counts: Mapping[TableKey, int],
    *,
    named: Callable[[str], str] = lambda schema: schema,
) -> PhysicalSchema:
    """Tables and views of `schemas` with logical types; `named` says what a schema is called in the result."""
    if not schemas:
        return PhysicalSchema()
    within = ", ".join("'" + schema.replace("'", "''") + "'" for schema in schemas)

    def key(row: tuple[Any, ...]) -> TableKey:
        return (None, named(row[0]), row[1])

    columns = [ColumnRow(key(row), row[2], row[3], row[4]) for row in run(_COLUMNS.format(schemas=within))]
    keys = run(_KEYS.format(schemas=within))
    return assemble_schema(
        columns,
        from_postgres,
        row_counts=row_counts,
        primary_keys=_primary_keys(keys, key),
        foreign_keys=_foreign_keys(keys, key),
        comments={key(row): row[2] for row in run(_COMMENTS.format(schemas=within))},
    )


def _primary_keys(rows: Rows, key: Callable[[tuple[Any, ...]], TableKey]) -> dict[TableKey, tuple[str, ...]]:
    found: dict[TableKey, tuple[str, ...]] = {}
    for row in rows:
        if row[2] == "p":
            found[key(row)] = (*found.get(key(row), ()), row[3])
    return found


def _foreign_keys(rows: Rows, key: Callable[[tuple[Any, ...]], TableKey]) -> dict[TableKey, tuple[ForeignKey, ...]]:
    grouped: dict[tuple[TableKey, str], list[tuple[str, str]]] = {}
    for row in rows:
        if row[2] == "f":
            grouped.setdefault((key(row), row[4]), []).append((row[3], row[5]))
    found: dict[TableKey, tuple[ForeignKey, ...]] = {}
    for (table, target), pairs in grouped.items():
        foreign = ForeignKey(
            columns=tuple(pair[0] for pair in pairs), target=target, target_columns=tuple(pair[1] for pair in pairs)
        )
        found[table] = (*found.get(table, ()), foreign)
    return found
