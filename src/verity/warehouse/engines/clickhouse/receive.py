"""Bring an export into chDB: loaded in private, looked at, then swapped in."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from verity.contracts.dataset import DataState, PhysicalColumn
from verity.exceptions import ValueUnstorable
from verity.warehouse.engines.clickhouse import session
from verity.warehouse.engines.clickhouse.faults import DRIVER_ERRORS, translated
from verity.warehouse.gold import MANIFEST, Export, ExportedTable, write_current
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.types import decimal_parts

_TYPES = {
    "boolean": "Bool",
    "bigint": "Int64",
    "double": "Float64",
    "text": "String",
    "json": "String",
    "time": "String",
    "binary": "String",
    "date": "Date32",
    "timestamp": "DateTime64(6)",
    "timestamptz": "DateTime64(6, 'UTC')",
}
_LOADING = {
    "session_timezone": "'UTC'",
    "date_time_overflow_behavior": "'throw'",
    "fsync_metadata": "1",
    "output_format_arrow_string_as_string": "1",
}


class ChdbReceiver:
    """Receives an export for the chDB under `root`. Use `receiving`."""

    dialect = "clickhouse"
    engine = "clickhouse"

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def receiving(self, export: Export, folder: Path) -> Iterator[ReceivedByChdb]:
        """Load the export into a private chDB. Raises `OneProcessOnly`, `ValueUnstorable`, `DiskFull`."""
        with session.holding(self._root):
            work = self._root / "work"
            shutil.rmtree(work, ignore_errors=True)  # of a move that never ended
            work.mkdir(parents=True)
            connection = session.connect(work / "data")
            received = ReceivedByChdb(self._root, work, export, connection)
            try:
                received.load(folder)
                yield received
            finally:
                received.close()
                shutil.rmtree(work, ignore_errors=True)


class ReceivedByChdb:
    """Tables that are loaded and not yet published."""

    def __init__(self, root: Path, work: Path, export: Export, connection: Any) -> None:
        self._root = root
        self._work = work
        self._export = export
        self._connection = connection

    def load(self, folder: Path) -> None:
        """Make and fill every table."""
        self._change("set " + ", ".join(f"{name} = {value}" for name, value in _LOADING.items()))
        for schema in sorted({table.schema_name for table in self._export.tables}):
            self._change(f"create database {quoted(schema)}")
        for table in self._export.tables:
            name = quoted(table.schema_name, table.name)
            columns = ", ".join(f"{quoted(c.name)} Nullable({native(c, table)})" for c in table.columns)
            durable = "settings fsync_after_insert = 1, fsync_part_directory = 1"
            self._change(f"create table {name} ({columns}) engine = MergeTree order by tuple() {durable}")
            names = ", ".join(quoted(c.name) for c in table.columns)
            source = literal(str((folder / table.file).resolve()))
            self._change(f"insert into {name} ({names}) select {names} from file({source}, Parquet)")  # noqa: S608  # quoted

    def place(self, table: ExportedTable) -> Sequence[str]:
        """The table's name here."""
        return (table.schema_name, table.name)

    def run(self, sql: str) -> Sequence[Sequence[object]]:
        """Rows of a query over what was loaded."""
        try:
            made = self._connection.query(sql, "ArrowTable")
        except DRIVER_ERRORS as fault:
            raise translated(fault, "reading what was moved") from None
        return [tuple(row.values()) for row in made.to_pylist()]

    def publish(self) -> DataState:
        """Let these tables answer from now on, in place of those moved before."""
        self.close()
        name = f"{self._export.state.data_version}-{uuid.uuid4().hex[:8]}"
        versions = self._root / "versions"
        versions.mkdir(exist_ok=True)
        (self._work / MANIFEST).write_text(self._export.model_dump_json(indent=2) + "\n", encoding="utf-8")
        self._work.rename(versions / name)
        write_current(self._root, name)
        for other in versions.iterdir():
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        return self._export.state

    def close(self) -> None:
        """Close the private chDB. Idempotent."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _change(self, sql: str) -> None:
        try:
            self._connection.query(sql)
        except DRIVER_ERRORS as fault:
            raise translated(fault, "loading a moved table") from None


def native(column: PhysicalColumn, table: ExportedTable) -> str:
    """The type that holds a column. Decimals are 128 bits wide, so that arithmetic on them has room.

    Raises `ValueUnstorable`."""
    parts = decimal_parts(column.type)
    if parts is not None:
        return f"Decimal(38, {parts[1]})"
    if column.type not in _TYPES:
        raise ValueUnstorable(
            f"'{table.shown}.{column.name}' is {column.type}, which ClickHouse has no type for",
            remedy="Cast it to text in its model.",
        )
    return _TYPES[column.type]
