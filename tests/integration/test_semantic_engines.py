"""The same questions on DuckDB and on PostgreSQL: the same bytes, and the numbers of SQL written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.small_orders import COLUMNS, ROWS, MemoryEngine, dictionary_of, tables

from verity.config import WarehouseSettings
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.query.service import QueryService
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

pytestmark = pytest.mark.postgres
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
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
    }
    made["items"]["columns"] = {"of_customer": {"per": "order.customer_id", "sql": "SUM(qty)"}}
    return made


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="module")
def services(_folder: Path, postgres_server: str) -> Iterator[dict[str, QueryService]]:
    from tests.postgres_server import fresh_database

    with fresh_database(postgres_server) as url:
        (_folder / "verity.toml").write_text("", encoding="utf-8")
        engines: list[Engine] = [
            open_engine(WarehouseSettings(), _folder),
            open_engine(WarehouseSettings(engine="postgres", url=url), _folder),
        ]
        dictionary = dictionary_of(described())
        for engine in engines:
            _fill(engine)
        yield {engine.name: QueryService(engine, lambda: dictionary) for engine in engines}
        for engine in engines:
            engine.close()


def _fill(engine: Engine) -> None:
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
    "doubles of a filter": {"metrics": ["lines"], "filters": [where("price", "equals", 3.3)]},
}


@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_answer_with_the_same_bytes(services: dict[str, QueryService], name: str) -> None:
    query = MetricQuery.model_validate(QUERIES[name])
    duckdb, postgres = (services[engine].run(query, OWNER) for engine in ("duckdb", "postgres"))
    assert duckdb.table.model_dump_json() == postgres.table.model_dump_json()
    assert duckdb.plan == postgres.plan
    assert duckdb.table.row_count > 0


@pytest.mark.parametrize(
    "name", ["three facts by one dimension", "de-duplicated", "an entity-level count", "two roles"]
)
def test_both_engines_hold_back_the_same_rows(services: dict[str, QueryService], name: str) -> None:
    query = MetricQuery.model_validate(
        QUERIES[name] | {"metrics": [m for m in QUERIES[name]["metrics"] if m not in PAID]}
    )
    reader = Principal(id="e", roles=("eu",))
    duckdb, postgres = (services[engine].run(query, reader) for engine in ("duckdb", "postgres"))
    assert duckdb.table.model_dump_json() == postgres.table.model_dump_json()
    assert duckdb.table != services["duckdb"].run(query, OWNER).table


PAID = {"paid", "unpaid"}

BY_HAND: dict[str, str] = {
    "three facts by one dimension": """
        WITH c AS (SELECT * FROM customers), o AS (SELECT * FROM orders LEFT JOIN c USING (customer_id)),
        regions AS (SELECT region FROM c UNION SELECT NULL)
        SELECT r.region,
            (SELECT COUNT(*) FROM o WHERE o.region IS NOT DISTINCT FROM r.region),
            (SELECT COUNT(*) FROM items LEFT JOIN o USING (order_id) WHERE o.region IS NOT DISTINCT FROM r.region),
            (SELECT SUM(amount) FROM payments LEFT JOIN o USING (order_id)
             WHERE o.region IS NOT DISTINCT FROM r.region),
            (SELECT COUNT(*) FROM c WHERE c.region IS NOT DISTINCT FROM r.region),
            (SELECT SUM(total) FROM o WHERE o.region IS NOT DISTINCT FROM r.region) - (SELECT SUM(amount)
             FROM payments LEFT JOIN o USING (order_id) WHERE o.region IS NOT DISTINCT FROM r.region)
        FROM regions r ORDER BY 1 NULLS LAST""",
    "an entity-level count": """
        SELECT CAST(date_trunc('month', order_date) AS DATE) AS month, COUNT(DISTINCT customer_id) FILTER (
            WHERE customer_id IN (SELECT customer_id FROM orders GROUP BY 1 HAVING COUNT(*) > 1))
        FROM orders GROUP BY 1 ORDER BY 1 NULLS LAST""",
    "de-duplicated": """
        SELECT product, COUNT(DISTINCT order_id), SUM(total), ROUND(AVG(total), 1) FROM (
            SELECT DISTINCT o.order_id, o.total, i.product FROM orders o LEFT JOIN items i ON i.order_id = o.order_id)
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
    "kept by one row of a list": """
        SELECT COUNT(*) FROM customers WHERE customer_id IN (
            SELECT customer_id FROM orders JOIN items USING (order_id)
            WHERE product = 'apple' AND qty > 1)""",
    "across": """
        SELECT SUM(amount) FROM payments
        WHERE order_id IN (SELECT order_id FROM items WHERE product LIKE 'ap%')""",
    "instants": """
        SELECT CAST(date_trunc('month', "at") AS DATE), COUNT(*), SUM(minutes::DECIMAL(38,6)) FROM visits
        WHERE "at" < TIMESTAMPTZ '2024-03-02 00:00:01+00' GROUP BY 1 ORDER BY 1""",
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_numbers_are_those_of_sql_written_by_hand(services: dict[str, QueryService], name: str) -> None:
    memory = MemoryEngine()
    memory.connection.execute("SET schema = 'silver'")
    expected = [tuple(map(_cell, row)) for row in memory.connection.execute(BY_HAND[name]).fetchall()]
    memory.close()
    for service in services.values():
        rows = service.run(MetricQuery.model_validate(QUERIES[name]), OWNER).table.rows
        assert [tuple(map(_cell, row)) for row in rows] == expected


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    try:
        return round(Decimal(str(value)), 6).normalize()
    except ArithmeticError:
        return str(value)
