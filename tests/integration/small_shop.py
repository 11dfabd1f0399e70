"""A small project to build: three orders landed in bronze, one silver and one gold model, and tests on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from verity.config import WarehouseSettings
from verity.contracts.dataset import PhysicalColumn, PhysicalTable
from verity.transform.passthrough import write_models
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)

ORDERS = pa.table(
    {
        "order_id": pa.array([1, 2, 3], pa.int64()),
        "amount": pa.array([10.25, 20.5, None], pa.float64()),
        "placed_on": pa.array(["2025-01-31", "2025-02-01", "2025-02-01"]),
    }
)

TOTALS = """{{ config(schema='gold') }}
select placed_on, count(*) as orders, sum(amount) as total
from {{ ref('orders') }}
group by placed_on
"""


def write_project(folder: Path) -> Path:
    """The project's folder, with its dbt project."""
    (folder / "verity.toml").write_text("", encoding="utf-8")
    columns = (
        PhysicalColumn(name="order_id", type="bigint"),
        PhysicalColumn(name="amount", type="double"),
        PhysicalColumn(name="placed_on", type="text"),
    )
    write_models(
        folder,
        [PhysicalTable(schema_name="bronze", name="orders", columns=columns)],
        types={"orders": {"amount": "decimal(18,2)", "placed_on": "date"}},
    )
    write(folder, "gold/daily_totals.sql", TOTALS)
    write(
        folder,
        "gold/schema.yml",
        "version: 2\nmodels:\n  - name: daily_totals\n    columns:\n"
        "      - {name: placed_on, data_tests: [unique, not_null]}\n",
    )
    return folder


def write(project: Path, file: str, text: str) -> None:
    """Write one file of the dbt project."""
    path = project / "models" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def engine_for(project: Path, url: str | None = None) -> Engine:
    """DuckDB, or the PostgreSQL at `url`."""
    return open_engine(WarehouseSettings(engine="postgres" if url else "duckdb", url=url), project)


def land(engine: Engine, table: pa.Table = ORDERS, name: str = "orders", load_id: str = "load-1") -> None:
    """Load a table into bronze and keep it for the next build."""
    with engine.writer() as writer:
        writer.load(name, ArrowScan(open=reader_of(table), origin="test"), load_id=load_id, loaded_at=LOADED_AT)
        writer.keep_bronze()


def reader_of(table: pa.Table) -> Callable[[], pa.RecordBatchReader]:
    """What opens the table as a stream."""
    return lambda: pa.RecordBatchReader.from_batches(table.schema, table.to_batches())


def rows(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    """The rows of one statement on what is published."""
    return [tuple(row.values()) for row in engine.read(sql).table.to_pylist()]
