"""Joins: bridges and their weights, self joins, one table in two roles, ranges, many hops; hierarchies and drill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.small_orders import MemoryEngine, dictionary_of, schema_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.exceptions import AmbiguousMember, NoLevelBelow, NotAllocatable, NotSupported, QueryError, UnknownMember
from verity.semantic.compiler import compile_query
from verity.semantic.drill import drill
from verity.semantic.model import Model, load_model

COLUMNS = {
    "orders": {"id": "bigint", "total": "decimal(12,2)", "qty": "bigint", "day": "date"},
    "tags": {"tag": "text", "topic": "text"},
    "order_tags": {"order_id": "bigint", "tag": "text", "part": "decimal(9,6)", "kind": "text"},
    "people": {"id": "bigint", "name": "text", "boss": "bigint", "country": "text", "region": "text", "city": "text"},
    "hours": {"person": "bigint", "spent": "bigint"},
    "friends": {"person": "bigint", "friend": "bigint"},
    "rates": {"since": "date", "until": "date", "label": "text"},
    "lines": {"line": "bigint", "order_id": "bigint", "paid": "decimal(12,2)"},
}
DESCRIBED: dict[str, dict[str, Any]] = {
    "orders": {
        "primary_key": "id",
        "joins": {
            "tags": {"table": "tags", "type": "many_to_many", "through": "order_tags"},
            "split": {"table": "tags", "type": "many_to_many", "through": "order_tags", "weight": "part"},
            "rate": {"table": "rates", "sql": "day >= rate.since AND day < rate.until"},
        },
        "metrics": {
            "orders": {"sql": "COUNT(*)"},
            "revenue": {"sql": "SUM(total)"},
            "small": {"sql": "SUM(total) FILTER (WHERE total < 5)"},
            "units": {"sql": "SUM(qty)"},
            "mean": {"sql": "AVG(total)"},
            "biggest": {"sql": "MAX(total)"},
        },
    },
    "tags": {"primary_key": "tag", "metrics": {"tags": {"sql": "COUNT(*)"}}},
    "order_tags": {
        "joins": {"order": {"table": "orders", "on": {"order_id": "id"}}, "tagged": {"table": "tags", "on": "tag"}},
    },
    "people": {
        "primary_key": "id",
        "hierarchies": {"geo": ["country", "region", "city"]},
        "joins": {
            "manager": {"table": "people", "on": {"boss": "id"}},
            "reports": {"table": "people", "type": "one_to_many", "on": {"id": "boss"}},
            "friend": {"table": "people", "type": "many_to_many", "through": "friends"},
        },
        "metrics": {"people": {"sql": "COUNT(*)"}},
    },
    "hours": {
        "joins": {"worker": {"table": "people", "on": {"person": "id"}}},
        "metrics": {"spent": {"sql": "SUM(spent)"}},
    },
    "friends": {
        "joins": {
            "person": {"table": "people", "on": {"person": "id"}},
            "friend": {"table": "people", "on": {"friend": "id"}},
        }
    },
    "rates": {},
    "lines": {
        "primary_key": "line",
        "joins": {"order": {"table": "orders", "on": {"order_id": "id"}}},
        "metrics": {"paid": {"sql": "SUM(paid)"}, "lines": {"sql": "COUNT(*)"}},
    },
}
PEOPLE = [
    (1, "Ada", None, "ES", "AN", "Cadiz"), (2, "Bo", 1, "ES", "AN", "Ronda"), (3, "Cy", 1, "ES", "MD", "Madrid"),
    (4, "Di", 2, "PH", "NCR", "Manila"), (5, "Ed", 99, None, None, None),
]  # fmt: skip
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "people": PEOPLE,
    "hours": [(2, 10), (3, 5), (4, 2), (None, 1), (4, 4)],
    "friends": [(1, 2), (1, 3), (2, 1), (4, 2)],
}


def model_of(described: dict[str, dict[str, Any]], columns: dict[str, dict[str, str]] = COLUMNS) -> Model:
    return load_model(build_catalog(dictionary_of(described), schema_of(columns)))


MODEL = model_of(DESCRIBED)


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine(COLUMNS, ROWS)
    yield made
    made.close()


def ran(engine: MemoryEngine, model: Model = MODEL, **query: Any) -> list[tuple[Any, ...]]:
    made = compile_query(
        model,
        MetricQuery.model_validate(query),
        accesses=access_for(model.catalog.dictionary, OWNER),
        dialect="duckdb",
    )
    return engine.connection.execute(made.sql, list(made.parameters)).fetchall()


def refused(model: Model = MODEL, **query: Any) -> QueryError:
    with pytest.raises(QueryError) as raised:
        compile_query(
            model,
            MetricQuery.model_validate(query),
            accesses=access_for(model.catalog.dictionary, OWNER),
            dialect="duckdb",
        )
    return raised.value


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def where(member: str, op: str, *values: Any) -> dict[str, Any]:
    return {"member": member, "op": op, "values": list(values)}


MONEY = st.none() | st.decimals(min_value=-20, max_value=20, places=2)
ORDERS = st.lists(st.tuples(MONEY, st.integers(0, 9)), max_size=5)
PAIRS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 9, None]),
        st.sampled_from(["a", "b", "c", "lost", None]),
        st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal("1"), None]),
        st.sampled_from(["x", None]),
    ),
    max_size=8,
)
TAGS = [("a", "news"), ("b", "news"), ("c", None)]


def fill(engine: MemoryEngine, orders: list[Any], pairs: list[Any]) -> list[tuple[int, Any, Any]]:
    numbered = [(i, total, qty, None) for i, (total, qty) in enumerate(orders)]
    for table, rows in (("orders", numbered), ("order_tags", pairs), ("tags", TAGS)):
        engine.connection.execute(f'TRUNCATE silver."{table}"')
        engine.insert(table, rows)
    return [(i, total, qty) for i, total, qty, _ in numbered]


def topics(pairs: list[Any], order: int) -> list[tuple[Any, Any]]:
    """(topic, share) of each pair of an order; the order whole in the group NULL where it has none."""
    found = [(dict(TAGS).get(tag), part or 0) for owner, tag, part, _ in pairs if owner == order]
    return found or [(None, 1)]


def total(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, pairs=PAIRS)
def test_over_a_bridge_a_row_counts_once_in_every_group_it_belongs_to(
    engine: MemoryEngine, orders: list[Any], pairs: list[Any]
) -> None:
    rows = fill(engine, orders, pairs)
    groups: dict[Any, list[Any]] = defaultdict(list)
    for number, money, _ in rows:
        for topic in {topic for topic, _ in topics(pairs, number)}:
            groups[topic].append(money)
    found = ran(engine, metrics=["orders", "revenue"], by=by("orders.tags.topic"))
    assert {t: (n, r) for t, n, r in found} == {t: (len(v), total(v)) for t, v in groups.items()}
    ((count, revenue),) = ran(engine, metrics=["orders", "revenue"])
    assert (count, revenue) == (len(rows), total([money for _, money, _ in rows])), "the whole is no sum of groups"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, pairs=PAIRS)
def test_over_a_weighted_bridge_sums_are_split(engine: MemoryEngine, orders: list[Any], pairs: list[Any]) -> None:
    rows = fill(engine, orders, pairs)
    groups: dict[Any, list[Any]] = defaultdict(list)
    small: dict[Any, list[Any]] = defaultdict(list)
    for number, money, _ in rows:
        shares: dict[Any, Any] = defaultdict(Decimal)
        for topic, part in topics(pairs, number):
            shares[topic] += part
        for topic, part in shares.items():
            groups[topic].append(None if money is None else money * part)
            small[topic].append(None if money is None or money >= 5 else money * part)
    found = ran(engine, metrics=["revenue", "small"], by=by("orders.split.topic"))
    cents = Decimal("0.01")
    assert {row[0] for row in found} == set(groups)
    for topic, revenue, little in found:
        for got, expected in ((revenue, total(groups[topic])), (little, total(small[topic]))):
            assert (got is None) == (expected is None)
            assert got is None or abs(got - expected) <= cents / 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, pairs=PAIRS)
def test_a_filter_over_a_bridge_keeps_rows_that_have_such_a_pair(
    engine: MemoryEngine, orders: list[Any], pairs: list[Any]
) -> None:
    rows = fill(engine, orders, pairs)
    wanted = {owner for owner, tag, _, _ in pairs if dict(TAGS).get(tag) == "news"}
    expected = sum(number in wanted for number, _, _ in rows)
    for join in ("tags", "split"):
        ((count,),) = ran(engine, metrics=["orders"], filters=[where(f"orders.{join}.topic", "equals", "news")])
        assert count == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, pairs=PAIRS, lines=st.lists(st.tuples(st.sampled_from([0, 1, 2, 7, None]), MONEY), max_size=6))
def test_a_bridge_may_lie_behind_a_join_to_one_row(
    engine: MemoryEngine, orders: list[Any], pairs: list[Any], lines: list[Any]
) -> None:
    rows = fill(engine, orders, pairs)
    engine.connection.execute('TRUNCATE silver."lines"')
    engine.insert("lines", [(i, order, paid) for i, (order, paid) in enumerate(lines)])
    counts: dict[Any, int] = defaultdict(int)
    whole: dict[Any, list[Any]] = defaultdict(list)
    split: dict[Any, list[Any]] = defaultdict(list)
    for order, paid in lines:
        shares: dict[Any, Any] = defaultdict(Decimal)
        for topic, part in topics(pairs, order) if order in {number for number, _, _ in rows} else [(None, 1)]:
            shares[topic] += part
        for topic, part in shares.items():
            counts[topic] += 1
            whole[topic].append(paid)
            split[topic].append(None if paid is None else paid * part)
    found = ran(engine, metrics=["paid", "lines"], by=by("lines.order.tags.topic"))
    assert {t: (p, n) for t, p, n in found} == {t: (total(whole[t]), counts[t]) for t in counts}
    assert found == ran(engine, metrics=["paid", "lines"], by=by("orders.tags.topic"))
    for topic, paid in ran(engine, metrics=["paid"], by=by("lines.order.split.topic")):
        expected = total(split[topic])
        assert (paid is None) == (expected is None)
        assert paid is None or abs(paid - expected) <= Decimal("0.005")


def test_shares_that_add_up_give_groups_that_add_up(engine: MemoryEngine) -> None:
    half = Decimal("0.5")
    fill(engine, [(Decimal("10.01"), 1), (Decimal("4.00"), 1)], [(0, "a", half, None), (0, "c", half, None)])
    found = ran(engine, metrics=["revenue"], by=by("orders.split.tag"))
    assert found == [("a", Decimal("5.01")), ("c", Decimal("5.01")), (None, Decimal("4.00"))], "to the metric's cents"


@pytest.mark.parametrize(
    ("metric", "remedy"), [("orders", "without"), ("mean", "without"), ("biggest", "without"), ("units", "* 1.00")]
)
def test_what_is_no_sum_is_not_split(metric: str, remedy: str) -> None:
    error = refused(metrics=[metric], by=by("orders.split.topic"))
    assert isinstance(error, NotAllocatable)
    assert error.code == "VRT-248"
    assert remedy in error.remedy


def test_the_columns_of_a_bridge_and_of_what_lies_behind_share_one_way(engine: MemoryEngine) -> None:
    fill(engine, [(Decimal(1), 1)], [(0, "a", None, "x"), (0, "b", None, None)])
    found = ran(engine, metrics=["orders"], by=by("orders.tags.tag", "order_tags.kind"))
    assert found == [("a", "x", 1), ("b", None, 1)]


def test_the_other_side_of_a_bridge_is_asked_the_same_way(engine: MemoryEngine) -> None:
    fill(engine, [(Decimal(1), 1), (Decimal(2), 2)], [(0, "a", None, None), (1, "a", None, None)])
    assert ran(engine, metrics=["tags"], by=by("orders.id")) == [(0, 1), (1, 1), (None, 2)]


def test_a_many_to_many_join_of_a_table_with_itself(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    found = ran(engine, metrics=["people"], by=by("people.friend.name"))
    assert found == [("Ada", 1), ("Bo", 2), ("Cy", 1), (None, 2)]


def test_a_bridge_that_a_role_may_not_see_is_no_way(engine: MemoryEngine) -> None:
    described = {name: {**entry, "access": {"staff": {}}} for name, entry in DESCRIBED.items()}
    described["order_tags"]["access"] = {"other": {}}
    dictionary = dictionary_of(described)
    accesses = access_for(dictionary, Principal(id="s", roles=("staff",)))
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))
    query = MetricQuery.model_validate({"metrics": ["orders"], "by": by("orders.tags.topic")})
    with pytest.raises(UnknownMember) as raised:
        compile_query(model, query, accesses=accesses, dialect="duckdb")
    assert "order_tags" not in str(raised.value)


def test_a_policy_of_the_bridge_holds_inside_the_join(engine: MemoryEngine) -> None:
    described = {name: {**entry, "access": {"staff": {}}} for name, entry in DESCRIBED.items()}
    described["order_tags"]["access"] = {"staff": {"rows": [{"column": "kind", "values": "x"}]}}
    dictionary = dictionary_of(described)
    accesses = access_for(dictionary, Principal(id="s", roles=("staff",)))
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))
    fill(engine, [(Decimal(1), 1), (Decimal(2), 1)], [(0, "a", None, "x"), (0, "b", None, None), (1, "b", None, None)])
    query = MetricQuery.model_validate({"metrics": ["orders"], "by": by("orders.tags.tag")})
    made = compile_query(model, query, accesses=accesses, dialect="duckdb")
    assert engine.connection.execute(made.sql, list(made.parameters)).fetchall() == [("a", 1), (None, 1)]


def test_a_self_join_leads_to_the_other_row(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    assert ran(engine, metrics=["people"], by=by("people.manager.name")) == [("Ada", 2), ("Bo", 1), (None, 2)]
    assert ran(engine, metrics=["people"], by=by("people.manager.manager.name")) == [("Ada", 1), (None, 4)]
    assert ran(engine, metrics=["people"], by=by("people.reports.name"))[0] == ("Bo", 1)
    assert ran(engine, metrics=["people"], filters=[where("people.reports.name", "equals", "Di")]) == [(1,)]


def test_a_self_join_behind_a_join(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    expected = [("Ada", 15), ("Bo", 6), (None, 1)]
    assert ran(engine, metrics=["spent"], by=by("hours.worker.manager.name")) == expected
    assert ran(engine, metrics=["spent"], by=by("people.manager.name")) == expected
    both = ran(engine, metrics=["spent", "people"], by=by("hours.worker.manager.name"))
    assert both == [("Ada", 15, 2), ("Bo", 6, 1), (None, 1, 2)], "the manager of the worker, also for people"


def test_a_join_may_compare_a_range(engine: MemoryEngine) -> None:
    from datetime import date

    for table, rows in (
        ("orders", [(i, Decimal(i), 1, day) for i, day in enumerate([date(2024, 1, 1), date(2024, 2, 1), None])]),
        ("rates", [(date(2023, 12, 1), date(2024, 2, 1), "old"), (date(2024, 2, 1), date(2025, 1, 1), "new")]),
    ):
        engine.connection.execute(f'TRUNCATE silver."{table}"')
        engine.insert(table, rows)
    found = ran(engine, metrics=["orders"], by=by("orders.rate.label"))
    assert found == [("new", 1), ("old", 1), (None, 1)]


def chain(length: int) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, str]]]:
    described = {
        f"t{i}": {
            "primary_key": "id",
            "joins": {"next": {"table": f"t{i + 1}", "on": {"up": "id"}}} if i < length else {},
        }
        for i in range(length + 1)
    }
    described["t0"]["metrics"] = {"rows": {"sql": "COUNT(*)"}}
    return described, {name: {"id": "bigint", "up": "bigint", f"end{name}": "text"} for name in described}


def test_hops_have_no_limit() -> None:
    described, columns = chain(15)
    engine = MemoryEngine(columns, {name: [(1, 1, name)] for name in columns})
    assert ran(engine, model_of(described, columns), metrics=["rows"], by=by("endt15")) == [("t15", 1)]
    engine.close()


def test_two_ways_are_an_error_with_the_choices_however_long_they_are() -> None:
    described, columns = chain(12)
    described["t0"]["joins"]["short"] = {"table": "t12", "on": {"id": "id"}}
    error = refused(model_of(described, columns), metrics=["rows"], by=by("endt12"))
    assert isinstance(error, AmbiguousMember)
    assert "t0.short.endt12" in error.choices
    assert len(error.choices) == 2


def test_a_graph_with_more_ways_than_can_be_compared_is_refused() -> None:
    count = 14
    described: dict[str, dict[str, Any]] = {
        f"t{i}": {
            "primary_key": "id",
            "joins": {f"to{j}": {"table": f"t{j}", "on": {"up": "id"}} for j in range(count) if j != i and j != 0},
        }
        for i in range(count)
    }
    described["end"] = {"primary_key": "id"}
    described["t13"]["joins"] = {"last": {"table": "end", "on": {"up": "id"}}}
    described["t0"]["metrics"] = {"rows": {"sql": "COUNT(*)"}}
    for i in range(1, 13):
        described[f"t{i}"]["joins"].pop("to13", None)
    described["t12"]["joins"]["to13"] = {"table": "t13", "on": {"up": "id"}}
    described["t0"]["joins"].pop("to13")
    columns = {name: {"id": "bigint", "up": "bigint", f"at_{name}": "text"} for name in described}
    error = refused(model_of(described, columns), metrics=["rows"], by=by("at_end"))
    assert isinstance(error, AmbiguousMember | NotSupported)


def test_ungrouped_rows_show_every_row_over_joins_to_one(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    columns = by("hours.spent", "hours.worker.name", "hours.worker.manager.name")
    rows = ran(engine, by=columns, ungrouped=True)
    assert rows == [(1, None, None), (2, "Di", "Bo"), (4, "Di", "Bo"), (5, "Cy", "Ada"), (10, "Bo", "Ada")]
    engine.insert("hours", [(4, 4)])
    assert len(ran(engine, by=columns, ungrouped=True)) == 6, "equal rows are rows"
    assert len(ran(engine, by=columns)) == 5


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"by": by("people.name", "people.reports.name")}, "several values of 'people.reports.name'"),
        ({"by": by("orders.id", "orders.tags.topic")}, "several values of 'orders.tags.topic'"),
        ({"by": by("people.name"), "metrics": ["people"]}, "a number of a group"),
    ],
)
def test_ungrouped_rows_that_would_repeat_are_refused(query: dict[str, Any], words: str) -> None:
    assert words in refused(ungrouped=True, **query).message


def test_a_hierarchy_is_asked_by_its_levels(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    whole = ran(engine, metrics=["people"], by=by("geo"))
    assert whole == ran(engine, metrics=["people"], by=by("country")) == [("ES", 3), ("PH", 1), (None, 1)]
    assert ran(engine, metrics=["people"], by=by("geo.city")) == ran(engine, metrics=["people"], by=by("city"))
    assert ran(engine, metrics=["spent"], by=by("hours.worker.geo")) == [("ES", 15), ("PH", 6), (None, 1)]
    assert ran(engine, metrics=["spent"], by=by("worker.geo.region"))[0] == ("AN", 10)


def test_a_drill_asks_for_the_next_level_of_one_value(engine: MemoryEngine) -> None:
    engine.refill(ROWS)
    query = MetricQuery.model_validate({"metrics": ["people"], "by": by("geo"), "limit": 10})
    finer = drill(query, MODEL.catalog, "ES")
    assert [g.dimension for g in finer.by] == ["people.region"]
    document = finer.model_dump(mode="json", by_alias=True)
    assert ran(engine, **document) == [("AN", 2), ("MD", 1)]
    finest = drill(query, MODEL.catalog, "ES", "AN")
    assert ran(engine, **finest.model_dump(mode="json", by_alias=True)) == [("Cadiz", 1), ("Ronda", 1)]
    empty = drill(query, MODEL.catalog, None)
    assert ran(engine, **empty.model_dump(mode="json", by_alias=True)) == [(None, 1)]
    with pytest.raises(NoLevelBelow):
        drill(finest, MODEL.catalog, "Ronda")
    with pytest.raises(NoLevelBelow):
        drill(MetricQuery.model_validate({"metrics": ["people"], "by": by("name")}), MODEL.catalog, "Ada")
    with pytest.raises(UnknownMember):
        drill(query, MODEL.catalog, "ES", on="planet")


def test_a_drill_behind_a_join_stays_behind_it(engine: MemoryEngine) -> None:
    query = MetricQuery.model_validate({"metrics": ["spent"], "by": by("hours.worker.geo")})
    finer = drill(query, MODEL.catalog, "ES", on="hours.worker.geo")
    assert [g.dimension for g in finer.by] == ["hours.worker.region"]
    engine.refill(ROWS)
    assert ran(engine, **finer.model_dump(mode="json", by_alias=True)) == [("AN", 10), ("MD", 5)]


@pytest.mark.parametrize(
    ("table", "change", "code", "words"),
    [
        ("orders", {"joins": {"t": {"table": "tags", "type": "many_to_many"}}}, "VRT-208", "names no bridge"),
        (
            "orders",
            {"joins": {"t": {"table": "tags", "type": "many_to_many", "through": "order_tag"}}},
            "VRT-208",
            "order_tags",
        ),
        (
            "orders",
            {"joins": {"t": {"table": "tags", "type": "many_to_many", "through": "friends"}}},
            "VRT-208",
            "has no many_to_one join to 'orders'",
        ),
        (
            "orders",
            {"joins": {"t": {"table": "tags", "type": "many_to_many", "through": "order_tags", "on": "tag"}}},
            "VRT-208",
            "'through' and 'on'",
        ),
        (
            "orders",
            {"joins": {"t": {"table": "tags", "type": "many_to_many", "through": "order_tags", "weight": "parts"}}},
            "VRT-207",
            "part",
        ),
        ("people", {"hierarchies": {"geo": ["country", "town"]}}, "VRT-207", "town"),
        ("orders", {"calendar": "rate"}, "VRT-208", "rates"),
        ("orders", {"calendar": "rates"}, "VRT-208", "which of its columns is the day"),
        ("rates", {"periods": {"day": "since", "fiscal_month": "moon"}}, "VRT-207", "moon"),
        ("people", {"access": {"x": {"columns_masked": {"nam": "hash"}}}}, "VRT-207", "name"),
        ("people", {"access": {"x": {"columns_masked": {"name": "year"}}}}, "VRT-218", "it is text"),
        ("people", {"hierarchies": {"manager": ["country", "city"]}}, "VRT-214", "Give it another name"),
        ("people", {"hierarchies": {"geo": ["country", "city", "country"]}}, "VRT-214", "stands in the hierarchy"),
        ("orders", {"columns": {"day": {"timezone": "Asia/Manila"}}}, "VRT-200", "has no wall clock"),
        ("orders", {"columns": {"at": {"type": "timestamp", "timezone": "Manila"}}}, "VRT-200", "IANA"),
    ],
)
def test_what_is_wrong_with_a_bridge_a_hierarchy_or_a_calendar_is_found(
    table: str, change: dict[str, Any], code: str, words: str
) -> None:
    described = {**DESCRIBED, table: {**DESCRIBED[table], **change}}
    findings = check_dictionary(build_catalog(dictionary_of(described), schema_of(COLUMNS)))
    said = [f"{f.message} {f.remedy}" for f in findings if f.code == code and f.level == "error"]
    assert any(words in text for text in said), findings
