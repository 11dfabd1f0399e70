"""A join is INNER only where it was declared whole, seen to be whole, and no policy withholds a partner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.small_orders import COLUMNS, MemoryEngine, dictionary_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import GroupBy, MetricQuery
from verity.exceptions import EngineRefused
from verity.query.service import QueryService
from verity.semantic.proofs import proof_sql
from verity.semantic.work import Unique

ROWS = {
    "countries": [("PH", "Philippines", "east"), ("ES", "Spain", "west")],
    "customers": [(1, "Ana", "EU", "ES", 30), (2, "Ben", "ASIA", "PH", 41)],
    "orders": [(n, 1 + n % 2, None, None, "new", n, "ES", "PH", None) for n in range(1, 6)],
}
BY_ZONE = MetricQuery(metrics=("orders",), by=(GroupBy(dimension="customer.home.zone"),))


def described(**customers: Any) -> dict[str, dict[str, Any]]:
    return {
        "countries": {"primary_key": "code", "access": {"viewer": {"rows": "all"}}},
        "customers": {
            "primary_key": "customer_id",
            "joins": {"home": {"table": "countries", "on": {"country": "code"}, "integrity": "full"}},
            "access": {"viewer": {"rows": "all"}, "european": {"rows": [{"column": "region", "values": "EU"}]}},
            **customers,
        },
        "orders": {
            "primary_key": "order_id",
            "joins": {"customer": {"table": "customers", "on": "customer_id", "integrity": "full"}},
            "metrics": {"orders": {"sql": "COUNT(*)"}},
            "access": {"viewer": {"rows": "all"}, "european": {"rows": "all"}},
        },
    }


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine(COLUMNS, ROWS)


def service(engine: MemoryEngine, file: Path | None = None, **customers: Any) -> QueryService:
    return QueryService(engine, lambda: dictionary_of(described(**customers)), proofs=file)  # type: ignore[arg-type]


def answer(made: QueryService, who: Principal = OWNER) -> tuple[tuple[object, ...], str]:
    result = made.run(BY_ZONE, who)
    return result.table.rows, result.sql


def test_a_join_that_holds_is_inner(engine):
    rows, sql = answer(service(engine))
    assert rows == (("east", 3), ("west", 2))
    assert sql.count("INNER JOIN") == 2
    assert "LEFT" not in sql


def test_a_declaration_that_the_data_breaks_is_not_believed(engine):
    engine.insert("orders", [(9, 77, None, None, "new", 1, "ES", "PH", None)])
    rows, sql = answer(service(engine))
    assert rows == (("east", 3), ("west", 2), (None, 1))
    assert "INNER" not in sql


def test_behind_a_join_that_does_not_hold_nothing_is_inner(engine):
    engine.insert("orders", [(9, None, None, None, "new", 1, "ES", "PH", None)])
    assert answer(service(engine))[1].count("LEFT JOIN") == 2


def test_a_partner_that_a_policy_withholds_leaves_its_row(engine):
    rows, sql = answer(service(engine), Principal(id="eve", roles=("viewer",)))
    assert (len(rows), sql.count("INNER JOIN")) == (2, 2)
    masked = service(engine, access={"european": {"rows": [{"column": "region", "values": "EU"}]}})
    seen = masked.run(
        MetricQuery(metrics=("orders",), by=(GroupBy(dimension="customer.region"),)),
        Principal(id="eve", roles=("european",)),
    )
    assert seen.table.rows == (("EU", 2), (None, 3))
    assert "LEFT JOIN" in seen.sql


def test_new_data_is_looked_at_anew(engine):
    made = service(engine)
    assert "INNER" in answer(made)[1]
    engine.insert("orders", [(9, 77, None, None, "new", 1, "ES", "PH", None)])
    engine.publish()
    rows, sql = answer(made)
    assert rows == (("east", 3), ("west", 2), (None, 1))
    assert "INNER" not in sql


def test_what_was_seen_is_remembered_by_the_next_process(engine, tmp_path):
    file = tmp_path / "cache" / "joins.json"
    answer(service(engine, file))
    engine.statements.clear()
    assert "INNER" in answer(service(engine, file))[1]
    assert not [sql for sql in engine.statements if "broken" in sql]
    file.write_text("{torn", encoding="utf-8")
    assert "INNER" in answer(service(engine, file))[1]
    assert [sql for sql in engine.statements if "broken" in sql]


def test_a_proof_that_the_engine_refuses_changes_nothing(engine, monkeypatch):
    read = engine.read

    def refuse(sql: str, *args: Any, **named: Any) -> Any:
        if "broken" in sql:
            raise EngineRefused("no")
        return read(sql, *args, **named)

    monkeypatch.setattr(engine, "read", refuse)
    rows, sql = answer(service(engine))
    assert rows == (("east", 3), ("west", 2))
    assert "INNER" not in sql


def test_ids_of_different_types_are_never_proven(engine):
    engine.connection.execute("ALTER TABLE silver.orders ALTER customer_id TYPE VARCHAR")
    engine.columns["orders"]["customer_id"] = "text"
    rows, sql = answer(service(engine))
    assert rows == (("east", 3), ("west", 2))
    assert "INNER" not in sql


def test_a_key_is_unique_where_no_two_rows_share_it_and_none_lacks_it(engine):
    model = service(engine).model(OWNER)

    def holds(table: str, column: str, *more: tuple[Any, ...]) -> bool:
        made = MemoryEngine(COLUMNS, {**ROWS, table: [*ROWS[table], *more]})
        sql = proof_sql(model, Unique(table, (column,)), "duckdb")
        assert sql is not None
        return made.read(sql).table.num_rows == 0

    assert holds("countries", "zone")
    assert not holds("countries", "zone", ("SG", "Singapore", "east"))
    assert not holds("countries", "zone", ("SG", "Singapore", None))
