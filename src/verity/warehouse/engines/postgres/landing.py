"""Rows into a PostgreSQL table: DuckDB reads the files in memory-bounded batches, ADBC writes them by binary COPY."""

from __future__ import annotations

import tempfile
import threading
import uuid
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg
from adbc_driver_postgresql import dbapi

from verity.exceptions import DataError
from verity.warehouse.engine import Scan
from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.file_faults import file_faults
from verity.warehouse.interruptible import run_interruptibly
from verity.warehouse.landing import Landing, opened_scan, origin_of, with_better_sample
from verity.warehouse.settings import DuckDBConfig, WarehouseSettings, duckdb_limits
from verity.warehouse.sql_names import quoted
from verity.warehouse.types import to_postgres

_BATCH_ROWS = 65_536
_CONFIG: DuckDBConfig = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def land(
    connection: psycopg.Connection,
    address: Address,
    *,
    quoted_table: tuple[str, str],
    scan: Scan,
    project: Path,
    load_id: str,
    loaded_at: datetime,
    settings: WarehouseSettings,
    cancel: threading.Event | None = None,
) -> int:
    """Make the table anew from the scan; the rows landed."""
    spill = (
        Path(tempfile.gettempdir()) / f"verity-spill-{uuid.uuid4().hex}"
    )  # DuckDB makes it when needed, and removes it
    config = {**duckdb_limits(settings), **_CONFIG, "temp_directory": str(spill)}
    with duckdb.connect(":memory:", config=config) as duck:
        duck.execute("SET TimeZone = 'UTC'")

        def attempt(sample_all: bool) -> int:
            with (
                file_faults(quoted_table[1], scan),
                opened_scan(
                    duck, scan, project=project, load_id=load_id, loaded_at=loaded_at, sample_all=sample_all
                ) as landing,
            ):
                return _copy(connection, address, duck, quoted_table, landing, scan)

        return run_interruptibly(lambda: with_better_sample(scan, attempt), duck.interrupt, cancel)


def _copy(
    connection: psycopg.Connection,
    address: Address,
    duck: duckdb.DuckDBPyConnection,
    table: tuple[str, str],
    landing: Landing,
    scan: Scan,
) -> int:
    columns = ", ".join(f"{quoted(name)} {to_postgres(kind)}" for name, kind in landing.columns)
    connection.execute(f"drop table if exists {quoted(*table)}".encode())
    connection.execute(f"create table {quoted(*table)} ({columns})".encode())
    shown = ", ".join(
        f"{quoted(name)}::varchar as {quoted(name)}" if kind == "json" else quoted(name)
        for name, kind in landing.columns
    )
    batches = duck.execute(f"select {shown} from ({landing.sql})").to_arrow_reader(_BATCH_ROWS)  # noqa: S608  # quoted
    with closing(dbapi.connect(address.url)) as target, target.cursor() as cursor:
        try:
            rows = cursor.adbc_ingest(table[1], batches, mode="append", db_schema_name=table[0])
            target.commit()
        except dbapi.Error as fault:
            if getattr(fault, "sqlstate", None) in ("22021", "22P05"):
                raise DataError(
                    f"{origin_of(scan)}: a text holds a NUL character, which PostgreSQL cannot store",
                    remedy="Remove it at the source.",
                ) from None
            raise
    return int(rows)
