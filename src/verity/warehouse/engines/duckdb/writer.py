"""The one writer of a project: loads bronze in private, hands out a build target, publishes whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from verity.contracts.dataset import DataState, PhysicalSchema
from verity.exceptions import InternalError
from verity.warehouse.engine import BuildTarget, Scan
from verity.warehouse.engines.duckdb.bronze import BronzeFile
from verity.warehouse.engines.duckdb.catalogue import read_schema
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.engines.duckdb.layout import BRONZE_DATABASE, BUILD_FILE, Layout, copy_file, remove_tree
from verity.warehouse.engines.duckdb.publish import clean, last_bronze, publish, published_build, stage
from verity.warehouse.settings import DuckDBConfig, WarehouseSettings, duckdb_limits
from verity.warehouse.sql_names import literal


@contextmanager
def open_writer(project: Path, layout: Layout, settings: WarehouseSettings) -> Iterator[DuckDBWriter]:
    """A writer for the holder of the write lock; what a dead writer left is removed first, and its own work last."""
    with translated("opening the warehouse for writing", layout.root):
        clean(layout)
        layout.work.mkdir()
        layout.spill.mkdir(exist_ok=True)
    try:
        writer = DuckDBWriter(project, layout, settings)
        try:
            yield writer
        finally:
            writer.close()
    finally:
        remove_tree(layout.work)


class DuckDBWriter:
    """See `warehouse.engine.Writer`."""

    def __init__(self, project: Path, layout: Layout, settings: WarehouseSettings) -> None:
        self._layout = layout
        self._project = project
        self._settings = settings
        self._limits: DuckDBConfig = {
            **duckdb_limits(settings),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        self._build = layout.work / BUILD_FILE
        self._bronze = self._on_top_of_the_last()

    def load(
        self, table: str, scan: Scan, *, load_id: str, loaded_at: datetime, cancel: threading.Event | None = None
    ) -> int:
        """See `Writer.load`."""
        return self._bronze.load(table, scan, load_id, loaded_at, cancel)

    def drop(self, table: str) -> None:
        """See `Writer.drop`."""
        self._bronze.drop(table)

    def keep_bronze(self) -> None:
        """See `Writer.keep_bronze`."""
        if self._bronze.is_changed:
            self._stage()

    def build_target(self, *, carry: bool = False) -> BuildTarget:
        """See `Writer.build_target`."""
        with translated("opening a build", self._build):
            bronze = self._kept_bronze()
            before = published_build(self._layout)
            self._build.unlink(missing_ok=True)
            if carry and before is not None:
                copy_file(before, self._build)
            else:
                duckdb.connect(str(self._build), config=self._config()).close()
        return BuildTarget(
            "duckdb",
            self._build,
            ((BRONZE_DATABASE, bronze),),
            bronze_database=BRONZE_DATABASE,
            limits=tuple((name, str(value)) for name, value in duckdb_limits(self._settings).items()),
        )

    def built_schema(self) -> PhysicalSchema:
        """See `Writer.built_schema`."""
        self._ensure_build()
        bronze = self._kept_bronze()
        with (
            translated("reading the build", self._build),
            duckdb.connect(":memory:", config=self._config()) as connection,
        ):
            connection.execute(f"ATTACH {literal(str(self._build))} AS build (READ_ONLY)")
            connection.execute(f"ATTACH {literal(str(bronze))} AS {BRONZE_DATABASE} (READ_ONLY)")
            return read_schema(connection)

    def publish(self, build_id: str) -> DataState:
        """See `Writer.publish`."""
        self._ensure_build()
        with translated("publishing the build", self._build):
            self._kept_bronze()
            duckdb.connect(str(self._build), config=self._config()).close()  # folds a write-ahead log into the file
            state = publish(self._layout, self._build, build_id)
        self._bronze = self._on_top_of_the_last()
        return state

    def close(self) -> None:
        """Close private files."""
        self._bronze.close()

    def _ensure_build(self) -> None:
        """Publishing loads without a build keeps the build that was published."""
        if not self._build.exists():
            self.build_target(carry=True)

    def _kept_bronze(self) -> Path:
        """The bronze file of the next version with every load so far; an empty one where nothing was ever loaded."""
        self.keep_bronze()
        if last_bronze(self._layout) is None:
            self._stage()
        last = last_bronze(self._layout)
        if last is None:
            raise InternalError("bronze vanished while it was being written")
        return last[0]

    def _stage(self) -> None:
        tables = self._bronze.tables
        with translated("keeping bronze"):
            stage(self._layout, self._bronze.finish(), tables)
        self._bronze = self._on_top_of_the_last()

    def _config(self) -> DuckDBConfig:
        """For one instance."""
        return {**self._limits, "temp_directory": str(self._layout.own_spill())}

    def _on_top_of_the_last(self) -> BronzeFile:
        path, tables = last_bronze(self._layout) or (None, ())
        return BronzeFile(self._layout.work, self._project, self._config(), path, tables)
