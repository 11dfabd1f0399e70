"""Reading is read-only, bounded in time and rows, and safe from many threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.conformance.engines.stands import EVERYWHERE, LOADED_AT, MODELS, ROWS_EVERYWHERE, Stand, publish_version
from verity.exceptions import EngineRefused, QueryTimedOut
from verity.warehouse.engine import ArrowScan, Engine

WRITES = (
    "insert into silver.orders select * from silver.orders",
    "update silver.orders set version = 9",
    "delete from silver.orders",
    "drop table silver.orders",
    "create table silver.mine as select 1 as one",
    "create temporary table mine as select 1 as one",
    "create view gold.mine as select 1 as one",
    "alter table silver.orders add column mine int",
    "truncate silver.orders",
    "copy silver.orders to '/tmp/stolen.csv'",
    "select 1; drop table silver.orders",
    "with gone as (delete from silver.orders returning 1) select * from gone",
    "begin",
    "set threads = 1",
    "explain select 1",
    "",
    ";",
)
OUTSIDE = {
    "duckdb": (
        "attach '/tmp/other.duckdb' as other",
        "detach bronze_db",
        "use bronze_db",
        "pragma database_list",
        "pragma version",
        "call pragma_version()",
        "install httpfs",
        "load httpfs",
        "export database '/tmp/stolen'",
        "show tables",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_text('/etc/passwd')",
        "select * from glob('/*')",
        "select * from sniff_csv('/etc/passwd')",
        "select * from parquet_metadata('/etc/passwd')",
        "create secret s (type s3)",
        "checkpoint",
        "vacuum",
    ),
    "postgres": (
        "copy silver.orders to stdout",
        "select 1) to stdout; drop table silver.orders; --",
        "select set_config('transaction_read_only', 'off', false)",
        "select nextval('verity.none')",
        "do $$ begin perform 1; end $$",
        "call nothing()",
        "vacuum",
        "listen mine",
        "select * into silver.mine from silver.orders",
        "table silver.orders",
        "select * from silver.orders for update",
    ),
}


def is_whole(stand: Stand, engine: Engine) -> bool:
    return engine.read(stand.sql(EVERYWHERE)).table.column("version").to_pylist() == [1] * ROWS_EVERYWHERE


def test_nothing_but_one_query_is_read(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    for statement in (*WRITES, *OUTSIDE[stand.name]):
        with pytest.raises(EngineRefused):
            engine.read(statement)
        assert is_whole(stand, engine), statement


def test_a_refusal_names_the_fault_and_no_value(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with pytest.raises(EngineRefused, match="nowhere"):
        engine.read("select nowhere from silver.orders")
    with pytest.raises(EngineRefused) as refused:
        engine.read("select cast('secret-value' as integer)")
    assert "secret-value" not in str(refused.value)


def test_queries_in_any_common_form_are_read(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    for statement in (
        "select 1 as one",
        "  SELECT 1 as one",
        "(select 1 as one)",
        "with a as (select 1 as one) select * from a",
        "-- a remark\nselect 1 as one",
        "/* a remark */ select 1 as one",
        "select 1 as one;",
        "select 1 as one -- done",
        "select 1 as one /* done */",
    ):
        assert engine.read(statement).table.to_pylist() == [{"one": 1}], statement


def test_parameters_arrive_as_what_they_are(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    given = {
        "bigint": 7,
        "decimal(12,2)": Decimal("1234567890.25"),
        "double precision": 1.5,
        "text": "O'Hara; drop table x -- ñ✓",
        "boolean": True,
        "date": date(2024, 2, 29),
        "timestamp": datetime(2024, 2, 29, 23, 59, 58),
        "timestamp with time zone": datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC),
    }
    columns = ", ".join(f"cast(? as {kind}) as c{place}" for place, kind in enumerate(given))
    row = engine.read(stand.sql(f"select {columns}, cast(? as text) as nothing"), [*given.values(), None]).table
    assert list(row.to_pylist()[0].values()) == [*given.values(), None]


def test_rows_stop_at_the_cap_and_say_so(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    hundred = "select a.version from silver.orders a, silver.orders b, silver.orders c, silver.orders d"
    for cap, rows, truncated in ((80, 80, True), (81, 81, False), (None, 81, False), (0, 0, True)):
        read = engine.read(hundred, row_cap=cap)
        assert (read.table.num_rows, read.truncated) == (rows, truncated)
    assert is_whole(stand, engine)


def test_a_query_without_rows_keeps_its_columns(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    read = engine.read("select version, place from silver.orders where version = 99")
    assert (read.table.num_rows, read.table.column_names, read.truncated) == (0, ["version", "place"], False)


def test_a_query_is_interrupted_at_its_deadline(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    began = time.monotonic()
    with pytest.raises(QueryTimedOut, match=r"0\.2 s"):
        engine.read(stand.hog, seconds=0.2)
    assert time.monotonic() - began < 1.2
    assert is_whole(stand, engine)


def test_the_settings_limit_a_query_that_names_no_time(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    hasty = stand.open(query_seconds=0.2)
    with pytest.raises(QueryTimedOut):
        hasty.read(stand.hog)
    hasty.close()


def test_a_query_is_interrupted_when_cancelled(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    began = time.monotonic()
    with pytest.raises(QueryTimedOut, match="cancelled"):
        engine.read(stand.hog, cancel=cancel)
    assert time.monotonic() - began < 1.2
    with pytest.raises(QueryTimedOut, match="cancelled"):
        engine.read(stand.hog, cancel=cancel)
    assert is_whole(stand, engine)


def test_one_interrupt_stops_one_query_only(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(lambda: engine.read(stand.hog, seconds=0.4))
        end = time.monotonic() + 0.8
        while time.monotonic() < end:
            assert is_whole(stand, engine)
        assert isinstance(slow.exception(), QueryTimedOut)


def test_many_threads_read_one_engine(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(lambda _: is_whole(stand, engine), range(120)))


def test_closing_twice_is_fine_and_reading_again_reopens(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    assert is_whole(stand, engine)
    engine.close()
    engine.close()
    assert is_whole(stand, engine)


def test_a_load_that_is_cancelled_lands_nothing(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    cancel = threading.Event()
    schema = pa.schema([("version", pa.int64())])

    def endless() -> Iterator[pa.RecordBatch]:
        while True:
            yield pa.record_batch([[2] * 1000], schema=schema)

    scan = ArrowScan(lambda: pa.RecordBatchReader.from_batches(schema, endless()), "endless")
    with engine.writer() as writer:
        threading.Timer(0.2, cancel.set).start()
        with pytest.raises(QueryTimedOut, match="cancelled"):
            writer.load("orders", scan, load_id="l2", loaded_at=LOADED_AT, cancel=cancel)
        stand.build(writer, MODELS)
        writer.publish("b2")
    assert is_whole(stand, engine)


def test_a_fault_in_the_middle_of_the_rows_is_a_refusal_without_the_value(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    numbers = "range(400000) as t(n)" if stand.name == "duckdb" else "generate_series(1, 400000) as t(n)"
    late = f"select cast(case when n = 399999 then 'a-secret' else '1' end as integer) as x from {numbers}"
    with pytest.raises(EngineRefused) as refused:
        engine.read(late)
    assert "a-secret" not in str(refused.value)
    assert is_whole(stand, engine)
