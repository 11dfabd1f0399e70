"""The engines under test. A new engine joins by one more `Stand`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa

from verity.contracts.dataset import PhysicalTable
from verity.warehouse.engine import ArrowScan, BuildTarget, Engine, Writer
from verity.warehouse.registry import open_engine
from verity.warehouse.settings import Settings

LOADED_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Stand:
    """How tests open an engine and play the part of dbt on it."""

    name: str
    settings: Settings
    project: Path
    run_models: Callable[[BuildTarget, Mapping[str, str]], None]
    hog: str
    """A statement that runs for minutes."""

    def open(self, **changes: object) -> Engine:
        """An engine on the stand's project, as another process would open it."""
        return open_engine(dataclasses.replace(self.settings, **changes), self.project)  # type: ignore[arg-type]

    def sql(self, text: str) -> str:
        """`?` placeholders, and bronze tables, as this engine writes them."""
        if self.name == "duckdb":
            return text.replace("{bronze}", "bronze_db.bronze")
        numbers = iter(range(1, 100))
        return re.sub(r"\?", lambda _: f"${next(numbers)}", text.replace("{bronze}", "bronze"))

    def build(self, writer: Writer, models: Mapping[str, str], *, carry: bool = False) -> None:
        """Make each `schema.table` from its SELECT (a view where the name starts with `view:`), as dbt would."""
        target = writer.build_target(carry=carry)
        bronze = f"{target.bronze_database}.bronze" if target.bronze_database else target.bronze_schema
        shadowed = {
            name: sql.replace("{bronze}", bronze).replace("{next}", target.schema_suffix)
            for name, sql in models.items()
        }
        self.run_models(target, shadowed)


def duckdb_stand(project: Path) -> Stand:
    """The embedded engine."""
    hog = "select count(*) from range(100000000000) a, range(1000) b where a.range + b.range = 1"
    return Stand("duckdb", Settings(threads=2, memory_limit="1GB"), project, _run_on_duckdb, hog)


def postgres_stand(project: Path, url: str) -> Stand:
    """The production engine."""
    hog = "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a + b = 1"
    return Stand("postgres", Settings(engine="postgres", url=url), project, _run_on_postgres, hog)


def rows_of(*versions: int, rows: int = 3) -> ArrowScan:
    """Rows that all carry their version numbers."""
    table = pa.table(
        {"version": [v for v in versions for _ in range(rows)], "place": list(range(rows)) * len(versions)}
    )
    return ArrowScan(table.to_reader, "memory")


def arrow_scan(table: pa.Table) -> ArrowScan:
    """A table as a scan."""
    return ArrowScan(table.to_reader, "memory")


def publish_version(stand: Stand, engine: Engine, version: int, *, wait_seconds: float = 0.0) -> str:
    """Load and build tables whose every row carries `version`; returns the data version."""
    with engine.writer(wait_seconds=wait_seconds) as writer:
        for table in ("orders", "items"):
            writer.load(table, rows_of(version), load_id=f"load-{table}-{version}", loaded_at=LOADED_AT)
        writer.keep_bronze()
        stand.build(writer, MODELS)
        return writer.publish(f"build-{version}").data_version


MODELS = {
    "silver.orders": "select version, place from {bronze}.orders",
    "gold.totals": "select version, count(*) as place from {bronze}.items group by version",
    "view:gold.latest": "select version, place from silver{next}.orders",
}
EVERYWHERE = """
    select version from {bronze}.orders union all select version from {bronze}.items
    union all select version from silver.orders union all select version from gold.totals
    union all select version from gold.latest"""
ROWS_EVERYWHERE = 3 + 3 + 3 + 1 + 3


def table_of(engine: Engine, name: str) -> PhysicalTable:
    """A published table by `schema.name`."""
    found = engine.schema().find(name)
    assert found is not None, f"no {name} among {[t.name for t in engine.schema().tables]}"
    return found


def _run_on_duckdb(target: BuildTarget, models: Mapping[str, str]) -> None:
    with duckdb.connect(str(target.path)) as connection:
        for alias, path in target.attached:
            connection.execute(f"attach '{path}' as {alias} (read_only)")
        for kind, schema, table, sql in _parts(models):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace {kind} {schema}.{table} as {sql}")


def _run_on_postgres(target: BuildTarget, models: Mapping[str, str]) -> None:
    assert target.url is not None
    with psycopg.connect(target.url, autocommit=True) as connection:
        for kind, base, table, sql in _parts(models):
            schema = base + target.schema_suffix
            connection.execute(f"create schema if not exists {schema}".encode())
            connection.execute(f"drop view if exists {schema}.{table} cascade".encode())
            connection.execute(f"create {kind} {schema}.{table} as {sql}".encode())


def _parts(models: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for name, sql in models.items():
        schema, _, table = name.removeprefix("view:").partition(".")
        yield "view" if name.startswith("view:") else "table", schema, table, sql
