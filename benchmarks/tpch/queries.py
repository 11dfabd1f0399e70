"""The questions of sql/ as metric queries over dictionary/: the same names, the same columns in the same order."""

from __future__ import annotations

from verity.contracts.base import Json
from verity.contracts.metric import MetricQuery

_NATION = "lineitem.order.customer.nation.n_name"
_REGION = "lineitem.order.customer.nation.region.r_name"


def _time(grain: str, member: str = "time") -> Json:
    return {"dimension": member, "grain": grain}


def _years(since: str, until: str, member: str | None = None) -> Json:
    return {"since": since, "until": until} | ({"dimension": member} if member else {})


DOCUMENTS: dict[str, Json] = {
    "q01_total_revenue": {"metrics": ["revenue"]},
    "q02_by_month": {"metrics": ["revenue"], "by": [_time("month")]},
    "q03_nation_year": {
        "metrics": ["revenue"],
        "by": [{"dimension": _NATION}, _time("year", "lineitem.order.o_orderdate")],
    },
    "q04_two_facts_ratio": {
        "metrics": ["revenue", "orders.orders", "revenue_per_order"],
        "by": [{"dimension": "orders.customer.c_mktsegment"}],
    },
    "q05_top10_filter": {
        "metrics": ["revenue"],
        "by": [{"dimension": "lineitem.order.customer.c_name"}],
        "time_range": _years("1995-01-01", "1996-01-01"),
        "filters": [{"member": "lineitem.order.customer.c_mktsegment", "op": "equals", "values": ["BUILDING"]}],
        "order": [{"member": "revenue", "desc": True}],
        "limit": 10,
    },
    "q06_growth_year": {"metrics": ["revenue"], "by": [_time("quarter")], "compare": "previous_year"},
    "q07_chasm": {"metrics": ["orders.orders", "balance"], "by": [{"dimension": "supplier.nation.n_name"}]},
    "q08_closing_balance": {"metrics": ["closing_balance"], "by": [_time("month")]},
    "q09_closing_by_supplier": {
        "metrics": ["closing_balance_each"],
        "by": [{"dimension": "account_day.supplier.nation.region.r_name"}, _time("month")],
    },
    "q10_percentiles": {
        "metrics": ["median_order", "p95_order"],
        "by": [{"dimension": "orders.customer.c_mktsegment"}],
    },
    "q11_bridge": {"metrics": ["parts", "list_price"], "by": [{"dimension": "part.suppliers.nation.n_name"}]},
    "q12_distinct_customers": {"metrics": ["customers"], "by": [_time("month")]},
    "q13_year_to_date": {"metrics": ["revenue_ytd"], "by": [_time("month")]},
    "q14_rolling_3_months": {"metrics": ["revenue_3m"], "by": [_time("month")]},
    "q15_share_region": {"metrics": ["revenue", "revenue_share"], "by": [{"dimension": _REGION}]},
    "q16_semi_join": {
        "metrics": ["orders.orders"],
        "by": [{"dimension": "orders.o_orderpriority"}],
        "time_range": _years("1993-07-01", "1993-10-01"),
        "filters": [{"member": "orders.lines.is_late", "op": "equals", "values": [True]}],
    },
    "q17_daily_filled": {
        "metrics": ["large_orders"],
        "by": [_time("day")],
        "time_range": _years("1995-01-01", "1996-01-01"),
        "fill": True,
    },
    "q18_subtotals": {
        "metrics": ["revenue"],
        "by": [{"dimension": _REGION}, {"dimension": _NATION}],
        "totals": True,
        "subtotals": True,
    },
    "q19_two_dates": {
        "metrics": ["revenue"],
        "by": [_time("quarter", "lineitem.order.o_orderdate"), _time("quarter", "lineitem.l_shipdate")],
    },
    "q20_two_nations": {
        "metrics": ["revenue"],
        "by": [{"dimension": "lineitem.supplier.nation.n_name"}, {"dimension": _NATION}],
    },
    "q21_having": {
        "metrics": ["quantity"],
        "by": [{"dimension": "lineitem.l_orderkey"}],
        "filters": [{"member": "quantity", "op": "gt", "values": [300]}],
        "order": [{"member": "quantity", "desc": True}],
        "limit": 100,
    },
    "q22_growth_month_flag": {
        "metrics": ["revenue", "revenue_growth"],
        "by": [_time("month"), {"dimension": "lineitem.l_returnflag"}],
    },
    "q23_pricing_summary": {
        "metrics": [
            "quantity", "price", "revenue", "charge", "average_quantity", "average_price", "average_discount", "lines",
        ],
        "by": [{"dimension": "lineitem.l_returnflag"}, {"dimension": "lineitem.l_linestatus"}],
        "time_range": {"until": "1998-09-03"},
    },
    "q24_promo_share": {
        "metrics": ["promo_share"],
        "by": [_time("month")],
        "time_range": _years("1995-01-01", "1996-01-01"),
    },
    "q25_conversion": {"metrics": ["repeat_rate"], "by": [_time("year")]},
    "q26_retention": {"metrics": ["retention_3m"], "by": [_time("month")]},
    "q27_rank_in_region": {
        "metrics": ["revenue", "revenue_rank"],
        "by": [{"dimension": _REGION}, {"dimension": _NATION}],
    },
    "q28_revenue_profit": {
        "metrics": ["profit"],
        "by": [{"dimension": "lineitem.supplier.nation.n_name"}, _time("year", "lineitem.order.o_orderdate")],
    },
}  # fmt: skip


def metric_queries() -> dict[str, MetricQuery]:
    """Every question by name."""
    return {name: MetricQuery.model_validate(document) for name, document in DOCUMENTS.items()}
