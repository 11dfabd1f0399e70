"""The estimate of what a query reads."""

from __future__ import annotations

from types import SimpleNamespace

from verity.contracts.metric import MetricQuery
from verity.contracts.rollup import RollupVerdict
from verity.query.cost import cost_words, rows_read
from verity.semantic.plan import Plan, PlannedJoin, PlannedScan

SCANS = (
    PlannedScan(
        root="orders", metrics=("orders.n",), joins=(PlannedJoin(path="orders.c", table="customers", kind="left"),)
    ),
    PlannedScan(
        root="visits", metrics=("visits.n",), joins=(PlannedJoin(path="visits.c", table="customers", kind="left"),)
    ),
)
PLAN = Plan(query=MetricQuery(metrics=("a",)), scans=SCANS, columns=())


def catalog(**counts: int | None) -> SimpleNamespace:
    tables = {name: SimpleNamespace(physical=SimpleNamespace(row_count=count)) for name, count in counts.items()}
    return SimpleNamespace(usable_tables=tables)


def test_every_scan_counts_its_root_and_every_table_joined():
    read = rows_read(PLAN, catalog(orders=1000, visits=50, customers=7), ())
    assert read == {"orders": 1000, "visits": 50, "customers": 14}
    assert cost_words(read) == "Estimated cost: 1,064 rows read (orders 1,000, visits 50, customers 14)."


def test_a_rollup_stands_for_the_scan_that_it_answers():
    verdict = RollupVerdict(rollup="orders.monthly", used=True, reason="it is smallest", rows=12, source_rows=1000)
    unused = RollupVerdict(rollup="visits.daily", used=False, reason="it is not built")
    read = rows_read(PLAN, catalog(orders=1000, visits=50, customers=7), (verdict, unused))
    assert read == {"rollup orders.monthly": 12, "visits": 50, "customers": 7}


def test_a_count_that_nobody_knows_is_said_to_be_unknown():
    read = rows_read(PLAN, catalog(orders=1000, visits=None, customers=7), ())
    assert read is None
    assert "not known" in cost_words(read)
