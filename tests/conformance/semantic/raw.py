"""Engines for tests that bring their own tables and run SQL on them: rows in, rows out, nothing in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from tests.postgres_server import fresh_database
from tests.proof.engines import SCHEMA
from tests.proof.world import World
from verity.warehouse.engines.clickhouse import session
from verity.warehouse.engines.clickhouse.engine import encoded
from verity.warehouse.gold import arrow_type
from verity.warehouse.types import to_postgres

Cells = list[tuple[Any, ...]]
Columns = Mapping[str, Mapping[str, str]]
Rows = Mapping[str, Sequence[Sequence[Any]]]
_CLICKHOUSE = {
    "boolean": "Bool",
    "bigint": "Int64",
    "double": "Float64",
    "text": "String",
    "date": "Date32",
    "timestamp": "DateTime64(6)",
    "timestamptz": "DateTime64(6, 'UTC')",
}


class Raw:
    """One engine with one set of tables at a time, in the schema `silver`."""

    dialect: str
    _held: tuple[Columns, Rows] | None = None

    def hold(self, columns: Columns, rows: Rows) -> None:
        """Only these tables and rows; nothing is done where the same objects were held last."""
        if self._held is None or self._held[0] is not columns or self._held[1] is not rows:
            self.fill(columns, rows)
            self._held = (columns, rows)

    def fill(self, columns: Columns, rows: Rows) -> None:
        """Make the tables."""
        raise NotImplementedError

    def load(self, world: World) -> None:
        """Only this world's tables."""
        tables = world.tables.values()
        rows = {table.name: [[row[name] for name in table.columns] for row in table.rows] for table in tables}
        self.hold({table.name: table.columns for table in tables}, rows)


class ClickHouse(Raw):
    """chDB."""

    dialect = "clickhouse"

    def __init__(self, folder: Path) -> None:
        self.connection = session.connect(folder)
        self.connection.query("set " + ", ".join(f"{name} = {value}" for name, value in session.READING.items()))
        self.connection.query("set max_query_size = 10000000")

    def fill(self, columns: Columns, rows: Rows) -> None:
        """See `Raw.fill`."""
        self.connection.query(f"drop database if exists {SCHEMA}")
        self.connection.query(f"create database {SCHEMA}")
        for name, of in columns.items():
            kinds = ", ".join(f'"{column}" Nullable({_native(kind)})' for column, kind in of.items())
            self.connection.query(f'create table {SCHEMA}."{name}" ({kinds}) engine = Memory')
            cells = [cell for row in rows.get(name, ()) for cell in row]
            if cells:
                given = {f"p{i}": encoded(cell) for i, cell in enumerate(cells)}
                marks = [f"{{p{i}: Nullable(String)}}" for i in range(len(cells))]
                lines = ("(" + ", ".join(marks[i : i + len(of)]) + ")" for i in range(0, len(cells), len(of)))
                self.connection.query(f'insert into {SCHEMA}."{name}" values {", ".join(lines)}', params=given)

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        given = {f"p{i}": encoded(value) for i, value in enumerate(parameters, 1)}
        return cells_of(self.connection.query(sql, "ArrowTable", params=given))

    def close(self) -> None:
        """Close."""
        self.connection.close()


class Postgres(Raw):
    """PostgreSQL, in a database of the test's own."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=None
        )  # tables of one name come and go
        self.connection.execute("set time zone 'UTC'")
        self.connection.execute("set client_min_messages = error")

    def fill(self, columns: Columns, rows: Rows) -> None:
        """See `Raw.fill`."""
        self.connection.execute(f"drop schema if exists {SCHEMA} cascade".encode())
        self.connection.execute(f"create schema {SCHEMA}".encode())
        for name, of in columns.items():
            kinds = ", ".join(f'"{column}" {to_postgres(kind)}' for column, kind in of.items())
            self.connection.execute(f'create table {SCHEMA}."{name}" ({kinds})'.encode())
            marks = ", ".join(["%s"] * len(of))
            with self.connection.cursor() as cursor:
                cursor.executemany(f'insert into {SCHEMA}."{name}" values ({marks})'.encode(), rows.get(name, ()))

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        with psycopg.RawCursor(self.connection) as cursor:
            return cursor.execute(sql.encode(), list(parameters)).fetchall()

    def close(self) -> None:
        """Close."""
        self.connection.close()


class Spark(Raw):
    """Spark over Parquet files."""

    dialect = "spark"

    def __init__(self, master: str, folder: Path) -> None:
        from verity.warehouse.engines.spark import session as spark_session

        self._session = spark_session
        self._master = master
        self._folder = folder
        self._count = 0
        self.spark = spark_session.start(master)

    def fill(self, columns: Columns, rows: Rows) -> None:
        """See `Raw.fill`."""
        self._count += 1
        self.spark.sql(f"create database if not exists {SCHEMA}")
        for row in self.spark.sql(f"show tables in {SCHEMA}").collect():
            self.spark.sql(f"drop table {SCHEMA}.{self._session.named(row.tableName)}")
        for name, of in columns.items():
            place = self._folder / str(self._count) / name
            place.mkdir(parents=True)
            cells = list(zip(*rows.get(name, ()), strict=True)) or [()] * len(of)
            typed = zip(of.values(), cells, strict=True)
            arrays = [pa.array(list(values), arrow_type(kind, name)) for kind, values in typed]
            pq.write_table(pa.table(arrays, names=list(of)), place / "part-0.parquet")
            native = {self._session.named(column): self._session.native(kind) for column, kind in of.items()}
            kinds = ", ".join(f"{column} {kind}" for column, kind in native.items())
            table = f"{SCHEMA}.{self._session.named(name)}"
            self.spark.sql(f"create table {table} ({kinds}) using parquet location '{place}'")

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        given = {f"p{i}": value for i, value in enumerate(parameters, 1)}
        return cells_of(self.spark.sql(sql, args=given).toArrow())

    def close(self) -> None:
        """Close."""
        self._session.stop(self._master, self.spark)


Engine = ClickHouse | Postgres | Spark


@contextmanager
def opened(name: str, folder: Path, server: str) -> Iterator[Engine]:
    """`postgres`, `clickhouse`, or `spark` and a master (`cluster`: one is started)."""
    from tests.conformance.semantic.stands import spark_master

    with ExitStack() as closing:
        if name == "clickhouse":
            made: Engine = ClickHouse(folder / "chdb")
        elif name == "postgres":
            made = Postgres(closing.enter_context(fresh_database(server)))
        else:
            made = Spark(closing.enter_context(spark_master(name.removeprefix("spark "))), folder)
        closing.callback(made.close)
        yield made


def cells_of(table: pa.Table) -> Cells:
    """The rows of a table, whose columns may share a name."""
    named = table.rename_columns([str(i) for i in range(table.num_columns)])
    return [tuple(row.values()) for row in named.to_pylist()]


def _native(kind: str) -> str:
    if kind.startswith("decimal"):
        return f"Decimal(38, {kind.rstrip(')').rpartition(',')[2]})"
    return _CLICKHOUSE[kind]
