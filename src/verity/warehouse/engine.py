"""What an engine is: the one shape that DuckDB, PostgreSQL and every later engine share.

Readers see published data versions only, read-only and locked down. Writers work on private state under one lock per
project; `publish` makes a finished build visible at once and whole. Results are Arrow.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from verity.contracts.dataset import DataState, PhysicalSchema

Parameter = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True)
class Capabilities:
    """What the compiler may rely on. `null_safe_full_join`: FULL JOIN ... IS NOT DISTINCT FROM works."""

    null_safe_full_join: bool
    collation: str | None
    """How text is compared by code point: None where that is the default, else the COLLATE name."""


@dataclass(frozen=True)
class ReadResult:
    """Rows of one statement and the data version that they come from."""

    table: pa.Table
    state: DataState
    truncated: bool = False


@dataclass(frozen=True)
class FileScan:
    """Files to be read where they lie. `format` is csv, parquet, json or excel-as-arrow; `types` are logical types by
    column (missing = sniffed); `raw_json` keeps each record as text in a column `raw`."""

    paths: tuple[Path, ...]
    format: str
    types: dict[str, str] = field(default_factory=dict)
    options: dict[str, str | int | bool] = field(default_factory=dict)
    raw_json: bool = False


@dataclass(frozen=True)
class ArrowScan:
    """Batches from anywhere else, opened when the load begins. Memory stays bounded by the batch."""

    open: Callable[[], pa.RecordBatchReader]
    origin: str


Scan = FileScan | ArrowScan


@dataclass(frozen=True)
class BuildTarget:
    """Where a transform may write: everything a dbt profile needs, and nothing published.

    DuckDB: `path` is the private build file, `attached` the bronze file under its alias (read-only), `limits` DuckDB's
    configuration of memory and threads where the settings say so.
    PostgreSQL: `url`, and `schema_suffix` that turns `gold` into its shadow schema. `bronze_schema` is what a
    source's schema must be for the build: `schema: "{{ var('verity_bronze_schema', 'bronze') }}"`.
    """

    kind: str
    path: Path | None = None
    attached: tuple[tuple[str, Path], ...] = ()
    url: str | None = None
    schema_suffix: str = ""
    bronze_database: str | None = None
    bronze_schema: str = "bronze"
    """Where sources lie for this build: loads that wait to be published lie in a shadow schema on PostgreSQL."""
    limits: tuple[tuple[str, str], ...] = ()


class Writer(Protocol):
    """One process's turn to write. Leaving without `publish` or `keep_bronze` leaves everything as it was."""

    def load(
        self, table: str, scan: Scan, *, load_id: str, loaded_at: datetime, cancel: threading.Event | None = None
    ) -> int:
        """Replace bronze table `table` from `scan`; returns the rows landed. Adds the columns `_verity_load_id` (text),
        `_verity_source` (text), `_verity_loaded_at` (timestamptz) and `_verity_row_hash` (bigint).

        Stops on Ctrl-C (KeyboardInterrupt) and when `cancel` is set (`QueryTimedOut`), with nothing landed.
        Raises `DiskFull`, `DataError` (unreadable input, with file and line where known)."""
        ...

    def drop(self, table: str) -> None:
        """Remove a bronze table that its source no longer has."""
        ...

    def keep_bronze(self) -> None:
        """Make the loaded bronze durable for the next build, without publishing anything."""
        ...

    def build_target(self, *, carry: bool = False) -> BuildTarget:
        """Open a private target for one build on the kept bronze. With `carry` (a build of a part of the models) the
        tables that the build does not replace stay as they were published; without, they are gone after `publish`.
        Loads so far are kept first. Every connection of the build must be closed before `publish`."""
        ...

    def built_schema(self) -> PhysicalSchema:
        """What the private build target holds now, bronze included (for tests before publishing)."""
        ...

    def publish(self, build_id: str) -> DataState:
        """Swap in bronze and the finished build, atomically; returns the new state."""
        ...


class Engine(Protocol):
    """A warehouse."""

    name: str
    """`duckdb`, `postgres`, `clickhouse` or `spark`, as `evidence.engine` shows it."""
    dialect: str
    """The sqlglot dialect that SQL for it is written in."""
    capabilities: Capabilities

    def state(self) -> DataState:
        """What is published now. Raises `NothingPublished`."""
        ...

    def schema(self) -> PhysicalSchema:
        """The published tables with their types (gold, silver and bronze). Cached by data version."""
        ...

    def read(
        self,
        sql: str,
        parameters: Sequence[Parameter] = (),
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
        row_cap: int | None = None,
    ) -> ReadResult:
        """Run one read-only statement on one published version. Placeholders are `?` on DuckDB, `$1` on PostgreSQL,
        `{p1: String}` on ClickHouse and `:p1` on Spark.

        `seconds` None = the settings' `query_seconds`; `row_cap` None = every row, else at most so many, with
        `truncated` telling that more existed.

        Raises `NothingPublished`, `QueryTimedOut` (deadline or cancel), `EngineRefused`, `WarehouseUnavailable`."""
        ...

    def writer(self, *, wait_seconds: float = 0.0) -> AbstractContextManager[Writer]:
        """Take the project's write lock. Raises `WarehouseBusy` naming the holder when it stays taken."""
        ...

    def close(self) -> None:
        """Release connections. Idempotent."""
        ...
