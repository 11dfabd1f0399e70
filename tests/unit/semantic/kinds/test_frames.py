"""Laws of comparisons, totals, gaps, ranks and pivots over the same ledger, each said in other words than the SQL's."""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic.kinds.ledger import COLUMNS, dictionary_metrics, rows_of
from tests.unit.semantic.kinds.test_kinds import fill

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.table import Table
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import PivotInvalid, QueryError
from verity.query.pivot import pivoted, pivoted_arrow
from verity.query.results import rows_of as cells
from verity.query.results import typed_table
from verity.semantic.additivity import additivity_of
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model

METRICS = dictionary_metrics() | {
    "zero": {"sql": "SUM(amount)", "fill": "zero"},
    "kept": {"sql": "SUM(amount)", "fill": "previous"},
    "net": {"type": "derived", "sql": "{revenue} - 2 * {largest}"},
    "double": {"type": "derived", "sql": "{revenue} * 2 - {orders}"},
}
DICTIONARY = dictionary_of(
    {
        "ledger": {
            "time_column": "day",
            "metrics": METRICS,
            "access": {"a": {"rows": [{"column": "region", "values": "A"}]}},
        }
    }
)
MODEL = load_model(build_catalog(DICTIONARY, schema_of({"ledger": COLUMNS})))
MONTH, REGION, STATUS = {"dimension": "time", "grain": "month"}, {"dimension": "region"}, {"dimension": "status"}
RANGE = {"since": "2024-01-01", "until": "2024-04-01"}
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    made.execute("CREATE SCHEMA silver")
    made.execute(f"CREATE TABLE silver.ledger ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    fill(made, rows_of(7) + rows_of(11) + rows_of(12))
    yield made
    made.close()


def compiled(principal: Principal = OWNER, **document: Any) -> Compiled:
    accesses = access_for(DICTIONARY, principal)
    model: Model = MODEL if principal is OWNER else load_model(MODEL.catalog.narrowed_to(accesses))
    return compile_query(model, MetricQuery.model_validate(document), accesses=accesses, dialect="duckdb")


def ask(connection: duckdb.DuckDBPyConnection, principal: Principal = OWNER, **document: Any) -> Rows:
    made = compiled(principal, **document)
    return connection.execute(made.sql, list(made.parameters)).fetchall()


@pytest.mark.parametrize("by", [[], [MONTH], [REGION], [MONTH, REGION], [{"dimension": "time", "grain": "day"}]])
@pytest.mark.parametrize("metric", ["revenue", "buyers", "per_order", "last_amount", "mean"])
def test_a_comparison_is_the_three_offsets(connection: Any, by: list[Any], metric: str) -> None:
    compared = ask(connection, metrics=[metric], by=by, compare="previous_month", time_range=RANGE)
    names = [metric, *(f"{metric}|{show}|1 month" for show in ("value", "delta", "growth"))]
    assert compared == ask(connection, metrics=names, by=by, time_range=RANGE)
    assert len(compared) > 0


@pytest.mark.parametrize("offset", ["1 week", "1 month", "1 day", "1 year"])
@pytest.mark.parametrize("compare", ["previous_month", "1 week", "previous_year"])
def test_what_is_compared_is_the_metrics_own_value_of_that_day(connection: Any, offset: str, compare: str) -> None:
    metric = f"orders|value|{offset}"
    asked: dict[str, Any] = {"metrics": [metric], "by": [{"dimension": "time", "grain": "day"}], "fill": True}
    own = dict(ask(connection, **asked, time_range={"since": "2023-01-01", "until": "2025-06-01"}))
    rows = ask(connection, **asked, time_range={"since": "2024-02-01", "until": "2025-06-01"}, compare=compare)
    assert [row[2] for row in rows] == [own[_before(row[0], compare)] for row in rows]
    assert {row[2] for row in rows} > {None}


def _before(day: date, compare: str) -> date:
    if compare == "1 week":
        return day - timedelta(days=7)
    months = day.year * 12 + day.month - 1 - {"previous_month": 1, "previous_year": 12}[compare]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@pytest.mark.parametrize("window", ["1 month", "90 minutes", "2 hours", "1 year"])
def test_a_window_by_the_hour_counts_no_row_before_its_hour(window: str) -> None:
    tables = {"visits": {"primary_key": "id", "time_column": "at", "metrics": {
        "visits": {"sql": "COUNT(*)"},
        "people": {"sql": "COUNT(DISTINCT id)"},
        "rolling": {"type": "cumulative", "metric": "visits", "window": window},
        "rolling_people": {"type": "cumulative", "metric": "people", "window": window},
    }}}  # fmt: skip
    dictionary = dictionary_of(tables)
    model = load_model(build_catalog(dictionary, schema_of({"visits": {"id": "bigint", "at": "timestamp"}})))
    document = {"metrics": ["rolling", "rolling_people"], "by": [{"dimension": "time", "grain": "hour"}],
                "time_range": {"since": "2024-03-01", "until": "2024-03-02"}}  # fmt: skip
    query = MetricQuery.model_validate(document)
    made = compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb")
    with duckdb.connect() as database:
        database.execute("CREATE SCHEMA silver")
        database.execute("CREATE TABLE silver.visits AS SELECT 1 AS id, TIMESTAMP '2024-03-01 14:45:00' AS at")
        rows = database.execute(made.sql, list(made.parameters)).fetchall()
    last = {"90 minutes": 15, "2 hours": 15}.get(window, 23)  # by 16:00 an hour and a quarter have gone by
    assert [(row[0].hour, *row[1:]) for row in rows if row[1]] == [(hour, 1, 1) for hour in range(14, last + 1)]


@pytest.mark.parametrize("metric", ["revenue", "visits_so_far"])
def test_a_spine_that_nobody_reads_is_refused_before_it_is_made(metric: str) -> None:
    spine = {"primary_key": "id", "time_column": "at", "metrics": {
        "revenue": {"sql": "COUNT(*)"},
        "visits_so_far": {"type": "cumulative", "metric": "revenue"},
    }}  # fmt: skip
    dictionary = dictionary_of({"visits": spine})
    model = load_model(build_catalog(dictionary, schema_of({"visits": {"id": "bigint", "at": "timestamp"}})))

    def make(grain: str, until: str) -> Compiled:
        document = {"metrics": [metric], "by": [{"dimension": "time", "grain": grain}], "fill": True,
                    "time_range": {"since": "2020-01-01", "until": until}}  # fmt: skip
        query = MetricQuery.model_validate(document)
        return compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb")

    assert make("minute", "2021-01-01").sql
    with pytest.raises(QueryError, match=r"by second there are 189,388,800 periods") as raised:
        make("second", "2026-01-01")
    assert raised.value.code == "VRT-242"
    assert raised.value.remedy


def test_the_period_before_is_the_length_of_the_range(connection: Any) -> None:
    quarter = ask(connection, metrics=["revenue"], compare="previous_period", time_range=RANGE)
    before = ask(connection, metrics=["revenue"], time_range={"since": "2023-10-01", "until": "2024-01-01"})
    assert quarter[0][1] == before[0][0]
    days = ask(
        connection,
        metrics=["revenue"],
        compare="previous_period",
        time_range={"since": "2024-02-10", "until": "2024-03-01"},
    )
    before = ask(connection, metrics=["revenue"], time_range={"since": "2024-01-21", "until": "2024-02-10"})
    assert days[0][1] == before[0][0]
    assert (quarter[0][1], days[0][1]) != (None, None)


METRICS_IN_TOTAL = [
    "revenue",
    "buyers",
    "mean",
    "per_order",
    "last_amount",
    "revenue|ever",
    "revenue|share",
    "buyers|value|1 month",
]


@pytest.mark.parametrize("metrics", [METRICS_IN_TOTAL, ["revenue", "orders", "mean", "per_order", "paid", "largest"]])
@pytest.mark.parametrize("span", [RANGE, {"since": "2031-01-01", "until": "2031-02-01"}])
def test_every_total_is_the_query_by_fewer_dimensions(connection: Any, metrics: list[str], span: Any) -> None:
    by = [REGION, STATUS, MONTH]
    rows = ask(connection, metrics=metrics, by=by, totals=True, subtotals=True, time_range=span)
    for level in range(4):
        found = [(*row[:level], *row[3:-1]) for row in rows if row[-1] == level]
        assert found == ask(connection, metrics=metrics, by=by[:level], time_range=span)
    levels = [row[-1] for row in rows]
    assert levels == sorted(levels, reverse=True)


def test_subtotals_of_a_sum_add_up_and_those_of_a_distinct_count_do_not(connection: Any) -> None:
    rows = ask(connection, metrics=["revenue", "buyers"], by=[REGION, STATUS], totals=True, subtotals=True)
    details, above = [r for r in rows if r[-1] == 2], [r for r in rows if r[-1] == 1]
    for region, _, revenue, *_ in above:
        assert revenue == sum(r[2] for r in details if r[0] == region and r[2] is not None)
    assert rows[-1][3] < sum(r[3] for r in details)


def test_no_limit_and_no_condition_on_a_metric_changes_a_total(connection: Any) -> None:
    whole = ask(connection, metrics=["revenue"], by=[REGION], totals=True)
    condition = {"member": "revenue", "op": "gt", "values": [0]}
    cut = ask(connection, metrics=["revenue"], by=[REGION], totals=True, limit=1, filters=[condition])
    assert (len(cut), cut[-1]) == (2, whole[-1])


def test_every_period_has_a_row_for_every_group(connection: Any) -> None:
    span = {"since": "2023-01-01", "until": "2024-07-01"}
    plain = ask(connection, metrics=["revenue"], by=[MONTH, REGION], time_range=span)
    filled = ask(
        connection,
        metrics=["revenue", "zero", "kept"],
        by=[MONTH, REGION],
        fill=True,
        time_range=span,
    )
    months = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(18)]
    regions = {row[1] for row in plain}
    assert {row[:2] for row in filled} == {(month, region) for month in months for region in regions}
    known = {row[:2]: row[2] for row in plain}
    kept: dict[Any, Any] = {}
    for month, region, revenue, zero, last in sorted(filled, key=lambda row: row[0]):
        assert revenue == known.get((month, region))
        assert zero == (revenue or 0)
        kept[region] = revenue if revenue is not None else kept.get(region)
        assert last == kept[region]
    assert len(filled) > len(plain)


def test_gaps_are_filled_between_the_first_and_the_last_period_where_no_range_is_given(connection: Any) -> None:
    rows = ask(connection, metrics=["zero"], by=[{"dimension": "time", "grain": "week"}], fill=True)
    weeks = [row[0] for row in rows if row[0] is not None]
    assert [(b - a).days for a, b in pairwise(weeks)] == [7] * (len(weeks) - 1)


def test_a_condition_on_a_rank_hides_rows_and_changes_no_place(connection: Any) -> None:
    names = ["revenue", "revenue|rank|region"]
    every = ask(connection, metrics=names, by=[REGION, MONTH])
    condition = {"member": "revenue|rank|region", "op": "lte", "values": [2]}
    best = ask(connection, metrics=names, by=[REGION, MONTH], filters=[condition])
    assert best == [row for row in every if row[3] is not None and row[3] <= 2]
    assert 0 < len(best) < len(every)


def test_the_same_query_in_any_order_of_metrics_has_the_same_values(connection: Any) -> None:
    names = [
        "revenue|share",
        "revenue|window|2 months",
        "last_amount",
        "buyers|growth|1 month",
        "mean|to|quarter",
        "orders",
    ]
    expected = {}
    for name in names:
        expected[name] = {
            row[:2]: row[2] for row in ask(connection, metrics=[name], by=[MONTH, STATUS], time_range=RANGE)
        }
    random.Random(5).shuffle(names)  # noqa: S311
    together = ask(connection, metrics=names, by=[MONTH, STATUS], time_range=RANGE)
    for i, name in enumerate(names):
        found = {row[:2]: row[2 + i] for row in together}
        assert {key: value for key, value in found.items() if value is not None or key in expected[name]} == expected[
            name
        ]


def test_a_policy_is_the_same_query_on_the_rows_that_it_leaves(connection: Any) -> None:
    names = ["revenue|growth|1 month", "last_of_customer", "buyers|window|2 months", "revenue|share", "revenue|ever"]
    document: dict[str, Any] = {"metrics": names, "by": [MONTH, REGION], "time_range": RANGE, "totals": True}
    held = ask(connection, Principal(id="a", roles=("a",)), **document)
    other = duckdb.connect()
    other.execute("CREATE SCHEMA silver")
    rows = connection.execute("SELECT * FROM silver.ledger WHERE region = 'A'").to_arrow_table()
    other.register("seen", rows)
    other.execute("CREATE TABLE silver.ledger AS SELECT * FROM seen")
    assert held == ask(other, **document)
    assert held != ask(connection, **document)
    other.close()


def test_a_pivot_holds_every_cell_once(connection: Any) -> None:
    document: dict[str, Any] = {"metrics": ["revenue", "orders"], "by": [MONTH, REGION], "pivot": "region"}
    query, made = MetricQuery.model_validate(document), compiled(**document)
    table = connection.execute(made.sql, list(made.parameters)).to_arrow_table()
    rows = cells(table, made.columns)
    wide = pivoted(Table(table_id="t", columns=made.columns, rows=rows, row_count=len(rows)), query)
    assert [c.name for c in wide.columns] == ["month"] + [
        f"{region} {metric}" for region in ("A", "B", "(none)") for metric in ("revenue", "orders")
    ]
    at: dict[Any, int] = {"A": 1, "B": 3, None: 5}
    turned = {row[0]: row for row in wide.rows}
    for month, region, revenue, orders in rows:
        assert turned[month][at[region] : at[region] + 2] == (revenue, orders)
    assert sum(cell is not None for row in wide.rows for cell in row[1:]) == sum(
        c is not None for r in rows for c in r[2:]
    )
    arrow = pivoted_arrow(typed_table(table, made.columns), made.columns, query)
    assert [str(value) if isinstance(value, Decimal) else value for value in arrow.column(1).to_pylist()] == [
        r[1] for r in wide.rows
    ]


def test_a_pivot_of_too_many_values_is_refused() -> None:
    document: dict[str, Any] = {"metrics": ["orders"], "by": [STATUS, {"dimension": "customer"}], "pivot": "customer"}
    query, made = MetricQuery.model_validate(document), compiled(**document)
    rows = tuple(("paid", number, 1) for number in range(201))
    with pytest.raises(PivotInvalid, match="201 values"):
        pivoted(Table(table_id="t", columns=made.columns, rows=rows, row_count=201), query)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "an earlier value of no range": ("VRT-241", {"metrics": ["revenue|growth|1 month"]}),
    "a comparison of no range": ("VRT-241", {"metrics": ["revenue"], "compare": "previous_period"}),
    "a range without its end": (
        "VRT-241",
        {"metrics": ["revenue"], "compare": "previous_year", "time_range": {"since": "2024-01-01"}},
    ),
    "a window without its end": ("VRT-241", {"metrics": ["revenue|window|2 months"]}),
    "gaps of no periods": ("VRT-241", {"metrics": ["revenue"], "by": [REGION], "fill": True}),
    "months by week": (
        "VRT-242",
        {"metrics": ["revenue"], "by": [{"dimension": "time", "grain": "week"}], "compare": "previous_month"},
    ),
    "days by month": ("VRT-242", {"metrics": ["revenue"], "by": [MONTH], "compare": "3 days"}),
    "weeks beside months": (
        "VRT-242",
        {"metrics": ["revenue"], "by": [MONTH, {"dimension": "time", "grain": "week"}], "compare": "previous_year"},
    ),
    "totals of rows": ("VRT-226", {"by": [REGION], "totals": True}),
    "totals of a pivot": ("VRT-226", {"metrics": ["orders"], "by": [REGION], "totals": True, "pivot": "region"}),
    "a pivot on nothing asked": ("VRT-244", {"metrics": ["orders"], "by": [REGION], "pivot": "status"}),
    "a rank compared": ("VRT-227", {"metrics": ["revenue|rank"], "by": [MONTH], "compare": "previous_year"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_answer_is_refused_with_a_remedy(name: str) -> None:
    code, document = REFUSED[name]
    with pytest.raises(QueryError) as raised:
        compiled(**document)
    assert raised.value.code == code, raised.value
    assert raised.value.remedy


def test_a_total_that_needs_the_end_of_the_range_says_that_it_is_the_totals() -> None:
    span = {"since": "2024-01-01"}
    asked: dict[str, Any] = {"metrics": ["revenue"], "by": [MONTH], "compare": "previous_year", "time_range": span}
    assert compiled(**asked).sql
    with pytest.raises(QueryError, match="a total over all periods") as raised:
        compiled(**asked, totals=True)
    assert raised.value.code == "VRT-241"
    assert "leave the totals out" in raised.value.remedy


@pytest.mark.parametrize(
    ("metric", "over"),
    [
        ("revenue", "all"),
        ("orders", "all"),
        ("double", "all"),
        ("net", "none"),
        ("buyers", "none"),
        ("mean", "none"),
        ("largest", "none"),
        ("per_order", "none"),
        ("last_amount", "not_time"),
        ("least_amount", "none"),
        ("revenue|ever", "not_time"),
        ("revenue|delta|1 month", "all"),
        ("revenue|growth|1 month", "none"),
        ("revenue|share", "none"),
        ("revenue|rank", "none"),
    ],
)
def test_a_metric_knows_over_what_it_may_be_summed(metric: str, over: str) -> None:
    found = additivity_of(MODEL, MODEL.metric(f"ledger.{metric}"))
    assert found.over == over
    assert bool(found.reason) == (over != "all")
