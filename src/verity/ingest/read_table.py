"""One table of an origin as a relation of a private DuckDB, with the columns and types that bronze will hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from verity.contracts.dataset import ForeignKey
from verity.contracts.table import LogicalType
from verity.exceptions import FileUnreadable, SourceEmpty
from verity.ingest.database import Database, DatabaseTable
from verity.ingest.origin import FileTable, Origin
from verity.ingest.text_types import TypedText, type_text_columns
from verity.ingest.workbook import read_sheet
from verity.warehouse.engine import ArrowScan, FileScan, Scan
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.file_faults import file_faults
from verity.warehouse.landing import METADATA, opened_scan
from verity.warehouse.sql_names import quoted

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Readable:
    """A relation of that name exists in the connection. `text_types` are types found for the columns of a CSV file."""

    columns: tuple[tuple[str, LogicalType], ...]
    text_types: dict[str, LogicalType] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    declared_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True)
class NamedTable:
    """A table that can be opened."""

    name: str
    open: Callable[[duckdb.DuckDBPyConnection], Readable]


def readable_tables(origin: Origin) -> tuple[NamedTable, ...]:
    """Every table of the origin, by name."""
    files = [NamedTable(table.name, partial(_open_file, table=table)) for table in origin.files]
    tables = []
    if origin.database is not None:
        opened = partial(_open_database_table, database=origin.database)
        tables = [NamedTable(table.name, partial(opened, table=table)) for table in origin.database_tables]
    return tuple(sorted([*files, *tables], key=lambda named: named.name))


def file_scan(table: FileTable, types: dict[str, LogicalType] | None = None, **options: str | int | bool) -> Scan:
    """The scan of a file table, as the warehouse loads it. A workbook is read when the scan is opened."""
    if table.format != "excel":
        return FileScan(table.paths, table.format, types=dict(types or {}), options=dict(options))
    path, sheet = table.paths[0], table.sheet
    return ArrowScan(lambda: read_sheet(path, sheet).to_reader(), origin=f"{path} (sheet {sheet})")


def _open_file(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Readable:
    for path in table.paths:
        if path.stat().st_size == 0:
            raise SourceEmpty(f"{path}: the file is empty", remedy="Remove it, or give it at least a header.")
    if table.format == "csv":
        return _open_csv(connection, table)
    return _land(connection, table.name, file_scan(table), as_view=table.format == "parquet")


def _open_csv(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Readable:
    """Read as text first; then a second reading with the types that every value has."""
    names = _header(connection, table)
    text = f"{table.name} as text"
    _land(connection, text, file_scan(table, dict.fromkeys(names, "text")))
    typed: TypedText = type_text_columns(connection, text, names)
    with translated("measuring", None):
        connection.execute(
            f"create table {quoted(table.name)} as select {typed.sql} from {quoted(text)}"  # noqa: S608  # quoted
        )
        connection.execute(f"drop table {quoted(text)}")
    return Readable(tuple(typed.types.items()), typed.types, tuple(f"{table.name}: {note}" for note in typed.notes))


def _header(connection: duckdb.DuckDBPyConnection, table: FileTable) -> list[str]:
    """Column names of all the files, in order of appearance. Sniffed types are not used, nor asked to fit."""
    from verity.warehouse.files import scan_sql

    scan = file_scan(table)
    assert isinstance(scan, FileScan)  # noqa: S101  # a CSV file is one
    with translated(f"reading '{table.name}'"), file_faults(table.name, scan):
        described = connection.execute(f"describe select * from {scan_sql(scan)}").fetchall()  # noqa: S608  # quoted
    names = [str(row[0]) for row in described if row[0] != "_verity_file"]
    if not names:
        raise FileUnreadable(
            table.paths[0], "no header line", line=1, remedy="Give the columns' names in the first line."
        )
    return names


def _open_database_table(connection: duckdb.DuckDBPyConnection, database: Database, table: DatabaseTable) -> Readable:
    scan = ArrowScan(lambda: database.read(table.query_table), origin=f"{database.shown} {table.query_table}")
    readable = _land(connection, table.name, scan)
    return Readable(readable.columns, declared_key=table.primary_key, foreign_keys=table.foreign_keys)


def _land(connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, *, as_view: bool = False) -> Readable:
    metadata = {column for column, _ in METADATA}
    kind = "view" if as_view else "table"
    with (
        translated(f"reading '{name}'"),
        file_faults(name, scan),
        opened_scan(connection, scan, project=Path("/"), load_id="profile", loaded_at=_NEVER) as landing,
    ):
        columns = tuple((column, logical) for column, logical in landing.columns if column not in metadata)
        listed = ", ".join(quoted(column) for column, _ in columns)
        if not listed:
            raise SourceEmpty(f"'{name}' has no column", remedy="Remove it, or give it a header.")
        connection.execute(f"create {kind} {quoted(name)} as select {listed} from ({landing.sql})")  # noqa: S608  # quoted
    return Readable(columns)
