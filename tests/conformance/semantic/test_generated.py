"""Generated questions over generated models and data (tests/proof), on the engines that tests/proof does not try.

`make soak SUITE=engines` asks thousands of chDB, and some of Spark; `make check` a sample of chDB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.conformance.semantic.stands import SPARK, spark_master
from tests.proof.engines import SCHEMA, Cells
from tests.proof.reduce import reduced, report
from tests.proof.run import run
from tests.proof.world import World
from verity.warehouse.engines.clickhouse import session
from verity.warehouse.engines.clickhouse.engine import encoded

SEED = int(os.environ.get("VERITY_SEED", "11"))
ASKED = int(os.environ.get("VERITY_ENGINE_QUERIES", "60"))
ON_SPARK = int(os.environ.get("VERITY_SPARK_QUERIES", "100"))
EACH = 10
"""Questions asked of one world."""
MASTERS = [master for master in os.environ.get(SPARK, "").split(",") if master]


class ClickHouse:
    """chDB with one world at a time."""

    dialect = "clickhouse"

    def __init__(self, folder: Path) -> None:
        self.connection = session.connect(folder)
        self.connection.query("set " + ", ".join(f"{name} = {value}" for name, value in session.READING.items()))

    def load(self, world: World) -> None:
        """Only this world's tables."""
        self.connection.query(f"drop database if exists {SCHEMA}")
        self.connection.query(f"create database {SCHEMA}")
        for table in world.tables.values():
            columns = ", ".join(f'"{name}" Nullable({_native(kind)})' for name, kind in table.columns.items())
            self.connection.query(f'create table {SCHEMA}."{table.name}" ({columns}) engine = Memory')
            for row in table.rows:
                given = {f"p{i}": encoded(row[name]) for i, name in enumerate(table.columns)}
                marks = ", ".join(f"{{p{i}: Nullable(String)}}" for i in range(len(given)))
                self.connection.query(f'insert into {SCHEMA}."{table.name}" values ({marks})', params=given)

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        given = {f"p{i}": encoded(value) for i, value in enumerate(parameters, 1)}
        return cells(self.connection.query(sql, "ArrowTable", params=given))

    def close(self) -> None:
        """Close."""
        self.connection.close()


class Spark:
    """Spark with one world at a time."""

    dialect = "spark"

    def __init__(self, master: str) -> None:
        from verity.warehouse.engines.spark import session as spark_session

        self._session = spark_session
        self._master = master
        self.spark = spark_session.start(master)

    def load(self, world: World) -> None:
        """Only this world's tables, as views of rows written out."""
        self.spark.sql(f"create database if not exists {SCHEMA}")
        for name in [row.tableName for row in self.spark.sql(f"show tables in {SCHEMA}").collect()]:
            self.spark.sql(f"drop view {SCHEMA}.`{name}`")
        for table in world.tables.values():
            kinds = {self._session.named(name): self._session.native(kind) for name, kind in table.columns.items()}
            rows = [
                ", ".join(
                    f"cast({_quoted(row[name])} as {kind})"
                    for name, kind in zip(table.columns, kinds.values(), strict=True)
                )
                for row in table.rows
            ]
            empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in kinds.items())
            made = f"select {empty} where false"
            if rows:
                made = f"select * from values ({'), ('.join(rows)}) as t({', '.join(kinds)})"
            self.spark.sql(f"create view {SCHEMA}.{self._session.named(table.name)} as {made}")

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        given = {f"p{i}": value for i, value in enumerate(parameters, 1)}
        return cells(self.spark.sql(sql, args=given).toArrow())

    def close(self) -> None:
        """Close."""
        self._session.stop(self._master, self.spark)


def cells(table: pa.Table) -> Cells:
    return [tuple(row.values()) for row in table.rename_columns(list(map(str, range(table.num_columns)))).to_pylist()]


def _native(kind: str) -> str:
    wide = {"boolean": "Bool", "bigint": "Int64", "double": "Float64", "text": "String", "date": "Date32"}
    if kind.startswith("decimal"):
        return f"Decimal(38, {kind.rstrip(')').rpartition(',')[2]})"
    return wide.get(kind) or {"timestamp": "DateTime64(6)", "timestamptz": "DateTime64(6, 'UTC')"}[kind]


def _quoted(value: Any) -> str:
    if value is None:
        return "null"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


@pytest.fixture
def clickhouse(tmp_path: Path) -> Iterator[ClickHouse]:
    made = ClickHouse(tmp_path / "chdb")
    yield made
    made.close()


def prove(engine: Any, worlds: int) -> None:
    tally = run(engine, SEED, worlds=worlds, questions=EACH, most=20)
    print(f"told: {engine.dialect}, seed {SEED}, {worlds} worlds: {dict(sorted(tally.counts.items()))}")
    found = [report(reduced(engine, difference)) for difference in tally.differences[:5]]
    assert not tally.differences, f"{len(tally.differences)} differences\n" + "\n".join(found)
    assert tally.counts["asked"] == worlds * EACH


@pytest.mark.timeout(0)
def test_generated_questions_on_clickhouse_have_the_oracles_rows(clickhouse: ClickHouse) -> None:
    prove(clickhouse, max(1, ASKED // EACH))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("master", MASTERS)
def test_generated_questions_on_spark_have_the_oracles_rows(master: str) -> None:
    with spark_master(master) as address:
        engine = Spark(address)
        try:
            prove(engine, max(1, ON_SPARK // EACH))
        finally:
            engine.close()
