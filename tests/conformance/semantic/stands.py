"""The engines under test, filled with the same shop: DuckDB and PostgreSQL by a build, the others by `verity move`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from tests.conformance.semantic.queries import described
from tests.small_orders import COLUMNS, ROWS, dictionary_of
from verity.config import WarehouseSettings
from verity.query.service import QueryService
from verity.transform.move import move
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
SPARK = "VERITY_SPARK_MASTERS"
"""Names the masters to try, as `local[2],cluster`; unset: Spark is not tried."""
ARROW = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
    "decimal(12,2)": pa.decimal128(12, 2),
    "decimal(10,2)": pa.decimal128(10, 2),
    "decimal(6,3)": pa.decimal128(6, 3),
}


@dataclass(frozen=True)
class Stand:
    """One engine with the shop in it."""

    name: str
    service: QueryService
    engine: Engine


def engines_here() -> list[str]:
    """What this run tries."""
    masters = [f"spark {master}" for master in os.environ.get(SPARK, "").split(",") if master]
    return ["duckdb", "postgres", "clickhouse", *masters]


@contextmanager
def opened(name: str, folder: Path, postgres_server: str) -> Iterator[Stand]:
    """The engine of that name, filled."""
    from tests.postgres_server import fresh_database

    dictionary = dictionary_of(described())
    (folder / "verity.toml").write_text("", encoding="utf-8")
    with ExitStack() as closing:
        if name == "postgres":
            url = closing.enter_context(fresh_database(postgres_server))
            engine = open_engine(WarehouseSettings(engine="postgres", url=url), folder)
            fill(engine)
        else:
            engine = open_engine(WarehouseSettings(), folder)
            fill(engine)
        closing.callback(engine.close)
        if name == "clickhouse":
            move(folder, engine, "chdb:", layers=("bronze",))
            engine = open_engine(WarehouseSettings(engine="clickhouse"), folder)
            closing.callback(engine.close)
        elif name.startswith("spark "):
            master = closing.enter_context(spark_master(name.removeprefix("spark ")))
            engine = closing.enter_context(_on_spark(engine, master, folder))
        yield Stand(name, QueryService(engine, lambda: dictionary), engine)


@contextmanager
def spark_master(asked: str) -> Iterator[str]:
    """An address of a master: `cluster` starts one with two workers on loopback, anything else is one already."""
    if asked != "cluster":
        yield asked
        return
    from tests.spark_cluster import standalone_cluster

    with standalone_cluster(workers=2) as address:
        yield address


@contextmanager
def _on_spark(source: Engine, master: str, folder: Path) -> Iterator[Engine]:
    settings = WarehouseSettings(engine="spark", url=master, query_seconds=300)
    engine = open_engine(settings, folder)
    try:
        move(folder, source, master, layers=("bronze",))
        yield engine
    finally:
        engine.close()


def fill(engine: Engine) -> None:
    """The shop's rows as bronze tables, published."""
    with engine.writer() as writer:
        for name, of in COLUMNS.items():
            columns = list(zip(*ROWS[name], strict=True))
            table = pa.table(
                {
                    column: pa.array(values, ARROW[type_])
                    for (column, type_), values in zip(of.items(), columns, strict=True)
                }
            )
            scan = ArrowScan(
                open=lambda t=table: pa.RecordBatchReader.from_batches(t.schema, t.to_batches()), origin="t"
            )
            writer.load(name, scan, load_id=f"{name}-1", loaded_at=LOADED_AT)
        writer.keep_bronze()
        writer.build_target()
        writer.publish("build-1")
