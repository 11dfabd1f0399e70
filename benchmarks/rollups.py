"""What a rollup gains: engine time of the raw statement over that of the rewritten one, TPC-H SF1, rows equal first.

Both statements are what `QueryService` would run, through the same engine's `read`, in turn: each turn runs the raw one
once and the rewritten one nine times, of which the middle counts, since what runs first after a scan of 6 million rows
finds the processor's caches empty. The lambda part appends rows and publishes: how long until an answer has them, with
the rollup still in use.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from benchmarks.timing import Figure
from benchmarks.tpch.data import CACHE, project
from verity.contracts.identity import OWNER
from verity.contracts.metric import GroupBy, MetricQuery
from verity.data.dictionary import load_dictionary
from verity.data.model import Dictionary, RollupEntry
from verity.query.service import QueryService, QuerySettings
from verity.warehouse.engine import Parameter
from verity.warehouse.engines.duckdb.engine import DuckDBEngine
from verity.warehouse.settings import Settings

RUNS = 21
AT_ONCE = 9
LEAST = 150.0
PLACE = CACHE / "rollups"
MONTH = RollupEntry(
    metrics=("revenue", "lines", "quantity", "price"),
    dimensions=("l_shipdate:month", "order.customer.nation.n_name", "order.customer.c_mktsegment"),
)
NATION = "lineitem.order.customer.nation.n_name"
QUERIES = {
    "revenue": MetricQuery(metrics=("lineitem.revenue",)),
    "revenue by month": MetricQuery(metrics=("lineitem.revenue",), by=(GroupBy(dimension="time", grain="month"),)),
    "revenue by nation and year, three hops": MetricQuery(
        metrics=("lineitem.revenue",), by=(GroupBy(dimension=NATION), GroupBy(dimension="time", grain="year"))
    ),
    "revenue and lines by segment and quarter": MetricQuery(
        metrics=("lineitem.revenue", "lineitem.lines"),
        by=(
            GroupBy(dimension="lineitem.order.customer.c_mktsegment"),
            GroupBy(dimension="lineitem.l_shipdate", grain="quarter"),
        ),
    ),
}


def run() -> list[Figure]:
    """The gain of each query, the median over them, and how fresh a tail is."""
    figures = []
    with _service({"by_month": MONTH}) as (engine, service, raw):
        verdict = service.build_rollups()
        for line in verdict.lines:
            sys.stdout.write(f"{line.name}: {line.message}, {line.seconds} s\n")
        for name, query in QUERIES.items():
            figures.append(_gain(name, query, engine, service, raw))
    three_hops = next(f for f in figures if "three hops" in f.name)
    figures.append(Figure("month-level rollup, three hops (the target)", three_hops.value, "x", three_hops.low,
                          three_hops.high, f">= {LEAST:g}", three_hops.value >= LEAST))  # fmt: skip
    return [*figures, *_fresh()]


def _gain(name: str, query: MetricQuery, engine: DuckDBEngine, service: QueryService, raw: QueryService) -> Figure:
    with_rollup, without = service.run(query, OWNER), raw.run(query, OWNER)
    if with_rollup.table.rows != without.table.rows or with_rollup.trace["rollup"] is None:
        raise AssertionError(f"{name}: {with_rollup.trace['rollup']}: the rows differ or no rollup was used")
    statements = {
        "raw": (str(without.trace["physical_sql"]), raw.compile(query, OWNER).parameters),
        "rollup": (str(with_rollup.trace["physical_sql"]), service.compile(query, OWNER).parameters),
    }
    raw_seconds, rollup_seconds = [], []
    for turn in range(RUNS + 1):
        once = _timed(engine, *statements["raw"])
        several = [_timed(engine, *statements["rollup"]) for _ in range(AT_ONCE)]
        if turn:
            raw_seconds.append(once)
            rollup_seconds.append(statistics.median(several))
    ratios = [a / b for a, b in zip(raw_seconds, rollup_seconds, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    raw_ms, rollup_ms = statistics.median(raw_seconds) * 1e3, statistics.median(rollup_seconds) * 1e3
    sys.stdout.write(f"{name}: raw {raw_ms:.2f} ms, rollup {rollup_ms:.2f} ms\n")
    return Figure(name, middle, "x", low, high)


def _timed(engine: DuckDBEngine, sql: str, parameters: Sequence[Parameter]) -> float:
    begin = time.perf_counter()
    engine.read(sql, parameters)
    return time.perf_counter() - begin


def _fresh() -> list[Figure]:
    """Append rows, publish, ask: from the end of the publish to an answer that has them."""
    entry = MONTH.model_copy(update={"append_only": "l_orderkey"})
    with _service({"by_month": entry}) as (engine, service, raw):
        service.build_rollups()
        query = QUERIES["revenue and lines by segment and quarter"]
        before = service.run(query, OWNER)
        with engine.writer() as writer:
            target = writer.build_target(carry=True)
            with duckdb.connect(str(target.path)) as connection:
                connection.execute(
                    "insert into gold.lineitem select * replace (l_orderkey + 100000000 as l_orderkey) "
                    "from gold.lineitem limit 10"
                )
            writer.publish(f"appended-{time.time_ns()}")
        begin = time.perf_counter()
        first = service.run(query, OWNER)
        seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        again = service.run(query, OWNER)
        later = time.perf_counter() - begin
        while again.trace["rollup"] is None:  # a busy machine compares longer than the first queries wait
            again = service.run(query, OWNER)
        if first.table.rows != raw.run(query, OWNER).table.rows:
            raise AssertionError("the tail is not right")
        if sum(int(str(row[3])) for row in first.table.rows) != sum(int(str(row[3])) for row in before.table.rows) + 10:
            raise AssertionError("the appended rows are missing")
        assert again.table.rows == first.table.rows
    return [
        Figure(
            "appended rows in the first answer after a publish", seconds, "s", seconds, seconds, "<= 1", seconds <= 1
        ),
        Figure("the same in the next answer", later, "s", later, later),
    ]


@contextmanager
def _service(rollups: dict[str, RollupEntry]) -> Iterator[tuple[DuckDBEngine, QueryService, QueryService]]:
    """A copy of the published version, by links, with a service that knows the rollups and one that does not."""
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(project(1), PLACE, copy_function=os.link)
    engine = DuckDBEngine(PLACE, Settings())
    bare = load_dictionary(Path(__file__).parent / "tpch" / "dictionary")
    table = bare.tables["lineitem"].model_copy(update={"rollups": rollups})
    declared = Dictionary(tables={**bare.tables, "lineitem": table}, content_hash=f"{bare.content_hash}-rollups")
    off = QuerySettings(cache_bytes=0)
    try:
        yield engine, QueryService(engine, lambda: declared, off), QueryService(engine, lambda: bare, off)
    finally:
        engine.close()
        shutil.rmtree(PLACE, ignore_errors=True)
