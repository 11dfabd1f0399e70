"""Rollups of a PostgreSQL warehouse: tables of a schema of their own, listed by one table.

One turn is one transaction on one published version: it makes the new tables, lists them, and forgets the old ones at
once or not at all. The schema is granted to nobody: rollups hold rows without any policy, and only Verity reads them.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg

from verity.contracts.dataset import DataState
from verity.contracts.rollup import BuiltRollup
from verity.exceptions import NothingPublished, RollupFailed
from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.engines.postgres.faults import translated
from verity.warehouse.engines.postgres.layers import WRITE_LOCK
from verity.warehouse.engines.postgres.lock import write_lock
from verity.warehouse.engines.postgres.pool import Pool
from verity.warehouse.engines.postgres.swap import read_state
from verity.warehouse.rollups import NAMED, RollupPlan, changed_keys
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.volatile import is_volatile

SCHEMA = "verity_rollups"
_LOCK = WRITE_LOCK + 1
_MARKS = "_marks"
_PREPARE = """
create schema if not exists verity_rollups;
create table if not exists verity_rollups.listed (rollup text primary key, document text not null);
"""
_HASHING = "select 'PostgreSQL ' || current_setting('server_version_num')::int / 10000"
_LIST = "select document from verity_rollups.listed order by rollup"
_OUTSIDE = """
with recursive used (schema_name, name, oid) as (
    select n.nspname, c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where (n.nspname::text, c.relname::text) in (select * from unnest(%s::text[], %s::text[]))
    union
    select u.schema_name, u.name, d.refobjid
    from used u join pg_rewrite r on r.ev_class = u.oid
        join pg_depend d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> u.oid)
select u.schema_name::text, u.name::text, exists (
        select 1 from verity.published_relation p where p.schema_name = n.nspname and p.name = c.relname) as ours,
    case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
from used u join pg_class c on c.oid = u.oid join pg_namespace n on n.oid = c.relnamespace"""


class PostgresRollups:
    """See `warehouse.rollups.RollupStore`."""

    def __init__(self, address: Address, pool: Pool) -> None:
        self._address = address
        self._pool = pool
        self._is_prepared = False
        self._hashing = ""
        self._guard = threading.Lock()

    def built(self) -> tuple[BuiltRollup, ...]:
        """See `RollupStore.built`: one short read."""
        what = "reading the list of rollups"
        with translated(what, self._address.shown), self._pool.lend() as connection, connection.cursor() as cursor:
            if not self._is_prepared:
                cursor.execute("select to_regclass('verity_rollups.listed') is not null")
                found = cursor.fetchone()
                self._is_prepared = bool(found and found[0])
            if not self._is_prepared:
                return ()
            cursor.execute(_LIST)
            return tuple(BuiltRollup.model_validate_json(row[0]) for row in cursor.fetchall())

    def hashing(self) -> str:
        """See `RollupStore.hashing`: the same within a major version, since tables are partitioned by hashes."""
        if not self._hashing:
            what = "reading the version of the server"
            with translated(what, self._address.shown), self._pool.lend() as connection, connection.cursor() as cursor:
                cursor.execute(_HASHING)
                found = cursor.fetchone()
                self._hashing = str(found[0]) if found else ""
        return self._hashing

    def outside(self, relations: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """See `RollupStore.outside`."""
        wanted = sorted(set(relations))
        schemas, names = [schema for schema, _ in wanted], [name for _, name in wanted]
        what = "reading the tables of the warehouse"
        with translated(what, self._address.shown), self._address.connect("rollups") as connection:
            rows = connection.execute(_OUTSIDE.encode(), (schemas, names)).fetchall()
        settled = {(row[0], row[1]) for row in rows}
        loose = {(row[0], row[1]) for row in rows if not row[2] or (row[3] is not None and is_volatile(row[3]))}
        return frozenset(loose | (set(wanted) - settled))

    @contextmanager
    def builder(self, wait_seconds: float = 0.0) -> Iterator[PostgresRollupBuilder]:
        """See `RollupStore.builder`."""
        with (
            self._address.connect("rollups") as connection,
            translated("building rollups", self._address.shown),
            write_lock(connection, wait_seconds, _LOCK),
        ):
            connection.execute(_PREPARE)
            _forget_unlisted(connection)
            builder = PostgresRollupBuilder(connection)
            with suppress(_NotCommitted), connection.transaction():
                builder.begin()
                yield builder
                if not builder.is_committed:
                    raise _NotCommitted
            _forget_unlisted(connection)


class _NotCommitted(Exception):
    """Rolls a turn back that ended without `commit`."""


class PostgresRollupBuilder:
    """See `warehouse.rollups.RollupBuilder`."""

    state: DataState

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._before: dict[str, BuiltRollup] = {}
        self._made: dict[str, BuiltRollup] = {}
        self.is_committed = False

    def begin(self) -> None:
        """Stand on the published version: the lock comes before the snapshot, and keeps every publish out."""
        self._run("set transaction isolation level repeatable read")
        self._run("set local search_path = pg_catalog")
        self._run("lock table verity.data_version in access share mode")
        row = self._row("select data_version, published_at, tables from verity.data_version")
        if row is None:
            raise NothingPublished
        self.state = read_state(row)
        listed = [BuiltRollup.model_validate_json(one[0]) for one in self._connection.execute(_LIST)]
        self._before = {built.rollup: built for built in listed}

    def build(self, plan: RollupPlan) -> BuiltRollup:
        """See `RollupBuilder.build`. One that fails leaves nothing of itself in the transaction."""
        with self._connection.transaction():
            built = self._built(plan)
        self._made[plan.rollup] = built
        return built

    def commit(self, keep: Collection[str]) -> None:
        """See `RollupBuilder.commit`: it is in force when the turn ends."""
        self._connection.execute("delete from verity_rollups.listed where not rollup = any(%s)", (list(keep),))
        for name, built in self._made.items():
            if name in keep:
                self._connection.execute(
                    "insert into verity_rollups.listed values (%s, %s) "
                    "on conflict (rollup) do update set document = excluded.document",
                    (name, built.model_dump_json()),
                )
        self.is_committed = True

    def _built(self, plan: RollupPlan) -> BuiltRollup:
        began = time.perf_counter()
        found = self._row(plan.watermark) if plan.watermark else None
        until = str(found[0]) if found is not None and found[0] is not None else None
        name = f"{NAMED}{uuid.uuid4().hex[:16]}"
        rebuilt = self._filled(plan, until, name)
        table = quoted(SCHEMA, name)
        self._run(f"analyze {table}")
        rows, covered = self._one(f"select count(*), coalesce(sum({quoted(plan.count)}), 0) from {table}")  # noqa: S608 - quoted
        (source_rows,) = self._one(plan.source_rows(until))
        if int(covered) != int(source_rows):
            raise RollupFailed(
                plan.rollup,
                f"a join repeats rows: {int(covered):,} are behind it, and the table has {int(source_rows):,}",
                remedy="A many_to_one join finds several rows: check the key of the table that it leads to.",
            )
        self._refuse_loose_text(plan, table)
        if plan.counted is not None:
            self._run(f"create temp table verity_counted as {plan.counted}")
            self._refuse_loose_text(plan, "pg_temp.verity_counted")
            self._run("drop table pg_temp.verity_counted")
        digest = str(self._one(plan.whole(until))[1]) if until is not None else None
        bounds, apart = self._apart(plan, until) if until is not None else ((), ())
        return BuiltRollup(
            rollup=plan.rollup,
            definition=plan.definition,
            data_version=self.state.data_version,
            relation=(None, SCHEMA, name),
            rows=int(rows),
            source_rows=int(source_rows),
            types=self._types(table),
            watermark=until,
            digest=digest,
            apart=apart,
            bounds=bounds,
            hashing=str(self._one(_HASHING)[0]),
            built_at=datetime.now(UTC),
            seconds=round(time.perf_counter() - began, 3),
            rebuilt=rebuilt,
        )

    def _apart(self, plan: RollupPlan, until: str) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
        """The highest keys of joined tables, and each table alone up to there."""
        found = plan.bounds(until)
        bounds = tuple(None if key is None else str(key) for key in self._one(found)) if found else ()
        return bounds, tuple(map(str, self._one(plan.apart(until, bounds))))

    def _refuse_loose_text(self, plan: RollupPlan, table: str) -> None:
        """A collation by which unlike texts are equal would make one row of them, which raw queries tell apart."""
        loose = self._connection.execute(
            "select 1 from pg_attribute a join pg_collation c on c.oid = a.attcollation "
            "where a.attrelid = %s::regclass and a.attnum > 0 and not c.collisdeterministic",
            (table,),
        ).fetchone()
        if loose is not None:
            raise RollupFailed(
                plan.rollup,
                "a text that it keeps or counts has a collation by which unlike values are equal",
                remedy="Give the column a deterministic collation in its model, or leave it out of the rollup.",
            )

    def _filled(self, plan: RollupPlan, until: str | None, name: str) -> int | None:
        """Make the table; returns how many partitions were made anew, or None for all."""
        table, marks = quoted(SCHEMA, name), quoted(SCHEMA, name + _MARKS)
        if plan.marks is not None:
            self._run(f"create table {marks} as {plan.marks(until)}")
        before = self._before.get(plan.rollup)
        if plan.refill is None or before is None or not self._can_refresh(plan, until, before):
            self._run(f"create table {table} as {plan.fill(until)}")
            return None
        return self._refreshed(plan, until, quoted(SCHEMA, before.relation[2]), table, marks)

    def _refreshed(self, plan: RollupPlan, until: str | None, old: str, table: str, marks: str) -> int:
        if plan.refill is None or plan.partition is None:
            raise RollupFailed(plan.rollup, "it has no partition to refresh by")
        old_marks = old.removesuffix('"') + _MARKS + '"'
        before, after = (self._all(f"select * from {of}") for of in (old_marks, marks))  # noqa: S608 - quoted
        anew, gone = changed_keys(before, after)
        self._run(f"create temp table verity_changed on commit drop as select key from {marks} limit 0")  # noqa: S608 - quoted
        with self._connection.cursor() as cursor:
            cursor.executemany("insert into pg_temp.verity_changed values (%s)", [(key,) for key in (*anew, *gone)])
        same = f"c.key is not distinct from o.{quoted(plan.partition)}"
        kept = f"select o.* from {old} o where not exists (select 1 from pg_temp.verity_changed c where {same})"  # noqa: S608 - quoted
        self._run(f"create table {table} as {kept}")
        self._run(f"insert into {table} {plan.refill(until, (None, 'pg_temp', 'verity_changed'))}")
        self._run("drop table pg_temp.verity_changed")
        return len(anew) + len(gone)

    def _can_refresh(self, plan: RollupPlan, until: str | None, before: BuiltRollup) -> bool:
        """Only what was built of the same definition, with the same types, has partitions that still hold."""
        old = quoted(SCHEMA, before.relation[2])
        there = self._row(f"select to_regclass({literal(old)}) is not null")
        alike = before.definition == plan.definition and before.hashing == str(self._one(_HASHING)[0])
        if not alike or there is None or not there[0]:
            return False
        self._run(f"create temp table verity_shape as {plan.fill(until)} with no data")
        types = self._types("pg_temp.verity_shape")
        self._run("drop table pg_temp.verity_shape")
        return types == before.types

    def _types(self, table: str) -> dict[str, str]:
        rows = self._connection.execute(
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            (table,),
        )
        return {row[0]: row[1] for row in rows}

    def _run(self, sql: str) -> None:
        self._connection.execute(sql.encode())

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql.encode()).fetchall()

    def _row(self, sql: str) -> tuple[Any, ...] | None:
        return self._connection.execute(sql.encode()).fetchone()

    def _one(self, sql: str) -> tuple[Any, ...]:
        row = self._row(sql)
        if row is None:
            raise RollupFailed("?", "a count returned no row")
        return row


def _forget_unlisted(connection: psycopg.Connection) -> None:
    """Remove tables that nothing lists; one that is being read is removed the next time."""
    listed = {BuiltRollup.model_validate_json(row[0]).relation[2] for row in connection.execute(_LIST)}
    rows = connection.execute(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind = 'r' and starts_with(c.relname, %s)",
        (SCHEMA, NAMED),
    ).fetchall()
    for (name,) in rows:
        if name.removesuffix(_MARKS) in listed:
            continue
        with suppress(psycopg.errors.LockNotAvailable), connection.transaction():
            connection.execute("set local lock_timeout = '200ms'")
            connection.execute(f"drop table if exists {quoted(SCHEMA, name)}".encode())
