"""What a policy costs: questions under a rule that admits every row, by hand with the same condition, and free.

The governed query is held against hand SQL that states the condition itself; beside it stands what the condition costs,
which is reading one more column of four million rows. That column is text of a few values, as a policy's usually is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.timing import Figure, Timing, interleaved, ratio
from verity.contracts.base import Json
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.dictionary import make_dictionary
from verity.data.model import TableEntry
from verity.query.service import QueryService, QuerySettings
from verity.warehouse.engines.duckdb.engine import DuckDBEngine
from verity.warehouse.settings import Settings

PLACE = Path(__file__).parents[1] / ".cache" / "bench-policy"
ROWS, CUSTOMERS = 4_000_000, 100_000
RUNS = 25
REGIONS = ("NCR", "North", "South", "Visayas", "Mindanao")
RULED = Principal(id="r", roles=("ruled",), attributes={"regions": REGIONS})
FREE = Principal(id="f", roles=("free",))
TABLES = f"""
create schema gold;
create table gold.customers as
select i as customer_id, ['NCR', 'North', 'South', 'Visayas', 'Mindanao'][i % 5 + 1] as region, 'n' || i % 200 as city
from range({CUSTOMERS}) t(i);
create table gold.orders as
select i as order_id, i * 7919 % {CUSTOMERS} as customer_id, date '2020-01-01' + (i * 31 % 2000)::int as day,
    ['NCR', 'North', 'South', 'Visayas', 'Mindanao'][i % 5 + 1] as region,
    ((i * 104729) % 100000 / 100)::decimal(12, 2) as total
from range({ROWS}) t(i)
"""
ACCESS: Json = {
    "ruled": {"rows": [{"column": "region", "op": "in", "attribute": "regions"}]},
    "free": {"rows": "all"},
}
DICTIONARY = make_dictionary(
    {
        "customers": TableEntry.model_validate(
            {
                "table": "customers",
                "primary_key": "customer_id",
                "access": ACCESS,
                "metrics": {"buyers": {"sql": "COUNT(*)"}},
            }
        ),
        "orders": TableEntry.model_validate(
            {
                "table": "orders",
                "primary_key": "order_id",
                "time_column": "day",
                "joins": {"customer": {"table": "customers", "on": "customer_id"}},
                "metrics": {"revenue": {"sql": "SUM(total)"}, "orders": {"sql": "COUNT(*)"}},
                "access": ACCESS,
            }
        ),
    }
)
QUERIES: dict[str, Json] = {
    "one total": {"metrics": ["revenue"]},
    "by month": {"metrics": ["revenue", "orders"], "by": [{"dimension": "time", "grain": "month"}]},
    "by a joined city": {"metrics": ["revenue"], "by": [{"dimension": "orders.customer.city"}]},
}


def run() -> list[Figure]:
    """Times as long with a rule of every row as without; the rule also compiles."""
    _make()
    engine = DuckDBEngine(PLACE, Settings())
    service = QueryService(engine, lambda: DICTIONARY, QuerySettings(cache_bytes=0))
    figures, ruled, hand = [], [], []
    try:
        for name, document in QUERIES.items():
            query = MetricQuery.model_validate(document)
            whole = service.arrow(query, OWNER)
            assert service.arrow(query, RULED).equals(whole)
            with engine._current() as version, version.connection.cursor() as cursor:
                seen = interleaved(_things(service, cursor, query), RUNS, warmup=3)
            figures.append(ratio(f"{name}: against the condition by hand", seen["ruled"], seen["hand"]))
            figures.append(ratio(f"{name}: against no condition at all", seen["ruled"], seen["free"]))
            ruled += seen["ruled"].seconds
            hand += seen["hand"].seconds
    finally:
        engine.close()
    all_ = ratio("policy overhead, all of them", Timing("r", tuple(ruled)), Timing("h", tuple(hand)), most=1.05)
    return [all_, *figures]


def _things(
    service: QueryService, cursor: duckdb.DuckDBPyConnection, query: MetricQuery
) -> dict[str, Callable[[], object]]:
    """The SQL of a ruled and of a free principal, and the free one's with the condition written in."""
    ruled, free = service.compile(query, RULED), service.compile(query, FREE)
    listed = ", ".join(f"'{region}'" for region in REGIONS)
    source = 'FROM "gold"."orders" AS "orders"'
    assert free.sql.count(source) == 1
    by_hand = free.sql.replace(source, f"FROM (SELECT * FROM gold.orders WHERE region IN ({listed})) AS orders")
    join = 'LEFT JOIN "gold"."customers"'
    by_hand = by_hand.replace(join, f"LEFT JOIN (SELECT * FROM gold.customers WHERE region IN ({listed}))")
    return {
        "ruled": lambda: cursor.execute(ruled.sql, list(ruled.parameters)).to_arrow_table(),
        "hand": lambda: cursor.execute(by_hand).to_arrow_table(),
        "free": lambda: cursor.execute(free.sql, list(free.parameters)).to_arrow_table(),
    }


def _make() -> None:
    if (PLACE / "ready").is_file():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    warehouse = DuckDBEngine(PLACE, Settings())
    with warehouse.writer() as writer:
        with duckdb.connect(str(writer.build_target().path)) as connection:
            connection.execute(TABLES)
        writer.publish("bench-policy")
    warehouse.close()
    (PLACE / "ready").touch()
