"""A rollup with an append-only column: the rows after its watermark are read beside it, in one statement."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from tests.integration.test_rollups import VIEWERS, query
from tests.rollup_shop import Shop, customers, described, generated, order, orders

from verity.contracts.identity import OWNER
from verity.exceptions import QueryTimedOut
from verity.warehouse.engine import ReadResult

RANDOM = Random(21)  # noqa: S311 - test data


def tables() -> dict[str, dict[str, object]]:
    made = described()
    made["orders"]["rollups"] = {
        "by_day": made["orders"]["rollups"]["by_day"] | {"append_only": "batch"},
    }
    return made


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    made = Shop(tmp_path, url, tables())
    made.publish(orders(), customers())
    yield made
    made.close()


def agrees(shop: Shop, least: int) -> None:
    random, used = Random(5), 0  # noqa: S311 - test data
    for _ in range(20):
        asked = generated(random)
        used += shop.serves(asked, OWNER)
        shop.serves(asked, VIEWERS[-1])
    assert used >= least


def test_an_appended_row_shows_with_the_next_publish_and_the_rollup_still_serves(shop: Shop) -> None:
    shop.build()
    agrees(shop, 1)
    more = [order(1_000 + i, RANDOM) for i in range(5)]
    shop.publish([*orders(), *more], customers())
    asked = query("revenue", "orders", by=("orders.at:month",))
    result = shop.ask(asked, OWNER)
    assert result.trace["rollup"] == "orders.by_day", "not built anew, and still right"
    assert "UNION ALL" in result.trace["physical_sql"]
    assert sum(row[2] for row in result.table.rows) == 405
    agrees(shop, 1)


ASKED = query("revenue", "orders", by=("orders.at:month",))


def test_until_the_comparison_is_done_queries_read_the_tables(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.build()
    shop.service._rollups.comparisons.patience = 0.05
    shop.publish([*orders(), order(1_000, RANDOM)], customers())
    read, may_go, begun = shop.engine.read, threading.Event(), []

    def slow(sql: str, *args: Any, **named: Any) -> ReadResult:
        if threading.current_thread().name == "rollup comparison":
            begun.append(sql)
            assert may_go.wait(30)
        return read(sql, *args, **named)

    monkeypatch.setattr(shop.engine, "read", slow)
    served = [shop.ask(ASKED, OWNER).trace["rollup"] for _ in range(3)]
    assert served == [None, None, None]
    assert "still to be compared" in shop.service.rollup_verdicts(ASKED, OWNER)[0].reason
    may_go.set()
    shop.service._rollups.comparisons.patience = 30.0
    wait_until(lambda: shop.ask(ASKED, OWNER).trace["rollup"] == "orders.by_day")
    assert len(begun) == 1, "one comparison, whoever asks and however often"


def test_rows_that_were_only_appended_are_found_without_a_join(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a joined table changed too, the joined rows are compared, and they decide."""
    shop.build()
    read, begun = shop.engine.read, []

    def noted(sql: str, *args: Any, **named: Any) -> ReadResult:
        if threading.current_thread().name == "rollup comparison":
            begun.append("JOIN" in sql)
        return read(sql, *args, **named)

    monkeypatch.setattr(shop.engine, "read", noted)
    shop.publish([*orders(), order(1_000, RANDOM)], customers())
    assert shop.ask(ASKED, OWNER).trace["rollup"] == "orders.by_day"
    assert begun == [False]
    begun.clear()
    newcomer = {"customer_id": 99, "region": "EU", "tier": "a"}
    shop.publish([*orders(), order(1_001, RANDOM) | {"customer_id": 99}], [*customers(), newcomer])
    assert shop.ask(ASKED, OWNER).trace["rollup"] is None, "it does not wait for the joined rows"
    assert begun == [False]
    assert shop.ask(ASKED, OWNER).trace["rollup"] == "orders.by_day", "a new customer changes no older order"
    assert begun == [False, True]


def test_joined_rows_of_higher_keys_change_nothing_before_the_watermark_and_those_between_may(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders name the customers 1 to 15. Known are 1 to 12 and 20 at first, then 30 too, then 14, whom orders name."""
    people = [*customers(), {"customer_id": 20, "region": "EU", "tier": "a"}]
    shop.publish(orders(), people)
    shop.build()
    read, begun = shop.engine.read, []

    def noted(sql: str, *args: Any, **named: Any) -> ReadResult:
        if threading.current_thread().name == "rollup comparison":
            begun.append("JOIN" in sql)
        return read(sql, *args, **named)

    monkeypatch.setattr(shop.engine, "read", noted)
    people = [*people, {"customer_id": 30, "region": "ASIA", "tier": "b"}]
    shop.publish([*orders(), order(1_000, RANDOM) | {"customer_id": 30}], people)
    asked = query("revenue", by=("orders.customer.region",))
    assert shop.ask(asked, OWNER).trace["rollup"] == "orders.by_day"
    assert begun == [False]
    begun.clear()
    shop.publish(orders(), [*people, {"customer_id": 14, "region": "ASIA", "tier": "b"}])
    assert [shop.ask(asked, OWNER).trace["rollup"] for _ in range(3)] == [None, None, None]
    assert begun == [False, True]


def test_a_comparison_that_fails_is_made_again_and_one_that_is_stopped_is_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.build()
    shop.publish([*orders(), order(1_000, RANDOM)], customers())
    read, failures = shop.engine.read, []

    def fails_once(sql: str, *args: Any, **named: Any) -> ReadResult:
        if threading.current_thread().name == "rollup comparison" and not failures:
            failures.append(sql)
            raise QueryTimedOut("too slow")
        return read(sql, *args, **named)

    monkeypatch.setattr(shop.engine, "read", fails_once)
    assert [shop.ask(ASKED, OWNER).trace["rollup"] for _ in range(2)] == [None, "orders.by_day"]
    shop.publish([*orders(), order(1_001, RANDOM)], customers())
    shop.service.close()
    assert shop.ask(ASKED, OWNER).trace["rollup"] is None


def test_a_program_that_ends_waits_for_no_comparison() -> None:
    script = """
import threading
from types import SimpleNamespace
from verity.exceptions import QueryTimedOut
from verity.query.comparisons import Comparisons

class Engine:
    def read(self, sql, *, seconds, cancel):
        begun.set()
        while not cancel.is_set():
            threading.Event().wait(0.05)
        raise QueryTimedOut("stopped")

begun = threading.Event()
comparisons = Comparisons(Engine())
comparisons.patience = 0.0
comparisons._outcome = lambda *_: Engine().read("", seconds=1, cancel=comparisons._cancel)
built = SimpleNamespace(relation=(None, "main", "r"))
print(comparisons.unchanged(None, built, "v1"))
assert begun.wait(10)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "None\n"
    assert done.stderr == ""


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end


@pytest.mark.parametrize("what", ["late", "updated", "deleted", "swapped", "joined"])
def test_rows_before_the_watermark_that_changed_make_it_a_miss_until_it_is_built(shop: Shop, what: str) -> None:
    shop.build()
    rows, people = orders(), customers()
    if what == "late":
        rows = [*rows, order(2_000, RANDOM) | {"batch": 3}]
    elif what == "updated":
        rows = [row | {"total": Decimal("7.77")} if row["order_id"] == 5 else row for row in rows]
    elif what == "deleted":
        rows = rows[1:]
    elif what == "swapped":
        rows = [*rows[1:], order(2_000, RANDOM) | {"batch": 3}]
    else:
        people = [c | {"region": "EU"} if c["customer_id"] == 4 else c for c in people]
    shop.publish(rows, people)
    asked = query("revenue", "orders", by=("orders.at:month",))
    assert shop.ask(asked, OWNER).trace["rollup"] is None
    reasons = {v.rollup: v.reason for v in shop.service.rollup_verdicts(asked, OWNER)}
    assert "before its watermark changed" in reasons["orders.by_day"]
    shop.build()
    assert shop.ask(asked, OWNER).trace["rollup"] == "orders.by_day"
    agrees(shop, 1)


def test_rows_of_the_highest_value_and_rows_without_one_are_never_covered(shop: Shop) -> None:
    rows = [row | {"batch": None if row["order_id"] % 7 == 0 else row["order_id"] // 100} for row in orders()]
    shop.publish(rows, customers())
    shop.build()
    agrees(shop, 1)
    shop.publish([*rows, order(3_000, RANDOM) | {"batch": 4}, order(3_001, RANDOM) | {"batch": None}], customers())
    assert shop.ask(query("orders"), OWNER).trace["rollup"] == "orders.by_day"
    agrees(shop, 1)


@pytest.mark.postgres
def test_a_table_that_verity_does_not_load_shows_its_appended_rows_at_once(tmp_path: Path, postgres_url: str) -> None:
    described_tables = tables()
    described_tables["orders"]["relation"] = "gold.till"
    shop = Shop(tmp_path, postgres_url, described_tables)
    shop.publish(orders(), customers())
    try:
        with psycopg.connect(postgres_url, autocommit=True) as outside:
            outside.execute("create table gold.till as select * from bronze.orders")
            outside.execute("alter table gold.till add primary key (order_id)")
            shop.publish(orders(), customers())
            shop.build()
            asked = query("orders", "revenue", by=("orders.at:month",))
            before = shop.ask(asked, OWNER)
            assert before.trace["rollup"] == "orders.by_day"
            outside.execute(
                "insert into gold.till (order_id, at, total, batch) values (9999, %s, 5.00, 9999)",
                (datetime(2024, 1, 2, tzinfo=UTC).replace(tzinfo=None),),
            )
            after = shop.ask(asked, OWNER)
            assert after.trace["rollup"] == "orders.by_day"
            assert sum(row[1] for row in after.table.rows) == sum(row[1] for row in before.table.rows) + 1
    finally:
        shop.close()


@pytest.mark.postgres
def test_without_an_append_only_column_such_a_table_is_never_answered_from_a_rollup(
    tmp_path: Path, postgres_url: str
) -> None:
    described_tables = described()
    described_tables["orders"]["relation"] = "gold.till"
    shop = Shop(tmp_path, postgres_url, described_tables)
    shop.publish(orders(), customers())
    try:
        with psycopg.connect(postgres_url, autocommit=True) as outside:
            outside.execute("create table gold.till as select * from bronze.orders")
            shop.publish(orders(), customers())
            shop.build()
            asked = query("orders", by=("orders.at:month",))
            assert shop.ask(asked, OWNER).trace["rollup"] is None
            reasons = {v.rollup: v.reason for v in shop.service.rollup_verdicts(asked, OWNER)}
            assert "does not load till" in reasons["orders.by_day"]
            outside.execute("delete from gold.till where order_id = 1")
            shop.ask(asked, OWNER)
    finally:
        shop.close()
