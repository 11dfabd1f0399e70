"""A SQLite file as a source, through the standard library, opened read-only.

SQLite types values, not columns: a column gets the type that holds every value it has (a whole pass decides before any
row is read), so nothing is cut and nothing turns NULL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from verity.contracts.dataset import ForeignKey
from verity.data.draft_words import snake_case
from verity.exceptions import SourceTableMissing, SourceUnreachable
from verity.ingest.database import DatabaseTable
from verity.warehouse.sql_names import quoted

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 20_000
_TABLES = (
    "select name from sqlite_master where type in ('table', 'view') "
    "and name not like 'sqlite\\_%' escape '\\' order by 1"
)


class SqliteSource:
    """See `ingest.database.Database`."""

    has_secret = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = snake_case(path.stem)
        self.shown = f"sqlite:///{path}"

    def tables(self) -> tuple[DatabaseTable, ...]:
        """See `Database.tables`."""
        with self._connect() as connection:
            names = self._rows(connection, _TABLES)
            return tuple(self._describe(connection, str(name)) for (name,) in names)

    def read(self, query_table: str) -> pa.RecordBatchReader:
        """See `Database.read`."""
        import pyarrow as pa

        with self._connect() as connection:
            schema = self._schema(connection, query_table)

        def batches() -> Iterator[pa.RecordBatch]:
            with self._connect() as connection:
                cursor = connection.execute(f"select {_columns(schema)} from {quoted(query_table)}")  # noqa: S608  # quoted
                while rows := cursor.fetchmany(_BATCH):
                    columns = zip(*rows, strict=True)
                    arrays = [_array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)

        return pa.RecordBatchReader.from_batches(schema, batches())

    def count(self, query_table: str) -> int:
        """See `Database.count`."""
        with self._connect() as connection:
            self._exists(connection, query_table)
            return int(str(self._rows(connection, f"select count(*) from {quoted(query_table)}")[0][0]))  # noqa: S608  # quoted

    def _describe(self, connection: sqlite3.Connection, table: str) -> DatabaseTable:
        info = self._rows(connection, f"pragma table_info({quoted(table)})")
        keys = sorted((int(str(place)), str(name)) for _, name, _, _, _, place in info if place)
        foreign: dict[int, list[tuple[str, str, str]]] = {}
        for number, _, target, own, theirs, *_ in self._rows(connection, f"pragma foreign_key_list({quoted(table)})"):
            foreign.setdefault(int(str(number)), []).append((str(target), str(own), str(theirs or own)))
        return DatabaseTable(
            snake_case(table), table, tuple(name for _, name in keys),
            tuple(
                ForeignKey(
                    columns=tuple(own for _, own, _ in parts), target=snake_case(parts[0][0]),
                    target_columns=tuple(theirs for *_, theirs in parts),
                )
                for _, parts in sorted(foreign.items())
            ),
        )  # fmt: skip

    def _schema(self, connection: sqlite3.Connection, table: str) -> pa.Schema:
        import pyarrow as pa

        self._exists(connection, table)
        described = self._rows(connection, f"pragma table_info({quoted(table)})")
        if not described:
            raise _missing(table, self.shown)
        fields = []
        for _, column, declared, *_ in described:
            own = quoted(str(column))
            sql = f"select distinct typeof({own}) from {quoted(table)} where {own} is not null"  # noqa: S608  # quoted
            kinds = {str(kind) for (kind,) in self._rows(connection, sql)}
            fields.append(pa.field(str(column), _type(kinds, str(declared).upper())))
        return pa.schema(fields)

    def _exists(self, connection: sqlite3.Connection, table: str) -> None:
        found = connection.execute("select 1 from sqlite_master where name = ?", (table,)).fetchone()
        if found is None:
            raise _missing(table, self.shown)

    def _connect(self) -> closing[sqlite3.Connection]:
        try:
            return closing(sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True))
        except sqlite3.Error as fault:
            raise self._unreadable(fault) from None

    def _rows(self, connection: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.Error as fault:
            raise self._unreadable(fault) from None

    def _unreadable(self, fault: sqlite3.Error) -> SourceUnreachable:
        return SourceUnreachable(f"{self.shown}: {fault}", remedy="Is it a SQLite file that no other program locks?")


def _type(kinds: set[str], declared: str) -> pa.DataType:
    """The Arrow type that holds every kind of value seen (SQLite's typeof)."""
    import pyarrow as pa

    if not kinds:
        return pa.int64() if "INT" in declared else pa.string()
    if kinds == {"integer"}:
        return pa.bool_() if declared.startswith("BOOL") else pa.int64()
    if kinds <= {"integer", "real"}:
        return pa.float64()
    return pa.binary() if kinds == {"blob"} else pa.string()


def _columns(schema: pa.Schema) -> str:
    return ", ".join(quoted(name) for name in schema.names)


def _array(cells: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_string(kind):
        return pa.array([_text(cell) for cell in cells], kind)
    if pa.types.is_boolean(kind):
        return pa.array([None if cell is None else bool(cell) for cell in cells], kind)
    if pa.types.is_floating(kind):
        return pa.array([None if cell is None else float(str(cell)) for cell in cells], kind)
    return pa.array(cells, kind)


def _text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def _missing(table: str, shown: str) -> SourceTableMissing:
    return SourceTableMissing(f"{shown}: no table '{table}'", remedy="Correct query_table in sources/*.yml.")
