"""Files into bronze, durable on disk, against a bare DuckDB that reads the same file into a table of its own file."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.timing import Figure, absolute, interleaved, ratio
from verity.config import WarehouseSettings
from verity.warehouse.engine import Engine, FileScan
from verity.warehouse.registry import open_engine

PLACE = Path(__file__).parents[1] / ".cache" / "bench-bronze"
ROWS = 1_000_000
SEED = 7
RUNS = 9
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> list[Figure]:
    """Seconds a load of a million rows of seven columns: load id, source, load time, row hash, checkpoint and fsync
    are all in it."""
    csv, parquet = _files()
    project = PLACE / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    engine = open_engine(WarehouseSettings(), project)
    try:
        seen = interleaved(
            {
                "bare csv": lambda: _bare(f"read_csv('{csv}')"),
                "csv": lambda: _verity(engine, FileScan((csv,), "csv")),
                "bare parquet": lambda: _bare(f"read_parquet('{parquet}')"),
                "parquet": lambda: _verity(engine, FileScan((parquet,), "parquet")),
            },
            RUNS,
        )
    finally:
        engine.close()
        shutil.rmtree(project)
    return [
        absolute("a CSV file into bronze", seen["csv"]),
        absolute("bare: CREATE TABLE AS FROM read_csv", seen["bare csv"]),
        ratio("a CSV file into bronze, against bare", seen["csv"], seen["bare csv"], most=1.5),
        absolute("a Parquet file into bronze", seen["parquet"]),
        absolute("bare: CREATE TABLE AS FROM read_parquet", seen["bare parquet"]),
        ratio("a Parquet file into bronze, against bare", seen["parquet"], seen["bare parquet"], most=1.5),
    ]


def _verity(engine: Engine, scan: FileScan) -> None:
    with engine.writer() as writer:
        assert writer.load("orders", scan, load_id="bench", loaded_at=LOADED_AT) == ROWS
        writer.keep_bronze()


def _bare(relation: str) -> None:
    path = PLACE / "bare.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE orders AS FROM {relation}")
    path.unlink()


def _files() -> tuple[Path, Path]:
    """The same rows as CSV and as Parquet, made once."""
    csv, parquet = PLACE / "orders.csv", PLACE / "orders.parquet"
    if not parquet.is_file():
        PLACE.mkdir(parents=True, exist_ok=True)
        table = _rows()
        pyarrow.csv.write_csv(table, csv)
        pyarrow.parquet.write_table(table, parquet)
    return csv, parquet


def _rows() -> pa.Table:
    random = np.random.default_rng(SEED)
    cities = np.array(["Manila", "Cebu", "Davao", "Baguio", "Iloilo", "Zamboanga"])
    states = np.array(["completed", "pending", "voided"])
    centavos = random.integers(1_00, 9_999_00, ROWS)
    begin = np.datetime64("2023-01-01T00:00:00", "s")
    return pa.table(
        {
            "order_id": np.char.add("T", np.arange(ROWS).astype(str)),
            "customer_id": random.integers(1, 50_000, ROWS),
            "ordered_at": begin + random.integers(0, 3 * 365 * 86_400, ROWS),
            "city": cities[random.integers(0, len(cities), ROWS)],
            "status": states[random.integers(0, len(states), ROWS)],
            "quantity": random.integers(1, 12, ROWS),
            "amount": centavos / 100,
        }
    )
