"""A cast names a type as DuckDB does; each of Verity's types can be cast to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from tests.small_orders import COLUMNS, MemoryEngine, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

CASTS: list[tuple[str, Any]] = [
    ("CAST('2024-01-02 03:04:05' AS TIMESTAMP)", datetime(2024, 1, 2, 3, 4, 5)),
    ("'2024-01-02'::TIMESTAMP", datetime(2024, 1, 2)),
    ("CAST('2024-01-02 03:04:05' AS DATE)", date(2024, 1, 2)),
    ("CAST('7' AS BIGINT)", 7),
    ("CAST(7 AS VARCHAR)", "7"),
    ("CAST('0.5' AS DOUBLE)", 0.5),
    ("CAST('true' AS BOOLEAN)", True),
]


@pytest.mark.parametrize(("text", "value"), CASTS, ids=[text for text, _ in CASTS])
def test_a_cast_gives_a_value_of_its_type(text: str, value: Any) -> None:
    described = tables()
    described["customers"]["columns"] = {"made": {"sql": text}}
    dictionary = dictionary_of(described)
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    assert model.problems == {}
    query = MetricQuery.model_validate({"by": [{"dimension": "customers.made"}]})
    compiled = compile_query(model, query, accesses=access_for(dictionary, OWNER), dialect="duckdb")
    engine = MemoryEngine()
    try:
        assert engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall() == [(value,)]
    finally:
        engine.close()
