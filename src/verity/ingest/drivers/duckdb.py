"""A DuckDB file as a source, opened read-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from verity.contracts.dataset import ForeignKey
from verity.data.draft_words import snake_case
from verity.exceptions import SourceTableMissing, SourceUnreachable
from verity.ingest.database import DatabaseTable
from verity.warehouse.sql_names import quoted

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 100_000
_DEFAULT = "main"


class DuckdbSource:
    """See `ingest.database.Database`."""

    has_secret = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = snake_case(path.stem)
        self.shown = f"duckdb:///{path}"

    def tables(self) -> tuple[DatabaseTable, ...]:
        """See `Database.tables`."""
        with self._connection() as connection:
            rows = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_catalog = current_database() order by 1, 2"
            ).fetchall()
            constraints = connection.execute(
                "select schema_name, table_name, constraint_type, constraint_column_names, referenced_table, "
                "referenced_column_names from duckdb_constraints() where database_name = current_database()"
            ).fetchall()
        keys = {(s, t): tuple(columns) for s, t, kind, columns, *_ in constraints if kind == "PRIMARY KEY"}
        return tuple(
            DatabaseTable(
                _name(schema, table),
                table if schema == _DEFAULT else f"{schema}.{table}",
                keys.get((schema, table), ()),
                tuple(
                    ForeignKey(columns=tuple(own), target=_name(schema, target), target_columns=tuple(theirs))
                    for s, t, kind, own, target, theirs in constraints
                    if (s, t, kind) == (schema, table, "FOREIGN KEY")
                ),
            )
            for schema, table in rows
        )

    def read(self, query_table: str) -> pa.RecordBatchReader:
        """See `Database.read`."""
        import pyarrow as pa

        connection = self._connect()
        try:
            reader = connection.execute(f"from {_relation(query_table)}").to_arrow_reader(_BATCH)
        except duckdb.CatalogException:
            connection.close()
            raise _missing(query_table, self.shown) from None

        def batches() -> Iterator[pa.RecordBatch]:
            with connection:
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, batches())

    def count(self, query_table: str) -> int:
        """See `Database.count`."""
        with self._connection() as connection:
            try:
                found = connection.execute(f"select count(*) from {_relation(query_table)}").fetchone()  # noqa: S608  # quoted
            except duckdb.CatalogException:
                raise _missing(query_table, self.shown) from None
        return int(found[0]) if found else 0

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connect() as connection:
            yield connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(str(self._path), read_only=True)
        except duckdb.Error as fault:
            locked = "lock" in str(fault).lower()
            raise SourceUnreachable(
                f"{self.shown}: " + ("another program holds the file" if locked else "not readable as a DuckDB file"),
                remedy="Close the program that uses it."
                if locked
                else "Is it a DuckDB file of this or an older version?",
            ) from None


def _name(schema: str, table: str) -> str:
    return snake_case(table if schema == _DEFAULT else f"{schema} {table}")


def _relation(query_table: str) -> str:
    schema, _, table = query_table.rpartition(".")
    return quoted(*([schema] if schema else [_DEFAULT]), table)


def _missing(query_table: str, shown: str) -> SourceTableMissing:
    return SourceTableMissing(f"{shown}: no table '{query_table}'", remedy="Correct query_table in sources/*.yml.")
