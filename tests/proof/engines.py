"""Engines that run compiled SQL over a world's rows: DuckDB in memory, and PostgreSQL in a schema of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from verity.semantic.proofs import proof_sql
from verity.semantic.shapes import compile_shape
from verity.semantic.work import Fact
from verity.warehouse.settings import UNSOUND_OPTIMIZERS

Cells = list[tuple[Any, ...]]
SCHEMA = "silver"
_NATIVE = {"duckdb": {"text": "VARCHAR", "double": "DOUBLE"}, "postgres": {"double": "DOUBLE PRECISION"}}


@dataclass(frozen=True)
class Pretended:
    """What the compiler is told of a world: how many rows its tables have, and who looks whether a fact holds."""

    rows: Mapping[str, int]
    is_empty: Callable[[str], bool]
    """Whether a query has no row."""


class Compiler:
    """The compiler over one world, for one principal.

    With `pretended`, every join is declared whole, and what may rest on facts of the data does.
    """

    def __init__(self, world: World, principal: Principal = OWNER, pretended: Pretended | None = None) -> None:
        document, schema = world.described(), schema_of(world.columns(), SCHEMA)
        if pretended is not None:
            for table in document.values():
                for join in table.get("joins", {}).values():
                    join["integrity"] = "full"
            sized = [t.model_copy(update={"row_count": pretended.rows[t.name]}) for t in schema.tables]
            schema = schema.model_copy(update={"tables": tuple(sized)})
        dictionary = dictionary_of(document)
        self._pretended = pretended
        self._proven: dict[Fact, bool] = {}
        self.accesses = access_for(dictionary, principal)
        catalog = build_catalog(dictionary, schema)
        self.model: Model = load_model(catalog if principal.is_owner else catalog.narrowed_to(self.accesses))

    def compiled(self, question: Question, dialect: str) -> Compiled:
        """The statement, compiled in full and from its shape: both must be one. Raises `QueryError`."""
        query = MetricQuery.model_validate(question.document())
        whole = self._resting_on_facts(query, dialect)
        proven = self._seen()
        for _ in range(3):
            shaped = compile_shape(self.model, query, accesses=self.accesses, dialect=dialect, proven=proven)
            if (shaped.sql, shaped.parameters, shaped.columns) != (whole.sql, whole.parameters, whole.columns):
                raise AssertionError(f"a cached shape differs: {shaped.sql} {shaped.parameters}")
        return whole

    def _seen(self) -> frozenset[Fact]:
        return frozenset(fact for fact, holds in self._proven.items() if holds)

    def _resting_on_facts(self, query: MetricQuery, dialect: str) -> Compiled:
        while True:
            made = compile_query(self.model, query, accesses=self.accesses, dialect=dialect, proven=self._seen())
            wanted = made.work.unproven - self._proven.keys()
            if self._pretended is None or not wanted:
                return made
            for fact in wanted:
                sql = proof_sql(self.model, fact, dialect)
                self._proven[fact] = sql is not None and self._pretended.is_empty(sql)


class Duck:
    """DuckDB in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1, "disabled_optimizers": UNSOUND_OPTIMIZERS})
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
