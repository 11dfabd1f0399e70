"""Rollups of a DuckDB warehouse: one file each, beside the published versions, listed by one small document.

A file is written under a name of its own, made durable, and only then listed; the list is swapped by one rename. A
process that dies leaves files that nothing lists, which the next builder removes. A refresh copies the last file and
makes the changed partitions anew in the copy.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from verity.contracts.base import Contract
from verity.contracts.dataset import DataState
from verity.contracts.rollup import BuiltRollup
from verity.exceptions import RollupFailed, WarehouseUnavailable
from verity.warehouse.engines.duckdb import lock
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.engines.duckdb.layout import (
    BRONZE_DATABASE,
    BRONZE_FILE,
    BUILD_FILE,
    IN_USE,
    REMAKE,
    Layout,
    copy_file,
    sync_path,
)
from verity.warehouse.engines.duckdb.pointer import Published, find_document, read_published, signature, write_document
from verity.warehouse.rollups import NAMED, RollupPlan, changed_keys
from verity.warehouse.settings import DuckDBConfig, WarehouseSettings, duckdb_limits
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.volatile import volatile_among

_TABLE, _MARKS = "target.main.rollup", "target.main.marks"
_UNLISTED = ".building"
_HASHING = f"DuckDB {duckdb.__version__}"


class Listed(Contract):
    """What `rollups/current.json` says. `edition` grows with every change."""

    edition: int = 0
    rollups: tuple[BuiltRollup, ...] = ()


def read_list(layout: Layout) -> Listed:
    """The rollups in force."""
    return find_document(layout.rollup_list, Listed) or Listed()


def file_of(layout: Layout, built: BuiltRollup) -> Path:
    """Where a rollup lies."""
    return layout.rollups / f"{built.relation[0]}.duckdb"


class DuckDBRollups:
    """See `warehouse.rollups.RollupStore`."""

    def __init__(
        self, layout: Layout, settings: WarehouseSettings, views: Callable[[], Mapping[tuple[str, str], str]]
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._views = views
        self._seen: tuple[object, tuple[BuiltRollup, ...]] = (None, ())

    def built(self) -> tuple[BuiltRollup, ...]:
        """See `RollupStore.built`: one `stat`, unless the list moved."""
        now = signature(self._layout.rollup_list)
        if now is None:
            return ()
        if self._seen[0] != now:
            self._seen = (now, read_list(self._layout).rollups)
        return self._seen[1]

    def hashing(self) -> str:
        """See `RollupStore.hashing`: DuckDB does not promise that a later version hashes alike."""
        return _HASHING

    def outside(self, relations: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """See `RollupStore.outside`: a published file holds everything that can be read, but a view may read the
        clock."""
        return volatile_among(relations, self._views())

    @contextmanager
    def builder(self, wait_seconds: float = 0.0) -> Iterator[DuckDBRollupBuilder]:
        """See `RollupStore.builder`."""
        with translated("building rollups", self._layout.rollups):
            self._layout.rollups.mkdir(parents=True, exist_ok=True)
        with lock.write_lock(self._layout.rollups / "build.lock", wait_seconds):
            published, hold = _held(self._layout)
            try:
                builder = DuckDBRollupBuilder(self._layout, self._settings, published)
                try:
                    yield builder
                finally:
                    builder.close()
            finally:
                lock.release(hold)


class DuckDBRollupBuilder:
    """See `warehouse.rollups.RollupBuilder`."""

    def __init__(self, layout: Layout, settings: WarehouseSettings, published: Published) -> None:
        self._layout = layout
        self._published = published
        self._before = {built.rollup: built for built in read_list(layout).rollups}
        self._made: dict[str, BuiltRollup] = {}
        for leftover in layout.rollups.glob(f"*{_UNLISTED}*"):
            leftover.unlink(missing_ok=True)
        self._connection = _connect(layout, settings, published)

    @property
    def state(self) -> DataState:
        """The published state that rollups are built from."""
        return self._published.state

    def build(self, plan: RollupPlan) -> BuiltRollup:
        """See `RollupBuilder.build`."""
        began = time.perf_counter()
        with translated(f"building the rollup '{plan.rollup}'", self._layout.rollups):
            until = self._value(plan.watermark) if plan.watermark else None
            until = None if until is None else str(until)
            before = self._before.get(plan.rollup)
            path = self._layout.rollups / f"{NAMED}{uuid.uuid4().hex[:16]}{_UNLISTED}"
            rebuilt = self._filled(plan, until, before, path)
            built = self._described(plan, until, path, rebuilt, began)
        self._made[plan.rollup] = built
        return built

    def commit(self, keep: Collection[str]) -> None:
        """See `RollupBuilder.commit`."""
        with translated("listing rollups", self._layout.rollups):
            sync_path(self._layout.rollups)
            now = read_list(self._layout)
            kept = {built.rollup: built for built in now.rollups if built.rollup in keep} | {
                name: built for name, built in self._made.items() if name in keep
            }
            rollups = tuple(kept[name] for name in sorted(kept))
            write_document(self._layout.rollup_list, Listed(edition=now.edition + 1, rollups=rollups))
            listed = {file_of(self._layout, built) for built in rollups}
            for path in self._layout.rollups.glob(f"{NAMED}*.duckdb"):
                if path not in listed:
                    path.unlink(missing_ok=True)  # who reads it holds it open
            for folder in self._layout.version(self._published.version).glob("edition-*"):
                if folder.name != f"edition-{now.edition + 1}":
                    _forget(folder)

    def close(self) -> None:
        """Release the files."""
        self._connection.close()

    def _filled(self, plan: RollupPlan, until: str | None, before: BuiltRollup | None, path: Path) -> int | None:
        """Make the file; returns how many partitions were made anew, or None for all."""
        if plan.refill is not None and before is not None and self._can_refresh(plan, until, before):
            copy_file(file_of(self._layout, before), path)
            with self._attached(path):
                return self._refreshed(plan, until)
        with self._attached(path):
            self._connection.execute(f"CREATE TABLE {_TABLE} AS {plan.fill(until)}")
            if plan.marks is not None:
                self._connection.execute(f"CREATE TABLE {_MARKS} AS {plan.marks(until)}")
        return None

    def _can_refresh(self, plan: RollupPlan, until: str | None, before: BuiltRollup) -> bool:
        """Only what was built of the same definition, with the same types, has partitions that still hold."""
        alike = before.definition == plan.definition and before.hashing == _HASHING
        if not alike or not file_of(self._layout, before).exists():
            return False
        described = self._connection.execute(f"DESCRIBE {plan.fill(until)}").fetchall()
        return {str(column[0]): str(column[1]) for column in described} == before.types

    @contextmanager
    def _attached(self, path: Path) -> Iterator[None]:
        self._connection.execute(f"ATTACH {literal(str(path))} AS target")
        try:
            yield
            self._connection.execute("CHECKPOINT target")
        finally:
            self._connection.execute("DETACH target")

    def _refreshed(self, plan: RollupPlan, until: str | None) -> int:
        if plan.marks is None or plan.refill is None or plan.partition is None:
            raise RollupFailed(plan.rollup, "it has no partition to refresh by")
        run, part = self._connection.execute, quoted(plan.partition)
        run(f"CREATE OR REPLACE TABLE target.main.fresh AS {plan.marks(until)}")
        before, after = (run(f"SELECT * FROM {of}").fetchall() for of in (_MARKS, "target.main.fresh"))  # noqa: S608 - constants
        anew, gone = changed_keys(before, after)
        run(f"CREATE OR REPLACE TABLE target.main.changed AS SELECT key FROM {_MARKS} LIMIT 0")  # noqa: S608 - constant
        for key in (*anew, *gone):
            run("INSERT INTO target.main.changed VALUES (?)", [key])
        listed = f"SELECT 1 FROM target.main.changed c WHERE c.key IS NOT DISTINCT FROM {part}"  # noqa: S608 - quoted
        run(f"DELETE FROM {_TABLE} WHERE EXISTS ({listed})")  # noqa: S608 - quoted
        run(f"INSERT INTO {_TABLE} {plan.refill(until, ('target', 'main', 'changed'))}")
        for sql in ("DROP TABLE target.main.changed", f"DROP TABLE {_MARKS}"):
            run(sql)
        run('ALTER TABLE target.main.fresh RENAME TO "marks"')
        return len(anew) + len(gone)

    def _described(
        self, plan: RollupPlan, until: str | None, path: Path, rebuilt: int | None, began: float
    ) -> BuiltRollup:
        """Hold it against the table, give the file its name, and say what it is."""
        name = path.name.removesuffix(_UNLISTED)
        self._connection.execute(f"ATTACH {literal(str(path))} AS made (READ_ONLY)")
        try:
            table = "made.main.rollup"
            rows, covered = self._row(f"SELECT COUNT(*), COALESCE(SUM({quoted(plan.count)}), 0) FROM {table}")  # noqa: S608 - quoted
            columns = self._connection.execute(f"DESCRIBE {table}").fetchall()
        finally:
            self._connection.execute("DETACH made")
        source_rows = int(self._value(plan.source_rows(until)))
        if int(covered) != source_rows:
            path.unlink(missing_ok=True)
            raise RollupFailed(
                plan.rollup,
                f"a join repeats rows: {int(covered):,} are behind it, and the table has {source_rows:,}",
                remedy="A many_to_one join finds several rows: check the key of the table that it leads to.",
            )
        _, digest = self._row(plan.whole(until)) if until is not None else (None, None)
        bounds, apart = self._apart(plan, until) if until is not None else ((), ())
        sync_path(path)
        path.rename(path.with_name(f"{name}.duckdb"))
        return BuiltRollup(
            rollup=plan.rollup,
            definition=plan.definition,
            data_version=self.state.data_version,
            relation=(name, "main", "rollup"),
            rows=int(rows),
            source_rows=source_rows,
            types={str(column[0]): str(column[1]) for column in columns},
            watermark=until,
            digest=None if digest is None else str(digest),
            apart=apart,
            bounds=bounds,
            hashing=_HASHING,
            built_at=datetime.now(UTC),
            seconds=round(time.perf_counter() - began, 3),
            rebuilt=rebuilt,
        )

    def _apart(self, plan: RollupPlan, until: str) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
        """The highest keys of joined tables, and each table alone up to there."""
        found = plan.bounds(until)
        bounds = tuple(None if key is None else str(key) for key in self._row(found)) if found else ()
        return bounds, tuple(map(str, self._row(plan.apart(until, bounds))))

    def _row(self, sql: str) -> tuple[Any, ...]:
        row = self._connection.execute(sql).fetchone()
        return tuple(row) if row is not None else ()

    def _value(self, sql: str) -> Any:
        row = self._row(sql)
        return row[0] if row else None


def _held(layout: Layout) -> tuple[Published, int]:
    """The published version and a hold on it, so that it stays while rollups are built from it."""
    for _ in range(50):
        published = read_published(layout.pointer)
        hold = lock.share(layout.version(published.version) / IN_USE)
        if hold is not None:
            return published, hold
    raise WarehouseUnavailable("the published version keeps vanishing", remedy=REMAKE)


def _connect(layout: Layout, settings: WarehouseSettings, published: Published) -> duckdb.DuckDBPyConnection:
    """An instance of its own: the published files read-only under the names that readers give them."""
    folder = layout.version(published.version)
    layout.spill.mkdir(exist_ok=True)
    config: DuckDBConfig = {
        **duckdb_limits(settings),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(layout.own_spill()),
    }
    with translated("opening the warehouse", folder / BUILD_FILE):
        connection = duckdb.connect(":memory:", config=config)
        try:
            connection.execute(f"ATTACH {literal(str(folder / BUILD_FILE))} AS build (READ_ONLY)")
            connection.execute(f"ATTACH {literal(str(folder / BRONZE_FILE))} AS {BRONZE_DATABASE} (READ_ONLY)")
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("USE build")
        except BaseException:
            connection.close()
            raise
    return connection


def _forget(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink(missing_ok=True)
    folder.rmdir()
