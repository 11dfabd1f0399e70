"""A statement written for large tables has the rows of the plan's own, whatever the data, and rests on facts."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.small_orders import dictionary_of, schema_of

from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.query.guardrails import check_statement
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.dialects import printed
from verity.semantic.model import Model, load_model
from verity.semantic.physical import conditions, numbered, stages
from verity.semantic.physical.chosen import PICKS
from verity.semantic.proofs import proof_sql
from verity.semantic.work import Fact

EXAMPLES = int(os.environ.get("VERITY_LAW_EXAMPLES", "8"))

COLUMNS = {
    "nations": {"nation": "bigint", "name": "text"},
    "makers": {"maker": "bigint", "nation": "bigint"},
    "offers": {"part": "bigint", "maker": "bigint"},
    "parts": {"part": "bigint", "kind": "text", "price": "decimal(12,2)"},
    "kinds": {"kind": "bigint", "part": "bigint", "label": "text"},
    "sales": {"sale": "bigint", "part": "bigint", "buyer": "bigint", "day": "date", "amount": "decimal(12,2)"},
    "levels": {"maker": "bigint", "day": "date", "stock": "decimal(12,2)"},
}
LARGE = {"parts": 10**6, "offers": 10**6, "sales": 10**7, "levels": 10**7, "makers": 10**4, "nations": 25, "kinds": 50}
WHOLE = {"integrity": "full"}
DICTIONARY = dictionary_of(
    {
        "nations": {"primary_key": "nation"},
        "makers": {"primary_key": "maker", "joins": {"home": {"table": "nations", "on": "nation", **WHOLE}}},
        "offers": {
            "primary_key": ["part", "maker"],
            "joins": {
                "part": {"table": "parts", "on": "part", **WHOLE},
                "maker": {"table": "makers", "on": "maker", **WHOLE},
            },
        },
        "parts": {
            "primary_key": "part",
            "joins": {
                "makers": {"table": "makers", "type": "many_to_many", "through": "offers", **WHOLE},
                "kinds": {"table": "kinds", "type": "one_to_many", "on": {"part": "part"}, **WHOLE},
            },
            "metrics": {
                "parts": {"sql": "COUNT(*)"},
                "worth": {"sql": "SUM(price)"},
                "dear": {"sql": "COUNT(*) FILTER (WHERE price > 3)"},
                "mean": {"sql": "AVG(price)"},
            },
        },
        "kinds": {"primary_key": "kind"},
        "sales": {
            "primary_key": "sale",
            "time_column": "day",
            "joins": {
                "item": {"table": "parts", "on": "part"},
                "sure": {"table": "parts", "on": "part", **WHOLE},
            },
            "metrics": {
                "sales": {"sql": "COUNT(*)"},
                "revenue": {"sql": "SUM(amount)"},
                "of_a": {"sql": "SUM(amount)", "filter": "item.kind LIKE 'a%'"},
                "of_none": {"sql": "COUNT(*)", "filter": "item.kind IS NULL"},
                "share_of_a": {"type": "ratio", "numerator": "of_a", "denominator": "revenue"},
                "middle": {"type": "percentile", "sql": "amount", "percentile": 0.5},
                "high": {"type": "percentile", "sql": "amount", "percentile": 0.9},
                "large": {"sql": "COUNT(*)", "filter": "amount > 2", "fill": "zero"},
                "large_sum": {"sql": "SUM(amount)", "filter": "amount > 2"},
                "kept": {"type": "retention", "base": "sales", "event": "sales", "entity": "buyer", "after": "1 month"},
                "again": {
                    "type": "conversion",
                    "base": "large",
                    "event": "sales",
                    "entity": "buyer",
                    "within": "20 days",
                },
            },
        },
        "levels": {
            "primary_key": ["maker", "day"],
            "time_column": "day",
            "joins": {"maker_": {"table": "makers", "on": "maker", **WHOLE}},
            "metrics": {
                "closing": {"type": "semi_additive", "sql": "SUM(stock)", "take": "last"},
                "opening": {"type": "semi_additive", "sql": "SUM(stock)", "take": "first"},
                "closing_each": {"type": "semi_additive", "sql": "SUM(stock)", "take": "last", "per": "maker"},
            },
        },
    }
)


def model_of(rows: dict[str, int]) -> Model:
    made = schema_of(COLUMNS, "gold").tables
    sized = tuple(t.model_copy(update={"row_count": rows[t.name]}) for t in made)
    return load_model(build_catalog(DICTIONARY, schema_of(COLUMNS, "gold").model_copy(update={"tables": sized})))


MODEL = model_of(LARGE)
SMALL = model_of(dict.fromkeys(COLUMNS, 500))
"""Of which nothing is written otherwise than the plan says."""


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever can be written for large tables is: the tables here are small."""
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 0)


def by(*members: str) -> list[dict[str, str]]:
    made = [member.partition(":") for member in members]
    return [{"dimension": name, **({"grain": grain} if grain else {})} for name, _, grain in made]


NATION = "parts.makers.home.name"
MONTHS = {"since": "2024-01-01", "until": "2024-04-01"}
QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "a name over a bridge": ({"metrics": ["parts", "worth", "dear", "mean"], "by": by(NATION)}, '"by keys"'),
    "a name and more over a bridge": ({"metrics": ["worth"], "by": by(NATION, "parts.makers.maker")}, '"by keys"'),
    "a key over a bridge": ({"metrics": ["worth"], "by": by("parts.makers.nation")}, '"key"'),
    "a name and the root's own": ({"metrics": ["parts"], "by": by(NATION, "parts.kind")}, '"by keys"'),
    "over a bridge, the root filtered": (
        {
            "metrics": ["parts", "worth"], "by": by(NATION),
            "filters": [{"member": "parts.price", "op": "gt", "values": [2]}],
        },
        '"by keys"',
    ),
    "the least condition over a bridge": (
        {
            "metrics": ["parts"], "by": by(NATION),
            "filters": [{"member": "parts.makers.home.name", "op": "equals", "values": ["x"]}],
        },
        "DISTINCT",
    ),
    "a name that hangs on the root itself": ({"metrics": ["worth"], "by": by("parts.kinds.label")}, "DISTINCT"),
    "a condition on a joined text": ({"metrics": ["of_a", "revenue"], "by": by("time:month")}, '"condition 0"'),
    "a share of a joined text": ({"metrics": ["share_of_a"]}, '"condition 0"'),
    "a text that is missing": ({"metrics": ["of_none", "of_a", "sales"], "by": by("time:year")}, "IS NULL"),
    "percentiles by a joined text": (
        {"metrics": ["middle", "high", "sales"], "by": by("sales.item.kind")}, '"number"',
    ),
    "percentiles by a text that each row has": ({"metrics": ["middle"], "by": by("sales.sure.kind")}, '"number"'),
    "a filter alone": ({"metrics": ["large"]}, "WHERE"),
    "a filter that two share": ({"metrics": ["large", "large_sum"]}, "WHERE"),
    "a filter and all": ({"metrics": ["large", "sales"]}, "FILTER"),
    "filled with zero": (
        {"metrics": ["large"], "by": by("time:day"), "time_range": MONTHS, "fill": True}, "AND \"sales\".\"amount\"",
    ),
    "filled with nothing": (
        {"metrics": ["large_sum"], "by": by("time:day"), "time_range": MONTHS, "fill": True}, "FILTER",
    ),
    "filled beside all": (
        {"metrics": ["large", "sales"], "by": by("time:month"), "time_range": MONTHS, "fill": True}, "FILTER",
    ),
    "retention": ({"metrics": ["kept"], "by": by("time:month")}, '"shared 0"'),
    "conversion": ({"metrics": ["again"], "by": by("time:month")}, "SEMI JOIN"),
    "the last of each month": ({"metrics": ["closing"], "by": by("time:month")}, "ARG_MAX_NULL"),
    "the first of each quarter": ({"metrics": ["opening"], "by": by("time:quarter")}, "ARG_MIN_NULL"),
    "the last of each key": ({"metrics": ["closing_each"], "by": by("time:month")}, "IS NOT DISTINCT FROM"),
    "the last of each key by name": (
        {"metrics": ["closing_each"], "by": by("levels.maker_.home.name", "time:quarter")}, "* 4 + EXTRACT(QUARTER",
    ),
    "many without a row": (
        {"metrics": ["parts"], "filters": [{"member": "parts.makers.home.name", "op": "is_null"}]}, "parts",
    ),
}  # fmt: skip

FEW = st.sampled_from([1, 2, 3, None, 7])
TEXT = st.sampled_from(["x", "y", None, "ab", "a"])
DAY = st.none() | st.dates(date(2023, 12, 28), date(2024, 4, 3))
MONEY = st.none() | st.decimals(min_value=-5, max_value=5, places=2)


@st.composite
def data(draw: st.DrawFn) -> dict[str, list[tuple[Any, ...]]]:
    """Names that two share, keys without partners, values that are missing on the last day."""
    keys = draw(st.sampled_from([(1, 2, 3), (1, 2), (1, 1, 2), (1, None, 3)]))
    some = st.lists(st.tuples(FEW, FEW), max_size=7, unique=True)
    return {
        "nations": [(i, draw(TEXT)) for i in keys],
        "makers": [(i, draw(FEW)) for i in (1, 2, 3)],
        "offers": draw(some),
        "parts": [(i, draw(TEXT), draw(MONEY)) for i in keys],
        "kinds": [(i, draw(FEW), draw(TEXT)) for i in range(draw(st.integers(0, 3)))],
        "sales": [
            (i, draw(FEW), draw(FEW), draw(DAY), draw(MONEY)) for i in range(draw(st.integers(0, 12)))
        ],
        "levels": [(maker, draw(DAY), draw(MONEY)) for maker in draw(st.lists(FEW, max_size=12))],
    }  # fmt: skip


WELL: dict[str, list[tuple[Any, ...]]] = {
    "nations": [(1, "x"), (2, "y")],
    "makers": [(1, 1), (2, 2), (3, 1)],
    "offers": [(1, 1), (1, 3), (1, 2), (2, 3)],
    "parts": [(1, "ab", 2), (2, None, 5)],
    "kinds": [(1, 1, "x"), (2, 2, "y")],
    "sales": [(1, 1, 1, date(2024, 1, 5), 3), (2, 2, 1, date(2024, 2, 1), 1), (3, 1, 2, date(2024, 2, 2), 4)],
    "levels": [(1, date(2024, 1, 31), 5), (1, date(2024, 1, 30), 4), (2, date(2024, 1, 30), 7)],
}
"""Every fact holds."""


def filled(rows: dict[str, list[tuple[Any, ...]]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE SCHEMA gold")
    for table, columns in COLUMNS.items():
        types = ", ".join(f'"{name}" {"VARCHAR" if of == "text" else of}' for name, of in columns.items())
        connection.execute(f'CREATE TABLE gold."{table}" ({types})')
        if rows[table]:
            connection.executemany(f'INSERT INTO gold."{table}" VALUES ({", ".join("?" * len(columns))})', rows[table])
    return connection


def compiled(
    connection: duckdb.DuckDBPyConnection, document: dict[str, Any], known: dict[Fact, bool], model: Model = MODEL
) -> Compiled:
    """The query compiled on what the data shows."""
    query = MetricQuery.model_validate(document)
    while True:
        seen = frozenset(fact for fact, holds in known.items() if holds)
        made = compile_query(model, query, accesses=access_for(DICTIONARY, OWNER), dialect="duckdb", proven=seen)
        wanted = made.work.unproven - known.keys()
        if not wanted:
            return made
        for fact in wanted:
            sql = proof_sql(model, fact, "duckdb")
            known[fact] = sql is not None and not connection.execute(sql).fetchall()


def typed(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> tuple[list[Any], list[Any]]:
    done = connection.execute(sql, parameters)
    return [(column[0], str(column[1])) for column in done.description], done.fetchall()


@pytest.mark.parametrize("name", QUERIES)
def test_where_the_facts_hold_each_is_written_in_its_own_way(name: str) -> None:
    document, mark = QUERIES[name]
    made = compiled(filled(WELL), document, {})
    assert mark in made.sql
    check_statement(made.runs, len(made.parameters), PICKS)


@settings(max_examples=EXAMPLES, deadline=None)
@given(data())
def test_it_has_the_rows_of_the_plan_whatever_the_data(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    connection, known = filled(rows), dict[Fact, bool]()
    for name, (document, _) in QUERIES.items():
        made = compiled(connection, document, known)
        plain = compile_query(SMALL, made.query, accesses=access_for(DICTIONARY, OWNER), dialect="duckdb")
        expected = typed(connection, plain.sql, list(plain.parameters))
        assert typed(connection, made.sql, list(made.parameters)) == expected, f"{name}\n{made.sql}"


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_shown_is_the_plan_that_small_tables_are_read_by(name: str) -> None:
    known: dict[Fact, bool] = {}
    made = compiled(filled(WELL), QUERIES[name][0], known)
    plain = compiled(filled(WELL), QUERIES[name][0], known, SMALL)
    assert (made.display, made.parameters) == (plain.display, plain.parameters)


def test_a_name_that_two_keys_share_is_counted_once_by_name() -> None:
    rows = {**WELL, "nations": [(1, "x"), (2, "x")]}
    connection = filled(rows)
    made = compiled(connection, QUERIES["a name over a bridge"][0], {})
    assert '"by keys"' not in made.sql
    assert [row[:3] for row in connection.execute(made.sql).fetchall()] == [("x", 2, 7)]


def test_a_part_that_nobody_offers_keeps_its_row() -> None:
    rows = {**WELL, "parts": [*WELL["parts"], (3, "ab", 1)]}
    connection = filled(rows)
    made = compiled(connection, QUERIES["a name over a bridge"][0], {})
    assert (None, 1, 1) in [row[:3] for row in connection.execute(made.sql).fetchall()]


def test_small_tables_are_read_as_the_plan_says() -> None:
    marks = ('"by keys"', '"condition 0"', '"number"', '"shared 0"', '"staged"', "_NULL(")
    for document, _ in QUERIES.values():
        sql = compiled(filled(WELL), document, {}, SMALL).sql
        assert not [mark for mark in marks if mark in sql]


def test_a_text_that_is_read_anyway_is_compared_where_it_is() -> None:
    document = {"metrics": ["of_a"], "by": by("sales.item.kind")}
    assert '"condition 0"' not in compiled(filled(WELL), document, {}).sql


def test_a_large_joined_table_is_compared_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    alike = model_of({**LARGE, "parts": 10**7})
    for name in ("a condition on a joined text", "percentiles by a joined text"):
        sql = compiled(filled(WELL), QUERIES[name][0], {}, alike).sql
        assert '"condition 0"' not in sql
        assert '"number"' not in sql
    assert conditions.FEWEST_A_ROW > 1
    assert numbered.FEWEST_A_ROW > 1


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@pytest.mark.parametrize("name", QUERIES)
def test_the_plan_is_printed_the_same_again(name: str, dialect: str) -> None:
    """What is routed over a rollup, or shown, is the statement that was printed before."""
    query = MetricQuery.model_validate(QUERIES[name][0])
    made = compile_query(SMALL, query, accesses=access_for(DICTIONARY, OWNER), dialect=dialect)
    assert printed(made.statement.copy(), dialect) == made.sql
    assert made.display.count("WITHIN GROUP") == made.sql.count("WITHIN GROUP")
