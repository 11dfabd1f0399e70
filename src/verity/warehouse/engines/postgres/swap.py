"""Publishing: one transaction that puts every shadow relation in the place of the published one.

Readers hold a share lock on `verity.data_version` from the start to the end of their transaction; the swap takes that
table exclusively first. So no reader sees a part of a swap, none reads one version's row and another's tables, and no
two locks can be taken in different order by a reader and the swap. The wait for running readers is cut short and
repeated with more patience, so that new readers queue behind it for moments only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from verity.contracts.dataset import DataState, TableState
from verity.exceptions import DataError, WarehouseBusy
from verity.warehouse.engines.postgres.layers import SUFFIX, published_schemas, shadow_schemas
from verity.warehouse.engines.postgres.relations import (
    Relation,
    grants_in,
    in_order_of_use,
    published_definition,
    relations_in,
)
from verity.warehouse.sql_names import literal, quoted

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
_RETRIED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)

Key = tuple[str, str]


@dataclass(frozen=True)
class Edition:
    """What a publish says of itself."""

    build_id: str
    state: DataState


def swap(connection: psycopg.Connection, edition: Edition, row_counts: dict[Key, int], *, patience: float) -> None:
    """Publish what lies in the shadow schemas. Raises `WarehouseBusy` when readers leave no gap for `patience` s."""
    deadline = time.monotonic() + patience
    wait = _FIRST_WAIT_SECONDS
    while True:
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{int(wait * 1000)}ms'".encode())
                connection.execute("set local search_path = ''")
                connection.execute("lock table verity.data_version in access exclusive mode")
                _swap_relations(connection, row_counts)
                _write_edition(connection, edition)
            return
        except _RETRIED as taken:
            if time.monotonic() >= deadline:
                raise WarehouseBusy(
                    "long queries hold the published tables; nothing was published",
                    remedy="Run it again when they have ended; the build is repeated, loads are kept.",
                ) from taken
        time.sleep(_PAUSE_SECONDS)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


def _swap_relations(connection: psycopg.Connection, row_counts: dict[Key, int]) -> None:
    shadows = shadow_schemas(connection)
    schemas = published_schemas(connection)
    ours: set[Key] = set(connection.execute("select schema_name, name from verity.published_relation").fetchall())
    fresh = relations_in(connection, shadows)
    old = relations_in(connection, sorted({*schemas, *(s.removesuffix(SUFFIX) for s in shadows)}))
    _check_strangers(fresh, old, ours)
    grants = grants_in(connection, schemas)
    coming = {relation.key for relation in fresh}
    borrowed = {relation.key for relation in fresh if relation.is_borrowed}
    kept_views = [r for r in old if r.is_view and r.key in borrowed and r.key in ours]
    views = in_order_of_use(connection, [r for r in fresh if r.is_view and not r.is_borrowed] + kept_views)
    leaving = [r for r in old if r.key in ours and r.key not in borrowed]

    _drop(connection, "view", [r for r in fresh if r.is_view] + [r for r in leaving if r.is_view] + kept_views)
    _drop(connection, "materialized view", [r for r in leaving if r.kind == "m"])
    _drop(connection, "table", [r for r in leaving if not r.is_view and r.kind != "m"])
    for relation in fresh:
        if not relation.is_view:
            kind = "materialized view" if relation.kind == "m" else "table"
            target = quoted(relation.key[0])
            connection.execute(f"create schema if not exists {target}".encode())
            connection.execute(f"alter {kind} {relation.quoted} set schema {target}".encode())
    for view in views:
        _create_view(connection, view, shadows)
    for key in coming - (borrowed - {view.key for view in kept_views}):
        for grant in grants.get(key, ()):
            connection.execute(grant.encode())
    _list_relations(connection, coming, borrowed, row_counts)


def _check_strangers(fresh: Sequence[Relation], old: Sequence[Relation], ours: set[Key]) -> None:
    present = {relation.key for relation in old}
    for relation in fresh:
        if relation.key in present and relation.key not in ours and not relation.is_borrowed:
            raise DataError(
                f"the database already holds {'.'.join(relation.key)}, which Verity did not make; it is left alone",
                remedy="Rename or move that table, or give Verity a database of its own.",
            )


def _drop(connection: psycopg.Connection, kind: str, relations: Sequence[Relation]) -> None:
    if relations:
        connection.execute(f"drop {kind} {', '.join(relation.quoted for relation in relations)}".encode())


def _create_view(connection: psycopg.Connection, view: Relation, shadows: Sequence[str]) -> None:
    name = quoted(*view.key)
    options = f" with ({', '.join(view.options)})" if view.options else ""
    connection.execute(f"create schema if not exists {quoted(view.key[0])}".encode())
    connection.execute(f"create view {name}{options} as {published_definition(view, shadows)}".encode())
    if view.comment:
        connection.execute(f"comment on view {name} is {literal(view.comment)}".encode())


def _list_relations(
    connection: psycopg.Connection, coming: set[Key], borrowed: set[Key], row_counts: dict[Key, int]
) -> None:
    known: dict[Key, int | None] = {
        (schema, name): count
        for schema, name, count in connection.execute(
            "select schema_name, name, row_count from verity.published_relation"
        )
    }
    connection.execute("delete from verity.published_relation")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into verity.published_relation values (%s, %s, %s)",
            [(*key, known.get(key) if key in borrowed else row_counts.get(key)) for key in sorted(coming)],
        )


def _write_edition(connection: psycopg.Connection, edition: Edition) -> None:
    tables = json.dumps([table.model_dump(mode="json") for table in edition.state.tables], ensure_ascii=False)
    connection.execute("delete from verity.staged_table")
    connection.execute(
        "insert into verity.data_version (sequence, build_id, data_version, published_at, tables) "
        "values (1, %s, %s, %s, %s) on conflict (only_one) do update set sequence = data_version.sequence + 1, "
        "build_id = excluded.build_id, data_version = excluded.data_version, "
        "published_at = excluded.published_at, tables = excluded.tables",
        (edition.build_id, edition.state.data_version, edition.state.published_at, tables),
    )


def read_state(row: tuple[object, ...]) -> DataState:
    """The state in a row of (data_version, published_at, tables)."""
    tables = tuple(TableState.model_validate(table) for table in json.loads(str(row[2])))
    return DataState(data_version=str(row[0]), published_at=row[1], tables=tables)
