"""What ADR 0004 says of lists, of rows that are not there and of one row for one AND: each was a wrong number once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.small_orders import COLUMNS, MemoryEngine, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine()
    yield made
    made.close()


def described() -> dict[str, dict[str, Any]]:
    made = tables()
    made["customers"]["columns"] = {
        "tier": {"sql": "CASE WHEN age > 40 THEN 'old' ELSE 'young' END"},
        "double_age": {"sql": "age * 2"},
    }
    made["customers"]["segments"] = {"homeless": {"sql": "country IS NULL"}}
    made["orders"]["metrics"]["first_tier"] = {"sql": "MIN(customer.tier) FILTER (WHERE order_id = 5)"}
    return made


def rows(engine: MemoryEngine, **query: Any) -> list[tuple[Any, ...]]:
    dictionary = dictionary_of(described())
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    compiled = compile_query(
        model, MetricQuery.model_validate(query), accesses=access_for(dictionary, OWNER), dialect="duckdb"
    )
    return engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall()


def where(member: str, op: str, *values: Any) -> dict[str, Any]:
    return {"member": member, "op": op, "values": list(values)}


def test_a_derived_column_of_a_partner_that_is_not_there_is_null(engine: MemoryEngine) -> None:
    found = rows(engine, metrics=["orders"], by=[{"dimension": "customers.tier"}])
    assert found == [("old", 2), ("young", 2), (None, 2)]
    assert rows(engine, metrics=["first_tier"]) == [(None,)]


def test_a_derived_column_that_is_null_of_nulls_needs_no_guard() -> None:
    dictionary = dictionary_of(described())
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    query = MetricQuery.model_validate({"metrics": ["orders"], "by": [{"dimension": "customers.double_age"}]})
    assert "CASE" not in compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb").sql


def test_a_segment_speaks_of_a_row_that_is_there(engine: MemoryEngine) -> None:
    assert rows(engine, metrics=["orders"], segments=["customers.homeless"]) == [(0,)]
    assert rows(engine, metrics=["customers"], segments=["customers.homeless"]) == [(1,)]


@pytest.mark.parametrize(
    ("condition", "of_customers", "of_orders"),
    [
        (where("items.product", "is_null"), 0, 1),
        (where("items.product", "not_equals", "apple"), 2, 3),
        (where("items.product", "not_in", "apple", "bread", "cake"), 0, 1),
    ],
)
def test_a_condition_over_lists_asks_for_a_row_of_the_last_one(
    engine: MemoryEngine, condition: dict[str, Any], of_customers: int, of_orders: int
) -> None:
    assert rows(engine, metrics=["customers"], filters=[condition]) == [(of_customers,)]
    assert rows(engine, metrics=["orders"], filters=[condition]) == [(of_orders,)]
    by_status = rows(engine, metrics=["customers"], by=[{"dimension": "orders.status"}], filters=[condition])
    assert sum(count for _, count in by_status) == of_customers


def test_an_and_speaks_of_one_row_however_it_is_written(engine: MemoryEngine) -> None:
    a, b, c = (
        where("items.product", "equals", "bread"),
        where("items.qty", "gt", 1),
        where("status", "equals", "cancelled"),
    )
    short = rows(engine, metrics=["orders"], filters=[a, {"or": [b, c]}])
    long = rows(engine, metrics=["orders"], filters=[{"or": [{"and": [a, b]}, {"and": [a, c]}]}])
    assert short == long == [(0,)]


def test_two_ors_of_one_and_speak_of_one_row_too(engine: MemoryEngine) -> None:
    other = where("status", "equals", "new")
    first = {"or": [where("items.product", "equals", "bread"), other]}
    second = {"or": [where("items.qty", "gt", 1), other]}
    assert rows(engine, metrics=["orders"], filters=[first, second]) == [(1,)]


def test_one_day_by_its_grain_and_as_it_is_are_two_columns_to_order_by(engine: MemoryEngine) -> None:
    by = [{"dimension": "orders.order_date", "grain": "year"}, {"dimension": "orders.order_date"}]
    found = rows(engine, by=by, order=[{"member": "orders.order_date", "desc": True}], limit=1)
    assert [str(cell) for cell in found[0]] == ["2024-01-01", "2024-03-01"]


def governed(**rule: Any) -> tuple[Any, Any, Any]:
    """The small shop under one rule over a column that its reader is not shown: dictionary, accesses, model."""
    made = described()
    made["customers"]["access"] = {"r": {"rows": [rule], "columns_hidden": ["region"]}}
    made["orders"]["access"] = {"r": {"columns_hidden": ["ship_country"]}}
    made["orders"]["columns"]["of_place"] = {"per": "customer.region", "sql": "COUNT(*)"}
    dictionary = dictionary_of(made)
    reader = Principal.model_validate(
        {"id": "p", "roles": ["r"], "attributes": {"limit": "abc", "places": ["EU", "US"]}}
    )
    accesses = access_for(dictionary, reader)
    return dictionary, accesses, load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))


def customers(engine: MemoryEngine, **rule: Any) -> int:
    _, accesses, model = governed(**rule)
    query = MetricQuery.model_validate({"metrics": ["customers"]})
    compiled = compile_query(model, query, accesses=accesses, dialect="duckdb")
    return int(engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall()[0][0])


def test_equals_and_not_equals_of_a_rule_take_several_values(engine: MemoryEngine) -> None:
    assert customers(engine, column="region", op="equals", values=["EU", "ASIA"]) == 3
    assert customers(engine, column="region", op="not_equals", values=["EU", "US"]) == 2
    assert customers(engine, column="region", op="equals", attribute="places") == 1


@pytest.mark.parametrize("op", ["equals", "not_equals", "lt", "in", "not_in"])
def test_an_attribute_of_another_kind_than_the_column_matches_no_row(engine: MemoryEngine, op: str) -> None:
    assert customers(engine, column="age", op=op, attribute="limit") == 0


def test_a_column_of_a_rule_that_is_not_shown_is_not_in_the_sql_that_is_shown() -> None:
    _, accesses, model = governed(column="region", op="equals", values=["EU", "ASIA"])
    query = MetricQuery.model_validate({"metrics": ["orders"], "by": [{"dimension": "customers.country"}]})
    compiled = compile_query(model, query, accesses=accesses, dialect="duckdb")
    assert "region" in compiled.sql
    assert "withheld by the access policy" in compiled.display
    assert "region" not in compiled.display
    assert "EU" not in compiled.display


def test_an_entity_level_column_goes_with_the_column_behind_a_join_that_is_its_key() -> None:
    _, _, model = governed(column="age", op="gt", values=[1])
    assert "of_place" not in model.catalog.usable_tables["orders"].usable


def timed(kind: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = described()
    made["orders"]["metrics"]["special"] = kind
    return made


def rows_of_kind(engine: MemoryEngine, kind: dict[str, Any], **query: Any) -> list[tuple[Any, ...]]:
    dictionary = dictionary_of(timed(kind))
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    asked = MetricQuery.model_validate({"metrics": ["special"], **query})
    compiled = compile_query(model, asked, accesses=access_for(dictionary, OWNER), dialect="duckdb")
    return engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall()


def test_a_condition_on_an_average_over_instants_is_held_against_each_group(engine: MemoryEngine) -> None:
    kind = {"type": "semi_additive", "sql": "SUM(total)", "take": "average"}
    by = [{"dimension": "time", "grain": "month"}]
    every = rows_of_kind(engine, kind, by=by)
    over = rows_of_kind(engine, kind, by=by, filters=[where("special", "gt", 10.6)])
    assert over == [row for row in every if row[1] is not None and row[1] > 10.6]
    assert 0 < len(over) < len(every)


def test_a_day_that_is_filled_looks_back_by_months_like_any_other(engine: MemoryEngine) -> None:
    kind = {"type": "offset", "metric": "orders", "offset": "1 month"}
    found = rows_of_kind(engine, kind, by=[{"dimension": "time", "grain": "day"}], fill=True)
    assert {str(day): count for day, count in found if count} == {"2024-02-03": 1}
    since = {"since": "2024-02-01", "until": "2024-04-01"}
    found = rows_of_kind(engine, kind, by=[{"dimension": "time", "grain": "day"}], fill=True, time_range=since)
    assert {str(day): count for day, count in found if count} == {
        "2024-02-03": 1,
        "2024-03-03": 1,
        "2024-03-10": 1,
        "2024-03-11": 1,
    }


def test_a_coarser_period_beside_the_one_accumulated_by_keeps_its_type(engine: MemoryEngine) -> None:
    kind = {"type": "cumulative", "metric": "orders"}
    by = [{"dimension": "time", "grain": "year"}, {"dimension": "time", "grain": "month"}]
    found = rows_of_kind(engine, kind, by=by, totals=True)
    assert all(isinstance(cell, date) for row in found if row[-1] == 2 for cell in row[:2])


def test_subtotals_below_a_many_side_dimension_are_read_from_their_own_rows(engine: MemoryEngine) -> None:
    by = [{"dimension": "orders.status"}, {"dimension": "items.product"}]
    found = rows(engine, metrics=["orders"], by=by, totals=True, subtotals=True)
    assert [row for row in found if row[-1] == 0] == [(None, None, 6, 0)]
    assert {row[0]: row[2] for row in found if row[-1] == 1} == {"cancelled": 1, "delivered": 3, "new": 1, None: 1}
