"""What tables an open DuckDB connection holds."""

from __future__ import annotations

from typing import Any

import duckdb

from verity.contracts.dataset import PhysicalSchema
from verity.warehouse.engines.duckdb.layout import BRONZE_DATABASE
from verity.warehouse.introspect import ColumnRow, TableKey, assemble_schema
from verity.warehouse.rollups import NAMED
from verity.warehouse.sql_names import quoted
from verity.warehouse.types import from_duckdb

_OURS = f"not internal and database_name not in ('system', 'temp') and not starts_with(database_name, '{NAMED}')"
_COLUMNS = f"""
    select database_name, schema_name, table_name, column_name, data_type, is_nullable
    from duckdb_columns() where {_OURS} order by table_oid, column_index"""  # noqa: S608  # no outside text
_TABLES = f"select database_name, schema_name, table_name, comment from duckdb_tables() where {_OURS}"  # noqa: S608  # same
_KEYS = """
    select database_name, schema_name, table_name, constraint_column_names
    from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"""


def read_schema(cursor: duckdb.DuckDBPyConnection) -> PhysicalSchema:
    """Tables and views with logical types; tables with their exact row counts (views have none)."""
    tables = cursor.execute(_TABLES).fetchall()
    columns = [ColumnRow(_key(row), row[3], row[4], row[5]) for row in cursor.execute(_COLUMNS).fetchall()]
    return assemble_schema(
        columns,
        from_duckdb,
        row_counts=_row_counts(cursor, tables),
        primary_keys={_key(row): tuple(row[3]) for row in cursor.execute(_KEYS).fetchall()},
        comments={_key(row): row[3] for row in tables if row[3]},
    )


def _key(row: tuple[Any, ...]) -> TableKey:
    return (BRONZE_DATABASE if row[0] == BRONZE_DATABASE else None, row[1], row[2])


def _row_counts(cursor: duckdb.DuckDBPyConnection, tables: list[tuple[Any, ...]]) -> dict[TableKey, int]:
    if not tables:
        return {}
    counts = " union all ".join(
        f"select {place}, count(*) from {quoted(*row[:3])}"  # noqa: S608  # names are quoted
        for place, row in enumerate(tables)
    )
    return {_key(tables[place]): count for place, count in cursor.execute(counts).fetchall()}
