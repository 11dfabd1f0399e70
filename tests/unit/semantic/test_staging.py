"""A statement in stages gives the rows of the statement as the plan says it, whatever the data."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.dataset import PhysicalSchema
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.dialects import printed
from verity.semantic.model import Model, load_model
from verity.semantic.physical import stages

EXAMPLES = int(os.environ.get("VERITY_LAW_EXAMPLES", "6"))

LARGE = 10**6


def schema(**rows: int) -> PhysicalSchema:
    """Tables that are said to be large, but for those named."""
    made = schema_of(COLUMNS).tables
    return PhysicalSchema(tables=tuple(t.model_copy(update={"row_count": rows.get(t.name, LARGE)}) for t in made))


def written() -> dict[str, Any]:
    made = tables()
    made["orders"]["metrics"] |= {
        "least": {"sql": "MIN(total)"},
        "billed": {"sql": "COUNT(bill_country)"},
        "any_paid": {"sql": "BOOL_OR(paid)"},
        "mean_total": {"sql": "AVG(total)"},
        "share": {"type": "share", "metric": "revenue"},
        "to_date": {"type": "cumulative", "metric": "revenue", "to_date": "year"},
    }
    for name in made:
        made[name]["access"] = {"seller": {"rows": "all"}}
    made["customers"]["access"]["seller"] = {"rows": [{"column": "region", "attribute": "region"}]}
    made["orders"]["access"]["seller"] = {"rows": [{"column": "status", "op": "not_equals", "attribute": "without"}]}
    return made


DICTIONARY = dictionary_of(written())
CATALOG = build_catalog(DICTIONARY, schema(countries=200, customers=900))
MODEL = load_model(CATALOG)
SELLER = Principal(id="s", roles=("seller",), attributes={"region": "A", "without": "new"})
SEEN = access_for(DICTIONARY, SELLER)
NARROWED = load_model(CATALOG.narrowed_to(SEEN))


@pytest.fixture(autouse=True)
def always(monkeypatch):
    """Stage whatever can be: the tables here are small."""
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 0)


def compiled(
    document: dict[str, Any], model: Model = MODEL, principal: Principal = OWNER
) -> tuple[str, str, list[Any]]:
    """The SQL that runs, the SQL as the plan says it, and their parameters."""
    query = MetricQuery.model_validate(document)
    made = compile_query(model, query, accesses=access_for(DICTIONARY, principal), dialect="duckdb")
    return made.sql, printed(made.statement.copy(), "duckdb"), list(made.parameters)


MONTH = {"dimension": "time", "grain": "month"}
QUERIES: dict[str, dict[str, Any]] = {
    "by a name": {"metrics": ["revenue", "orders"], "by": [{"dimension": "orders.customer.region"}]},
    "by a name behind a name": {"metrics": ["revenue"], "by": [{"dimension": "orders.customer.home.zone"}]},
    "by month": {"metrics": ["revenue", "orders", "least", "any_paid", "mean_total", "average_order"], "by": [MONTH]},
    "by both": {"metrics": ["revenue", "delivered"], "by": [{"dimension": "orders.ship.zone"}, MONTH]},
    "by quarter": {"metrics": ["orders"], "by": [{"dimension": "time", "grain": "quarter"}, {"dimension": "status"}]},
    "by year": {"metrics": ["orders"], "by": [{"dimension": "time", "grain": "year"}, {"dimension": "orders.paid"}]},
    "by week": {"metrics": ["orders"], "by": [{"dimension": "time", "grain": "week"}]},
    "the same table twice": {
        "metrics": ["revenue"], "by": [{"dimension": "orders.ship.zone"}, {"dimension": "orders.bill.zone"}],
    },
    "a filter on the name": {
        "metrics": ["revenue"], "by": [{"dimension": "orders.ship.zone"}],
        "filters": [{"member": "orders.ship.zone", "op": "equals", "values": ["A"]}],
    },
    "a condition on groups": {
        "metrics": ["revenue"], "by": [{"dimension": "orders.ship.zone"}],
        "filters": [{"member": "revenue", "op": "gt", "values": [5]}],
    },
    "a condition on groups and names": {
        "metrics": ["revenue"], "by": [{"dimension": "orders.ship.zone"}],
        "filters": [{"or": [{"member": "orders.orders", "op": "gt", "values": [1]},
                            {"member": "orders.ship.zone", "op": "is_null"}]}],
    },
    "a condition that counts what is grouped by": {
        "metrics": ["orders"], "by": [{"dimension": "orders.bill_country"}, {"dimension": "orders.ship.zone"}],
        "filters": [{"or": [{"member": "orders.billed", "op": "gt", "values": [1]},
                            {"member": "orders.bill_country", "op": "equals", "values": ["PH"]}]}],
    },
    "a semi-join": {
        "metrics": ["revenue"], "by": [MONTH],
        "filters": [{"member": "items.product", "op": "equals", "values": ["x"]}],
    },
    "two facts": {"metrics": ["revenue", "payments.paid"], "by": [{"dimension": "orders.customer.region"}]},
    "shares": {"metrics": ["revenue", "share"], "by": [{"dimension": "orders.ship.zone"}]},
    "to date": {"metrics": ["to_date"], "by": [MONTH]},
    "compared": {"metrics": ["revenue", "orders"], "by": [MONTH], "compare": "previous_year"},
    "totals": {
        "metrics": ["revenue", "orders"], "by": [{"dimension": "orders.ship.zone"}, MONTH],
        "totals": True, "subtotals": True,
    },
    "top": {
        "metrics": ["revenue"], "by": [{"dimension": "orders.ship.zone"}], "limit": 1,
        "order": [{"member": "revenue", "desc": True}],
    },
}  # fmt: skip
STATUS = st.sampled_from([None, "delivered", "new"])
ZONE = st.sampled_from([None, "A", "B"])
DAY = st.none() | st.dates(date(2023, 1, 30), date(2024, 3, 2))
MONEY = st.none() | st.decimals(min_value=-20, max_value=20, places=2)
SOME = st.sampled_from([1, 2, 3, None, 9])
PRODUCT = st.sampled_from(["x", None])
CODE = st.sampled_from(["PH", "SG", "ES", None])


@st.composite
def data(draw: st.DrawFn) -> dict[str, list[tuple[Any, ...]]]:
    """Rows with NULL keys, orphans and partners that share a name."""
    orders = draw(st.lists(st.tuples(SOME, DAY, STATUS, MONEY, CODE, CODE, st.none() | st.booleans()), max_size=9))
    return {
        "countries": [(code, code, draw(ZONE)) for code in ("PH", "SG", "XX")],
        "customers": [(i, "n", draw(ZONE), draw(CODE), None) for i in (1, 2, 4)],
        "orders": [(i + 1, o[0], o[1], None, *o[2:]) for i, o in enumerate(orders)],
        "items": [(draw(SOME), i, draw(PRODUCT), 1.5, 2, None) for i in range(draw(st.integers(0, 4)))],
        "payments": [(i, draw(SOME), "card", draw(MONEY)) for i in range(draw(st.integers(0, 4)))],
        "visits": [],
    }  # fmt: skip


def filled(rows: dict[str, list[tuple[Any, ...]]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table, columns in COLUMNS.items():
        schema_name = next(t.schema_name for t in CATALOG.physical.tables if t.name == table)  # type: ignore[union-attr]
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_name}"')
        types = ", ".join(f'"{name}" {"VARCHAR" if of == "text" else of}' for name, of in columns.items())
        connection.execute(f'CREATE TABLE "{schema_name}"."{table}" ({types})')
        if rows[table]:
            marks = ", ".join("?" * len(columns))
            connection.executemany(f'INSERT INTO "{schema_name}"."{table}" VALUES ({marks})', rows[table])
    return connection


def typed(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> tuple[list[Any], list[Any]]:
    done = connection.execute(sql, parameters)
    return [(column[0], str(column[1])) for column in done.description], done.fetchall()


@pytest.mark.parametrize("name", sorted(set(QUERIES) - {"a filter on the name"}))
def test_every_query_here_is_staged(name):
    sql, flat, _ = compiled(QUERIES[name])
    assert "staged" in sql
    assert "staged" not in flat


@settings(max_examples=EXAMPLES, deadline=None)
@given(data())
def test_a_staged_statement_gives_the_same_rows_of_the_same_types(rows):
    connection = filled(rows)
    for document in QUERIES.values():
        for model, principal in ((MODEL, OWNER), (NARROWED, SELLER)):
            sql, flat, parameters = compiled(document, model, principal)
            assert typed(connection, sql, parameters) == typed(connection, flat, parameters), sql


@pytest.mark.parametrize(
    "metric",
    [{"sql": "COUNT(DISTINCT customer_id)"}, {"sql": "MEDIAN(total)"}, {"sql": "SUM(DISTINCT total)"}],
)
def test_what_cannot_be_put_together_is_not_staged(metric):
    written_ = written()
    written_["orders"]["metrics"]["odd"] = metric
    model = load_model(build_catalog(dictionary_of(written_), schema(countries=200)))
    assert "staged" not in compiled({"metrics": ["odd"], "by": [{"dimension": "orders.ship.zone"}]}, model)[0]


def test_floating_sums_are_not_staged():
    written_ = written()
    written_["items"]["metrics"]["item_revenue"]["approximate"] = True
    model = load_model(build_catalog(dictionary_of(written_), schema(countries=200)))
    assert "staged" not in compiled(QUERIES["by month"], model)[0]


def test_small_tables_and_names_of_large_tables_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 20)
    by_name = {"metrics": ["revenue"], "by": [{"dimension": "orders.customer.region"}]}
    large = load_model(build_catalog(DICTIONARY, schema(orders=LARGE)))
    small = load_model(build_catalog(DICTIONARY, schema(orders=500, customers=10)))
    assert "staged" not in compiled(by_name, large)[0]
    assert "staged" not in compiled(by_name, small)[0]
    assert "staged" in compiled(by_name, load_model(build_catalog(DICTIONARY, schema(customers=900))))[0]


def test_many_groups_inside_are_not_worth_it(monkeypatch):
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 20)
    model = load_model(build_catalog(DICTIONARY, schema(countries=900, customers=900)))
    by = [{"dimension": "orders.customer.region"}, {"dimension": "orders.ship.zone"}]
    assert "staged" not in compiled({"metrics": ["revenue"], "by": by}, model)[0]


def test_scans_of_the_same_rows_are_one():
    sql, flat, _ = compiled(QUERIES["shares"])
    assert sql.count('"silver"."orders" AS "orders"') == 1
    assert flat.count('"silver"."orders" AS "orders"') > 1
