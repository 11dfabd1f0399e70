"""Tables under fiscal calendars, in DuckDB: the dictionary, its rows, and how they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb
import pytest
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds import fiscal_ledger, ledger
from tests.unit.semantic.kinds.fiscal_ledger import (
    CALENDARS,
    Ask,
    Calendar,
    dictionary_metrics,
)
from tests.unit.semantic.kinds.ledger import COLUMNS

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model

METRICS, BASES = dictionary_metrics(), fiscal_ledger.METRICS
MORE: dict[str, dict[str, Any]] = {
    **{f"{name}|to|quarter": {"type": "cumulative", "metric": name, "to_date": "quarter"} for name in BASES},
    **{
        f"{name}|window|{span}": {"type": "cumulative", "metric": name, "window": span}
        for name in BASES
        for span in ("3 months", "1 year")
    },
    "zero": {"sql": "SUM(amount)", "fill": "zero"},
    "ytd_growth": {"type": "offset", "metric": "revenue|to|fiscal_year", "offset": "1 fiscal_year", "show": "growth"},
    "ytd_share": {"type": "share", "metric": "revenue|to|fiscal_year", "within": ["time"]},
    "twice": {"type": "cumulative", "metric": "revenue|to|fiscal_year", "to_date": "fiscal_quarter"},
    "hours": {"type": "cumulative", "metric": "revenue", "window": "36 hours"},
    "four": {"type": "cumulative", "metric": "revenue", "window": "1 fiscal_month"},
}
ACCESS = {"a": {"rows": [{"column": "region", "values": "A"}]}, "b": {"rows": "all"}, "c": {"rows": "all"}}
EVENTS = {"at": "timestamptz", "region": "text", "customer": "bigint", "amount": "decimal(12,2)"}
TABLES: dict[str, dict[str, Any]] = {
    "ledger": {"time_column": "day", "calendar": "days", "metrics": METRICS | MORE, "access": ACCESS},
    "events": {"time_column": "at", "calendar": "days", "metrics": METRICS},
    "others": {"time_column": "day", "calendar": "elsewhere", "metrics": {"own": {"sql": "COUNT(*)"}, "own_ytd": {
        "type": "cumulative", "metric": "own", "to_date": "fiscal_year"}}},
    "plain": {"time_column": "day", "metrics": {"ours": {"sql": "COUNT(*)"}, "ours_ytd": {
        "type": "cumulative", "metric": "ours", "to_date": "fiscal_year"}}},
    "sales": {"time_column": "day", "calendar": "days", "primary_key": "id", "metrics": METRICS, "joins": {
        "tags": {"table": "tags", "type": "one_to_many", "on": {"id": "sale_id"}}}},
    "tags": {"primary_key": ["sale_id", "tag"]},
    "days": {
        "primary_key": "d",
        "periods": fiscal.PERIODS,
        "access": {"a": {"rows": "all"}, "b": {"rows": [{"column": "d", "op": "gt", "values": "2023-02-01"}]}},
    },
    "elsewhere": {"primary_key": "d", "periods": fiscal.PERIODS},
}  # fmt: skip
PHYSICAL = {
    "ledger": COLUMNS, "events": EVENTS, "others": COLUMNS, "plain": COLUMNS, "days": fiscal.COLUMNS,
    "elsewhere": fiscal.COLUMNS, "sales": {"id": "bigint", **COLUMNS}, "tags": {"sale_id": "bigint", "tag": "text"},
}  # fmt: skip
DICTIONARY = dictionary_of(TABLES)
CATALOG = build_catalog(DICTIONARY, schema_of(PHYSICAL))
MODEL = load_model(CATALOG)
ROWS = fiscal.rows_of(5, 300)
TAGS = [(i, tag) for i, row in enumerate(ROWS) for tag in "xyz" if (row["customer"] + ord(tag)) % 3]
MONTHS = [
    (day, ledger.start(day, "week"), *(ledger.start(day, grain) for grain in ("month", "quarter", "year")))
    for day in (date(2021, 1, 1) + timedelta(days=i) for i in range(2_400))
]
SAID = {name: Calendar(rows) for name, rows in CALENDARS.items()}
EVENING = 20
"""The hour of the events in UTC: of the next day in Manila."""


@pytest.fixture(scope="module")
def connections() -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    calendars = CALENDARS | {"months": MONTHS}
    made = {name: duckdb.connect() for name in calendars}
    for name, connection in made.items():
        connection.execute("SET timezone = 'UTC'")
        connection.execute("CREATE SCHEMA silver")
        for table, columns in PHYSICAL.items():
            typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"CREATE TABLE silver.{table} ({typed})")
        for table in ("ledger", "others", "plain"):
            insert(connection, f"{table} (day, region, customer, amount)", [list(row.values()) for row in ROWS])
        numbered = [[i, *row.values()] for i, row in enumerate(ROWS)]
        insert(connection, "sales (id, day, region, customer, amount)", numbered)
        insert(connection, "events", [[at_evening(row["day"]), *[*row.values()][1:]] for row in ROWS])
        insert(connection, "tags", TAGS)
        insert(connection, "days", calendars[name])
        insert(connection, "elsewhere", CALENDARS["uneven"])
    yield made
    for connection in made.values():
        connection.close()


def insert(connection: Any, table: str, rows: Sequence[Sequence[Any]]) -> None:
    for part in range(0, len(rows), 200):  # one by one takes seconds
        some = rows[part : part + 200]
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in some)
        connection.execute(f"INSERT INTO silver.{table} VALUES {marks}", [cell for row in some for cell in row])


def at_evening(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(EVENING), UTC)


def compiled(query: MetricQuery, principal: Principal = OWNER, model: Model | None = None) -> Compiled:
    accesses = access_for(DICTIONARY, principal)
    if model is None:
        model = MODEL if principal is OWNER else load_model(CATALOG.narrowed_to(accesses))
    return compile_query(model, query, accesses=accesses, dialect="duckdb")


def rows(connection: Any, principal: Principal = OWNER, **document: Any) -> list[tuple[Any, ...]]:
    made = compiled(MetricQuery.model_validate(document), principal)
    return connection.execute(made.sql, list(made.parameters)).fetchall()


def found(connection: Any, ask: Ask, query: MetricQuery | None = None, **how: Any) -> dict[tuple[Any, ...], Any]:
    made = compiled(query or ask.query(), **how)
    count = bool(ask.grain) + ask.region
    told = connection.execute(made.sql, list(made.parameters)).fetchall()
    answer = {row[:count]: row[count : count + (1 if ask.compare is None else 2)] for row in told}
    assert len(answer) == len(told), "a group came twice"
    return answer


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]
