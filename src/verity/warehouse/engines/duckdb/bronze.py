"""The private bronze file of a writer: fresh loads in one file, joined with the kept tables when it is finished.

Loads never touch the old file. At the end whichever is smaller moves: few kept rows are copied into the fresh file
(none at all when every table was replaced), or the old file is copied whole, by reference where the file system can,
and the fresh tables go into that copy.
"""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import duckdb

from verity.contracts.dataset import TableState
from verity.warehouse.engine import Scan
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.engines.duckdb.layout import copy_file, sync_path
from verity.warehouse.file_faults import file_faults
from verity.warehouse.interruptible import run_interruptibly
from verity.warehouse.landing import opened_scan, with_better_sample
from verity.warehouse.settings import DuckDBConfig
from verity.warehouse.sql_names import literal, quoted

_SCHEMA = "bronze"


class BronzeFile:
    """Loads and drops on top of `base` (a file and its tables; None = nothing loaded before)."""

    def __init__(
        self, work: Path, project: Path, config: DuckDBConfig, base: Path | None, tables: tuple[TableState, ...]
    ) -> None:
        self._fresh = work / "fresh.duckdb"
        self._finished = work / "finished.duckdb"
        self._project = project
        self._config = config
        self._base = base
        self._before = {state.table: state for state in tables}
        self._loaded: dict[str, TableState] = {}
        self._dropped: set[str] = set()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything was loaded or dropped."""
        return bool(self._loaded or self._dropped)

    @property
    def tables(self) -> tuple[TableState, ...]:
        """Every table as it will be, sorted by name."""
        kept = {name: state for name, state in self._before.items() if name not in self._dropped}
        return tuple(sorted({**kept, **self._loaded}.values(), key=lambda state: state.table))

    def load(
        self, table: str, scan: Scan, load_id: str, loaded_at: datetime, cancel: threading.Event | None = None
    ) -> int:
        """Replace one table; the rows landed."""
        rows = run_interruptibly(
            lambda: with_better_sample(scan, lambda all_rows: self._land(table, scan, load_id, loaded_at, all_rows)),
            self._open().interrupt,
            cancel,
        )
        self._dropped.discard(table)
        self._loaded[table] = TableState(table=table, load_id=load_id, loaded_at=loaded_at, rows=rows)
        return rows

    def drop(self, table: str) -> None:
        """Forget one table."""
        if table in self._loaded:
            self._open().execute(f"DROP TABLE {quoted(_SCHEMA, table)}")
            del self._loaded[table]
        if table in self._before:
            self._dropped.add(table)

    def finish(self) -> Path:
        """The whole bronze as one closed, durable file."""
        with translated("writing bronze", self._fresh):
            kept = [n for n in self._before if n not in self._loaded and n not in self._dropped]
            rows_kept = sum(self._before[name].rows for name in kept)
            rows_fresh = sum(state.rows for state in self._loaded.values())
            self._open()
            if self._base is None or rows_kept <= rows_fresh:
                self._copy_kept(self._base, kept)
                self._fresh.rename(self._finished)
            else:
                self.close()
                copy_file(self._base, self._finished)
                stale = [n for n in self._before if n in self._loaded or n in self._dropped]
                self._replace_tables(stale)
            sync_path(self._finished)
        return self._finished

    def close(self) -> None:
        """Close the private file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _land(self, table: str, scan: Scan, load_id: str, loaded_at: datetime, sample_all: bool) -> int:
        connection = self._open()
        with (
            translated(f"loading '{table}'", self._fresh),
            file_faults(table, scan),
            opened_scan(
                connection,
                scan,
                project=self._project,
                load_id=load_id,
                loaded_at=loaded_at,
                sample_all=sample_all,
            ) as landing,
        ):
            made = connection.execute(f"CREATE OR REPLACE TABLE {quoted(_SCHEMA, table)} AS {landing.sql}").fetchone()
        return int(made[0]) if made else 0

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            with translated("opening bronze for writing", self._fresh):
                self._connection = duckdb.connect(str(self._fresh), config=self._config)
                self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
                self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
        return self._connection

    def _copy_kept(self, source: Path | None, tables: list[str]) -> None:
        connection = self._open()
        if source is not None and tables:
            _copy_all(connection, source, tables)
        connection.execute("CHECKPOINT")
        self.close()

    def _replace_tables(self, stale: list[str]) -> None:
        with duckdb.connect(str(self._finished), config=self._config) as connection:
            for name in stale:
                connection.execute(f"DROP TABLE {quoted(_SCHEMA, name)}")
            connection.execute("CHECKPOINT")
            if self._loaded:
                _copy_all(connection, self._fresh, list(self._loaded))
            connection.execute("CHECKPOINT")


def _copy_all(connection: duckdb.DuckDBPyConnection, source: Path, tables: list[str]) -> None:
    connection.execute(f"ATTACH {literal(str(source))} AS other (READ_ONLY)")
    for name in tables:
        origin = quoted("other", _SCHEMA, name)
        connection.execute(f"CREATE TABLE {quoted(_SCHEMA, name)} AS FROM {origin}")
    connection.execute("DETACH other")
