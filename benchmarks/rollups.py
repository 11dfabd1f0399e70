"""What a rollup gains: engine time of the raw statement over that of the rewritten one, TPC-H SF1, rows equal first.

Both statements are what `QueryService` would run, through the same engine's `read`, in turn: each turn runs the raw one
once and the rewritten one nine times, of which the middle counts, since what runs first after a scan of 6 million rows
finds the processor's caches empty. The lambda part appends rows and publishes, several times: how long until an answer
has them, and until the rollup serves again. The last part counts distinct parts from sketches.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from benchmarks.timing import Figure
from benchmarks.tpch.data import CACHE, project
from verity.contracts.identity import OWNER
from verity.contracts.metric import GroupBy, MetricQuery
from verity.data.dictionary import load_dictionary
from verity.data.metric_entry import MetricEntry
from verity.data.model import Dictionary, RollupEntry
from verity.query.service import QueryResult, QueryService, QuerySettings
from verity.semantic.dialects import printed
from verity.semantic.rollups.sketches import ERROR
from verity.warehouse.engine import Parameter
from verity.warehouse.engines.duckdb.engine import DuckDBEngine
from verity.warehouse.settings import Settings

RUNS = 21
AT_ONCE = 9
PUBLISHES = 9
APPENDED = 10
APPENDS = {"lines": ("lineitem",), "lines and their orders": ("orders", "lineitem")}
LEAST = 150.0
PLACE = CACHE / "rollups"
MONTH = RollupEntry(
    metrics=("revenue", "lines", "quantity", "price"),
    dimensions=("l_shipdate:month", "order.customer.nation.n_name", "order.customer.c_mktsegment"),
)
SKETCHED = RollupEntry(sketch=("about_parts",), dimensions=("l_shipdate:month", "order.customer.c_mktsegment"))
PARTS = {
    "about_parts": MetricEntry(sql="APPROX_COUNT_DISTINCT(l_partkey)", approximate=True),
    "parts": MetricEntry(sql="COUNT(DISTINCT l_partkey)"),
}
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
            figures += _gain(name, query, engine, service, raw)
    three_hops = next(f for f in figures if "three hops" in f.name)
    figures.append(Figure("month-level rollup, three hops (the target)", three_hops.value, "x", three_hops.low,
                          three_hops.high, f">= {LEAST:g}", three_hops.value >= LEAST))  # fmt: skip
    for what, tables in APPENDS.items():
        figures += _fresh(what, tables)
    return [*figures, *_sketched()]


def _gain(
    name: str, query: MetricQuery, engine: DuckDBEngine, service: QueryService, raw: QueryService
) -> list[Figure]:
    """Against the raw statement as it runs, which is written for large tables, and against the plan's own."""
    with_rollup, without = service.run(query, OWNER), raw.run(query, OWNER)
    if with_rollup.table.rows != without.table.rows or with_rollup.trace["rollup"] is None:
        raise AssertionError(f"{name}: {with_rollup.trace['rollup']}: the rows differ or no rollup was used")
    made = raw.compile(query, OWNER)
    statements = {
        "raw": (str(without.trace["physical_sql"]), made.parameters),
        "plan": (printed(made.statement.copy(), "duckdb"), made.parameters),
        "rollup": (str(with_rollup.trace["physical_sql"]), service.compile(query, OWNER).parameters),
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in statements}
    for turn in range(RUNS + 1):
        once = {kind: _timed(engine, *statements[kind]) for kind in ("raw", "plan")}
        once["rollup"] = statistics.median(_timed(engine, *statements["rollup"]) for _ in range(AT_ONCE))
        for kind, took in once.items() if turn else ():
            seconds[kind].append(took)
    told = ", ".join(f"{kind} {statistics.median(took) * 1e3:.2f} ms" for kind, took in seconds.items())
    sys.stdout.write(f"{name}: {told}\n")
    return [
        _ratio(name, seconds["raw"], seconds["rollup"]),
        _ratio(f"  {name}: against the plan's own statement", seconds["plan"], seconds["rollup"]),
    ]


def _ratio(name: str, slow: list[float], fast: list[float]) -> Figure:
    low, middle, high = statistics.quantiles((a / b for a, b in zip(slow, fast, strict=True)), n=4)
    return Figure(name, middle, "x", low, high)


def _timed(engine: DuckDBEngine, sql: str, parameters: Sequence[Parameter]) -> float:
    begin = time.perf_counter()
    engine.read(sql, parameters)
    return time.perf_counter() - begin


def _fresh(what: str, tables: tuple[str, ...]) -> list[Figure]:
    """Append rows, publish, ask, several times: from the end of each publish to an answer that has them, which must be
    the tables' own; then how long until the rollup serves again, its older rows proven to be what they were."""
    entry = MONTH.model_copy(update={"append_only": "l_orderkey"})
    query = QUERIES["revenue and lines by segment and quarter"]
    first, served = [], []
    with _service({"by_month": entry}) as (engine, service, raw):
        service.build_rollups()
        lines = _lines(service.run(query, OWNER))
        for turn in range(1, PUBLISHES + 1):
            _append(engine, tables, turn)
            begin = time.perf_counter()
            answer = again = service.run(query, OWNER)
            first.append(time.perf_counter() - begin)
            while again.trace["rollup"] is None:
                again = service.run(query, OWNER)
            served.append(time.perf_counter() - begin)
            if _lines(answer) != lines + turn * APPENDED:
                raise AssertionError("the appended rows are missing from the first answer")
            if not answer.table.rows == again.table.rows == raw.run(query, OWNER).table.rows:
                raise AssertionError("the answers after a publish are not the tables' own")
            source = answer.trace["rollup"] or "the tables"
            sys.stdout.write(f"{what}, publish {turn}: first answer {first[-1]:.2f} s from {source}")
            sys.stdout.write(f", from the rollup after {served[-1]:.2f} s\n")
        service.close()
    return [
        _spread(f"{what} appended: first answer after a publish, slowest", max(first), first, at_most=1.0),
        _spread(f"{what} appended: first answer after a publish, median", statistics.median(first), first),
        _spread(f"{what} appended: until the rollup serves again", statistics.median(served), served),
    ]


def _append(engine: DuckDBEngine, tables: tuple[str, ...], turn: int) -> None:
    """Lines, alone or with their orders, under keys above all others."""
    with engine.writer() as writer:
        target = writer.build_target(carry=True)
        with duckdb.connect(str(target.path)) as connection:
            for table in tables:
                key = f"{table[0]}_orderkey"
                some = f"select l_orderkey from gold.lineitem where l_orderkey < 100000000 order by 1 limit {APPENDED}"
                connection.execute(
                    f"insert into gold.{table} select * replace ({key} + {turn * 100_000_000} as {key}) "
                    f"from gold.{table} where {key} in ({some}) order by {key} limit {APPENDED}"
                )
        writer.publish(f"appended-{time.time_ns()}")


def _lines(result: QueryResult) -> int:
    return sum(int(str(row[3])) for row in result.table.rows)


def _spread(name: str, value: float, seconds: list[float], *, at_most: float | None = None) -> Figure:
    """`value` between the fastest and the slowest."""
    target, met = ("", None) if at_most is None else (f"<= {at_most:g}", value <= at_most)
    return Figure(name, value, "s", min(seconds), max(seconds), target, met)


def _sketched() -> list[Figure]:
    """About how many parts were sold by segment: from sketches by month, against counting exactly and the engine's own
    estimate; and how far off each is."""
    by = (GroupBy(dimension="lineitem.order.customer.c_mktsegment"),)
    about = MetricQuery(metrics=("lineitem.about_parts",), by=by)
    exact = MetricQuery(metrics=("lineitem.parts",), by=by)
    with _service({"sketched": SKETCHED}, PARTS) as (_, service, raw):
        for line in service.build_rollups().lines:
            sys.stdout.write(f"{line.name}: {line.message}, {line.seconds} s\n")
        rows: dict[str, list[int]] = {}
        seconds: dict[str, list[float]] = {}
        for _ in range(RUNS):
            asked = (("sketch", service, about), ("own", raw, about), ("exact", raw, exact))
            for name, one, query in asked:
                begin = time.perf_counter()
                answer = one.run(query, OWNER)
                seconds.setdefault(name, []).append(time.perf_counter() - begin)
                rows[name] = [int(str(row[1])) for row in answer.table.rows]
                if (answer.trace["rollup"] is None) == (name == "sketch"):
                    raise AssertionError(f"{name}: answered from {answer.trace['rollup']}")
    off = {n: max(abs(a / b - 1) for a, b in zip(rows[n], rows["exact"], strict=True)) for n in ("sketch", "own")}
    gains = [e / s for e, s in zip(seconds["exact"], seconds["sketch"], strict=True)]
    return [
        Figure("distinct parts from sketches against counting them", statistics.median(gains), "x", min(gains),
               max(gains)),
        Figure("the worst of five sketches is off by", off["sketch"] * 100, "%", 0, off["sketch"] * 100,
               f"<= {400 * ERROR:.1f}", off["sketch"] <= 4 * ERROR),
        Figure("the worst of the engine's own estimates is off by", off["own"] * 100, "%", 0, off["own"] * 100),
    ]  # fmt: skip


@contextmanager
def _service(
    rollups: dict[str, RollupEntry], metrics: Mapping[str, MetricEntry] | None = None
) -> Iterator[tuple[DuckDBEngine, QueryService, QueryService]]:
    """A copy of the published version, by links, with a service that knows the rollups and one that does not."""
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(project(1), PLACE, copy_function=os.link)
    engine = DuckDBEngine(PLACE, Settings())
    bare = load_dictionary(Path(__file__).parent / "tpch" / "dictionary")
    table = bare.tables["lineitem"]
    if metrics:
        table = table.model_copy(update={"metrics": {**table.metrics, **metrics}})
        bare = Dictionary(tables={**bare.tables, "lineitem": table}, content_hash=f"{bare.content_hash}-more")
    table = table.model_copy(update={"rollups": rollups})
    declared = Dictionary(tables={**bare.tables, "lineitem": table}, content_hash=f"{bare.content_hash}-rollups")
    off = QuerySettings(cache_bytes=0)
    try:
        yield engine, QueryService(engine, lambda: declared, off), QueryService(engine, lambda: bare, off)
    finally:
        engine.close()
        shutil.rmtree(PLACE, ignore_errors=True)
