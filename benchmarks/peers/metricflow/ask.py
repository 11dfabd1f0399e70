"""dbt MetricFlow (Apache-2.0) asked the questions of benchmarks/tpch; run by its own Python.

.env/metricflow/bin/python metricflow/ask.py DUCKDB_FILE OUT.json
"""

import json
import logging
import os
import re
import shutil
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

TIMES = 7
HERE = Path(__file__).parent
SEGMENT, NATION, REGION = "customer__c_mktsegment", "nation__n_name", "nation__r_name"
CUSTOMER_NATION, CUSTOMER_REGION = "customer__nation__n_name", "customer__nation__r_name"


def query(metrics, by=(), where=(), order=(), limit=None):
    """A request."""
    return {
        "metric_names": metrics,
        "group_by_names": list(by),
        "where_constraints": list(where) or None,
        "order_by_names": list(order) or None,
        "limit": limit,
    }


DAY = "{{ TimeDimension('metric_time', 'day') }}"
IN_1995 = (f"{DAY} >= '1995-01-01' AND {DAY} < '1996-01-01'",)
QUESTIONS = {
    "q01": query(["revenue"]),
    "q02": query(["revenue"], ["metric_time__month"]),
    "q03": query(["order_revenue"], [CUSTOMER_NATION, "line_of_order__ordered__year"]),
    "q04": query(["order_revenue", "orders", "revenue_per_order"], [SEGMENT]),
    "q05": query(
        ["order_revenue"],
        ["customer__c_name"],
        where=(*IN_1995, "{{ Dimension('customer__c_mktsegment') }} = 'BUILDING'"),
        order=["-order_revenue"],
        limit=10,
    ),
    "q06": query(["revenue", "revenue_last_year", "revenue_delta", "revenue_growth_year"], ["metric_time__quarter"]),
    "q07": query(["nation_orders", "balance"], [NATION]),
    "q08": query(["closing_balance"], ["metric_time__month"]),
    "q09": query(["closing_balance_each"], ["supplier__nation__r_name", "metric_time__month"]),
    "q10": query(["median_order", "p95_order"], [SEGMENT]),
    "q12": query(["customers"], ["metric_time__month"]),
    "q13": query(["revenue_ytd"], ["metric_time__month"]),
    "q14": query(["revenue_3m"], ["metric_time__month"]),
    "q16": query(
        ["orders"],
        ["order_id__o_orderpriority"],
        where=(
            f"{DAY} >= '1993-07-01' AND {DAY} < '1993-10-01'",
            "{{ Metric('late_lines', ['order_id']) }} > 0",
        ),
    ),
    "q17": query(["large_orders"], ["metric_time__day"], where=IN_1995),  # a time constraint before 2000 is clamped
    "q19": query(["order_revenue"], ["line_of_order__ordered__quarter", "line_of_order__shipped__quarter"]),
    "q20": query(["order_revenue"], ["supplier__nation__n_name", CUSTOMER_NATION]),
    "q21": query(
        ["quantity"],
        ["order_id"],
        where=("{{ Metric('quantity', ['order_id']) }} > 300",),
        order=["-quantity", "order_id"],
        limit=100,
    ),
    "q22": query(["revenue", "revenue_growth_month"], ["metric_time__month", "line__l_returnflag"]),
    "q23": query(
        ["quantity", "price", "revenue", "charge", "average_quantity", "average_price", "average_discount", "lines"],
        ["line__l_returnflag", "line__l_linestatus"],
        where=(f"{DAY} < '1998-09-03'",),
    ),
    "q24": query(["promo_share"], ["metric_time__month"], where=IN_1995),
    "q25": query(["repeat_rate"], ["metric_time__year"]),
    "q28": query(["profit"], ["supplier__nation__n_name", "order_id__o_orderdate__year"]),
}
CANNOT = {
    "q11": "a join over a bridge is refused (fan-out)",
    "q15": "no share of total",
    "q18": "no subtotals",
    "q26": "no retention metric",
    "q27": "no rank",
}
# Where its columns come in another order than the hand SQL's.
COLUMNS = {name: [1, 0, 2] for name in ("q03", "q09", "q19", "q20", "q28")}
BY_HAND = dict.fromkeys(
    ("q03", "q04", "q05", "q07", "q09", "q19", "q20", "q28"), "its model joins tables by hand in a view"
)
VIEWS = ("nation_region", "orders_nation", "lines_orders", "lines_costs", "time_spine")


def engine(place):
    """An engine over the project, with an empty database of the same name as the real one."""
    shutil.copytree(HERE / "project", place, dirs_exist_ok=True)
    (place / "profiles.yml").write_text(
        "tpch: {target: dev, outputs: {dev: {type: duckdb, path: build.duckdb, schema: gold, threads: 1}}}\n"
    )
    parsed = dbtRunner().invoke(["parse", "--quiet", "--profiles-dir", str(place), "--project-dir", str(place)])
    if not parsed.success:
        raise SystemExit(f"dbt parse: {parsed.exception}")
    configuration = CLIConfiguration()
    configuration.setup(dbt_profiles_path=place, dbt_project_path=place, configure_file_logging=False)
    lookup = SemanticManifestLookup(configuration.dbt_artifacts.semantic_manifest)
    return MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=configuration.sql_client)


def with_views(sql):
    """The views' text in place of their names, for a database that has only the tables."""
    for name in VIEWS:
        text = (HERE / "project" / "models" / f"{name}.sql").read_text().strip()
        sql = re.sub(rf'"?build"?\."?gold"?\."?{name}"?(?![A-Za-z_])', f"({text})", sql)
    return sql


def main():
    logging.disable(logging.CRITICAL)
    answers = {name: {"cannot": why} for name, why in CANNOT.items()}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        metricflow = engine(Path(folder))
        for name, request in QUESTIONS.items():
            spent = []
            try:
                for _turn in range(TIMES):
                    began = time.perf_counter()
                    made = metricflow.explain(MetricFlowQueryRequest.create(**request))
                    sql = made.sql_statement.sql
                    spent.append((time.perf_counter() - began) * 1000)
                answers[name] = {"sql": with_views(sql), "milliseconds": spent[1:]}
                if name in COLUMNS:
                    answers[name]["columns"] = COLUMNS[name]
                if name in BY_HAND:
                    answers[name]["by_hand"] = BY_HAND[name]
            except Exception as fault:  # noqa: BLE001 - whatever a peer raises is its answer
                lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
                answers[name] = {"cannot": f"{type(fault).__name__}: {' '.join(lines)[:300]}"}
    versions = {name: version(name) for name in ("metricflow", "dbt-metricflow", "dbt-core", "dbt-duckdb", "duckdb")}
    document = {"peer": "metricflow", "versions": versions, "queries": dict(sorted(answers.items()))}
    OUT.write_text(json.dumps(document, indent=1))


OUT = Path(sys.argv[2]).resolve()
main()
