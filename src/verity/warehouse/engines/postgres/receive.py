"""Bring an export into a PostgreSQL database: loaded into the shadow schemas of a build, looked at, then swapped in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from verity.contracts.dataset import DataState
from verity.warehouse.engine import Writer
from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.engines.postgres.faults import translated
from verity.warehouse.engines.postgres.layers import SUFFIX
from verity.warehouse.engines.postgres.writer import open_writer
from verity.warehouse.gold import Export, ExportedTable
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.sql_names import quoted
from verity.warehouse.types import to_postgres

_BATCH_ROWS = 65_536


class PostgresReceiver:
    """Receives an export as one build of the database; what it holds beside the moved tables stays."""

    engine = "postgres"
    dialect = "postgres"

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._address = Address.of(settings.url)
        self._project = project
        self._settings = settings

    @contextmanager
    def receiving(self, export: Export, folder: Path) -> Iterator[ReceivedByPostgres]:
        """Load the export under the write lock. Raises `WarehouseBusy`, `WarehouseUnavailable`."""
        with open_writer(self._address, self._project, self._settings, 0.0) as writer:
            writer.build_target(carry=True)
            with (
                translated("loading moved tables", self._address.shown),
                self._address.connect("move") as connection,
            ):
                for table in export.tables:
                    _load(connection, self._address, table, folder / table.file)
                yield ReceivedByPostgres(export, writer, connection, self._address.shown)


class ReceivedByPostgres:
    """Tables in the shadow schemas, and not yet published."""

    def __init__(self, export: Export, writer: Writer, connection: psycopg.Connection, shown: str) -> None:
        self._export = export
        self._writer = writer
        self._connection = connection
        self._shown = shown

    def place(self, table: ExportedTable) -> Sequence[str]:
        """The table's name in its shadow schema."""
        return (table.schema_name + SUFFIX, table.name)

    def run(self, sql: str) -> Sequence[Sequence[object]]:
        """Rows of a query over what was loaded."""
        with translated("reading what was moved", self._shown):
            return self._connection.execute(sql.encode()).fetchall()

    def publish(self) -> DataState:
        """Swap the tables in. The data version is the database's own, made of the one that was moved."""
        self._connection.close()
        return self._writer.publish(f"moved-{self._export.state.data_version}")


def _load(connection: psycopg.Connection, address: Address, table: ExportedTable, file: Path) -> None:
    place = (table.schema_name + SUFFIX, table.name)
    columns = ", ".join(f"{quoted(c.name)} {to_postgres(c.type)}" for c in table.columns)
    connection.execute(f"create schema if not exists {quoted(place[0])}".encode())
    connection.execute(f"drop view if exists {quoted(*place)} cascade".encode())  # it stood for the published table
    connection.execute(f"create table {quoted(*place)} ({columns})".encode())
    parquet = pq.ParquetFile(file)
    batches = parquet.iter_batches(_BATCH_ROWS)
    reader = pa.RecordBatchReader.from_batches(parquet.schema_arrow, batches)
    with closing(dbapi.connect(address.url)) as target, target.cursor() as cursor:
        cursor.adbc_ingest(place[1], reader, mode="append", db_schema_name=place[0])
        target.commit()
