"""PostgreSQL as an engine: readers through ADBC, one writer through psycopg, publishing by a swap."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adbc_driver_postgresql import dbapi

from verity.contracts.dataset import DataState, PhysicalSchema
from verity.exceptions import InternalError, WarehouseUnavailable
from verity.warehouse.engine import Capabilities, Parameter, ReadResult, Writer
from verity.warehouse.engines.postgres import faults, reader
from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.engines.postgres.catalogue import Rows, read_schema
from verity.warehouse.engines.postgres.layers import LAYERS
from verity.warehouse.engines.postgres.pool import Pool
from verity.warehouse.engines.postgres.rollups import PostgresRollups
from verity.warehouse.engines.postgres.writer import open_writer
from verity.warehouse.introspect import TableKey
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.watchdog import Watchdog

_SCHEMA_SECONDS = 60.0


class PostgresEngine:
    """The warehouse in one PostgreSQL database. Safe to use from many threads."""

    name = "postgres"
    dialect = "postgres"
    capabilities = Capabilities(null_safe_full_join=False, collation="C")

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._project = project
        self._settings = settings
        self._address = Address.of(settings.url)
        self._pool = Pool(self._address)
        self._watchdog = Watchdog()
        self._schema_guard = threading.Lock()
        self._schema: tuple[str, PhysicalSchema] | None = None
        self.rollups = PostgresRollups(self._address, self._pool)
        """Pre-aggregations in a schema of their own."""

    def state(self) -> DataState:
        """See `Engine.state`."""
        return self.read("select 1").state

    def schema(self) -> PhysicalSchema:
        """See `Engine.schema`."""
        with self._schema_guard:
            state = self.state()
            if self._schema is None or self._schema[0] != state.data_version:
                with self._lend("reading the tables of the warehouse") as connection:
                    self._schema = _published_schema(connection)
            return self._schema[1]

    def read(
        self,
        sql: str,
        parameters: Sequence[Parameter] = (),
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
        row_cap: int | None = None,
    ) -> ReadResult:
        """See `Engine.read`."""
        limit = self._settings.query_seconds if seconds is None else seconds
        for attempt in (1, 2):
            try:
                with self._lend("the query was refused") as connection:
                    return reader.read_statement(
                        connection, self._watchdog, sql, parameters, seconds=limit, cancel=cancel, row_cap=row_cap
                    )
            except WarehouseUnavailable:  # the server may have closed the idle connections; a fresh one tells
                self._pool.drain()
                if attempt == 2:
                    raise
        raise InternalError("a read ended without a result")

    @contextmanager
    def writer(self, *, wait_seconds: float = 0.0) -> Iterator[Writer]:
        """See `Engine.writer`."""
        with open_writer(self._address, self._project, self._settings, wait_seconds) as writer:
            yield writer

    def close(self) -> None:
        """See `Engine.close`."""
        self._pool.close()

    @contextmanager
    def _lend(self, what: str) -> Iterator[dbapi.Connection]:
        with faults.translated(what, self._address.shown), self._pool.lend() as connection:
            yield connection


def _published_schema(connection: dbapi.Connection) -> tuple[str, PhysicalSchema]:
    with connection.cursor() as cursor:

        def run(sql: str) -> Rows:
            cursor.execute(sql)
            return list(cursor.fetchall())

        state = reader.begin(cursor, _SCHEMA_SECONDS)
        listed = run("select schema_name, name, row_count from verity.published_relation")
        counts: dict[TableKey, int] = {(None, row[0], row[1]): row[2] for row in listed if row[2] is not None}
        schema = read_schema(run, sorted({*LAYERS, *(row[0] for row in listed)}), counts)
        cursor.execute("commit")
    return state.data_version, schema
