"""How rows land in bronze, the same on every engine: typed columns, then four columns of our own.

`_verity_row_hash` is 63 bits of DuckDB's hash of the landed columns: equal rows have equal hashes on any engine and in
any load made by one DuckDB version. It finds a row again and tells changed rows of one key; it never proves that two
rows are equal. (MD5 of the row as text cost as much as reading the file: 2.2 times a bare read_csv instead of 1.4.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from verity.contracts.table import LogicalType
from verity.exceptions import DataError, TypeGuessFailed
from verity.warehouse.engine import ArrowScan, FileScan, Scan
from verity.warehouse.files import absent_column, scan_sql, typed_columns
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.types import from_duckdb, to_duckdb

FILE_COLUMN = "_verity_file"
METADATA: tuple[tuple[str, LogicalType], ...] = (
    ("_verity_load_id", "text"),
    ("_verity_source", "text"),
    ("_verity_loaded_at", "timestamptz"),
    ("_verity_row_hash", "bigint"),
)


@dataclass(frozen=True)
class Landing:
    """A SELECT that makes the rows as they land, and their columns with logical types."""

    sql: str
    columns: tuple[tuple[str, LogicalType], ...]


@contextmanager
def opened_scan(
    connection: duckdb.DuckDBPyConnection,
    scan: Scan,
    *,
    project: Path,
    load_id: str,
    loaded_at: datetime,
    sample_all: bool = False,
) -> Iterator[Landing]:
    """The landing of a scan on a DuckDB connection; Arrow batches are registered while the block runs."""
    if isinstance(scan, FileScan):
        relation, source, types = scan_sql(scan, sample_all=sample_all), None, typed_columns(scan)
        yield _landing(connection, relation, source, types, project, load_id, loaded_at)
        return
    name = "_verity_batches"
    batches = scan.open()
    untyped = {field.name: "VARCHAR" for field in batches.schema if pa.types.is_null(field.type)}
    connection.register(name, batches)
    try:
        yield _landing(connection, quoted(name), scan.origin, untyped, project, load_id, loaded_at)
    finally:
        connection.unregister(name)


def with_better_sample(scan: Scan, attempt: Callable[[bool], int]) -> int:
    """Land with sniffed types; where the sample misled, once more with types sniffed over every row."""
    try:
        return attempt(False)
    except TypeGuessFailed:
        if not isinstance(scan, FileScan):
            raise
        return attempt(True)


def origin_of(scan: Scan) -> str:
    """What the scan reads, for messages."""
    return scan.origin if isinstance(scan, ArrowScan) else ", ".join(str(path) for path in scan.paths)


def _landing(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    source: str | None,
    types: Mapping[str, str],
    project: Path,
    load_id: str,
    loaded_at: datetime,
) -> Landing:
    described = connection.execute(f"describe select * from {relation}").fetchall()  # noqa: S608  # quoted parts
    native = {name: kind for name, kind, *_ in described if name != FILE_COLUMN}
    _check_names(native, types)
    columns = {name: from_duckdb(types.get(name, kind)) for name, kind in native.items()}
    columns = {name: _storable(kind) for name, kind in columns.items()}
    values = [_column(name, native[name], kind) for name, kind in columns.items()]
    names = [quoted(name) for name in columns]
    origin = literal(source) if source is not None else _relative(project)
    moment = loaded_at.astimezone(UTC).isoformat()
    metadata = (
        literal(load_id),
        f"{quoted(FILE_COLUMN)} " if source is None else origin,
        f"TIMESTAMPTZ {literal(moment)}",
        f"(hash({', '.join(names)}) >> 1)::bigint",
    )
    inner = ", ".join(values + ([f"{origin} as {quoted(FILE_COLUMN)}"] if source is None else []))
    outer = ", ".join(names + [f"{value} as {name}" for value, (name, _) in zip(metadata, METADATA, strict=True)])
    sql = f"select {outer} from (select {inner} from {relation})"  # noqa: S608  # names and texts are quoted
    return Landing(sql, (*columns.items(), *METADATA))


def _check_names(found: Mapping[str, str], declared: Mapping[str, str]) -> None:
    for name in declared:
        if name not in found:
            raise absent_column(name, found)
    reserved = [name for name in found if name.lower().startswith("_verity_")]
    if reserved:
        raise DataError(f"the column name '{reserved[0]}' is reserved", remedy="Rename the column at its source.")


def _storable(kind: LogicalType) -> LogicalType:
    """Lists, structs and maps land as JSON; anything else without a logical type as text."""
    if not kind.startswith("other("):
        return kind
    nested = kind.startswith(("other(struct", "other(map", "other(union")) or kind.endswith("])")
    return "json" if nested else "text"


def _column(name: str, native: str, kind: LogicalType) -> str:
    target = to_duckdb(kind)
    same = native.upper() == target
    if kind == "json" and native.upper() != "JSON":
        return f"to_json({quoted(name)}) as {quoted(name)}"
    return quoted(name) if same else f"cast({quoted(name)} as {target}) as {quoted(name)}"


def _relative(project: Path) -> str:
    """The file's path, relative to the project where it lies inside."""
    prefix = f"{project.resolve()}/"
    column = quoted(FILE_COLUMN)
    return f"case when starts_with({column}, {literal(prefix)}) then {column}[{len(prefix) + 1}:] else {column} end"
