"""SQL pairs: `cases/*.sql` holds a query and the SQL that it compiles to on both dialects; each is executed in DuckDB.

`VERITY_WRITE_CASES=1 pytest tests/unit/semantic/test_cases.py` writes them anew; read the difference before committing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.small_orders import COLUMNS, MemoryEngine, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.query.results import rows_of
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import load_model

CASES = Path(__file__).parent / "cases"


def described() -> dict[str, dict[str, Any]]:
    made = tables()
    made["customers"]["access"] = {"eu": {"rows": [{"column": "region", "values": "EU"}]}}
    made["countries"]["access"] = {"eu": {}}
    made["orders"]["access"] = {
        "eu": {"rows": [{"column": "status", "op": "in", "attribute": "statuses"}], "columns_hidden": ["paid"]}
    }
    made["items"]["access"] = {"eu": {}}
    return made


DICTIONARY = dictionary_of(described())


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine()
    yield made
    made.close()


def compiled_for(query: dict[str, Any], dialect: str) -> Compiled:
    document = dict(query)
    principal = Principal.model_validate(document.pop("as")) if "as" in document else OWNER
    accesses = access_for(DICTIONARY, principal)
    catalog = build_catalog(DICTIONARY, schema_of(COLUMNS)).narrowed_to(accesses)
    model = load_model(catalog)
    return compile_query(model, MetricQuery.model_validate(document), accesses=accesses, dialect=dialect)


def document_of(query: dict[str, Any], engine: MemoryEngine) -> str:
    """The whole case as its file holds it."""
    duckdb, postgres = compiled_for(query, "duckdb"), compiled_for(query, "postgres")
    table = engine.connection.execute(duckdb.sql, list(duckdb.parameters)).to_arrow_table()
    rows = rows_of(table, duckdb.columns)
    lines = [f"-- query: {json.dumps(query, ensure_ascii=False)}"]
    lines += [f"-- plan: {words}" for words in duckdb.plan.words]
    lines += [f"-- column: {c.name} {c.type} {c.member}" for c in duckdb.columns]
    lines += [f"-- row: {json.dumps(row, ensure_ascii=False)}" for row in rows]
    same = duckdb.display == postgres.display
    lines += [f"-- {'duckdb and postgres' if same else 'duckdb'}", duckdb.display + ";"]
    lines += [] if same else ["-- postgres", postgres.display + ";"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_query_compiles_to_the_sql_of_its_case(case: Path, engine: MemoryEngine) -> None:
    text = case.read_text(encoding="utf-8")
    query = json.loads(text.splitlines()[0].removeprefix("-- query: "))
    made = document_of(query, engine)
    if os.environ.get("VERITY_WRITE_CASES"):
        case.write_text(made, encoding="utf-8")
    assert made == text


def test_what_people_see_is_the_same_statement_as_what_runs(engine: MemoryEngine) -> None:
    for case in sorted(CASES.glob("*.sql")):
        query = json.loads(case.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- query: "))
        compiled = compiled_for(query, "duckdb")
        ran = engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall()
        assert engine.connection.execute(compiled.display).fetchall() == ran, case.stem
