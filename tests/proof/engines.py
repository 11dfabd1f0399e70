"""Engines that run compiled SQL over a world's rows: DuckDB in memory, and PostgreSQL in a schema of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import psycopg

from tests.proof.question import Question
from tests.proof.world import World
from tests.small_orders import dictionary_of, schema_of
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model
from verity.semantic.shapes import compile_shape

Cells = list[tuple[Any, ...]]
SCHEMA = "silver"
_NATIVE = {"duckdb": {"text": "VARCHAR", "double": "DOUBLE"}, "postgres": {"double": "DOUBLE PRECISION"}}


class Compiler:
    """The compiler over one world, for one principal."""

    def __init__(self, world: World, principal: Principal = OWNER) -> None:
        dictionary = dictionary_of(world.described())
        self.accesses = access_for(dictionary, principal)
        catalog = build_catalog(dictionary, schema_of(world.columns(), SCHEMA))
        self.model: Model = load_model(catalog if principal.is_owner else catalog.narrowed_to(self.accesses))

    def compiled(self, question: Question, dialect: str) -> Compiled:
        """The statement, compiled in full and from its shape: both must be one. Raises `QueryError`."""
        query = MetricQuery.model_validate(question.document())
        whole = compile_query(self.model, query, accesses=self.accesses, dialect=dialect)
        for _ in range(3):
            shaped = compile_shape(self.model, query, accesses=self.accesses, dialect=dialect)
            if (shaped.sql, shaped.parameters, shaped.columns) != (whole.sql, whole.parameters, whole.columns):
                raise AssertionError(f"a cached shape differs: {shaped.sql} {shaped.parameters}")
        return whole


class Duck:
    """DuckDB in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'")

    def load(self, world: World) -> None:
        """Only this world's tables."""
        self.connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        for statement, rows in statements(world, self.dialect, "?"):
            self.connection.execute(statement, rows)

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def close(self) -> None:
        """Close."""
        self.connection.close()


class Postgres:
    """PostgreSQL, in a database of the test's own."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET TIME ZONE 'UTC'")
        self.connection.execute("SET client_min_messages = error")

    def load(self, world: World) -> None:
        """Only this world's tables."""
        self.connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        for statement, rows in statements(world, self.dialect, "%s"):
            self.connection.execute(statement.encode(), rows or None)

    def run(self, sql: str, parameters: Sequence[Any]) -> Cells:
        """Rows as Python has them."""
        with psycopg.RawCursor(self.connection) as cursor:
            cursor.execute(sql.encode(), list(parameters))
            return cursor.fetchall()

    def close(self) -> None:
        """Close."""
        self.connection.close()


def statements(world: World, dialect: str, mark: str) -> list[tuple[str, list[Any]]]:
    """What makes the tables and their rows."""
    made: list[tuple[str, list[Any]]] = [(f"CREATE SCHEMA {SCHEMA}", [])]
    native = _NATIVE[dialect]
    for table in world.tables.values():
        columns = ", ".join(f'"{name}" {native.get(kind, kind)}' for name, kind in table.columns.items())
        made.append((f'CREATE TABLE {SCHEMA}."{table.name}" ({columns})', []))
        if table.rows:
            one = "(" + ", ".join([mark] * len(table.columns)) + ")"
            cells = [row[name] for row in table.rows for name in table.columns]
            made.append((f'INSERT INTO {SCHEMA}."{table.name}" VALUES {", ".join([one] * len(table.rows))}', cells))
    return made
