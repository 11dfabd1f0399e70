"""The questions of the suite: one dictionary, and a query for each feature, growing with the features."""

from __future__ import annotations

from typing import Any

from tests.small_orders import tables

Q = dict[str, Any]


def described() -> dict[str, dict[str, Any]]:
    made = tables()
    made["customers"]["access"] = {"eu": {"rows": [{"column": "region", "values": "EU"}]}}
    made["countries"]["access"] = {"eu": {}}
    made["orders"]["access"] = {"eu": {"rows": [{"column": "status", "op": "not_equals", "values": "new"}]}}
    made["items"]["access"] = {"eu": {}}
    made["orders"]["metrics"] |= {
        "first_status": {"sql": "MIN(status)"},
        "middle": {"sql": "MEDIAN(total)"},
        "any_paid": {"sql": "BOOL_OR(paid)"},
        "paid_count": {"sql": "SUM(paid)"},
        "mean_rounded": {"sql": "ROUND(AVG(total), 1)"},
        "days_to_ship": {"sql": "AVG(DATE_DIFF('day', order_date, shipped_at))"},
        "months": {"sql": "MAX(DATE_DIFF('month', order_date, shipped_at))"},
        "late_year": {"sql": "MAX(EXTRACT(year FROM shipped_at)) + MIN(MONTH(order_date))"},
        "odd": {"sql": "SUM(CASE WHEN order_id % 2 = 1 THEN total ELSE 0 END)"},
        "nothing": {"sql": "SUM(total) / (COUNT(*) - COUNT(*))"},
        "words": {"sql": "COUNT(DISTINCT UPPER(status) || '-' || COALESCE(ship_country, '?'))"},
        "between": {"sql": "COUNT(*) FILTER (WHERE status BETWEEN 'a' AND 'e' AND total NOT IN (5, 7))"},
        "best": {"sql": "SUM(GREATEST(total, 9.5))"},
        "spread": {"sql": "STDDEV(total)", "approximate": True},
    }
    made["orders"]["columns"] |= {
        "weekday": {"sql": "EXTRACT(dow FROM order_date)", "type": "bigint", "kind": "dimension"},
        "size": {"sql": "CASE WHEN total > 9 THEN 'big' WHEN total IS NULL THEN NULL ELSE 'Small' END"},
        "spent": {"per": "customer_id", "sql": "SUM(total)"},
        "is_sent": {"sql": "shipped_at IS NOT NULL", "type": "boolean"},
    }
    made["items"]["metrics"] |= {"either": {"sql": "MAX(CASE WHEN qty > 1 THEN price ELSE line END)"}}
    made["items"]["columns"] = {"of_customer": {"per": "order.customer_id", "sql": "SUM(qty)"}}
    return made


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def where(member: str, op: str, *values: Any) -> dict[str, Any]:
    return {"member": member, "op": op, "values": list(values)}


QUERIES: dict[str, Q] = {
    "one number": {"metrics": ["revenue"]},
    "by month of its own time": {"metrics": ["revenue", "orders", "average_order"], "by": by("time:month")},
    "three facts by one dimension": {"metrics": ["orders", "lines", "paid", "customers", "unpaid"], "by": by("region")},
    "two facts over time": {"metrics": ["orders", "item_revenue", "paid", "shipped", "visits"], "by": by("time:month")},
    "an entity-level count": {"metrics": ["repeat_customers"], "by": by("order_date:month")},
    "by an entity-level column": {"metrics": ["orders"], "by": by("order_count", "spent")},
    "an entity over a join": {"metrics": ["lines", "units"], "by": by("of_customer")},
    "de-duplicated": {"metrics": ["orders", "revenue", "mean_rounded"], "by": by("items.product")},
    "de-duplicated far": {"metrics": ["customers", "mean_age"], "by": by("items.product")},
    "kept by a list": {
        "metrics": ["orders"],
        "by": by("status"),
        "filters": [where("items.product", "equals", "apple")],
    },
    "kept by one row of a list": {
        "metrics": ["customers"],
        "filters": [where("items.product", "equals", "apple"), where("items.qty", "gt", 1)],
    },
    "a list and an or": {
        "metrics": ["orders"],
        "filters": [
            {"or": [where("items.qty", "gte", 5), where("status", "is_null"), where("payments.kind", "in", "cash")]}
        ],
    },
    "across": {"metrics": ["paid"], "filters": [where("items.product", "starts_with", "ap")]},
    "two roles": {"metrics": ["orders"], "by": by("orders.ship.name", "orders.bill.name")},
    "text by code point": {"metrics": ["orders"], "by": by("orders.size"), "order": [{"member": "size", "desc": True}]},
    "text compared": {"metrics": ["orders", "first_status"], "filters": [where("status", "gt", "Z")]},
    "null rules": {
        "metrics": ["orders"],
        "by": by("status"),
        "filters": [where("status", "not_in", "new", "cancelled")],
    },
    "no pattern": {
        "metrics": ["orders"],
        "filters": [where("status", "not_contains", "%"), where("status", "contains", "liv")],
    },
    "a half-open range of dates": {"metrics": ["orders"], "time_range": {"since": "2024-02-03", "until": "2024-02-11"}},
    "a range within a day": {
        "metrics": ["orders", "shipped"],
        "time_range": {"since": "2024-01-04T09:00:00", "until": "2024-02-05T23:59:59"},
    },
    "a day of a timestamp": {"metrics": ["orders"], "filters": [where("shipped_at", "equals", "2024-02-05")]},
    "up to a day of a timestamp": {"metrics": ["orders"], "filters": [where("shipped_at", "lte", "2024-02-05")]},
    "instants": {
        "metrics": ["visits", "minutes"],
        "by": by("at:month"),
        "time_range": {"until": "2024-03-02T00:00:01"},
    },
    "instants as they are": {"metrics": ["visits"], "by": by("at")},
    "by hour": {"metrics": ["visits"], "by": by("at:hour"), "order": [{"member": "visits", "desc": True}]},
    "weeks and quarters": {"metrics": ["orders"], "by": by("order_date:week", "order_date:quarter")},
    "on groups": {"metrics": ["orders"], "by": by("region"), "filters": [where("revenue", "gt", 5)]},
    "on united groups": {
        "metrics": ["orders", "lines"],
        "by": by("region"),
        "filters": [{"or": [where("average_order", "gte", "7.5"), where("region", "is_null")]}],
    },
    "on groups without a metric": {"by": by("status"), "filters": [where("revenue", "gte", 7)]},
    "top": {
        "metrics": ["revenue"],
        "by": by("status"),
        "order": [{"member": "revenue", "desc": True}],
        "limit": 2,
        "offset": 1,
    },
    "nulls first": {"metrics": ["revenue"], "by": by("region"), "order": [{"member": "revenue", "nulls": "first"}]},
    "distinct rows": {"by": by("status", "orders.customer.region")},
    "rows": {"by": by("orders.order_id", "status"), "ungrouped": True, "limit": 3},
    "a segment": {"metrics": ["orders", "revenue"], "segments": ["delivered"]},
    "every function": {
        "metrics": [
            "middle",
            "any_paid",
            "paid_count",
            "days_to_ship",
            "months",
            "late_year",
            "odd",
            "nothing",
            "words",
        ]
    },
    "more functions": {"metrics": ["between", "best", "spread", "net", "mean_price", "asian_units", "units"]},
    "every function by a role": {
        "metrics": ["middle", "any_paid", "paid_count", "first_status", "mean_rounded", "orders_per_customer"],
        "by": by("paid", "weekday"),
    },
    "decimals of a filter": {"metrics": ["orders"], "filters": [where("total", "in", "7.00", 10.5, "1e1")]},
    "booleans of a filter": {"metrics": ["orders"], "filters": [where("orders.paid", "equals", True)]},
    "a number of two kinds": {"metrics": ["either"]},
    "a derived boolean": {"metrics": ["orders"], "by": by("orders.is_sent")},
    "a derived boolean of a joined table": {"metrics": ["lines"], "by": by("items.order.is_sent")},
    "a derived boolean of many rows": {"metrics": ["customers"], "by": by("orders.is_sent")},
    "doubles of a filter": {"metrics": ["lines"], "filters": [where("price", "equals", 3.3)]},
}

NOT_YET: dict[tuple[str, str], str] = {}
"""Engine and query: why it cannot be answered there."""
