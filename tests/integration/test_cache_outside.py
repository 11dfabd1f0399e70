"""What has no data version is never kept or answered from a rollup: strangers' tables, views over them, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from tests.integration.test_rollups import query
from tests.rollup_shop import Shop, customers, described, orders
from tests.small_orders import dictionary_of

from verity.contracts.identity import OWNER
from verity.query.service import QueryService
from verity.warehouse.engine import Engine

ASKED = query("orders", by=("orders.status",))
SOMETIMES = query("orders", by=("orders.at:month",))


def cached(shop: Shop, tables: dict[str, dict[str, Any]]) -> QueryService:
    return QueryService(shop.engine, lambda: dictionary_of(tables))


def states(service: QueryService, times: int = 2) -> list[object]:
    return [service.run(ASKED, OWNER).trace["cache"] for _ in range(times)]


@pytest.fixture
def postgres(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Shop, psycopg.Connection]]:
    shop = Shop(tmp_path, postgres_url)
    shop.publish(orders(), customers())
    with psycopg.connect(postgres_url, autocommit=True) as outside:
        outside.execute("create table gold.till as select * from bronze.orders")
        outside.execute("create view gold.over_till as select * from gold.till")
        yield shop, outside
    shop.close()


@pytest.mark.postgres
@pytest.mark.parametrize("relation", ["gold.till", "gold.over_till", "SELECT * FROM gold.till"])
def test_a_strangers_table_is_read_each_time_unless_a_probe_tells(
    postgres: tuple[Shop, psycopg.Connection], relation: str
) -> None:
    shop, outside = postgres
    shop.publish(orders(), customers())
    tables = described()
    assert states(cached(shop, tables)) == ["miss", "hit"]
    tables["orders"]["relation"] = relation
    tables["orders"]["columns"] |= {"status": {"type": "text"}, "at": {"type": "timestamp"}}
    assert states(cached(shop, tables)) == ["off", "off"]
    tables["orders"]["freshness"] = {"probe": "SELECT count(*) FROM gold.till"}
    service = cached(shop, tables)
    assert states(service) == ["miss", "hit"]
    before = service.run(ASKED, OWNER).table.rows
    outside.execute("delete from gold.till where order_id = 1")
    after = service.run(ASKED, OWNER)
    assert after.trace["cache"] == "miss"
    assert sum(row[1] for row in after.table.rows) == sum(row[1] for row in before) - 1


@pytest.mark.postgres
def test_a_published_view_over_a_strangers_table_is_no_more_settled(
    postgres: tuple[Shop, psycopg.Connection],
) -> None:
    shop, outside = postgres
    outside.execute("insert into verity.published_relation values ('gold', 'over_till', null)")
    store = shop.engine.rollups  # type: ignore[attr-defined]
    wanted = {("gold", "over_till"), ("bronze", "orders"), ("gold", "nowhere")}
    assert store.outside(wanted) == {("gold", "over_till"), ("gold", "nowhere")}
    outside.execute("create view gold.clock as select now() as t, o.* from bronze.orders o")
    outside.execute("insert into verity.published_relation values ('gold', 'clock', null)")
    assert store.outside({("gold", "clock")}) == {("gold", "clock")}


def with_view(engine: Engine, sql: str) -> None:
    with engine.writer() as writer:
        target = writer.build_target(carry=True)
        (alias, bronze) = target.attached[0]
        with duckdb.connect(str(target.path)) as connection:
            connection.execute(f"attach '{bronze}' as {alias} (read_only)")
            connection.execute("create schema if not exists gold")
            connection.execute(f"create or replace view gold.recent as {sql}")
        writer.publish(sql)


def test_a_view_that_reads_the_clock_has_no_version(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.publish(orders(), customers())
    tables = described()
    tables["orders"]["relation"] = "gold.recent"
    try:
        with_view(shop.engine, "select * from bronze_db.bronze.orders")
        assert states(cached(shop, tables)) == ["miss", "hit"]
        with_view(shop.engine, 'select * from bronze_db.bronze.orders where "at" < now()')
        assert states(cached(shop, tables)) == ["off", "off"]
        service = cached(shop, tables)
        assert service.build_rollups().status == "ok"
        assert service.run(SOMETIMES, OWNER).trace["rollup"] is None
        (reason,) = {v.reason for v in service.rollup_verdicts(SOMETIMES, OWNER) if v.rollup == "orders.by_month"}
        assert "cannot know that nothing changed" in reason
    finally:
        shop.close()
