"""Numbers of SQL written by hand, on every engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.conformance.semantic.queries import QUERIES
from tests.conformance.semantic.stands import Stand
from tests.small_orders import MemoryEngine
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery

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
def test_the_numbers_are_those_of_sql_written_by_hand(stand: Stand, name: str) -> None:
    memory = MemoryEngine()
    memory.connection.execute("SET schema = 'silver'")
    expected = [tuple(map(_cell, row)) for row in memory.connection.execute(BY_HAND[name]).fetchall()]
    memory.close()
    rows = stand.service.run(MetricQuery.model_validate(QUERIES[name]), OWNER).table.rows
    assert [tuple(map(_cell, row)) for row in rows] == expected


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    try:
        return round(Decimal(str(value)), 6).normalize()
    except ArithmeticError:
        return str(value)
