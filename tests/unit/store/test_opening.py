"""Opening a store: fresh, again, too new, foreign, damaged, locked, unreachable; and what migrations promise."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.record_stores import Place, step

from verity.exceptions import (
    ConfigInvalid,
    DiskFull,
    RecordError,
    RecordImmutable,
    StateBusy,
    StateNewer,
    StateUnavailable,
    StateUnreadable,
)
from verity.store.database import parse_location
from verity.store.jsonl import JsonlCheckpointStorage
from verity.store.state import open_store
from verity.store.tables import METADATA, REVISIONS


def run_python(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True, text=True, timeout=60)


def test_a_store_makes_its_folder_and_a_file_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "new" / "state.db"
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_in_wal_mode_and_flushes_fully(tmp_path: Path):
    store = open_store(tmp_path / "state.db")
    with store.database.read() as connection:
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert values == ["wal", 2]
    store.close()


def test_a_store_that_is_up_to_date_opens_without_alembic(tmp_path: Path):
    open_store(tmp_path / "state.db").close()
    code = (
        "import sys; from verity.store.state import open_store; open_store(sys.argv[1]).close();"
        "print([m for m in sys.modules if m.split('.')[0] in {'alembic', 'mako', 'psycopg', 'duckdb'}])"
    )
    assert run_python(code, tmp_path / "state.db").stdout.strip() == "[]"


def test_several_openings_at_once_migrate_once(tmp_path: Path):
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda _: open_store(tmp_path / "state.db"), range(6)))
    stores[0].checkpoints.save(step(1))
    assert all(store.checkpoints.verify() == () for store in stores)
    for store in stores:
        store.close()


def test_the_migrations_make_the_tables_that_the_code_reads(database_place: Place):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database_place.open()
    url = parse_location(database_place.location)
    options = {} if database_place.kind == "sqlite" else {"options": "-csearch_path=verity_state"}
    engine = create_engine(url, connect_args=options)
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert difference == []


def test_every_migration_is_listed_in_order():
    from alembic.script import ScriptDirectory

    import verity.store.migrations

    script = ScriptDirectory(str(Path(verity.store.migrations.__file__).parent))
    assert tuple(each.revision for each in reversed(list(script.walk_revisions()))) == REVISIONS


def test_a_store_of_a_newer_verity_is_left_alone(database_place: Place):
    storage = database_place.open()
    with storage._database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(StateNewer, match="9999") as caught:
            database_place.open()
        assert "Update Verity" in caught.value.remedy
    finally:
        with storage._database.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{REVISIONS[-1]}'")


@pytest.mark.parametrize("content", [b"this is no database, and long enough to be looked at " * 40, os.urandom(8192)])
def test_a_file_that_is_no_database_is_unreadable_and_untouched(tmp_path: Path, content: bytes):
    path = tmp_path / "state.db"
    path.write_bytes(content)
    with pytest.raises(StateUnreadable):
        open_store(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_not_taken_over(tmp_path: Path):
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices (id)")
    with pytest.raises(StateUnreadable, match="invoices"):
        open_store(path)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path):
    with pytest.raises(StateUnreadable, match="folder"):
        open_store(tmp_path)


@pytest.mark.parametrize("parent", ["a_file"])
def test_a_place_that_cannot_be_made_is_told(tmp_path: Path, parent: str):
    (tmp_path / parent).write_text("")
    with pytest.raises(StateUnavailable):
        open_store(tmp_path / parent / "state.db")
    with pytest.raises(StateUnavailable):
        JsonlCheckpointStorage(tmp_path / parent / "checkpoints.jsonl")


def test_a_locked_file_is_busy_and_works_again_when_released(tmp_path: Path):
    store = open_store(tmp_path / "state.db", busy_seconds=0.2)
    with sqlite3.connect(tmp_path / "state.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateBusy):
            store.checkpoints.save(step(1))
        other.execute("ROLLBACK")
    assert store.checkpoints.save(step(1)).seq == 1
    store.close()


def test_a_locked_jsonl_file_is_busy_and_works_again_when_released(tmp_path: Path):
    import fcntl

    storage = JsonlCheckpointStorage(tmp_path / "c.jsonl", busy_seconds=0.1)
    with (tmp_path / "c.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StateBusy):
            storage.save(step(1))
    assert storage.save(step(1)).seq == 1


FULL = """
import resource, sys
sys.path.insert(0, {root!r})
from tests.record_stores import step
from verity.exceptions import DiskFull
from verity.store.jsonl import JsonlCheckpointStorage
from verity.store.state import open_store
from pathlib import Path
path = Path(sys.argv[1])
storage = JsonlCheckpointStorage(path) if path.suffix == ".jsonl" else open_store(path).checkpoints
storage.save(step(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
kept = 1
try:
    while kept < 500:
        storage.save(step(kept + 1, output={{"text": "x" * 5000, "n": kept}}))
        kept += 1
except DiskFull as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert storage.verify() == (), storage.verify()
    assert len(storage.query("c1")) == kept
    storage.save(step(1000))
    print(error.code, "Free" in error.remedy, kept)
"""


@pytest.mark.parametrize("name", ["state.db", "checkpoints.jsonl"])
def test_a_full_disk_is_told_loses_nothing_and_goes_on_when_there_is_space_again(tmp_path: Path, name: str):
    done = run_python(FULL.format(root=str(Path(__file__).resolve().parents[3])), tmp_path / name)
    assert done.stdout.startswith("VRT-506 True"), done.stderr
    storage = open_store(tmp_path / name).checkpoints if name == "state.db" else JsonlCheckpointStorage(tmp_path / name)
    assert storage.verify() == ()
    assert storage.get("c1-1000") is not None


def test_no_space_is_told_as_such_on_any_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import errno

    storage = JsonlCheckpointStorage(tmp_path / "c.jsonl")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull):
        storage.save(step(1))
    monkeypatch.undo()
    assert storage.query("c1") == ()
    assert storage.verify() == ()
    assert storage.save(step(1)).seq == 1


@pytest.mark.parametrize("url", ["mysql://x/y", "http://x", "sqlite://", "sqlite:///:memory:"])
def test_a_url_of_another_kind_is_a_wrong_setting(url: str):
    with pytest.raises(ConfigInvalid):
        open_store(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgres_url_is_read(scheme: str):
    url = parse_location(f"{scheme}://ana:p%40ss@db:5433/x?sslmode=require")
    assert (url.drivername, url.host, url.port, url.password) == ("postgresql+psycopg", "db", 5433, "p@ss")


def test_an_unreachable_server_is_told_without_the_password():
    with pytest.raises(StateUnavailable) as caught:
        open_store("postgresql://ana:hunter2@127.0.0.1:1/x", busy_seconds=1)
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.postgres
def test_a_wrong_database_on_a_server_is_told(record_postgres: str):
    head, _, query = record_postgres.partition("?")
    with pytest.raises(StateUnavailable):
        open_store(f"{head}_nowhere" + (f"?{query}" if query else ""))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoints SET status = 'ok'",
        "UPDATE checkpoints SET agent = agent",
        "DELETE FROM checkpoints",
        "UPDATE conversations SET started_at = 'x'",
        "DELETE FROM conversations",
        "DELETE FROM anchors",
        "UPDATE anchors SET head = 'x'",
        "UPDATE anchors SET length = length - 1",
        "UPDATE anchors SET length = length + 2",
        "UPDATE anchors SET chain = chain || 'x', length = length + 1",
        "DELETE FROM payloads",
        "UPDATE payloads SET content = 'x'",
        "UPDATE payloads SET content = NULL",
        "UPDATE payloads SET state = 'erased', content = NULL",
        "UPDATE payloads SET state = 'erased', erased_at = 'now'",
        "UPDATE payloads SET hash = 'x', state = 'erased', content = NULL, erased_at = 'now'",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(database_place: Place, statement: str):
    storage = database_place.open()
    storage.save(step(1))
    with pytest.raises(RecordImmutable), storage._database.write() as connection:
        connection.exec_driver_sql(statement)
    assert storage.verify() == ()


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["checkpoints", "conversations", "anchors", "payloads"])
def test_postgres_refuses_to_truncate_the_record(record_postgres: str, table: str):
    store = open_store(record_postgres)
    store.checkpoints.save(step(1))
    with pytest.raises(RecordError), store.database.write() as connection:
        connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")
    assert store.checkpoints.verify() == ()
    store.close()


def test_sqlite_refuses_to_replace_a_row(tmp_path: Path):
    store = open_store(tmp_path / "state.db")
    store.checkpoints.save(step(1))
    with pytest.raises(RecordImmutable), store.database.write() as connection:
        connection.exec_driver_sql("REPLACE INTO checkpoints SELECT * FROM checkpoints")
    store.close()


def test_a_reader_sees_one_moment_while_others_write(database_place: Place):
    storage = database_place.open()
    storage.save(step(1))
    stop = threading.Event()

    def write() -> None:
        number = 2
        while not stop.is_set():
            storage.save(step(number, f"c{number % 4}"))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [storage.verify() for _ in range(10)] == [()] * 10
    finally:
        stop.set()
        writer.join()


def test_the_file_storage_loads_no_database_library(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from verity.store.jsonl import JsonlCheckpointStorage;"
        "JsonlCheckpointStorage(Path(sys.argv[1]));"
        "print([m for m in sys.modules if m.split('.')[0] in {'alembic', 'sqlalchemy', 'psycopg'}])"
    )
    assert run_python(code, tmp_path / "c.jsonl").stdout.strip() == "[]"
