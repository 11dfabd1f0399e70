"""Rollups with sketches: approximate counts within the error that is shown, exact ones never touched by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from tests.integration.test_rollups import VIEWERS, query
from tests.rollup_shop import START, Shop, customers, described, order
from tests.rollup_shop import orders as shop_orders

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.table import Table
from verity.query.service import QueryResult
from verity.semantic.rollups.sketches import ERROR

PEOPLE, ROWS = 1_500, 4_000
METRICS: dict[str, dict[str, Any]] = {
    "visitors": {"sql": "APPROX_COUNT_DISTINCT(customer_id)", "approximate": True},
    "new_visitors": {"sql": "APPROX_COUNT_DISTINCT(customer_id)", "filter": "status = 'new'", "approximate": True},
    "payers": {"sql": "APPROX_COUNT_DISTINCT(customer_id)", "filter": "paid", "approximate": True},
    "spenders": {"sql": "APPROX_COUNT_DISTINCT(total)", "approximate": True},
    "visits_each": {"type": "ratio", "numerator": "orders", "denominator": "visitors"},
    "true_visitors": {"sql": "COUNT(DISTINCT customer_id)"},
    "true_new_visitors": {"sql": "COUNT(DISTINCT customer_id)", "filter": "status = 'new'"},
    "true_payers": {"sql": "COUNT(DISTINCT customer_id)", "filter": "paid"},
    "true_spenders": {"sql": "COUNT(DISTINCT total)"},
}
PAIRS = {name: f"true_{name}" for name in ("visitors", "new_visitors", "payers", "spenders")}
BY_DAY: dict[str, Any] = {
    "metrics": ["orders", "revenue", "mean", "units"],
    "dimensions": ["at:day", "area", "status", "customer.region"],
    "sketch": ["visitors", "payers", "spenders"],
    "partition": "at:day",
}


def tables(**rollups: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = described()
    made["orders"]["metrics"] |= METRICS
    made["orders"]["rollups"] = rollups or {"by_day": BY_DAY}
    return made


def orders(count: int = ROWS, *, seed: int = 3, first: int = 0) -> list[dict[str, Any]]:
    random = Random(seed)  # noqa: S311 - test data
    rows = [order(first + i, random, days=20) for i in range(count)]
    return [row | {"customer_id": random.choice([None, random.randrange(1, PEOPLE)])} for row in rows]


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str | None]:
    return tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.fixture
def shop(place: tuple[Path, str | None]) -> Iterator[Shop]:
    made = Shop(*place, tables())
    try:
        made.publish(orders(), customers())
        made.build()
        yield made
    finally:
        made.close()


def told(shop: Shop, asked: MetricQuery, principal: Principal = OWNER) -> QueryResult:
    """The answer of the rollup, each estimate of which lies near the exact count of the tables."""
    made = shop.service.run(asked, principal)
    names = [PAIRS.get(name.removeprefix("orders."), name) for name in asked.metrics]
    exact = shop.raw.run(asked.model_copy(update={"metrics": tuple(names)}), principal)
    assert [c.role for c in made.table.columns] == [c.role for c in exact.table.columns]
    groups, values = keyed(made.table), keyed(exact.table)
    assert groups.keys() == values.keys()
    for key, cells in groups.items():
        for name, cell, truth in zip(asked.metrics, cells, values[key], strict=True):
            if name.removeprefix("orders.") in PAIRS:
                assert near(cell, truth), (key, name, cell, truth)
            else:
                assert cell == truth, (key, name)
    return made


def keyed(table: Table) -> dict[tuple[object, ...], list[Any]]:
    kept = [i for i, column in enumerate(table.columns) if column.role != "metric"]
    return {tuple(row[i] for i in kept): [cell for i, cell in enumerate(row) if i not in kept] for row in table.rows}


def near(estimate: Any, truth: Any) -> bool:
    if estimate is None or truth is None:
        return estimate is truth
    return abs(int(estimate) - int(truth)) <= max(4 * ERROR * int(truth), 2.0 if int(truth) else 0.0)


ASKED = [
    query("visitors"),
    query("visitors", "revenue", "mean", by=("orders.at:week",)),
    query("visitors", "orders", by=("orders.at:month", "orders.area")),
    query("payers", "spenders", by=("orders.customer.region",)),
    query("visitors", filters=[{"member": "orders.status", "op": "equals", "values": ["new"]}]),
    query("visitors", by=("orders.area",), time_range={"since": date(2024, 1, 4), "until": date(2024, 1, 12)}),
    query("new_visitors", "visitors", by=("orders.area",)),
    query("visitors", filters=[{"member": "orders.status", "op": "equals", "values": ["nowhere"]}]),
    query("visitors", "units", by=("orders.at:day",), totals=True),
]


@pytest.mark.parametrize("principal", VIEWERS, ids=[p.id for p in VIEWERS])
def test_estimates_lie_within_the_shown_error_and_the_rest_is_equal(shop: Shop, principal: Principal) -> None:
    masked, used = principal.id == "masked", 0
    for asked in ASKED:
        if not (masked and "new_visitors" in asked.metrics):  # its condition reads a masked column
            used += told(shop, asked, principal).trace["rollup"] is not None
    assert used == len(ASKED) - masked


def test_where_it_came_from_and_how_far_off_it_may_be_is_shown(shop: Shop) -> None:
    asked = query("visitors", "visits_each", "orders")
    made = shop.service.run(asked, OWNER)
    sketch = {"by": "a sketch of 2,048 registers", "error": ERROR}
    assert made.trace["estimates"] == [{"metric": f"orders.{n}", **sketch} for n in ("visitors", "visits_each")]
    words, plan, _ = shop.service.explain(asked, OWNER)
    text = "\n".join(words)
    assert "It tells counts from sketches, with a standard error of 2.3 %." in text
    assert "orders.visitors is an estimate by a sketch of 2,048 registers: standard error 2.3 %." in text
    assert plan["estimates"] == made.trace["estimates"]
    (verdict,) = shop.service.rollup_verdicts(asked, OWNER)
    assert verdict.error == ERROR
    exact = query("orders", "revenue")
    assert "estimates" not in shop.service.run(exact, OWNER).trace
    assert shop.service.rollup_verdicts(exact, OWNER)[0].error is None
    (state,) = shop.service.rollups(OWNER)
    assert (state.sketch, state.error) == (("visitors", "payers", "spenders"), ERROR)
    arrow = shop.service.arrow(asked, OWNER)
    assert b"2,048 registers" in arrow.schema.metadata[b"estimates"]


def test_the_tables_tell_it_by_the_engines_own_count_and_say_so(shop: Shop) -> None:
    asked = query("visitors", filters=[{"member": "orders.qty", "op": "gt", "values": [1]}])
    made = shop.service.run(asked, OWNER)
    error = {"duckdb": 0.13, "postgres": 0.0}[shop.engine.dialect]
    assert made.trace["rollup"] is None
    assert made.trace["estimates"] == [{"metric": "orders.visitors", "by": shop.engine.dialect, "error": error}]
    assert made.table.rows == shop.raw.run(asked, OWNER).table.rows


@pytest.mark.parametrize("name", list(PAIRS.values()))
def test_exact_counts_never_use_a_sketch(shop: Shop, name: str) -> None:
    made = shop.ask(query(name, "orders", by=("orders.area",)), OWNER)
    assert made.trace["rollup"] is None
    assert "estimates" not in made.trace
    assert "does not keep" in shop.service.rollup_verdicts(query(name), OWNER)[0].reason


def test_what_only_a_condition_reads_is_shown_too(shop: Shop) -> None:
    asked = query("orders", by=("orders.area",), filters=[{"member": "visitors", "op": "gt", "values": [5]}])
    assert [one["metric"] for one in shop.service.run(asked, OWNER).trace["estimates"]] == ["orders.visitors"]


def test_a_policy_filters_states_before_they_are_merged(shop: Shop) -> None:
    """A customer of the north is in no state that the south may see: the groups of both are apart in the rollup."""
    rows = [row | {"area": "N" if i % 4 else "S", "customer_id": 1 + i % 1_000} for i, row in enumerate(orders())]
    shop.publish(rows, customers())
    shop.build()
    south = Principal(id="s", roles=("area",), attributes={"area": "S"})
    made = told(shop, query("visitors"), south)
    assert made.trace["rollup"] == "orders.by_day"
    assert near(made.table.rows[0][0], 250)
    assert near(told(shop, query("visitors")).table.rows[0][0], 1_000)


def test_a_table_that_a_policy_narrows_is_not_counted_from_a_sketch(place: tuple[Path, str | None]) -> None:
    made = tables(by_area={"metrics": ["orders"], "dimensions": ["area", "customer.region"], "sketch": ["tiers"]})
    made["orders"]["metrics"]["tiers"] = {"sql": "APPROX_COUNT_DISTINCT(customer.tier)", "approximate": True}
    shop = Shop(*place, made)
    try:
        shop.publish(shop_orders(300), customers())
        shop.build()
        asia = next(p for p in VIEWERS if p.id == "asia")
        assert shop.service.run(query("tiers"), OWNER).trace["rollup"] == "orders.by_area"
        assert shop.service.run(query("tiers"), OWNER).table.rows == ((2,),)
        assert shop.ask(query("tiers"), asia).trace["rollup"] is None
    finally:
        shop.close()


def test_late_changed_and_deleted_rows_are_refreshed_by_partition(shop: Shop) -> None:
    """A state forgets nothing, so a partition with a deleted row is made anew, not merged into."""
    rows = orders()
    late = [
        row | {"order_id": 50_000 + i, "customer_id": 10_000 + i, "at": datetime(2024, 1, 5)}
        for i, row in enumerate(rows[:800])
    ]
    shop.publish([*rows, *late], customers())
    assert "1 partition made anew" in shop.build().lines[0].message
    with_late = told(shop, query("visitors")).table.rows[0][0]
    shop.publish(rows, customers())
    assert "1 partition made anew" in shop.build().lines[0].message
    without = told(shop, query("visitors")).table.rows[0][0]
    assert int(with_late) - int(without) > 500
    moved = [row | {"customer_id": 1} if row["at"] and row["at"].day == 9 else row for row in rows]
    shop.publish(moved, customers())
    assert "1 partition made anew" in shop.build().lines[0].message
    told(shop, query("visitors", by=("orders.at:day",)))


def test_a_refreshed_rollup_holds_the_states_of_a_new_one(shop: Shop) -> None:
    rows = [*orders(), *orders(500, seed=9, first=90_000)]
    shop.publish(rows, customers())
    assert "made anew" in shop.build().lines[0].message
    by = ("orders.at:day", "orders.area", "orders.status", "orders.customer.region")
    asked = query("visitors", "payers", "spenders", by=by)
    refreshed = shop.service.run(asked, OWNER)
    del shop.tables["orders"]["rollups"]["by_day"]
    shop.service.build_rollups()
    shop.tables["orders"]["rollups"] = {"by_day": BY_DAY}
    assert "made anew" not in shop.build().lines[0].message
    again = shop.service.run(asked, OWNER)
    assert again.table.rows == refreshed.table.rows
    assert again.trace["rollup"] == refreshed.trace["rollup"] == "orders.by_day"


def test_rows_after_the_watermark_are_sketched_in_the_same_statement(place: tuple[Path, str | None]) -> None:
    shop = Shop(*place, tables(by_day=BY_DAY | {"append_only": "batch"}))
    try:
        shop.publish(orders(), customers())
        shop.build()
        more = [row | {"customer_id": 20_000 + i} for i, row in enumerate(orders(900, seed=8, first=ROWS))]
        shop.publish([*orders(), *more], customers())
        made = told(shop, query("visitors", "orders", by=("orders.area",)))
        assert made.trace["rollup"] == "orders.by_day"
        assert "UNION ALL" in made.trace["physical_sql"]
        shop.build()
        assert shop.service.run(query("visitors"), OWNER).table.rows == _unbuilt(shop)
    finally:
        shop.close()


def _unbuilt(shop: Shop) -> tuple[tuple[object, ...], ...]:
    """The same estimate where half of the rows lie after the watermark: the state is the same."""
    store = shop.engine.rollups  # type: ignore[attr-defined]
    (whole,) = store.built()
    more = orders(900, seed=8, first=ROWS)
    shop.publish(orders(), customers())
    shop.build()
    assert store.built()[0].watermark != whole.watermark
    shop.publish([*orders(), *(r | {"customer_id": 20_000 + i} for i, r in enumerate(more))], customers())
    return shop.service.run(query("visitors"), OWNER).table.rows


def test_a_state_that_another_version_of_the_engine_hashed_is_an_explained_miss(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shop.engine.rollups  # type: ignore[attr-defined]
    monkeypatch.setattr(store, "hashing", lambda: "another engine")
    asked = query("visitors")
    assert shop.service.run(asked, OWNER).trace["rollup"] is None
    reason = shop.service.rollup_verdicts(asked, OWNER)[0].reason
    assert "hashed by" in reason
    assert "another engine" in reason
    assert shop.service.rollups(OWNER)[0].state == "stale"


def test_a_rollup_that_keeps_the_key_is_chosen_where_it_is_read_sooner(place: tuple[Path, str | None]) -> None:
    keeps = {"metrics": ["true_visitors", "visitors", "orders"], "dimensions": ["area"], "keep": ["customer_id"]}
    shop = Shop(*place, tables(by_day=BY_DAY, by_buyer=keeps))
    try:
        shop.publish(orders(), customers())
        shop.build()
        made = shop.ask(query("visitors", by=("orders.area",)), OWNER)
        assert made.trace["rollup"] == "orders.by_buyer"
        verdicts = {v.rollup: v for v in shop.service.rollup_verdicts(query("visitors"), OWNER)}
        assert "by_buyer keeps what is counted" in verdicts["orders.by_day"].reason
        assert told(shop, query("visitors", by=("orders.at:day",))).trace["rollup"] == "orders.by_day"
    finally:
        shop.close()


@pytest.mark.postgres
def test_texts_that_a_collation_takes_for_equal_are_not_sketched(tmp_path: Path, postgres_url: str) -> None:
    made = tables(by_area={"metrics": ["orders"], "dimensions": ["area"], "sketch": ["names"]})
    made["orders"]["relation"] = "gold.till"
    made["orders"]["metrics"]["names"] = {"sql": "APPROX_COUNT_DISTINCT(status)", "approximate": True}
    shop = Shop(tmp_path, postgres_url, made)
    try:
        shop.publish(orders(50), customers())
        with psycopg.connect(postgres_url, autocommit=True) as server:
            try:
                server.execute("create collation loose (provider = icu, locale = 'und', deterministic = false)")
            except psycopg.errors.FeatureNotSupported:
                pytest.skip("this PostgreSQL has no ICU, and so no such collation")
            server.execute("create table gold.till as select * from bronze.orders")
            server.execute("alter table gold.till alter column status type text collate loose")
        shop.publish(orders(50), customers())
        (line,) = shop.service.build_rollups().lines
        assert line.status == "failed"
        assert "a text that it keeps or counts" in line.message
    finally:
        shop.close()


def test_a_day_without_rows_and_a_question_of_no_rows_count_nothing(shop: Shop) -> None:
    none = {"since": START.date() - timedelta(days=30), "until": START.date() - timedelta(days=20)}
    assert told(shop, query("visitors", "orders", time_range=none)).table.rows == ((0, 0),)


def test_results_that_are_kept_say_that_they_are_estimates(shop: Shop) -> None:
    settings = replace(shop.service._settings, cache_bytes=1 << 20)
    kept = type(shop.service)(shop.engine, shop.service._load_dictionary, settings)
    first, second = (kept.run(query("visitors"), OWNER) for _ in range(2))
    assert second.trace["cache"] == "hit"
    assert second.trace["estimates"] == first.trace["estimates"]
