"""The SQL that is printed for engines that do not run here: one file a dialect, every query of the conformance suite.

`VERITY_WRITE_CASES=1 pytest tests/golden/dialects` writes them anew; read the difference before committing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from tests.conformance.semantic.queries import QUERIES, described
from tests.integration.test_scan_engines import QUERIES as SCANS
from tests.small_orders import COLUMNS, dictionary_of, schema_of
from tests.unit.semantic import test_masks
from tests.unit.semantic.kinds.fiscal_calendar import COLUMNS as DAYS
from tests.unit.semantic.kinds.fiscal_calendar import PERIODS
from tests.unit.semantic.kinds.fiscal_ledger import dictionary_metrics as fiscal_metrics
from tests.unit.semantic.kinds.ledger import COLUMNS as LEDGER
from tests.unit.semantic.kinds.ledger import dictionary_metrics

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import TableAccess, access_for
from verity.data.catalog import build_catalog
from verity.exceptions import NotSupported
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.dialects import DIALECTS, bound_in_order, collation_of
from verity.semantic.model import Model, load_model

HERE = Path(__file__).parent


def ledger(*metrics: str, by: str = "", **more: Any) -> tuple[str, dict[str, Any]]:
    asked = [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in by.split(",") if n]
    return "ledger", {"metrics": [f"ledger.{name}" for name in metrics], "by": asked, **more}


def fiscal(*metrics: str, by: str = "", **more: Any) -> tuple[str, dict[str, Any]]:
    return "fiscal", ledger(*metrics, by=by, **more)[1]


QUARTER = {"time_range": {"since": "2024-01-01", "until": "2024-04-01"}}
SPECIAL: dict[str, tuple[str, dict[str, Any]]] = {
    "all so far, by month": ledger("revenue|ever", by="time:month,region"),
    "a rolling window": ledger("buyers|window|2 months", by="time:week", **QUARTER),
    "year to date": ledger("revenue|to|year", by="time:month", **QUARTER),
    "growth over the year before": ledger("revenue|growth|1 year", by="time:month"),
    "the month before, as a difference": ledger("orders|delta|1 month", by="time:month,region"),
    "compared with the previous period": ledger("revenue", by="time:month", compare="previous_period", **QUARTER),
    "chosen by growth": ledger(
        "revenue",
        by="time:month,region",
        compare="previous_month",
        filters=[
            {
                "or": [
                    {"member": "revenue__growth", "op": "gt", "values": ["0.1"]},
                    {"member": "revenue__previous", "op": "is_null"},
                ]
            }
        ],
        order=[{"member": "revenue__growth", "desc": True}],
        limit=5,
    ),
    "fiscal year to date": fiscal("revenue|to|fiscal_year", by="time:fiscal_month,region", **QUARTER),
    "fiscal year to date, compared": fiscal(
        "buyers|to|fiscal_year", by="time:fiscal_month", compare="1 fiscal_year", **QUARTER
    ),
    "a rolling window of fiscal weeks": fiscal("revenue|window|2 fiscal_weeks", by="time:fiscal_week,region"),
    "fiscal months as of the end": fiscal("orders|window|3 fiscal_months", by="region", **QUARTER),
    "all so far, by fiscal month": fiscal("revenue|ever", by="time:fiscal_month"),
    "gaps filled": ledger("revenue", by="time:month,region", fill=True),
    "the last state of each quarter": ledger("last_amount", "last_of_customer", by="time:quarter,region"),
    "rank and share": ledger("revenue|rank", "revenue|share|region", by="region,status"),
    "totals": ledger("revenue", "buyers", by="region,status", totals=True),
    "subtotals": ledger("revenue", by="region,status", subtotals=True),
    **{f"scan {i}": ("scans", i) for i in (5, 20, 40, 72, 74, 76, 77, 80, 84, 86, 87, 90, 94)},
}
"""Queries over the ledger (every way of looking at a number over time) and some of test_scan_engines."""
PRINTED = ("bigquery", "snowflake", "trino", "doris")
LEAST = 25
DICTIONARY = dictionary_of(described())
ACCESSES = access_for(DICTIONARY, OWNER)


@cache
def model() -> Model:
    return load_model(build_catalog(DICTIONARY, schema_of(COLUMNS, "gold")))


@cache
def ledger_model() -> tuple[Model, Mapping[str, TableAccess]]:
    dictionary = dictionary_of({"ledger": {"time_column": "day", "metrics": dictionary_metrics()}})
    return load_model(build_catalog(dictionary, schema_of({"ledger": LEDGER}, "gold"))), access_for(dictionary, OWNER)


@cache
def fiscal_model() -> tuple[Model, Mapping[str, TableAccess]]:
    tables = {
        "ledger": {"time_column": "day", "calendar": "days", "metrics": fiscal_metrics()},
        "days": {"primary_key": "d", "periods": PERIODS},
    }
    dictionary = dictionary_of(tables)
    physical = schema_of({"ledger": LEDGER, "days": DAYS}, "gold")
    return load_model(build_catalog(dictionary, physical)), access_for(dictionary, OWNER)


@cache
def compiled(name: str, dialect: str) -> Compiled | NotSupported:
    try:
        if name in QUERIES:
            query = MetricQuery.model_validate(QUERIES[name])
            return compile_query(model(), query, accesses=ACCESSES, dialect=dialect)
        return special(*SPECIAL[name], dialect)
    except NotSupported as refused:
        return refused


def special(kind: str, asked: Any, dialect: str) -> Compiled:
    if kind in ("ledger", "fiscal"):
        of, accesses = ledger_model() if kind == "ledger" else fiscal_model()
        return compile_query(of, MetricQuery.model_validate(asked), accesses=accesses, dialect=dialect)
    shop, query, role = SCANS[asked]
    principal = Principal(id="p", roles=(role,)) if role else OWNER
    accesses = access_for(shop.dictionary, principal, mask_key=test_masks.KEY)
    of = load_model(build_catalog(shop.dictionary, schema_of(shop.columns, "gold")).narrowed_to(accesses))
    return compile_query(of, MetricQuery.model_validate(query), accesses=accesses, dialect=dialect)


def printed(dialect: str) -> Iterator[tuple[str, Compiled]]:
    for name in (*QUERIES, *SPECIAL):
        made = compiled(name, dialect)
        if isinstance(made, Compiled):
            yield name, made


def document(dialect: str) -> str:
    parts = []
    for name in (*QUERIES, *SPECIAL):
        made = compiled(name, dialect)
        text = f"{made.display};" if isinstance(made, Compiled) else f"-- refused: {made.code} {made.message}"
        parts.append(f"-- {name}\n{text}\n")
    return "\n".join(parts)


@pytest.mark.parametrize("dialect", PRINTED)
def test_every_query_is_printed_as_its_golden_file_has_it(dialect: str) -> None:
    path = HERE / f"{dialect}.sql"
    made = document(dialect)
    if os.environ.get("VERITY_WRITE_CASES"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
    assert len(list(printed(dialect))) >= LEAST


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_parses_in_its_dialect(dialect: str) -> None:
    for name, made in printed(dialect):
        for sql in (made.sql, made.display):
            assert len(sqlglot.parse(sql, read=dialect)) == 1, name


@pytest.mark.parametrize("dialect", PRINTED)
def test_no_dialect_is_given_what_it_has_not(dialect: str) -> None:
    for name, made in printed(dialect):
        tree = sqlglot.parse_one(made.sql, read=dialect)
        assert not list(tree.find_all(exp.Collate)), name
        if dialect != "trino":
            assert not list(tree.find_all(exp.Filter)), name
        if dialect in ("bigquery", "doris"):
            assert " ESCAPE " not in made.sql, name
            assert not any("." in alias.name for alias in tree.find_all(exp.TableAlias)), name
        assert not re.search(r"\bDATE_TRUNC\('?week", made.sql, re.IGNORECASE) or dialect in ("trino", "doris"), name
        assert "MEDIAN" not in made.sql or dialect == "snowflake", name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_are_bound_and_never_in_the_text(dialect: str) -> None:
    query = MetricQuery.model_validate(
        {
            "metrics": ["orders"],
            "filters": [
                {"member": "status", "op": "in", "values": ["it's", "new"]},
                {"member": "total", "op": "gt", "values": ["1.25"]},
                {"member": "status", "op": "not_equals", "values": ["it's"]},
            ],
        }
    )
    made = compile_query(model(), query, accesses=ACCESSES, dialect=dialect)
    assert "it's" not in made.sql.replace("''", "'")
    assert "1.25" not in made.sql
    marks = {
        "duckdb": r"\$\d", "postgres": r"\$\d", "clickhouse": r"\{p\d: String\}", "spark": r":p\d", "bigquery": r"@p\d",
        "snowflake": r":\d", "trino": r"\?", "doris": r"\?",
    }  # fmt: skip
    found = re.findall(marks[dialect], made.sql)
    assert len(found) == 4
    if dialect in ("trino", "doris"):
        assert [str(v) for v in bound_in_order(made.statement, made.parameters)] == ["it's", "new", "1.25", "it's"]


@pytest.mark.parametrize(("text", "pattern"), [("50%_\\!", "50\\%\\_\\\\!"), ("!%", "!\\%"), ("plain", "plain")])
def test_a_pattern_is_escaped_by_backslashes_where_nothing_else_escapes(text: str, pattern: str) -> None:
    query = MetricQuery.model_validate(
        {"metrics": ["orders"], "filters": [{"member": "status", "op": "contains", "values": [text]}]}
    )
    made = compile_query(model(), query, accesses=ACCESSES, dialect="bigquery")
    like = sqlglot.parse_one(made.display, read="bigquery").find(exp.Like)
    assert like is not None
    assert like.expression.name == f"%{pattern}%"
    replaced = sqlglot.parse_one(made.sql, read="bigquery").find(exp.Like)
    assert replaced is not None
    assert evaluated(replaced.expression, str(made.parameters[0])) == f"%{pattern}%"


def evaluated(node: exp.Expr, value: str) -> str:
    """What nested REPLACEs make of the parameter's value."""
    if isinstance(node, exp.Replace):
        arguments = (node.args["expression"], node.args["replacement"])
        old, new = (argument.name for argument in arguments)
        return evaluated(node.this, value).replace(old, new)
    return value


def test_an_unknown_dialect_is_refused_by_name() -> None:
    with pytest.raises(NotSupported, match="no SQL is written for 'oracle'"):
        collation_of("oracle")
