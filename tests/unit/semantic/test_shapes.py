"""A shape that was compiled before gives what compiling in full gives, whatever its values are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import Condition, MetricQuery
from verity.data.access import TableAccess, access_for
from verity.data.catalog import build_catalog
from verity.exceptions import QueryError
from verity.semantic import shapes
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model
from verity.semantic.shapes import compile_shape

EXAMPLES = int(os.environ.get("VERITY_LAW_EXAMPLES", "25"))

TABLES = tables()
TABLES["orders"]["access"] = {
    "seller": {
        "rows": [
            {"column": "status", "op": "in", "attribute": "statuses"},
            {"column": "total", "op": "gte", "attribute": "least"},
        ]
    },
    "buyer": {"rows": [{"column": "customer_id", "op": "not_equals", "attribute": "id"}]},
}
for name in ("customers", "countries", "items", "payments", "visits"):
    TABLES[name]["access"] = {"seller": {"rows": "all"}, "buyer": {"rows": "all"}}
TABLES["customers"]["access"]["buyer"] = {"rows": [{"column": "region", "attribute": "region"}]}
DICTIONARY = dictionary_of(TABLES)
CATALOG = build_catalog(DICTIONARY, schema_of(COLUMNS))
EVERYTHING = access_for(DICTIONARY, OWNER)


def seen(compiled: Compiled) -> tuple[Any, ...]:
    """All that a caller can see of a compiled query; 1 and true differ."""
    typed = [(type(value), value) for value in compiled.parameters]
    work = compiled.work
    return (
        compiled.sql, typed, compiled.columns, compiled.plan, compiled.display, compiled.metrics, compiled.query,
        work.where, work.having, [(type(v), v) for v in work.parameters], dict(work.accesses),
    )  # fmt: skip


def both(model: Model, query: MetricQuery, accesses: Mapping[str, TableAccess] = EVERYTHING) -> bool:
    """Compile by shape and in full, hold one against the other; True where both answer."""

    def outcome(compile_: Any) -> Any:
        try:
            return seen(compile_(model, query, accesses=accesses, dialect="duckdb"))
        except QueryError as error:
            return error.code, error.message, error.remedy

    expected = outcome(compile_query)
    assert outcome(compile_shape) == expected
    assert all(shape.distrusted == 0 for shape in model.shapes.values())
    return len(expected) > 3


DAYS = st.dates(date(2023, 12, 30), date(2024, 3, 2))
MOMENTS = st.one_of(
    DAYS,
    st.datetimes(datetime(2023, 12, 30), datetime(2024, 3, 2)),
    DAYS.map(lambda day: datetime(day.year, day.month, day.day)),
)
TEXTS = st.sampled_from(["delivered", "new", "A", "50%_!", "", "12", "true", "x'y"])
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([2**62, 2**70, 1.5, 1e300, "7", "7.10", "0.1234567890123456"]))
MEMBERS: dict[str, tuple[list[str], st.SearchStrategy[Any]]] = {
    "orders.status": (["equals", "in", "not_in", "not_equals", "gt", "contains", "not_contains", "is_null"], TEXTS),
    "orders.total": (["equals", "in", "gte", "lt", "not_equals"], NUMBERS | st.booleans()),
    "orders.order_date": (["equals", "in", "gt", "lte", "not_in"], MOMENTS.map(str)),
    "orders.shipped_at": (["equals", "in", "gt", "lte", "not_in"], MOMENTS.map(str)),
    "orders.paid": (["equals", "in"], st.booleans() | st.sampled_from(["true", "False", "perhaps"])),
    "customers.age": (["equals", "in", "gt"], NUMBERS),
    "customers.region": (["equals", "is_not_null"], TEXTS),
    "items.product": (["equals", "starts_with", "in"], TEXTS),
    "orders.revenue": (["gt", "equals", "not_equals"], NUMBERS),
    "orders.average_order": (["lte"], NUMBERS),
}
METRICS = ["orders.revenue", "orders.orders", "orders.average_order", "items.units"]
BY = ["status", "customers.region", "time:month", "order_date:day"]


@st.composite
def frames(draw: st.DrawFn) -> tuple[dict[str, Any], list[Any]]:
    """A query without its values, and where each value goes."""
    chosen = draw(st.lists(st.sampled_from(sorted(MEMBERS)), max_size=3))
    leaves = [(member, draw(st.sampled_from(MEMBERS[member][0]))) for member in chosen]
    lengths = [0 if "null" in op else draw(st.integers(1, 3)) if op in ("in", "not_in") else 1 for _, op in leaves]
    by = draw(st.lists(st.sampled_from(BY), unique=True, max_size=2))
    return {
        "metrics": tuple(draw(st.lists(st.sampled_from(METRICS), unique=True, min_size=1, max_size=2))),
        "by": tuple({"dimension": part[0], "grain": part[2] or None} for part in (name.partition(":") for name in by)),
        "range": draw(st.sampled_from([(), ("since",), ("since", "until")])),
        "either": draw(st.booleans()),
        "limit": draw(st.sampled_from([None, 5])),
        "compare": draw(st.sampled_from([None, None, None, "previous_year"])),
    }, list(zip(leaves, lengths, strict=True))  # fmt: skip


@st.composite
def filled(draw: st.DrawFn, frame: dict[str, Any], leaves: list[Any]) -> MetricQuery:
    """The query with values."""
    conditions = [
        {"member": member, "op": op, "values": draw(st.lists(MEMBERS[member][1], min_size=n, max_size=n))}
        for (member, op), n in leaves
    ]
    ends = {end: draw(MOMENTS) for end in frame["range"]}
    return MetricQuery.model_validate(
        {key: frame[key] for key in ("metrics", "by", "limit", "compare")}
        | {"time_range": ends or None}
        | {"filters": [{"or": conditions}] if frame["either"] and conditions else conditions}
    )


PRINCIPALS = st.one_of(
    st.just(OWNER),
    st.builds(
        lambda statuses, least: Principal(id="s", roles=("seller",), attributes={"statuses": statuses, "least": least}),
        st.lists(TEXTS, min_size=1, max_size=2),
        st.integers(-2, 9),
    ),
    st.builds(
        lambda who, region: Principal(id="b", roles=("buyer", "seller"), attributes={"id": who, "region": region}),
        st.integers(1, 3),
        TEXTS,
    ),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_a_shape_compiled_before_gives_what_compiling_in_full_gives(data):
    frame, leaves = data.draw(frames())
    models: dict[Any, Model] = {}
    for _ in range(7):
        principal = data.draw(PRINCIPALS)
        query = data.draw(filled(frame, leaves))
        accesses = access_for(DICTIONARY, principal)
        model = models.setdefault(
            principal.roles, load_model(CATALOG if principal is OWNER else CATALOG.narrowed_to(accesses))
        )
        both(model, query, accesses)  # fmt: skip


@pytest.fixture
def compiled_in_full(monkeypatch) -> list[MetricQuery]:
    """The queries that were compiled in full."""
    done: list[MetricQuery] = []

    def counted(model: Model, query: MetricQuery, **rest: Any) -> Compiled:
        done.append(query)
        return compile_query(model, query, **rest)

    monkeypatch.setattr(shapes, "compile_query", counted)
    return done


def status(*values: Any, op: str = "in", since: date = date(2024, 1, 1)) -> MetricQuery:
    condition = Condition.model_validate({"member": "status", "op": op, "values": values})
    return MetricQuery.model_validate({"metrics": ["revenue"], "filters": [condition], "time_range": {"since": since}})


def reuse(model: Model, queries: list[MetricQuery], accesses: Mapping[str, TableAccess] = EVERYTHING) -> None:
    for query in queries:
        compile_shape(model, query, accesses=accesses, dialect="duckdb")


def test_other_values_of_the_same_kind_are_not_compiled_again(compiled_in_full):
    reuse(load_model(CATALOG), [status("a", str(n), since=date(2024, 1, n)) for n in range(1, 16)])
    assert len(compiled_in_full) == 4  # the first use, and those that are held against compiling in full: 2, 4, 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (status("a"), status("a", "b")),
        (status("a", "b"), status("a", "a")),
        (status("a", op="equals"), status("a", op="not_equals")),
        (status("a"), status("a").model_copy(update={"limit": 3})),
        (status("a"), status("a").model_copy(update={"offset": 3})),
        (status("a"), status(op="is_null")),
        (status("a"), status("a", since=datetime(2024, 1, 1, 12))),
    ],
)
def test_what_the_sql_shows_belongs_to_the_shape(one, other, compiled_in_full):
    model = load_model(CATALOG)
    reuse(model, [one, other])
    assert len(compiled_in_full) == 2
    assert all(both(model, query) for query in (one, other, one, other))


@pytest.mark.parametrize(
    "values", [(1, 1.5), (1, 2**70), ("7", "7.10"), (1, "7.1"), (True, 1), ("2024-01-01", "2024-01-01T12:00:00")]
)
def test_the_type_of_a_value_belongs_to_the_shape(values):
    model = load_model(CATALOG)
    for value in (*values, *values, *values):
        for member in ("orders.total", "orders.order_date", "orders.shipped_at"):
            condition = Condition(member=member, op="gte", values=(value,))
            both(model, MetricQuery(metrics=("revenue",), filters=(condition,)))


def test_tenants_share_a_shape_and_never_a_value(compiled_in_full):
    principals = [Principal(id=str(n), roles=("buyer",), attributes={"id": n, "region": f"r{n}"}) for n in range(1, 8)]
    accesses = [access_for(DICTIONARY, principal) for principal in principals]
    model = load_model(CATALOG.narrowed_to(accesses[0]))
    query = MetricQuery(metrics=("revenue",), by=({"dimension": "customer.region"},))  # type: ignore[arg-type]
    found = [compile_shape(model, query, accesses=access, dialect="duckdb") for access in accesses]
    assert [set(compiled.parameters) for compiled in found] == [{n, f"r{n}"} for n in range(1, 8)]
    assert len({compiled.sql for compiled in found}) == 1
    assert len(compiled_in_full) == 3


def test_values_that_decide_more_than_parameters_belong_to_the_shape(compiled_in_full):
    model = load_model(CATALOG)
    query = MetricQuery.model_validate({"metrics": ["revenue"], "by": [{"dimension": "time", "grain": "month"}],
        "compare": "previous_year", "time_range": {"since": "2024-01-01", "until": "2024-03-01"}})  # fmt: skip
    later = query.model_copy(update={"time_range": query.time_range.model_copy(update={"until": date(2024, 4, 1)})})
    reuse(model, [query, later, query, later, query])
    assert len(compiled_in_full) == 4
    assert both(model, query)
    assert both(model, later)


def test_a_form_that_is_not_what_compiling_gives_is_never_used_again(compiled_in_full, monkeypatch):
    model = load_model(CATALOG)
    reuse(model, [status("a")])
    (shape,) = model.shapes.values()
    (recipe,) = shape.recipes.values()
    (form,) = recipe.forms.values()
    object.__setattr__(form.compiled, "sql", "SELECT 'wrong'")
    assert "wrong" not in compile_shape(model, status("b"), accesses=EVERYTHING, dialect="duckdb").sql
    assert shape.distrusted == 1
    assert "wrong" not in compile_shape(model, status("c"), accesses=EVERYTHING, dialect="duckdb").sql


def test_a_value_that_is_none_of_the_member_is_refused_as_before():
    model = load_model(CATALOG)
    bad = MetricQuery(metrics=("revenue",), filters=(Condition(member="orders.total", op="gt", values=("abc",)),))
    good = MetricQuery(metrics=("revenue",), filters=(Condition(member="orders.total", op="gt", values=("1",)),))
    assert [both(model, query) for query in (bad, good, bad, good, bad)] == [False, True, False, True, False]


def test_the_statement_is_checked_whenever_it_is_made(monkeypatch):
    model, checked = load_model(CATALOG), []
    for value in "abcdef":
        compile_shape(model, status(value), accesses=EVERYTHING, dialect="duckdb", check=checked.append)
    assert len(checked) == 3
