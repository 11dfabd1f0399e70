"""The one writer of a database: lands bronze in private, hands out shadow schemas, publishes by a swap."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from verity.contracts.dataset import DataState, PhysicalSchema, TableState
from verity.warehouse.data_version import data_version
from verity.warehouse.engine import BuildTarget, Scan
from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.engines.postgres.catalogue import read_schema
from verity.warehouse.engines.postgres.faults import translated
from verity.warehouse.engines.postgres.landing import land
from verity.warehouse.engines.postgres.layers import (
    BORROWED,
    LANDING,
    SUFFIX,
    base_of,
    prepare_database,
    published_schemas,
    shadow_schemas,
)
from verity.warehouse.engines.postgres.lock import write_lock
from verity.warehouse.engines.postgres.relations import Relation, relations_in
from verity.warehouse.engines.postgres.swap import Edition, Key, read_state, swap
from verity.warehouse.introspect import TableKey
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.sql_names import literal, quoted

_BRONZE = "bronze"
_STAGING = _BRONZE + SUFFIX


@contextmanager
def open_writer(
    address: Address, project: Path, settings: WarehouseSettings, wait_seconds: float
) -> Iterator[PostgresWriter]:
    """A writer on a connection of its own that holds the database's write lock for as long as it lives."""
    with address.connect("writer") as connection, ExitStack() as held:
        with translated("opening the warehouse for writing", address.shown):
            held.enter_context(write_lock(connection, wait_seconds))
            prepare_database(connection)
        yield PostgresWriter(connection, address, project, settings)


class PostgresWriter:
    """See `warehouse.engine.Writer`."""

    def __init__(
        self, connection: psycopg.Connection, address: Address, project: Path, settings: WarehouseSettings
    ) -> None:
        self._connection = connection
        self._address = address
        self._project = project
        self._settings = settings
        self._loaded: dict[str, TableState] = {}
        self._dropped: set[str] = set()
        self._has_target = False

    def load(
        self, table: str, scan: Scan, *, load_id: str, loaded_at: datetime, cancel: threading.Event | None = None
    ) -> int:
        """See `Writer.load`."""
        with translated(f"loading '{table}'", self._address.shown):
            rows = land(
                self._connection,
                self._address,
                quoted_table=(LANDING, table),
                scan=scan,
                project=self._project,
                load_id=load_id,
                loaded_at=loaded_at,
                settings=self._settings,
                cancel=cancel,
            )
        self._loaded[table] = TableState(table=table, load_id=load_id, loaded_at=loaded_at, rows=rows)
        self._dropped.discard(table)
        return rows

    def drop(self, table: str) -> None:
        """See `Writer.drop`."""
        self._loaded.pop(table, None)
        self._dropped.add(table)

    def keep_bronze(self) -> None:
        """See `Writer.keep_bronze`."""
        with translated("keeping bronze", self._address.shown), self._connection.transaction():
            for state in self._loaded.values():
                self._unstage(state.table)
                self._run(f"alter table {quoted(LANDING, state.table)} set schema {quoted(_STAGING)}")
                self._connection.execute(
                    "insert into verity.staged_table values (%s, false, %s, %s, %s)",
                    (state.table, state.load_id, state.loaded_at, state.rows),
                )
            for table in self._dropped:
                self._unstage(table)
                self._connection.execute("insert into verity.staged_table values (%s, true)", (table,))
        self._loaded, self._dropped = {}, set()

    def build_target(self, *, carry: bool = False) -> BuildTarget:
        """See `Writer.build_target`."""
        self.keep_bronze()
        with translated("opening a build", self._address.shown), self._connection.transaction():
            self._clear_shadows()
            for schema in published_schemas(self._connection):
                self._run(f"create schema if not exists {quoted(schema + SUFFIX)}")
            for relation in self._to_borrow(carry):
                view = quoted(relation.schema + SUFFIX, relation.name)
                self._run(f"create view {view} as table {relation.quoted}")
                self._run(f"comment on view {view} is {literal(BORROWED)}")
        self._has_target = True
        return BuildTarget("postgres", url=self._address.url, schema_suffix=SUFFIX, bronze_schema=_STAGING)

    def built_schema(self) -> PhysicalSchema:
        """See `Writer.built_schema`."""
        self._ensure_build()
        with translated("reading the build", self._address.shown):
            counts: dict[TableKey, int] = {(None, *key): count for key, count in self._row_counts().items()}
            return read_schema(
                lambda sql: self._connection.execute(sql.encode()).fetchall(),
                shadow_schemas(self._connection),
                counts,
                named=base_of,
            )

    def publish(self, build_id: str) -> DataState:
        """See `Writer.publish`."""
        self._ensure_build()
        with translated("publishing the build", self._address.shown):
            for relation in self._shadow_relations():
                if not relation.is_view:
                    self._run(f"analyze {relation.quoted}")
            tables = self._next_tables()
            state = DataState(
                data_version=data_version(build_id, tables), published_at=datetime.now(UTC), tables=tables
            )
            patience = 2 * self._settings.query_seconds + 60
            swap(self._connection, Edition(build_id, state), self._row_counts(), patience=patience)
            self._clear_shadows()
        self._has_target = False
        return state

    def _ensure_build(self) -> None:
        """Publishing loads without a build keeps the build that was published."""
        if not self._has_target:
            self.build_target(carry=True)
        elif self._loaded or self._dropped:
            self.keep_bronze()

    def _to_borrow(self, carry: bool) -> tuple[Relation, ...]:
        """Published relations that the build may read but has not made: unchanged bronze, and with `carry` the rest."""
        ours = set(self._connection.execute("select schema_name, name from verity.published_relation").fetchall())
        staged = {(_BRONZE, row[0]) for row in self._connection.execute("select name from verity.staged_table")}
        loaded = {(_BRONZE, state.table) for state in self._published_tables()}
        return tuple(
            relation
            for relation in relations_in(self._connection, published_schemas(self._connection))
            if relation.key in ours and relation.key not in staged and (carry or relation.key in loaded)
        )

    def _next_tables(self) -> tuple[TableState, ...]:
        staged = self._connection.execute("select name, dropped, load_id, loaded_at, rows from verity.staged_table")
        tables = {state.table: state for state in self._published_tables()}
        for name, dropped, load_id, loaded_at, rows in staged.fetchall():
            tables.pop(name, None)
            if not dropped:
                tables[name] = TableState(table=name, load_id=load_id, loaded_at=loaded_at, rows=rows)
        return tuple(tables[name] for name in sorted(tables))

    def _published_tables(self) -> tuple[TableState, ...]:
        row = self._connection.execute("select data_version, published_at, tables from verity.data_version").fetchone()
        return read_state(row).tables if row else ()

    def _row_counts(self) -> dict[Key, int]:
        """Exact counts of what the build made, and the published counts of what it borrowed."""
        counts: dict[Key, int] = {}
        known = self._connection.execute(
            "select schema_name, name, row_count from verity.published_relation"
        ).fetchall()
        published = {(schema, name): count for schema, name, count in known if count is not None}
        for relation in self._shadow_relations():
            if relation.is_borrowed and relation.key in published:
                counts[relation.key] = published[relation.key]
            elif not relation.is_view:
                row = self._connection.execute(
                    f"select count(*) from {relation.quoted}".encode()  # noqa: S608  # quoted
                ).fetchone()
                counts[relation.key] = int(row[0]) if row else 0
        return counts

    def _shadow_relations(self) -> tuple[Relation, ...]:
        return relations_in(self._connection, shadow_schemas(self._connection))

    def _clear_shadows(self) -> None:
        """Remove every shadow but the staged bronze tables."""
        for schema in shadow_schemas(self._connection):
            if schema != _STAGING:
                self._run(f"drop schema {quoted(schema)} cascade")
        staged = {row[0] for row in self._connection.execute("select name from verity.staged_table where not dropped")}
        for relation in relations_in(self._connection, [_STAGING]):
            if relation.name not in staged or relation.is_view:
                self._drop(relation)

    def _unstage(self, table: str) -> None:
        for relation in relations_in(self._connection, [_STAGING]):
            if relation.name == table:
                self._drop(relation)
        self._connection.execute("delete from verity.staged_table where name = %s", (table,))

    def _drop(self, relation: Relation) -> None:
        kind = {"v": "view", "m": "materialized view"}.get(relation.kind, "table")
        self._run(f"drop {kind} if exists {relation.quoted} cascade")

    def _run(self, sql: str) -> None:
        self._connection.execute(sql.encode())
