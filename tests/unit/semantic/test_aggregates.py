"""Percentiles, spreads, conversion and retention against plain Python: ties, NULLs, repeated events, month ends."""

from __future__ import annotations

import math
import statistics
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.small_orders import MemoryEngine, dictionary_of, schema_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import QueryError
from verity.semantic.compiler import compile_query
from verity.semantic.model import Model, load_model

COLUMNS = {
    "visits": {"id": "bigint", "who": "bigint", "at": "timestamp", "page": "text", "stay": "decimal(8,2)"},
    "orders": {"id": "bigint", "buyer": "bigint", "day": "date", "status": "text", "total": "decimal(12,2)"},
    "people": {"id": "bigint", "country": "text"},
}
SEQUENCES: dict[str, Any] = {
    "bought": {"type": "conversion", "base": "visits", "event": "orders.paid", "within": "7 days"},
    "bought_month": {
        "type": "conversion",
        "base": "starts",
        "event": "orders.paid",
        "within": "1 month",
        "show": "count",
    },
}
DESCRIBED: dict[str, dict[str, Any]] = {
    "visits": {
        "primary_key": "id",
        "time_column": "at",
        "joins": {"person": {"table": "people", "on": {"who": "id"}}},
        "metrics": {
            "visits": {"sql": "COUNT(*)"},
            "starts": {"sql": "COUNT(*)", "filter": "page = 'start'"},
            "p90": {"type": "percentile", "sql": "stay", "percentile": 0.9},
            "low": {
                "type": "percentile", "sql": "stay * 2", "percentile": 0.28, "method": "discrete", "filter": "stay > 0",
            },
            "middle": {"sql": "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY stay) FILTER (WHERE page = 'start')"},
            "spread": {"sql": "STDDEV(stay)"},
            "variance": {"sql": "VAR_POP(stay)"},
            **{k: v | {"entity": {"base": "who", "event": "buyer"}} for k, v in SEQUENCES.items()},
        },
    },
    "orders": {
        "primary_key": "id",
        "time_column": "day",
        "joins": {"person": {"table": "people", "on": {"buyer": "id"}}},
        "metrics": {
            "orders": {"sql": "COUNT(*)"},
            "paid": {"sql": "COUNT(*)", "filter": "status = 'paid'"},
            "again": {
                "type": "conversion", "base": "orders", "event": "orders", "entity": "buyer", "within": "1 month",
            },
            "kept": {"type": "retention", "base": "orders", "event": "paid", "entity": "buyer", "after": "1 month"},
            "kept_people": {
                "type": "retention", "base": "paid", "event": "orders", "entity": "buyer", "after": "2 months",
                "show": "count",
            },
        },
    },
    "people": {"primary_key": "id"},
}  # fmt: skip


def model_of(described: dict[str, dict[str, Any]] = DESCRIBED) -> Model:
    return load_model(build_catalog(dictionary_of(described), schema_of(COLUMNS)))


MODEL = model_of()


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine(COLUMNS, {"people": [(1, "PH"), (2, "SG")]})
    yield made
    made.close()


def ran(engine: MemoryEngine, **query: Any) -> list[tuple[Any, ...]]:
    accesses = access_for(MODEL.catalog.dictionary, OWNER)
    made = compile_query(MODEL, MetricQuery.model_validate(query), accesses=accesses, dialect="duckdb")
    return engine.connection.execute(made.sql, list(made.parameters)).fetchall()


def fill(engine: MemoryEngine, **rows: list[tuple[Any, ...]]) -> None:
    for table in ("visits", "orders"):
        engine.connection.execute(f'TRUNCATE silver."{table}"')
        engine.insert(table, rows.get(table, []))


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def later(moment: Any, months: int) -> Any:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


WHO = st.sampled_from([1, 2, 3, None])
DAYS = (
    st.none() | st.dates(date(2024, 1, 28), date(2024, 3, 3)) | st.sampled_from([date(2024, 1, 31), date(2024, 2, 29)])
)
MOMENTS = st.none() | st.datetimes(datetime(2024, 1, 28), datetime(2024, 3, 3)).map(lambda t: t.replace(microsecond=0))
ORDERS = st.lists(st.tuples(WHO, DAYS, st.sampled_from(["paid", "new", None])), max_size=8)
VISITS = st.lists(st.tuples(WHO, MOMENTS, st.sampled_from(["start", "end", None])), max_size=8)
CHECKED = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@CHECKED
@given(values=st.lists(st.none() | st.decimals(min_value=-99, max_value=99, places=2), min_size=1, max_size=30))
def test_percentiles_and_spreads_are_those_of_python(engine: MemoryEngine, values: list[Decimal | None]) -> None:
    rows = [(i, 1, None, "start" if i % 2 else None, value) for i, value in enumerate(values)]
    fill(engine, visits=rows)
    ((p90, low, middle, spread, variance),) = ran(engine, metrics=["p90", "low", "middle", "spread", "variance"])
    known = sorted(float(v) for v in values if v is not None)
    odd = [float(v) for i, v in enumerate(values) if v is not None and i % 2]
    positive = sorted(v * 2 for v in values if v is not None and v > 0)
    assert p90 == (pytest.approx(_continuous(known, 0.9), rel=1e-12, abs=1e-12) if known else None)
    assert low == (positive[math.ceil(Fraction(28, 100) * len(positive)) - 1] if positive else None)
    assert middle == (pytest.approx(statistics.median(odd), rel=1e-12, abs=1e-12) if odd else None)
    exact = [Fraction(v) for v in values if v is not None]
    assert spread == (pytest.approx(float(statistics.variance(exact)) ** 0.5, rel=1e-12) if len(exact) > 1 else None)
    assert variance == (pytest.approx(float(statistics.pvariance(exact)), rel=1e-12) if exact else None)


def _continuous(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def test_a_spread_far_from_zero_keeps_its_digits(engine: MemoryEngine) -> None:
    fill(engine, visits=[(i, 1, None, None, Decimal(999_900) + Decimal(i) / 100) for i in range(50)])
    ((spread,),) = ran(engine, metrics=["spread"])
    expected = float(statistics.variance([Fraction(i, 100) for i in range(50)])) ** 0.5
    assert spread == pytest.approx(expected, rel=1e-12)


@CHECKED
@given(visits=VISITS, orders=ORDERS)
def test_a_conversion_counts_base_rows_followed_in_time(
    engine: MemoryEngine, visits: list[Any], orders: list[Any]
) -> None:
    fill(
        engine,
        visits=[(i, who, at, page, None) for i, (who, at, page) in enumerate(visits)],
        orders=[(i, who, day, status, None) for i, (who, day, status) in enumerate(orders)],
    )

    def followed(who: Any, at: Any, until: Any) -> bool:
        return at is not None and any(
            who is not None
            and buyer == who
            and day is not None
            and status == "paid"
            and at.date() <= day <= until(at.date())
            for buyer, day, status in orders
        )

    week = [followed(who, at, lambda d: d + timedelta(days=7)) for who, at, _ in visits]
    month = [followed(who, at, lambda d: later(d, 1)) for who, at, page in visits if page == "start"]
    ((share, count),) = ran(engine, metrics=["bought", "bought_month"])
    assert (share, count) == (rate(sum(week), len(week)), sum(month))
    groups: dict[Any, list[bool]] = defaultdict(list)
    for (_, at, _), fits in zip(visits, week, strict=True):
        groups[at and at.date().replace(day=1)].append(fits)
    found = dict(ran(engine, metrics=["bought"], by=by("time:month")))
    assert found == {month: rate(sum(fits), len(fits)) for month, fits in groups.items()}


@CHECKED
@given(orders=ORDERS)
def test_within_one_table_only_a_later_row_follows(engine: MemoryEngine, orders: list[Any]) -> None:
    fill(engine, orders=[(i, who, day, status, None) for i, (who, day, status) in enumerate(orders)])
    fits = [
        any(who is not None and who == other and a and b and a < b <= later(a, 1) for other, b, _ in orders)
        for who, a, _ in orders
    ]
    assert ran(engine, metrics=["again"]) == [(rate(sum(fits), len(fits)),)]


@CHECKED
@given(orders=ORDERS)
def test_retention_counts_entities_that_come_back_so_many_periods_later(
    engine: MemoryEngine, orders: list[Any]
) -> None:
    fill(engine, orders=[(i, who, day, status, None) for i, (who, day, status) in enumerate(orders)])

    def cohorts(base: Any, event: Any, months: int) -> dict[Any, tuple[int, int]]:
        firsts: dict[Any, date] = {}
        for who, day, status in orders:
            if who is not None and day is not None and base(status):
                firsts[who] = min(firsts.get(who, day), day)
        made: dict[Any, list[bool]] = defaultdict(list)
        for who, first in firsts.items():
            start = first.replace(day=1)
            wanted = (later(start, months), later(start, months + 1))
            back = any(o == who and d and event(s) and wanted[0] <= d < wanted[1] for o, d, s in orders)
            made[start].append(back)
        return {month: (sum(fits), len(fits)) for month, fits in made.items()}

    one = cohorts(lambda _: True, lambda s: s == "paid", 1)
    two = cohorts(lambda s: s == "paid", lambda _: True, 2)
    found = {month: (a, b) for month, a, b in ran(engine, metrics=["kept", "kept_people"], by=by("time:month"))}
    expected = {m: (rate(*one[m]) if m in one else None, two[m][0] if m in two else None) for m in {*one, *two}}
    assert found == expected


def test_an_entity_counts_in_every_group_of_its_first_events(engine: MemoryEngine) -> None:
    rows = [(1, 1, date(2024, 1, 5), "paid", None), (2, 1, date(2024, 1, 5), "new", None),
            (3, 1, date(2024, 2, 5), "paid", None), (4, 2, date(2024, 1, 9), "new", None)]  # fmt: skip
    fill(engine, orders=rows)
    assert ran(engine, metrics=["kept"], by=by("status")) == [("new", 0.5), ("paid", 1.0)]
    assert ran(engine, metrics=["kept"], by=by("orders.person.country")) == [("PH", 1.0), ("SG", 0.0)]


def test_which_event_is_first_does_not_depend_on_the_querys_filters(engine: MemoryEngine) -> None:
    fill(engine, orders=[(1, 1, date(2024, 1, 5), "new", None), (2, 1, date(2024, 2, 5), "paid", None)])
    span = {"since": "2024-02-01"}
    assert ran(engine, metrics=["kept"], time_range=span) == [(None,)], "the first order lies before the range"
    status = {"member": "status", "op": "equals", "values": ["paid"]}
    assert ran(engine, metrics=["kept"], filters=[status]) == [(None,)]


def test_both_tables_of_a_conversion_keep_their_policies(engine: MemoryEngine) -> None:
    described = {name: {**entry, "access": {"staff": {}}} for name, entry in DESCRIBED.items()}
    described["orders"]["access"] = {"staff": {"rows": [{"column": "total", "op": "gt", "values": 5}]}}
    described["visits"]["access"] = {"staff": {"rows": [{"column": "page", "values": "start"}]}}
    dictionary = dictionary_of(described)
    accesses = access_for(dictionary, Principal(id="s", roles=("staff",)))
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))
    made = compile_query(model, MetricQuery(metrics=("bought",)), accesses=accesses, dialect="duckdb")
    moment = datetime(2024, 2, 1, 9)
    fill(
        engine,
        visits=[(1, 1, moment, "start", None), (2, 2, moment, "start", None), (3, 1, moment, "end", None)],
        orders=[(1, 1, date(2024, 2, 2), "paid", Decimal(9)), (2, 2, date(2024, 2, 2), "paid", Decimal(1))],
    )
    assert engine.connection.execute(made.sql, list(made.parameters)).fetchall() == [(0.5,)]


def test_a_conversion_names_what_it_is_made_of() -> None:
    accesses = access_for(MODEL.catalog.dictionary, OWNER)
    made = compile_query(MODEL, MetricQuery(metrics=("bought",)), accesses=accesses, dialect="duckdb")
    assert [evidence.name for evidence in made.metrics] == ["visits.bought", "visits.visits", "orders.paid"]
    assert [column.name for column in made.columns] == ["bought"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base": "orders.orders"}, "of another table"),
        ({"base": "p90"}, "counts no rows"),
        ({"event": "orders.worth"}, "counts no rows"),
        ({"base": "people_there"}, "something other than rows"),
        ({"entity": "who"}, "'who' is not a column of 'orders'"),
        ({"event": "orders.pain"}, "orders.pain"),
        ({"within": "2 fiscal_months"}, "fiscal"),
    ],
)
def test_a_conversion_that_cannot_be_read_says_why(change: dict[str, Any], words: str) -> None:
    described = {name: {**entry, "metrics": dict(entry.get("metrics", {}))} for name, entry in DESCRIBED.items()}
    described["orders"]["metrics"]["worth"] = {"sql": "SUM(total)"}
    described["visits"]["metrics"]["people_there"] = {"sql": "COUNT(DISTINCT who)"}
    described["visits"]["metrics"]["bought"] = described["visits"]["metrics"]["bought"] | change
    with pytest.raises(QueryError) as raised:
        model_of(described).metric("visits.bought")
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("APPROX_COUNT_DISTINCT(who)", "about how many"),
        ("MODE(page)", "equally frequent"),
        ("PERCENTILE_CONT(1.5) WITHIN GROUP (ORDER BY stay)", "between 0 and 1"),
        ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY stay DESC)", "downwards"),
        ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY stay, who)", "belongs to a percentile"),
        ("SUM(stay) WITHIN GROUP (ORDER BY stay)", "belongs to a percentile"),
        ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY page)", "computes with text"),
        ("STDDEV(CAST(stay AS DOUBLE))", "does not repeat"),
    ],
)
def test_what_is_no_exact_number_is_refused_with_the_reason(sql: str, words: str) -> None:
    described = {**DESCRIBED, "visits": {**DESCRIBED["visits"], "metrics": {"wrong": {"sql": sql}}}}
    with pytest.raises(QueryError) as raised:
        model_of(described).metric("visits.wrong")
    assert words in str(raised.value)


def test_an_approximate_count_is_one_where_it_is_declared(engine: MemoryEngine) -> None:
    metrics = {"about": {"sql": "APPROX_COUNT_DISTINCT(who)", "approximate": True}}
    described = {**DESCRIBED, "visits": {**DESCRIBED["visits"], "metrics": metrics}}
    model = model_of(described)
    for dialect, call in (("duckdb", "APPROX_COUNT_DISTINCT("), ("postgres", "COUNT(DISTINCT ")):
        accesses = access_for(model.catalog.dictionary, OWNER)
        made = compile_query(model, MetricQuery(metrics=("about",)), accesses=accesses, dialect=dialect)
        assert call in made.sql
