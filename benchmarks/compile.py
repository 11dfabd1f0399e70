"""MetricQuery to SQL text: the model is warm, nothing of the query is kept from one compilation to the next."""

from __future__ import annotations

import time

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from benchmarks.shop import built_scout
from benchmarks.timing import Figure, Timing, absolute, ratio
from verity.bootstrap import ProjectParts
from verity.config import load_settings
from verity.contracts.base import Json
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.semantic.compiler import compile_query

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
ROUNDS = 300
WARMUP = 20


def run() -> list[Figure]:
    """Milliseconds a compilation, beside printing a finished tree of the same SQL."""
    project = built_scout()
    parts = ProjectParts(project, load_settings(project))
    try:
        model = parts.service.model(OWNER)
        accesses = access_for(parts.dictionary(), OWNER, "deny")
        compiled: list[float] = []
        printed: list[float] = []
        through: list[float] = []
        slowest: dict[str, Timing] = {}
        printer = DuckDB()
        for name, document in SHAPES.items():
            query = MetricQuery.model_validate(document)
            tree = _tree(compile_query(model, query, accesses=accesses, dialect="duckdb").sql)
            own: list[float] = []
            for turn in range(WARMUP + ROUNDS):
                began = time.perf_counter()
                compile_query(model, query, accesses=accesses, dialect="duckdb")
                middle = time.perf_counter()
                printer.generate(tree, copy=False)
                then = time.perf_counter()
                parts.service.compile(query, OWNER)
                done = time.perf_counter()
                if turn >= WARMUP:
                    own.append(middle - began)
                    printed.append(then - middle)
                    through.append(done - then)
            compiled += own
            slowest[name] = Timing(name, tuple(own))
    finally:
        parts.close()
    all_, bare, service = (Timing(n, tuple(t)) for n, t in (("a", compiled), ("b", printed), ("c", through)))
    worst = max(slowest.values(), key=lambda timing: timing.median)
    p99 = all_.quantile(0.99) * 1000
    return [
        absolute(f"compile a MetricQuery, median of {len(SHAPES)} shapes", all_, scale=1000, unit="ms", most=1),
        Figure(
            "compile a MetricQuery, p99", p99, "ms", min(compiled) * 1000, max(compiled) * 1000, "<= 5 ms", p99 <= 5
        ),
        absolute(f"the slowest shape ({worst.name})", worst, scale=1000, unit="ms"),
        absolute("printing a finished tree of the same SQL, median", bare, scale=1000, unit="ms"),
        ratio("compile, against only printing", all_, bare),
        absolute("through the service: policy, version, guard", service, scale=1000, unit="ms"),
    ]


def _tree(sql: str) -> exp.Expr:
    return DuckDB().parse(sql)[0] or exp.Null()
