"""Rollups answer only where they equal the tables to the last digit, on real engines, as rows come, change and go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from tests.rollup_shop import Shop, customers, described, generated, order, orders

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import GroupBy, MetricQuery

VIEWERS = (
    OWNER,
    Principal(id="all", roles=("everyone",)),
    Principal(id="north", roles=("area",), attributes={"area": "N"}),
    Principal(id="lost", roles=("area",)),
    Principal(id="late", roles=("status",)),
    Principal(id="masked", roles=("masked",)),
    Principal(id="asia", roles=("region",), attributes={"region": "ASIA"}),
)


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    made = Shop(tmp_path, url)
    made.publish(orders(), customers())
    yield made
    made.close()


def query(*metrics: str, by: tuple[str, ...] = (), **more: object) -> MetricQuery:
    groups = tuple(GroupBy.model_validate(dict(zip(("dimension", "grain"), b.split(":"), strict=False))) for b in by)
    return MetricQuery.model_validate({"metrics": metrics, "by": groups, **more})


@pytest.mark.slow
def test_every_generated_query_equals_raw_for_every_principal(shop: Shop) -> None:
    seed, queries = int(os.environ.get("VERITY_SEED", "11")), int(os.environ.get("VERITY_ROLLUP_QUERIES", "60"))
    random, used = Random(seed), dict.fromkeys((p.id for p in VIEWERS), 0)  # noqa: S311 - test data
    shop.publish(orders(seed=seed), customers())
    shop.build()
    for _ in range(queries):
        asked = generated(random)
        for principal in VIEWERS:
            used[principal.id] += shop.serves(asked, principal)
    print(f"told: {shop.engine.name}, seed {seed}: {queries} queries, 0 differences; served from rollups: {used}")
    assert min(used.values()) >= queries // 20, f"the law says nothing where no rollup is ever used: {used}"


def test_a_rollup_of_an_older_version_is_an_explained_miss(shop: Shop) -> None:
    shop.build()
    asked = query("revenue", by=("orders.at:month",))
    assert shop.ask(asked, OWNER).trace["rollup"] == "orders.by_month"
    shop.publish(orders()[1:], customers())
    assert shop.ask(asked, OWNER).trace["rollup"] is None
    reasons = {v.rollup: v.reason for v in shop.service.rollup_verdicts(asked, OWNER)}
    assert "published anew" in reasons["orders.by_month"]
    shop.build()
    assert shop.ask(asked, OWNER).trace["rollup"] == "orders.by_month"


def test_late_updated_and_deleted_rows_and_moved_customers_are_refreshed_by_partition(shop: Shop) -> None:
    shop.build()
    rows = orders()
    late = order(9_001, Random(3), days=1) | {  # noqa: S311 - test data
        "at": datetime(2024, 1, 5),
        "total": Decimal("99.99"),
    }
    changed = next(row for row in rows if row["at"] and row["at"].month == 2)
    gone = next(row for row in rows if row["at"] and row["at"].month == 3)
    rows = [row | {"total": Decimal("1.23")} if row is changed else row for row in rows if row is not gone]
    shop.publish([*rows, late], customers())
    lines = {line.name: line.message for line in shop.build().lines}
    assert "3 partitions made anew" in lines["orders.by_month"]
    assert "3 partitions made anew" in lines["orders.by_day"]
    _agrees(shop)
    moved = [c | {"region": "EU"} if c["customer_id"] == 2 else c for c in customers()]
    shop.publish([*rows, late], moved)
    shop.build()
    _agrees(shop)


def test_a_refresh_of_unchanged_rows_makes_no_partition_anew(shop: Shop) -> None:
    shop.build()
    shop.publish(orders(), customers())
    lines = {line.name: line.message for line in shop.build().lines}
    assert "0 partitions made anew" in lines["orders.by_day"]
    _agrees(shop)


def test_rows_without_a_time_are_a_partition_of_their_own(shop: Shop) -> None:
    shop.build()
    rows = [row | {"qty": 5} if row["at"] is None else row for row in orders()]
    shop.publish(rows, customers())
    assert "1 partition made anew" in {line.name: line.message for line in shop.build().lines}["orders.by_day"]
    _agrees(shop)


def test_building_rollups_leaves_the_data_version(shop: Shop) -> None:
    before = shop.engine.state()
    shop.build()
    assert shop.engine.state() == before
    assert not [t.name for t in shop.engine.schema().tables if "rollup" in t.name], "no rollup is a table of the data"


def test_a_join_that_repeats_rows_is_refused_at_the_build(shop: Shop) -> None:
    shop.publish(orders(), [*customers(), customers()[0]])
    verdict = shop.service.build_rollups()
    failed = {line.name: line.message for line in verdict.lines if line.status == "failed"}
    assert "a join repeats rows" in failed["orders.by_day"]
    assert "orders.by_buyer" not in failed
    shop.ask(query("revenue", by=("orders.area",)), OWNER)


def test_the_smallest_is_chosen_and_every_other_says_why_not(shop: Shop) -> None:
    shop.build()
    verdicts = {v.rollup: v for v in shop.service.rollup_verdicts(query("revenue", by=("orders.at:quarter",)), OWNER)}
    assert verdicts["orders.by_month"].used
    assert verdicts["orders.by_day"].reason == "it fits too, but by_month holds fewer rows"
    assert verdicts["orders.by_buyer"].reason == "it does not keep 'orders.at'"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (query("revenue", by=("orders.customer.tier",)), "it does not keep 'orders.customer.tier'"),
        (query("revenue", by=("orders.at:hour",)), "it keeps 'orders.at' by day only"),
        (query("buyers", by=("orders.area",)), "it does not keep 'orders.customer_id'"),
        (
            query("revenue", time_range={"since": "2024-02-01T12:00:00"}),
            "a range of 'orders.at' does not begin and end with a whole day, its grain here",
        ),
        (
            query("revenue", filters=[{"member": "orders.qty", "op": "gt", "values": [1]}]),
            "it does not keep 'orders.qty'",
        ),
    ],
    ids=["dimension", "grain", "distinct", "range", "filter"],
)
def test_a_miss_says_its_reason(shop: Shop, asked: MetricQuery, reason: str) -> None:
    shop.build("orders.by_day")
    shop.ask(asked, OWNER)
    reasons = {v.rollup: v.reason for v in shop.service.rollup_verdicts(asked, OWNER)}
    assert reasons["orders.by_day"] == reason
    assert "not built" in reasons["orders.by_month"]
    words, _, _ = shop.service.explain(asked, OWNER)
    assert any("orders.by_day" in line and reason in line for line in words)


def test_weeks_are_not_made_of_months(shop: Shop) -> None:
    shop.build("orders.by_month")
    for grain in ("week", "day"):
        asked = query("revenue", by=(f"orders.at:{grain}",))
        assert shop.ask(asked, OWNER).trace["rollup"] is None
        reasons = {v.rollup: v.reason for v in shop.service.rollup_verdicts(asked, OWNER)}
        assert reasons["orders.by_month"] == "it keeps 'orders.at' by month only"


def test_a_policy_that_reads_what_a_rollup_lacks_is_a_miss_without_a_hidden_name(shop: Shop) -> None:
    tables = described()
    tables["orders"]["columns"]["area"] = {"hidden": True}
    shop.tables.clear()
    shop.tables.update(tables)
    shop.build()
    north = VIEWERS[2]
    asked = query("revenue", by=("orders.at:month",))
    verdicts = shop.service.rollup_verdicts(asked, north)
    assert shop.service.run(asked, north).trace["rollup"] == "(a rollup)"
    assert "area" not in repr(verdicts)
    assert all(v.rows is None for v in verdicts), "how many rows there are is not for everyone"


def test_a_rollup_that_is_declared_otherwise_now_answers_nothing(shop: Shop) -> None:
    shop.build()
    asked = query("revenue", by=("orders.at:month",))
    shop.tables["orders"]["metrics"]["revenue"] = {"sql": "SUM(total * 2)"}
    made = shop.service.run(asked, OWNER)
    assert made.trace["rollup"] is None
    states = {state.rollup: state.state for state in shop.service.rollups(OWNER)}
    assert states["orders.by_month"] == "missing"


def test_rollups_that_are_no_longer_declared_are_removed(shop: Shop, tmp_path: Path) -> None:
    shop.build()
    del shop.tables["orders"]["rollups"]["by_day"]
    shop.build("orders.by_month")
    store = shop.engine.rollups  # type: ignore[attr-defined]
    assert [built.rollup for built in store.built()] == [
        "orders.by_buyer",
        "orders.by_count",
        "orders.by_hour",
        "orders.by_month",
    ]
    files = list((tmp_path / ".verity" / "warehouse" / "rollups").glob("*.duckdb"))
    assert len(files) in (0, 4)


def _agrees(shop: Shop) -> None:
    random, used = Random(5), 0  # noqa: S311 - test data
    for _ in range(25):
        asked = generated(random)
        used += shop.serves(asked, OWNER)
        shop.serves(asked, VIEWERS[-1])
    assert used >= 3


@pytest.mark.parametrize("grain", ["hour", "minute"])
def test_hours_and_minutes_without_a_row_are_filled(shop: Shop, grain: str) -> None:
    moments = [order["at"] for order in orders() if order["at"] is not None]
    day = min(moments).date()
    of_day = [moment for moment in moments if moment.date() == day]
    span = {"since": str(day), "until": str(day + timedelta(days=1))}
    rows = shop.ask(query("orders", by=(f"orders.at:{grain}",), time_range=span, fill=True), OWNER).table.rows
    assert len(rows) == {"hour": 24, "minute": 24 * 60}[grain]
    assert sum(int(str(row[1])) for row in rows if row[1] is not None) == len(of_day) > 0
