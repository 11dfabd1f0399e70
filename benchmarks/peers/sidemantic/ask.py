"""sidemantic (AGPL-3.0) asked the questions of benchmarks/tpch as a black box; run by its own Python.

It is installed and called; its code is not read, and nothing of ours depends on it. The model follows its public docs.

    .env/sidemantic/bin/python sidemantic/ask.py DUCKDB_FILE OUT.json
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from sidemantic import SemanticLayer, load_from_directory

TIMES = 7
SHIP, ORDERED = "lineitem.l_shipdate", "orders.o_orderdate"
SEGMENT, NATION, REGION = "customer.c_mktsegment", "nation.n_name", "region.r_name"
REVENUE = "lineitem.revenue"


def query(metrics, by=(), where=(), order=(), limit=None):
    return {
        "metrics": metrics,
        "dimensions": list(by),
        "filters": list(where) or None,
        "order_by": list(order) or None,
        "limit": limit,
    }


IN_1995 = (f"{SHIP} >= '1995-01-01'", f"{SHIP} < '1996-01-01'")
QUESTIONS = {
    "q01": query([REVENUE]),
    "q02": query([REVENUE], [f"{SHIP}__month"]),
    "q03": query([REVENUE], [NATION, f"{ORDERED}__year"]),
    "q04": query([REVENUE, "orders.orders", "revenue_per_order"], [SEGMENT]),
    "q05": query(
        [REVENUE],
        ["customer.c_name"],
        where=(*IN_1995, f"{SEGMENT} = 'BUILDING'"),
        order=[f"{REVENUE} DESC", "customer.c_name"],
        limit=10,
    ),
    "q06": query([REVENUE, "revenue_delta", "revenue_growth_year"], [f"{SHIP}__quarter"]),
    "q07": query(["orders.orders", "home_supplier.balance"], [NATION]),
    "q08": query(["account_day.closing_balance"], ["account_day.a_date__month"]),
    "q10": query(["orders.median_order", "orders.p95_order"], [SEGMENT]),
    "q11": query(["part.parts", "part.list_price"], ["supplier_nation.n_name"]),
    "q12": query(["orders.customers"], [f"{ORDERED}__month"]),
    "q13": query(["revenue_ytd"], [f"{SHIP}__month"]),
    "q14": query(["revenue_3m"], [f"{SHIP}__month"]),
    "q16": query(
        ["orders.orders"],
        ["orders.o_orderpriority"],
        where=(f"{ORDERED} >= '1993-07-01'", f"{ORDERED} < '1993-10-01'", "orders.has_late_line = true"),
    ),
    "q17": query(
        ["orders.large_orders"], [f"{ORDERED}__day"], where=(f"{ORDERED} >= '1995-01-01'", f"{ORDERED} < '1996-01-01'")
    ),
    "q19": query([REVENUE], [f"{ORDERED}__quarter", f"{SHIP}__quarter"]),
    "q20": query([REVENUE], ["supplier_nation.n_name", NATION]),
    "q21": query(
        ["lineitem.quantity"],
        ["lineitem.l_orderkey"],
        where=("lineitem.quantity > 300",),
        order=["lineitem.quantity DESC", "lineitem.l_orderkey"],
        limit=100,
    ),
    "q22": query([REVENUE, "revenue_growth_month"], [f"{SHIP}__month", "lineitem.l_returnflag"]),
    "q23": query(
        [
            f"lineitem.{name}"
            for name in (
                "quantity", "price", "revenue", "charge",
                "average_quantity", "average_price", "average_discount", "lines",
            )
        ],
        ["lineitem.l_returnflag", "lineitem.l_linestatus"],
        where=(f"{SHIP} < '1998-09-03'",),
    ),
    "q24": query(["promo_share"], [f"{SHIP}__month"], where=IN_1995),
    "q28": query(["lines_costs.profit"], ["supplier_nation.n_name", f"{ORDERED}__year"]),
}  # fmt: skip
# Where its columns are others than asked for: percent for shares, the base metric beside a cumulative one.
AROUND = {
    "q06": "select q, r, r - d, d, g / 100 from ({sql}) as t(q, r, d, g)",
    "q13": "select m, y from ({sql}) as t(m, r, y)",
    "q14": "select m, y from ({sql}) as t(m, r, y)",
    "q22": "select m, f, r, g / 100 from ({sql}) as t(m, f, r, g)",
}
# In one model these two have more than one way to the supplier's nation, which is refused.
FOLDERS = {"q11": "bridge", "q28": "costs"}
BY_HAND = {
    "q06": "last year's revenue is revenue less the difference",
    "q16": "the semi-join as a dimension in SQL",
    "q28": "its model joins two tables by hand in SQL",
}
CANNOT = {
    "q09": "found no way to say the last row of each supplier in its public docs",
    "q15": "found no share of total in its public docs",
    "q18": "no subtotals",
    "q25": "its conversion counts two values of one event column, not an order after an order",
    "q26": "its retention takes a cohort by event columns, not by calendar months of a table",
    "q27": "found no rank in its public docs",
}


def layer(folder):
    """The model of one folder. Compiling needs no data, and it would open the file to write."""
    made = SemanticLayer(connection="duckdb:///:memory:")
    load_from_directory(made, str(Path(__file__).parent / folder))
    return made


def main():
    layers = {folder: layer(folder) for folder in ("models", "bridge", "costs")}
    answers = {name: {"cannot": why} for name, why in CANNOT.items()}
    for name, request in QUESTIONS.items():
        spent = []
        try:
            for _turn in range(TIMES):
                began = time.perf_counter()
                sql = layers[FOLDERS.get(name, "models")].compile(**request)
                spent.append((time.perf_counter() - began) * 1000)
            answers[name] = {"sql": AROUND.get(name, "{sql}").format(sql=sql), "milliseconds": spent[1:]}
            if name in BY_HAND:
                answers[name]["by_hand"] = BY_HAND[name]
        except Exception as fault:  # noqa: BLE001 - whatever a peer raises is its answer
            words = " ".join(str(fault).split())[:300]
            answers[name] = {"cannot": f"{type(fault).__name__}: {words}"}
    versions = {name: version(name) for name in ("sidemantic", "sqlglot", "duckdb")}
    document = {"peer": "sidemantic", "versions": versions, "queries": dict(sorted(answers.items()))}
    Path(sys.argv[2]).write_text(json.dumps(document, indent=1))


main()
