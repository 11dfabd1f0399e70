"""Conditions as text: what they mean, and where they are wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.metric import AllOf, AnyOf, Condition, FilterNode
from verity.data.catalog import build_catalog
from verity.exceptions import ConditionSyntax, QueryError, UnknownMember
from verity.query.where_reader import parse_by, parse_order, parse_where


def _tables() -> dict[str, dict[str, Any]]:
    made = tables()
    made["orders"]["columns"]["año y mes"] = {"sql": "status"}
    return made


CATALOG = build_catalog(dictionary_of(_tables()), schema_of(COLUMNS))


def c(member: str, op: str, *values: Any) -> Condition:
    return Condition.model_validate({"member": member, "op": op, "values": values})


def both(*parts: FilterNode) -> AllOf:
    return AllOf(all=parts)


def either(*parts: FilterNode) -> AnyOf:
    return AnyOf(any=parts)


MEANS: dict[str, FilterNode] = {
    "status = delivered": c("status", "equals", "delivered"),
    "status = 'it''s late'": c("status", "equals", "it's late"),
    'status == "two words"': c("status", "equals", "two words"),
    "status = sin entregar aún": c("status", "equals", "sin entregar aún"),
    "status = delivered and total_revenue > 100".replace("total_revenue", "revenue"): both(
        c("status", "equals", "delivered"), c("revenue", "gt", 100)
    ),
    "revenue >= 10.50": c("revenue", "gte", "10.50"),
    "revenue>-3": c("revenue", "gt", -3),
    "revenue__growth > 0.1 and orders.revenue__delta<=2": both(
        c("revenue__growth", "gt", "0.1"), c("orders.revenue__delta", "lte", 2)
    ),
    "not revenue__previous is null": c("revenue__previous", "is_not_null"),
    "total = 007": c("total", "equals", 7),
    "status = 'null'": c("status", "equals", "null"),
    "status = null set": c("status", "equals", "null set"),
    "status = 007": c("status", "equals", "007"),
    "status <> new or status != new": either(c("status", "not_equals", "new"), c("status", "not_equals", "new")),
    "code in (PH, SG)": c("code", "in", "PH", "SG"),
    "code IN ('P,H', \"S)G\")": c("code", "in", "P,H", "S)G"),
    "code not in (PH)": c("code", "not_in", "PH"),
    "age between 18 and 30 and region = EU": both(
        both(c("age", "gte", 18), c("age", "lte", 30)), c("region", "equals", "EU")
    ),
    "age not between 18 and 30": either(c("age", "lt", 18), c("age", "gt", 30)),
    "region is null": c("region", "is_null"),
    "region IS NOT NULL": c("region", "is_not_null"),
    "not region is null": c("region", "is_not_null"),
    "status contains liver": c("status", "contains", "liver"),
    "status not contains liver": c("status", "not_contains", "liver"),
    "status starts with de": c("status", "starts_with", "de"),
    "status ends with 'ed'": c("status", "ends_with", "ed"),
    "not (status = a or age > 3)": both(c("status", "not_equals", "a"), c("age", "lte", 3)),
    "status = a or status = b and age < 9": either(
        c("status", "equals", "a"), both(c("status", "equals", "b"), c("age", "lt", 9))
    ),
    "(status = a or status = b) and age < 9": both(
        either(c("status", "equals", "a"), c("status", "equals", "b")), c("age", "lt", 9)
    ),
    "order_date >= 2024-01-31": c("order_date", "gte", "2024-01-31"),
    "shipped_at < 2024-01-31T08:00:00+02:00": c("shipped_at", "lt", "2024-01-31T08:00:00+02:00"),
    "time >= 2024-01-31": c("time", "gte", "2024-01-31"),
    "orders.customer.region = 'São Paulo'": c("orders.customer.region", "equals", "São Paulo"),
    'orders."año y mes" = x': c("orders.año y mes", "equals", "x"),
    '"status" = x': c("status", "equals", "x"),
    'status = "\'); DROP TABLE orders; --"': c("status", "equals", "'); DROP TABLE orders; --"),
    "paid = true": c("paid", "equals", "true"),
}


@pytest.mark.parametrize("text", MEANS)
def test_a_condition_becomes_the_tree_that_an_api_sends(text: str) -> None:
    if text.startswith("paid"):  # a metric and a column: the compiler settles it
        text = text.replace("paid", "orders.paid")
        assert parse_where(text, CATALOG) == c("orders.paid", "equals", "true")
        return
    assert parse_where(text, CATALOG) == MEANS[text]


WRONG: dict[str, tuple[int, str]] = {
    "": (0, "the condition is empty"),
    "   ": (0, "the condition is empty"),
    "status": (6, "a comparison is expected after 'status'"),
    "status delivered": (7, "a comparison is expected after 'status'"),
    "status =": (8, "a value is expected here"),
    "status = and age > 3": (9, "a value is expected here"),
    "= delivered": (0, "a member is expected here"),
    "'status' = delivered": (0, "a member is expected here; a value stands on the right"),
    "status = a age > 3": (15, "'and', 'or' or the end is expected here"),
    "status = 'open": (9, "this quote is never closed"),
    "(status = a": (11, "the bracket is never closed"),
    "status = a)": (10, "'and', 'or' or the end is expected here"),
    "status = a and": (14, "a member is expected here"),
    "status = null": (9, "write 'is null' or 'is not null'"),
    "status != NULL": (10, "nothing is compared with null"),
    "status in (a, null)": (14, "the text as 'null'"),
    "status in a": (10, "'(' and values are expected after 'in'"),
    "status in ()": (11, "a value is expected here"),
    "status in (a b, c": (17, "',' or ')' is expected in this list"),
    "age between 1": (13, "'and' and a second value are expected after 'between'"),
    "region is 5": (10, "'null' is expected after 'is'"),
    "status like '%x'": (7, "'like' is not known here"),
    "status starts x": (14, "'with' is expected after 'starts'"),
    "not status starts with x": (0, "'not' cannot stand before 'starts with'"),
    "status ! x": (7, "'!' is not understood"),
    "status = a; drop table orders": (29, ""),
    "(" * 60 + "status = a" + ")" * 60: (50, "brackets nest deeper"),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:40] or "empty")
def test_an_error_says_what_is_expected_and_where(text: str) -> None:
    position, words = WRONG[text]
    if text.endswith("drop table orders"):
        assert parse_where(text, CATALOG) == c("status", "equals", "a; drop table orders")  # a value like any other
        return
    with pytest.raises(ConditionSyntax) as raised:
        parse_where(text, CATALOG)
    assert (raised.value.position, raised.value.code) == (position, "VRT-228")
    assert words in raised.value.message
    if text.strip():
        assert raised.value.message.splitlines()[-1].index("^") == position + 2


def test_an_unknown_member_is_named_with_its_place() -> None:
    with pytest.raises(UnknownMember) as raised:
        parse_where("status = a and statuz = b", CATALOG)
    assert "unknown dimension 'statuz'. Did you mean 'status'?" in raised.value.message
    assert "character 16" in raised.value.message


@given(st.text(max_size=40))
def test_any_text_is_a_tree_or_a_coded_error(text: str) -> None:
    try:
        node = parse_where(text, CATALOG)
    except QueryError as error:
        node, code = None, error.code
    else:
        code = ""
    assert code in ("VRT-228", "VRT-221") if node is None else isinstance(node, AllOf | AnyOf | Condition)


@given(st.text(max_size=30))
def test_a_quoted_value_is_kept_as_it_is(value: str) -> None:
    quoted = "'" + value.replace("'", "''") + "'"
    assert parse_where(f"status = {quoted}", CATALOG) == c("status", "equals", value)


def test_dimensions_are_listed_with_their_grains() -> None:
    by = parse_by(' customers.region , order_date:Month,time:week,"año y mes" ', CATALOG)
    assert [(g.dimension, g.grain) for g in by] == [
        ("customers.region", None),
        ("order_date", "month"),
        ("time", "week"),
        ("año y mes", None),
    ]
    assert parse_by("", CATALOG) == ()


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("order_date:mont", 11, "'mont' is no grain; did you mean 'month'"),
        ("region,,status", 7, "a member is missing"),
        ("region,", 7, "a member is missing after the comma"),
        ('region,"open', 7, "this quote is never closed"),
    ],
)
def test_a_wrong_list_says_where(text: str, position: int, words: str) -> None:
    with pytest.raises(ConditionSyntax) as raised:
        parse_by(text, CATALOG)
    assert raised.value.position == position
    assert words in raised.value.message


def test_an_unknown_dimension_is_named() -> None:
    with pytest.raises(UnknownMember, match="Did you mean 'region'"):
        parse_by("regon", CATALOG)


def test_an_order_is_listed_with_its_direction() -> None:
    assert [(o.member, o.desc) for o in parse_order("-revenue, time:month")] == [
        ("revenue", True),
        ("time:month", False),
    ]
