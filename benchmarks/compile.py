"""MetricQuery to SQL text on a warm model: in full, and by a shape that was compiled before with other values.

Processor time of the one thread that compiles: on a busy machine its wall clock counts the others.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from benchmarks.shop import built_scout
from benchmarks.timing import Figure, Timing, absolute, interleaved, ratio
from benchmarks.tpch.queries import metric_queries
from benchmarks.tpch.side_by_side import Bench
from verity.bootstrap import ProjectParts
from verity.cli.main import collect_seldom
from verity.config import load_settings
from verity.contracts.base import Json
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import TableAccess, access_for
from verity.query.service import QueryService
from verity.semantic.compiler import compile_query
from verity.semantic.model import Model
from verity.semantic.shapes import compile_shape
from verity.semantic.work import Fact

YEAR: Json = {"since": "2025-01-01", "until": "2026-01-01"}
MONTH: Json = {"dimension": "time", "grain": "month"}
SHAPES: dict[str, Json] = {
    "one total": {"metrics": ["revenue"]},
    "by month in a year": {"metrics": ["revenue"], "by": [MONTH], "time_range": YEAR},
    "by a joined dimension": {"metrics": ["revenue"], "by": [{"dimension": "transactions.branch.region"}]},
    "three metrics, two joins": {
        "metrics": ["revenue", "units_sold", "transaction_count"],
        "by": [{"dimension": "transactions.branch.region"}, {"dimension": "transactions.product.category"}],
        "time_range": YEAR,
    },
    "a ratio, filtered": {
        "metrics": ["average_ticket"],
        "by": [{"dimension": "payment_method"}],
        "filters": [{"member": "transactions.branch.region", "op": "in", "values": ["NCR", "Central Visayas"]}],
    },
    "top five": {
        "metrics": ["revenue"],
        "by": [{"dimension": "transactions.branch.branch_name"}],
        "order": [{"member": "revenue", "desc": True}],
        "limit": 5,
        "time_range": YEAR,
    },
    "a segment, either of two": {
        "metrics": ["transaction_count"],
        "segments": ["walk_in"],
        "filters": [
            {
                "or": [
                    {"member": "payment_method", "op": "equals", "values": ["cash"]},
                    {"member": "transactions.product.category", "op": "starts_with", "values": ["Be"]},
                ]
            }
        ],
    },
    "two facts by month": {"metrics": ["revenue", "expenses_total"], "by": [MONTH], "time_range": YEAR},
}
ROUNDS = 200
WARMUP = 20


def run() -> list[Figure]:
    """Milliseconds a compilation, beside printing a finished tree of the same SQL."""
    collect_seldom()  # as every process of Verity's own does
    project = built_scout()
    parts = ProjectParts(project, load_settings(project))
    try:
        model = parts.service.model(OWNER)
        accesses = access_for(parts.dictionary(), OWNER, "deny")
        seen = {name: _shape(model, accesses, document, parts.service) for name, document in SHAPES.items()}
    finally:
        parts.close()
    seen |= _on_large_tables()
    compiled, printed, through, cached = (
        Timing(name, tuple(second for timings in seen.values() for second in timings[name].seconds))
        for name in ("compiled", "printed", "through", "cached")
    )
    p99, cached99 = compiled.quantile(0.99) * 1000, cached.quantile(0.99) * 1000
    low, high = min(compiled.seconds) * 1000, max(compiled.seconds) * 1000
    return [
        absolute(f"compile a MetricQuery, median of {len(seen)} shapes", compiled, scale=1000, unit="ms", most=1),
        Figure("compile a MetricQuery, p99", p99, "ms", low, high, "<= 5 ms", p99 <= 5),
        absolute("a shape compiled before, other values, median", cached, scale=1000, unit="ms", most=0.05),
        Figure("a shape compiled before, p99 (2, 4, 8... in full)", cached99, "ms", min(cached.seconds) * 1000, high),
        *(absolute(f"  {name}: in full", of["compiled"], scale=1000, unit="ms") for name, of in seen.items()),
        *(absolute(f"  {name}: cached", of["cached"], scale=1000, unit="ms") for name, of in seen.items()),
        absolute("printing a finished tree of the same SQL, median", printed, scale=1000, unit="ms"),
        ratio("compile, against only printing", compiled, printed),
        absolute("through the service: policy, version, shape", through, scale=1000, unit="ms"),
    ]


def _on_large_tables() -> dict[str, dict[str, Timing]]:
    """TPC-H at scale 1, whose statements are written for large tables and rest on facts of the data."""
    bench = Bench()
    try:
        model, accesses = bench.service.model(OWNER), access_for(bench.dictionary, OWNER, "deny")
        seen = {}
        for name, query in metric_queries().items():
            proven = bench.service.compile(query, OWNER).work.proven  # what can be seen in the data was looked at
            seen[name] = _timed(model, accesses, query, bench.service, proven)
    finally:
        bench.close()
    return seen


def _shape(
    model: Model, accesses: Mapping[str, TableAccess], document: Json, service: QueryService
) -> dict[str, Timing]:
    return _timed(model, accesses, MetricQuery.model_validate(document), service, frozenset())


def _timed(
    model: Model,
    accesses: Mapping[str, TableAccess],
    query: MetricQuery,
    service: QueryService,
    proven: frozenset[Fact],
) -> dict[str, Timing]:
    others = _with_other_values(query)
    printer = DuckDB()
    tree = _tree(compile_query(model, query, accesses=accesses, dialect="duckdb", proven=proven).sql)
    things: dict[str, Callable[[], object]] = {
        "compiled": lambda: compile_query(model, query, accesses=accesses, dialect="duckdb", proven=proven),
        "printed": lambda: printer.generate(tree, copy=False),
        "through": lambda: service.compile(query, OWNER),
        "cached": lambda: compile_shape(model, next(others), accesses=accesses, dialect="duckdb", proven=proven),
    }
    return interleaved(things, ROUNDS, WARMUP, clock=time.thread_time)


def _with_other_values(query: MetricQuery) -> Iterator[MetricQuery]:
    """The same shape again and again, its time range another day each time; made before it is timed."""
    span = query.time_range
    if span is None or span.since is None:
        return itertools.repeat(query)
    days = [span.model_copy(update={"since": span.since + timedelta(days=n)}) for n in range(50)]
    return itertools.cycle([query.model_copy(update={"time_range": day}) for day in days])


def _tree(sql: str) -> exp.Expr:
    return DuckDB().parse(sql)[0] or exp.Null()
