"""The same project builds equal silver and gold on DuckDB and on PostgreSQL, with any names that a file may hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from tests.integration.small_shop import ORDERS, TOTALS, engine_for, land, rows, write, write_project
from tests.postgres_server import fresh_database, server_url

from verity.contracts.dataset import PhysicalColumn, PhysicalTable
from verity.data.dictionary import load_dictionary
from verity.quality.check import run_checks
from verity.transform.build import build
from verity.transform.passthrough import write_models
from verity.warehouse.engine import Engine

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

DICTIONARY = """
table: orders
primary_key: order_id
time_column: placed_on
columns:
  order_id: {type: bigint, values: [1, 2, 3]}
  placed_on: when it was placed
joins:
  day: {table: daily_totals, on: placed_on}
  same: {table: daily_totals, sql: "this.placed_on >= same.placed_on"}
---
table: daily_totals
primary_key: placed_on
columns: {placed_on: the day}
"""
SILVER = "select order_id, amount, placed_on from silver.orders order by order_id"
GOLD = "select placed_on, orders, total from gold.daily_totals order by placed_on"


@pytest.fixture
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_database(server_url(tmp_path_factory.getbasetemp())) as url:
        yield url


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture
def engines(project: Path, url: str) -> Iterator[tuple[Engine, Engine]]:
    pair = (engine_for(project), engine_for(project, url))
    yield pair
    for engine in pair:
        engine.close()


def test_silver_and_gold_are_equal_to_the_cent(project: Path, engines: tuple[Engine, Engine]):
    for engine in engines:
        land(engine)
        verdict = build(project, engine)
        assert verdict.status == "ok", verdict
        assert [line.name for line in verdict.lines if line.rows is not None] == ["silver.orders", "gold.daily_totals"]
    embedded, server = engines
    assert rows(embedded, SILVER) == rows(server, SILVER)
    assert rows(embedded, GOLD) == rows(server, GOLD) != []


def test_postgres_keeps_the_old_version_of_a_failed_build_and_swaps_in_the_next(
    project: Path, engines: tuple[Engine, Engine]
):
    _, engine = engines
    land(engine)
    first = build(project, engine).data_version
    write(project, "gold/daily_totals.sql", TOTALS.replace("sum(amount)", "sum(nonsense)"))
    failed = build(project, engine)
    assert [line.code for line in failed.lines if line.status == "failed"] == ["VRT-562"]
    assert engine.state().data_version == first
    write(project, "gold/daily_totals.sql", TOTALS.replace("sum(amount)", "2 * sum(amount)"))
    land(engine, ORDERS.slice(0, 1), load_id="load-2")
    assert build(project, engine).status == "ok"
    assert [row[2] for row in rows(engine, GOLD)] == [Decimal("20.50")]


def test_select_on_postgres_leaves_the_other_tables_as_published(project: Path, engines: tuple[Engine, Engine]):
    _, engine = engines
    land(engine)
    build(project, engine)
    before = rows(engine, SILVER)
    write(project, "gold/daily_totals.sql", TOTALS.replace("sum(amount)", "2 * sum(amount)"))
    verdict = build(project, engine, select="daily_totals")
    assert (verdict.status, verdict.lines[0].name) == ("ok", "gold.daily_totals")
    assert rows(engine, SILVER) == before
    assert rows(engine, GOLD)[0][2] == Decimal("20.50")


def test_a_live_check_says_the_same_on_both(project: Path, engines: tuple[Engine, Engine]):
    (project / "dictionary").mkdir()
    for index, text in enumerate(DICTIONARY.split("---")):
        (project / f"dictionary/{index}.yml").write_text(text, encoding="utf-8")
    said = []
    for engine in engines:
        land(engine)
        build(project, engine)
        verdict = run_checks(project, lambda: load_dictionary(project / "dictionary"), engine, live=True)
        said.append([(line.name, line.status, line.code, line.message) for line in verdict.lines])
    assert said[0] == said[1]
    told = {name: (status, message) for name, status, _, message in said[0]}
    assert told["orders: key order_id"] == ("ok", "unique, never NULL")
    assert told["orders: join day"] == ("ok", "100 % of rows match (3 of 3)")
    assert ("orders: join same", "failed", "VRT-573") in {line[:3] for line in said[0]}


HARD_NAMES = (
    "año €",
    'it\'s "quoted"',
    "{{ braces }}",
    "{% raw %}",
    "select",
    "semi;colon --",
    "x" * 300,
    "Mixed Case",
)


@pytest.mark.parametrize("server", [False, True], ids=["duckdb", "postgres"])
def test_columns_and_tables_of_any_name_pass_through_whole(tmp_path: Path, url: str, server: bool):
    names = [name[:50] for name in HARD_NAMES] if server else list(HARD_NAMES)
    table = pa.table({name: pa.array([index, None], pa.int64()) for index, name in enumerate(names)})
    tables = ["données", "order details", "it's", "1st"]
    columns = tuple(PhysicalColumn(name=name, type="bigint") for name in names)
    (tmp_path / "verity.toml").touch()
    write_models(tmp_path, [PhysicalTable(schema_name="bronze", name=name, columns=columns) for name in tables])
    engine = engine_for(tmp_path, url if server else None)
    for name in tables:
        land(engine, table, name)
    verdict = build(tmp_path, engine)
    assert verdict.status == "ok", verdict
    built = {table.name: table for table in engine.schema().tables if table.schema_name == "silver"}
    assert set(built) == set(tables)
    assert [column.name for column in built["it's"].columns] == names
    assert rows(engine, 'select * from silver."it\'s"')[0] == tuple(range(len(names)))
    engine.close()
