"""What cannot be answered is refused with a code, the members it concerns, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import AmbiguousMember, QueryError
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import load_model


def compiled(described: dict[str, dict[str, Any]], principal: Principal = OWNER, **query: Any) -> Compiled:
    dictionary = dictionary_of(described)
    accesses = access_for(dictionary, principal)
    whole = build_catalog(dictionary, schema_of(COLUMNS))
    model = load_model(whole if principal.is_owner else whole.narrowed_to(accesses))
    return compile_query(model, MetricQuery.model_validate(query), accesses=accesses, dialect="duckdb")


def refused(described: dict[str, dict[str, Any]], principal: Principal = OWNER, **query: Any) -> QueryError:
    with pytest.raises(QueryError) as raised:
        compiled(described, principal, **query)
    assert raised.value.remedy
    return raised.value


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def where(member: str, op: str, *values: Any) -> dict[str, Any]:
    return {"member": member, "op": op, "values": list(values)}


def test_an_ambiguous_path_lists_its_choices_in_full() -> None:
    error = refused(tables(), metrics=["orders"], by=by("countries.name"))
    assert isinstance(error, AmbiguousMember)
    assert error.choices == ("orders.ship.name", "orders.bill.name", "orders.customer.home.name")


@pytest.mark.parametrize("choice", ["orders.ship.name", "ship.name", "orders.bill.name", "orders.customer.home.name"])
def test_each_choice_of_an_ambiguous_path_is_answered(choice: str) -> None:
    path = f"orders.{choice.removeprefix('orders.')}".rsplit(".", 1)[0]
    assert f'"{path}"."name"' in compiled(tables(), metrics=["orders"], by=by(choice)).sql


def test_an_undeclared_path_names_the_metric_and_the_dimension() -> None:
    error = refused(tables(), metrics=["visits"], by=by("items.product"))
    assert error.code == "VRT-223"
    assert "'visits.visits'" in error.message
    assert "'items.product'" in error.message


def test_one_metric_that_cannot_reach_a_filter_refuses_the_whole_query() -> None:
    described = tables()
    described["lonely"] = {"relation": "countries", "metrics": {"lonely": {"sql": "COUNT(*)"}}}
    error = refused(described, metrics=["orders", "lonely"], filters=[where("region", "equals", "EU")])
    assert error.code == "VRT-223"
    assert "'lonely.lonely'" in error.message
    assert "'customers.region'" in error.message


def test_a_many_side_dimension_needs_a_key() -> None:
    described = tables()
    del described["orders"]["primary_key"]
    error = refused(described, metrics=["orders"], by=by("items.product"))
    assert error.code == "VRT-224"
    assert all(name in error.message for name in ("'orders.orders'", "'items.product'", "'orders'"))


def test_a_fact_is_never_joined_to_another_fact() -> None:
    error = refused(tables(), metrics=["item_revenue"], by=by("payments.kind"))
    assert error.code == "VRT-223"


def test_two_lists_are_never_paired() -> None:
    error = refused(tables(), metrics=["orders"], by=by("items.product", "payments.kind"))
    assert error.code == "VRT-229"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (where("total", "equals", "much"), "'much' is no value of 'orders.total', which is decimal(12,2)"),
        (where("order_date", "gte", "soon"), "'soon' is no value"),
        (where("orders.paid", "equals", "maybe"), "'maybe' is no value"),
        (where("total", "contains", "1"), "'contains' compares text"),
        (where("total", "gt", 1, 2), "takes one value, not 2"),
        (where("total", "gt"), "takes one value, not 0"),
        (where("status", "in"), "has no values"),
        (where("status", "is_null", "x"), "takes no value"),
        (where("total", "gt", "nan"), "'nan' is no value"),
        (where("revenue", "gt", "x"), "'x' is no value of 'orders.revenue'"),
        (where("total", "gt", True), "True is no value"),
    ],
)
def test_a_filter_that_does_not_fit_its_member_is_refused(condition: dict[str, Any], words: str) -> None:
    error = refused(tables(), metrics=["orders"], filters=[condition])
    assert error.code == "VRT-225"
    assert words in error.message


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"metrics": ["orders"], "by": by("status:month")}, "only dates and times have a grain"),
        ({"metrics": ["orders", "orders.orders"]}, "'orders.orders' is asked for twice"),
        ({"metrics": ["orders"], "by": by("status", "orders.status")}, "'orders.status' is asked for twice"),
        ({"metrics": ["orders"], "order": [{"member": "revenue"}]}, "cannot order by 'revenue'"),
        ({}, "nothing is asked for"),
        ({"metrics": ["orders"], "time_range": {}}, "neither 'since' nor 'until'"),
        ({"metrics": ["orders"], "time_range": {"dimension": "status", "since": "2024-01-01"}}, "is no time"),
        ({"metrics": ["customers"], "by": by("time:month")}, "'customers.customers' has no time column"),
        ({"by": by("time:month")}, "belongs to no table"),
        (
            {"metrics": ["orders"], "filters": [{"or": [where("revenue", "gt", 1), where("status", "is_null")]}]},
            "the groups do not have it",
        ),
    ],
)
def test_parts_that_contradict_each_other_are_refused(query: dict[str, Any], words: str) -> None:
    error = refused(tables(), **query)
    assert error.code == "VRT-226"
    assert words in error.message


def test_a_name_that_is_a_metric_and_a_column_must_be_told_apart() -> None:
    error = refused(tables(), metrics=["orders"], filters=[where("paid", "equals", True)])
    assert isinstance(error, AmbiguousMember)


def test_one_role_of_two_tables_is_one_dimension() -> None:
    sql = compiled(tables(), metrics=["orders", "visits"], by=by("customer.region")).sql
    assert '"orders.customer"."region"' in sql
    assert '"visits.customer"."region"' in sql


MEANINGS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"not_by": ["status"]}, {"by": by("status")}, "has no meaning by 'orders.status'"),
    ({"only_by": ["region"]}, {"by": by("status")}, "has a meaning only by region"),
    ({"smallest_grain": "month"}, {"by": by("time:day")}, "no meaning finer than by month"),
    ({"requires_filters": ["status"]}, {}, "only with a filter on 'status'"),
    (
        {"requires_filters": ["status"]},
        {"filters": [{"or": [where("status", "equals", "new"), where("total", "gt", 1)]}]},
        "only with a filter on 'status'",
    ),
]


@pytest.mark.parametrize(("entry", "query", "words"), MEANINGS)
def test_what_the_dictionary_calls_meaningless_is_refused(
    entry: dict[str, Any], query: dict[str, Any], words: str
) -> None:
    described = tables()
    described["orders"]["metrics"]["special"] = {"sql": "COUNT(*)", **entry}
    error = refused(described, metrics=["special"], **query)
    assert error.code == "VRT-227"
    assert words in error.message


def test_a_required_filter_that_is_given_is_enough() -> None:
    described = tables()
    described["orders"]["metrics"]["special"] = {
        "sql": "COUNT(*)",
        "requires_filters": ["status"],
        "only_by": ["region"],
    }
    assert compiled(described, metrics=["special"], by=by("region"), filters=[where("status", "equals", "new")])


def hidden() -> dict[str, dict[str, Any]]:
    described = tables()
    described["customers"]["access"] = {
        "eu": {"rows": [{"column": "region", "values": "EU"}], "columns_hidden": ["age"]}
    }
    described["orders"]["access"] = {"eu": {"rows": [{"column": "total", "op": "lt", "attribute": "limit"}]}}
    return described


READER = Principal(id="r", roles=("eu",), attributes={"limit": 20})


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["mean_age"]},
        {"metrics": ["customers"], "by": by("age")},
        {"metrics": ["customers"], "filters": [where("customers.age", "gt", 1)]},
        {"metrics": ["lines"]},
        {"metrics": ["orders"], "by": by("items.product")},
        {"metrics": ["orders"], "by": by("ship.name")},
        {"metrics": ["unpaid"]},
    ],
)
def test_what_a_principal_may_not_see_is_as_if_unknown(query: dict[str, Any]) -> None:
    error = refused(hidden(), READER, **query)
    assert error.code == "VRT-221"
    names = error.message.partition("Did you mean")[2]
    assert not any(secret in names for secret in ("age", "items", "ship", "payments"))


def test_a_policy_binds_its_values_and_knows_its_attributes() -> None:
    seen = compiled(hidden(), READER, metrics=["orders"])
    assert seen.sql.endswith('WHERE ("orders"."total" < CAST($1 AS BIGINT))')
    assert seen.parameters == (20,)
    without = Principal(id="r", roles=("eu",))
    assert compiled(hidden(), without, metrics=["orders"]).sql.endswith("WHERE FALSE")


def test_a_left_join_stays_one_under_a_policy() -> None:
    sql = compiled(hidden(), READER, metrics=["orders"], by=by("region")).sql
    on, _, condition = sql.partition(" WHERE ")
    assert "LEFT JOIN" in on
    assert '"orders.customer"."region" = CAST(' in on
    assert "region" not in condition.partition(" GROUP BY ")[0]


def test_values_are_bound_and_identifiers_quoted_whatever_they_hold() -> None:
    odd = "x'; DROP TABLE orders; --"
    made = compiled(tables(), metrics=["orders"], filters=[where("status", "equals", odd)])
    assert odd not in made.sql
    assert made.parameters == (odd,)
    described = {
        "t": {
            "metrics": {"n": {"sql": "COUNT(*)"}},
            "columns": {'a"; DROP TABLE t; --': {"sql": "1", "kind": "dimension"}},
        }
    }
    dictionary = dictionary_of(described)
    model = load_model(build_catalog(dictionary, schema_of({"t": {"b": "bigint"}})))
    query = MetricQuery.model_validate({"metrics": ["n"], "by": [{"dimension": 't.a"; DROP TABLE t; --'}]})
    sql = compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb").sql
    assert 'AS "a""; DROP TABLE t; --"' in sql


def test_an_unused_join_never_appears() -> None:
    assert "JOIN" not in compiled(tables(), metrics=["orders"], by=by("status")).sql


def test_metrics_of_one_root_share_one_scan() -> None:
    sql = compiled(tables(), metrics=["orders", "revenue", "buyers", "average_order"], by=by("region")).sql
    assert sql.count("FROM") == 1


def test_names_longer_than_postgres_keeps_stay_apart() -> None:
    name = "c" * 300
    columns = {"t": {name + "1": "text", name + "2": "text"}}
    dictionary = dictionary_of({"t": {"metrics": {"n" * 300: {"sql": "COUNT(*)"}}}})
    model = load_model(build_catalog(dictionary, schema_of(columns)))
    query = MetricQuery.model_validate({"metrics": ["n" * 300], "by": by(name + "1", name + "2")})
    made = compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="postgres")
    assert [c.name for c in made.columns] == ["column_1", "column_2", "column_3"]


def both_ways() -> dict[str, dict[str, Any]]:
    """The small shop with joins to many declared by name, and orders that follow other orders."""
    described = tables()
    described["customers"]["joins"]["orders"] = {
        "table": "orders",
        "type": "one_to_many",
        "on": {"customer_id": "customer_id"},
    }
    described["orders"]["joins"]["lines"] = {"table": "items", "type": "one_to_many", "on": "order_id"}
    return described


@pytest.mark.parametrize(
    ("metric", "dimension"), [("visits", "visits.customer.orders.status"), ("lines", "items.order.lines.product")]
)
def test_one_row_and_then_many_is_refused_by_any_name(metric: str, dimension: str) -> None:
    error = refused(both_ways(), metrics=[metric], by=by(dimension))
    assert (error.code, dimension in error.message) == ("VRT-229", True)


def test_two_lists_below_one_list_are_never_paired() -> None:
    error = refused(tables(), metrics=["customers"], by=by("items.product", "payments.kind"))
    assert error.code == "VRT-229"


def test_a_member_whose_way_leads_through_the_metrics_table_is_read_from_there() -> None:
    described = tables()
    described["orders"]["joins"]["earlier"] = {"table": "orders", "on": {"customer_id": "order_id"}}
    sql = compiled(described, metrics=["orders"], by=by("items.order.earlier.status")).sql
    assert '"orders.earlier"."status"' in sql
