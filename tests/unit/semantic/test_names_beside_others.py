"""A name means the same member alone and beside metrics of other tables."""

from __future__ import annotations

from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.contracts.identity import OWNER
from verity.contracts.metric import GroupBy, MetricQuery
from verity.query.service import QueryService


def test_a_join_to_many_named_as_a_table_does_not_take_the_tables_name():
    described = tables()
    described["customers"]["joins"]["orders"] = {"table": "orders", "type": "one_to_many", "on": "customer_id"}
    service = QueryService(MemoryEngine(), lambda: dictionary_of(described))  # type: ignore[arg-type]
    by = (GroupBy(dimension="orders.customer.region"),)

    def answer(*metrics: str) -> dict[object, object]:
        table = service.run(MetricQuery(metrics=metrics, by=by), OWNER).table
        at = [column.member for column in table.columns].index("customers.customers")
        return {row[0]: row[at] for row in table.rows if row[at] is not None}

    assert answer("customers") == answer("customers", "orders") == {"EU": 1, "ASIA": 2, None: 1}
