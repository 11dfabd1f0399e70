"""The dictionary of the reference (section 15), loaded unchanged, and its metric that needs one more line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.small_orders import MemoryEngine, dictionary_of

from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.exceptions import UnknownColumn
from verity.query.service import QueryService

REFERENCE = Path(__file__).parents[2] / "golden" / "reference" / "dictionary_orders.json"
COLUMNS = {
    "orders": {
        "order_id": "text",
        "customer_id": "text",
        "order_status": "text",
        "order_total": "decimal(12,2)",
        "order_date": "date",
    }
}
ROWS = {
    "orders": [
        (
            f"o{i}",
            None if i % 11 == 0 else f"c{i % 7 * (i % 3)}",
            "delivered",
            Decimal(i),
            date(2025, 1, 1) + timedelta(i * 3),
        )
        for i in range(60)
    ]
}
BY_MONTH = MetricQuery.model_validate(
    {"metrics": ["repeat_customers"], "by": [{"dimension": "order_date", "grain": "month"}]}
)


def service(**columns: Any) -> tuple[QueryService, MemoryEngine]:
    document = json.loads(REFERENCE.read_text(encoding="utf-8"))
    document["columns"] |= columns
    engine = MemoryEngine(COLUMNS, ROWS)
    return QueryService(engine, lambda: dictionary_of({document.pop("table", "orders"): document})), engine


def test_an_undeclared_column_is_found_in_the_table_and_another_refuses_its_metric_alone() -> None:
    unchanged, engine = service()
    with pytest.raises(UnknownColumn, match="'order_count' is not a column of 'orders'") as raised:
        unchanged.run(BY_MONTH, OWNER)
    assert '"order_count": {"per":' in raised.value.remedy
    revenue = MetricQuery.model_validate({**BY_MONTH.model_dump(), "metrics": ("total_revenue",)})
    assert unchanged.run(revenue, OWNER).table.row_count == 6
    engine.close()


def test_with_its_one_line_it_counts_customers_with_more_than_one_order_in_all_time() -> None:
    extended, engine = service(order_count={"per": "customer_id", "sql": "COUNT(*)"})
    by_hand = engine.connection.execute("""
        SELECT CAST(date_trunc('month', order_date) AS DATE), COUNT(DISTINCT customer_id) FILTER (
            WHERE customer_id IN (SELECT customer_id FROM silver.orders GROUP BY 1 HAVING COUNT(*) > 1))
        FROM silver.orders GROUP BY 1 ORDER BY 1""").fetchall()
    rows = extended.run(BY_MONTH, OWNER).table.rows
    assert [(date.fromisoformat(str(month)), count) for month, count in rows] == by_hand
    assert len({count for _, count in by_hand}) > 1
    february = BY_MONTH.model_copy(update={"metrics": ("repeat_customers",), "filters": ()})
    narrowed = MetricQuery.model_validate(
        {
            **february.model_dump(),
            "time_range": {"dimension": "order_date", "since": "2025-02-01", "until": "2025-03-01"},
        }
    )
    assert extended.run(narrowed, OWNER).table.rows == tuple(row for row in rows if row[0] == "2025-02-01")
    engine.close()
