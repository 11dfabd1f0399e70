"""Every kind of metric over time against plain Python: each value computed by itself from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic.kinds.ledger import COLUMNS, Ask, Ledger, dictionary_metrics, rows_of
from tests.unit.semantic.kinds.questions import as_query, question

from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

DICTIONARY = dictionary_of({"ledger": {"time_column": "day", "metrics": dictionary_metrics()}})
MODEL = load_model(build_catalog(DICTIONARY, schema_of({"ledger": COLUMNS})))
ACCESSES = access_for(DICTIONARY, OWNER)
SEEDS = range(160)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    made.execute("CREATE SCHEMA silver")
    typed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    made.execute(f"CREATE TABLE silver.ledger ({typed})")
    yield made
    made.close()


def run(connection: duckdb.DuckDBPyConnection, query: MetricQuery) -> list[tuple[Any, ...]]:
    compiled = compile_query(MODEL, query, accesses=ACCESSES, dialect="duckdb")
    return connection.execute(compiled.sql, list(compiled.parameters)).fetchall()


def fill(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    connection.execute("DELETE FROM silver.ledger")
    if rows:
        connection.executemany("INSERT INTO silver.ledger VALUES (?, ?, ?, ?, ?)", [tuple(r.values()) for r in rows])


def known(value: Any) -> Any:
    return round(float(value), 7) if isinstance(value, Decimal | int | float) else value


def grouped(rows: list[tuple[Any, ...]], ask: Ask) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    count = len(ask.by) + (ask.grain is not None)
    keys = [row[:count] for row in rows]
    assert len(set(keys)) == len(keys), "a group came twice"
    return {row[:count]: tuple(map(known, row[count:])) for row in rows}


@pytest.mark.parametrize("part", range(8))
def test_every_value_is_that_of_a_plain_walk_over_the_rows(connection: Any, part: int) -> None:
    for seed in SEEDS[part::8]:
        ask, rows = question(seed), rows_of(seed // 4)
        fill(connection, rows)
        expected = {key: tuple(map(known, values)) for key, values in Ledger(rows, ask).answer().items()}
        assert grouped(run(connection, as_query(ask)), ask) == expected, f"seed {seed}: {ask}"
