"""DuckDB as an engine: readers on published versions, one writer in private."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from verity.contracts.dataset import DataState, PhysicalSchema
from verity.exceptions import EngineRefused
from verity.warehouse.engine import Capabilities, Parameter, ReadResult, Writer
from verity.warehouse.engines.duckdb import lock, reader
from verity.warehouse.engines.duckdb.faults import fault_line, from_duckdb_error, translated
from verity.warehouse.engines.duckdb.layout import Layout
from verity.warehouse.engines.duckdb.pointer import Signature, read_published, signature
from verity.warehouse.engines.duckdb.rollups import DuckDBRollups
from verity.warehouse.engines.duckdb.writer import open_writer
from verity.warehouse.rows import take_rows
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.statement import is_query, timed_out
from verity.warehouse.watchdog import Watchdog

_BATCH_ROWS = 65_536


class DuckDBEngine:
    """The embedded warehouse of one project. Safe to use from many threads."""

    name = "duckdb"
    dialect = "duckdb"
    capabilities = Capabilities(null_safe_full_join=True, collation=None)

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._project = project
        self._settings = settings
        self._layout = Layout(project.resolve() / ".verity" / "warehouse")
        self._watchdog = Watchdog()
        self._guard = threading.Lock()
        self._version: reader.OpenVersion | None = None
        self._signature: tuple[Signature | None, Signature | None] | None = None
        self.rollups = DuckDBRollups(self._layout, settings, self._views)
        """Pre-aggregations beside the published data."""

    def state(self) -> DataState:
        """See `Engine.state`; opens nothing."""
        return read_published(self._layout.pointer).state

    def schema(self) -> PhysicalSchema:
        """See `Engine.schema`."""
        with self._current() as version:
            return version.physical_schema()

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
        with self._current() as version, version.connection.cursor() as cursor:
            with self._watchdog.watching(limit, cancel, cursor.interrupt) as watch:
                try:
                    table, truncated = _run(cursor, sql, parameters, row_cap)
                except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as fault:
                    if watch.fired:
                        raise timed_out(limit, cancel) from None
                    if isinstance(fault, duckdb.Error):
                        raise from_duckdb_error(fault, "the query was refused", version.key) from None
                    raise EngineRefused(f"the query was refused: {fault_line(str(fault))}") from None  # in mid-stream
            return ReadResult(table, version.published.state, truncated)

    @contextmanager
    def writer(self, *, wait_seconds: float = 0.0) -> Iterator[Writer]:
        """See `Engine.writer`."""
        with translated("opening the warehouse for writing", self._layout.root):
            self._layout.root.mkdir(parents=True, exist_ok=True)
        with (
            lock.write_lock(self._layout.write_lock, wait_seconds),
            open_writer(self._project, self._layout, self._settings) as writer,
        ):
            yield writer

    def close(self) -> None:
        """See `Engine.close`."""
        with self._guard:
            version, self._version, self._signature = self._version, None, None
        if version is not None:
            reader.release(version)

    @contextmanager
    def _current(self) -> Iterator[reader.OpenVersion]:
        version = self._retain_current()
        try:
            yield version
        finally:
            reader.release(version)

    def _views(self) -> dict[tuple[str, str], str]:
        """The views of the published version, with their SQL."""
        with self._current() as version, version.connection.cursor() as cursor:
            rows = cursor.execute(
                "select schema_name, view_name, sql from duckdb_views() where not internal"
            ).fetchall()
        return {(row[0], row[1]): row[2] for row in rows}

    def _retain_current(self) -> reader.OpenVersion:
        with self._guard:
            seen = (signature(self._layout.pointer), signature(self._layout.rollup_list))
            if self._version is None or seen != self._signature:
                fresh = reader.acquire_current(self._layout, self._settings)
                stale, self._version, self._signature = self._version, fresh, seen
                if stale is not None:
                    reader.release(stale)
            return reader.retain(self._version)


def _run(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Parameter], row_cap: int | None
) -> tuple[pa.Table, bool]:
    cursor.execute(_one_query(cursor, sql), list(parameters))
    return take_rows(cursor.to_arrow_reader(_BATCH_ROWS), row_cap)


def _one_query(cursor: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one SELECT of the text. DuckDB rewrites PRAGMA and SHOW to SELECT, so the first word is looked at too."""
    statements = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT or not is_query(sql):
        raise EngineRefused("only one SELECT statement can be read", remedy="Changes go through sync and build.")
    return statements[0]
