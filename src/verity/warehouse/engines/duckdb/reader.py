"""One open published version: a locked-down, read-only DuckDB instance shared by every reader of this process."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from verity.contracts.dataset import PhysicalSchema
from verity.exceptions import DataError, WarehouseUnavailable
from verity.warehouse.engines.duckdb import lock
from verity.warehouse.engines.duckdb.catalogue import read_schema
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.engines.duckdb.layout import (
    BRONZE_DATABASE,
    BRONZE_FILE,
    BUILD_FILE,
    IN_USE,
    REMAKE,
    Layout,
    share_file,
)
from verity.warehouse.engines.duckdb.pointer import Published, read_published
from verity.warehouse.engines.duckdb.rollups import Listed, file_of, read_list
from verity.warehouse.settings import DuckDBConfig, WarehouseSettings, duckdb_limits
from verity.warehouse.sql_names import literal

_ATTEMPTS = 50

_LOCKED_DOWN: DuckDBConfig = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
}
"""Set before the file is opened; external access and the configuration are closed once bronze is attached."""


@dataclass(eq=False)
class OpenVersion:
    """A version with its instance. `users` counts the engines and statements that hold it; the last one closes it."""

    key: Path
    published: Published
    connection: duckdb.DuckDBPyConnection
    hold: int
    users: int = 0
    edition: int = 0
    """Which list of rollups it was opened with; 0: none."""
    schema: PhysicalSchema | None = None
    schema_lock: threading.Lock = field(default_factory=threading.Lock)

    def physical_schema(self) -> PhysicalSchema:
        """The version's tables, introspected once."""
        with self.schema_lock:
            if self.schema is None:
                with translated("reading the tables of the warehouse", self.key), self.connection.cursor() as cursor:
                    self.schema = read_schema(cursor)
            return self.schema


_open: dict[Path, OpenVersion] = {}
_open_lock = threading.Lock()


def acquire_current(layout: Layout, settings: WarehouseSettings) -> OpenVersion:
    """The published version, opened once a process. Raises `NothingPublished`, `WarehouseUnavailable` and below."""
    for _ in range(_ATTEMPTS):
        published = read_published(layout.pointer)
        version = _acquire(layout, published, settings)
        if version is not None:
            return version  # else it was replaced and removed between two lines; the pointer knows better now
    raise WarehouseUnavailable(
        "the published version keeps vanishing", remedy="Is another tool removing files under .verity/warehouse?"
    )


def retain(version: OpenVersion) -> OpenVersion:
    """One more user of a version that the caller holds."""
    with _open_lock:
        version.users += 1
    return version


def release(version: OpenVersion) -> None:
    """One user less; the last one closes the instance and lets the version be removed."""
    with _open_lock:
        version.users -= 1
        if version.users == 0:
            _open.pop(version.key, None)
            version.connection.close()
            lock.release(version.hold)


def _acquire(layout: Layout, published: Published, settings: WarehouseSettings) -> OpenVersion | None:
    folder = layout.version(published.version)
    listed = read_list(layout)
    key = _instance_file(folder.resolve(), listed)
    with _open_lock:
        found = _open.get(key)
        if found is None:
            hold = lock.share(folder / IN_USE)
            if hold is None:
                _check_folder(layout, published)
                return None
            try:
                connection = _with_rollups(key, folder, layout, settings, listed)
            except BaseException:
                lock.release(hold)
                raise
            if connection is None:
                lock.release(hold)
                return None
            found = OpenVersion(key, published, connection, hold, edition=listed.edition)
            _open[key] = found
        found.users += 1
        return found


def _instance_file(folder: Path, listed: Listed) -> Path:
    """The file that an instance is opened by. One that is open is locked down and attaches nothing more, and a
    process opens a path once: every list of rollups has a second name of the same file."""
    return folder / f"edition-{listed.edition}" / BUILD_FILE if listed.rollups else folder / BUILD_FILE


def _with_rollups(
    key: Path, folder: Path, layout: Layout, settings: WarehouseSettings, listed: Listed
) -> duckdb.DuckDBPyConnection | None:
    """The instance; None where a rollup was replaced and removed in the meantime."""
    try:
        if listed.rollups and not key.exists():
            key.parent.mkdir(exist_ok=True)
            spare = key.with_name(f"{uuid.uuid4().hex}.link")
            share_file(folder / BUILD_FILE, spare)
            spare.replace(key)
        return _connect(key, folder, layout, settings, listed)
    except (OSError, DataError):
        if read_list(layout).edition != listed.edition:
            return None
        raise


def _check_folder(layout: Layout, published: Published) -> None:
    """A pointer that still names a folder that is not there is damage, not a race."""
    if layout.version(published.version).exists() or read_published(layout.pointer) != published:
        return
    raise WarehouseUnavailable(
        f"the published version {published.version} is missing under {layout.versions}",
        remedy=REMAKE,
    )


def _connect(
    path: Path, folder: Path, layout: Layout, settings: WarehouseSettings, listed: Listed
) -> duckdb.DuckDBPyConnection:
    with translated("opening the warehouse", path):
        layout.spill.mkdir(exist_ok=True)
        config: DuckDBConfig = {**_LOCKED_DOWN, **duckdb_limits(settings), "temp_directory": str(layout.own_spill())}
        connection = duckdb.connect(str(path), read_only=True, config=config)
        try:
            _attach(connection, folder / BRONZE_FILE, BRONZE_DATABASE)
            for built in listed.rollups:
                _attach(connection, file_of(layout, built), str(built.relation[0]))
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    with translated("opening the warehouse", path):
        connection.execute(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)")
