"""A warehouse of two DuckDB files, just enough for a build: bronze, and the version that is published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from verity.contracts.dataset import DataState, PhysicalSchema, PhysicalTable
from verity.exceptions import NothingPublished
from verity.warehouse.engine import BuildTarget


class StandIn:
    """Engine and writer in one. `query` reads what is published."""

    name = dialect = "duckdb"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bronze = folder / "landed.duckdb"
        self.published = folder / "published" / "build.duckdb"
        self.private = folder / "private" / "build.duckdb"
        for path in (self.published, self.private):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.versions: list[str] = []

    def land(self, sql: str) -> None:
        with duckdb.connect(self.bronze) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS bronze")
            connection.execute(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        if not self.published.exists():
            raise NothingPublished
        with duckdb.connect(self.published, read_only=True) as connection:
            connection.execute(f"ATTACH '{self.bronze}' AS bronze_db (READ_ONLY)")
            return connection.execute(sql).fetchall()

    @contextmanager
    def writer(self, *, wait_seconds: float = 0.0) -> Iterator[StandIn]:
        yield self

    def build_target(self, *, carry: bool = False) -> BuildTarget:
        self.private.unlink(missing_ok=True)
        if carry and self.published.exists():
            shutil.copy(self.published, self.private)
        return BuildTarget(
            kind="duckdb", path=self.private, attached=(("bronze_db", self.bronze),), bronze_database="bronze_db"
        )

    def built_schema(self) -> PhysicalSchema:
        with duckdb.connect(self.private, read_only=True) as connection:
            names = connection.execute(
                "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'build'"
            ).fetchall()
        return PhysicalSchema(
            tables=tuple(PhysicalTable(schema_name=s, name=n, columns=(), row_count=r) for s, n, r in names)
        )

    def publish(self, build_id: str) -> DataState:
        self.private.rename(self.published)
        self.versions.append(build_id)
        return DataState(data_version=build_id, published_at=datetime.now(UTC))
