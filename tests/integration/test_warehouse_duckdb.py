"""The embedded warehouse as files: locked, damaged, full, forbidden, in use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.conformance.engines.stands import (
    EVERYWHERE,
    LOADED_AT,
    MODELS,
    ROWS_EVERYWHERE,
    Stand,
    arrow_scan,
    duckdb_stand,
    publish_version,
    rows_of,
)

from verity.exceptions import (
    DataError,
    DiskFull,
    EngineRefused,
    WarehouseCorrupt,
    WarehouseForbidden,
    WarehouseLocked,
    WarehouseUnavailable,
)
from verity.warehouse.engine import ArrowScan, Engine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return duckdb_stand(tmp_path)


@pytest.fixture
def engine(stand: Stand) -> Iterator[Engine]:
    opened = stand.open()
    yield opened
    opened.close()


def warehouse(stand: Stand) -> Path:
    return stand.project / ".verity" / "warehouse"


def current_folder(stand: Stand) -> Path:
    return max((warehouse(stand) / "versions").iterdir())


def is_whole(stand: Stand, engine: Engine, version: int = 1) -> bool:
    rows = engine.read(stand.sql(EVERYWHERE)).table.column("version").to_pylist()
    return rows == [version] * ROWS_EVERYWHERE


def test_a_published_version_never_changes(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    assert is_whole(stand, engine)  # held open, so it stays
    folder = current_folder(stand)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for version in (2, 3):
        publish_version(stand, stand.open(), version)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_version_stays_while_another_process_reads_it_and_goes_afterwards(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    folder = current_folder(stand)
    reading = subprocess.Popen(
        [sys.executable, "-c", READER, str(stand.project)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reading.stdout is not None
    assert reading.stdin is not None
    assert reading.stdout.readline() == "open\n"
    publish_version(stand, engine, 2)
    assert folder.exists()
    reading.kill()
    reading.communicate()
    publish_version(stand, engine, 3)
    assert not folder.exists()


READER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.conformance.engines.stands import duckdb_stand
    engine = duckdb_stand(Path(sys.argv[1])).open()
    engine.read("select 1")
    print("open", flush=True)
    sys.stdin.read()
    """
)


def test_unchanged_bronze_is_shared_and_not_copied(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    first = (current_folder(stand) / "bronze.duckdb").stat().st_ino
    with engine.writer() as writer:
        stand.build(writer, MODELS)
        writer.publish("again")
    assert (current_folder(stand) / "bronze.duckdb").stat().st_ino == first


@pytest.mark.parametrize("replaced", [("big",), ("small",), ("big", "small")])
def test_a_load_keeps_the_tables_that_it_does_not_replace(
    stand: Stand, engine: Engine, replaced: tuple[str, ...]
) -> None:
    sizes = {"big": 5000, "small": 5}
    with engine.writer() as writer:
        for name, rows in sizes.items():
            writer.load(name, rows_of(1, rows=rows), load_id="l1", loaded_at=LOADED_AT)
        writer.publish("b1")
    with engine.writer() as writer:
        for name in replaced:
            writer.load(name, rows_of(2, rows=sizes[name]), load_id="l2", loaded_at=LOADED_AT)
        writer.publish("b2")
    for name, rows in sizes.items():
        read = engine.read(f"select min(version) a, max(version) b, count(*) n from bronze_db.bronze.{name}").table
        version = 2 if name in replaced else 1
        assert read.to_pylist() == [{"a": version, "b": version, "n": rows}]


def test_the_reader_cannot_be_unlocked(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    asked = "select name, value from duckdb_settings() where name in ('enable_external_access', 'lock_configuration', "
    asked += "'autoload_known_extensions', 'autoinstall_known_extensions', 'allow_community_extensions', "
    asked += "'allow_persistent_secrets', 'TimeZone')"
    settings = {row["name"]: row["value"] for row in engine.read(asked).table.to_pylist()}
    assert settings == {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "TimeZone": "UTC",
    }
    secret = stand.project / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(EngineRefused):
        engine.read(f"select * from read_csv('{secret}')")


def test_a_query_larger_than_memory_spills_beside_the_warehouse(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    small = stand.open(memory_limit="60MB", threads=1)
    big = "select count(*) as n from (select distinct md5(range::varchar) as m from range(600000))"
    assert small.read(big).table.to_pylist() == [{"n": 600000}]
    small.close()


def test_a_file_that_another_program_holds_is_told_with_its_process(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    engine.close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()",
            str(current_folder(stand) / "build.duckdb"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(WarehouseLocked, match=str(holder.pid)) as locked:
        engine.read("select 1")
    assert locked.value.remedy
    holder.communicate("")
    assert is_whole(stand, engine)


@pytest.mark.parametrize("file", ["build.duckdb", "bronze.duckdb"])
@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_a_damaged_file_is_told_as_such(stand: Stand, engine: Engine, file: str, damage: str) -> None:
    publish_version(stand, engine, 1)
    engine.close()
    path = current_folder(stand) / file
    path.write_bytes(b"not a database" * 1000 if damage == "garbage" else path.read_bytes()[:5000])
    with pytest.raises(WarehouseUnavailable) as damaged:
        engine.read(stand.sql(EVERYWHERE))
    assert file in str(damaged.value)
    assert damaged.value.remedy


@pytest.mark.parametrize("file", ["current.json", "staged.json"])
def test_a_damaged_pointer_is_told_as_such(stand: Stand, engine: Engine, file: str) -> None:
    publish_version(stand, engine, 1)
    (warehouse(stand) / file).write_text("{")
    with pytest.raises(WarehouseCorrupt, match=file), engine.writer():
        pass


def test_a_version_that_was_deleted_by_hand_is_told_as_such(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    engine.close()
    for path in current_folder(stand).iterdir():
        path.unlink()
    current_folder(stand).rmdir()
    with pytest.raises(WarehouseUnavailable, match="missing"):
        engine.read("select 1")


def test_a_folder_without_permission_is_told_as_such(stand: Stand) -> None:
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from tests.conformance.engines.stands import duckdb_stand, publish_version
        from verity.exceptions import VerityError
        if os.getuid() == 0:
            os.setuid(65534)
        stand = duckdb_stand(Path(sys.argv[1]))
        try:
            publish_version(stand, stand.open(), 1)
        except VerityError as fault:
            print(type(fault).__name__, fault)
        """
    )
    stand.project.chmod(0o555)
    opened = [p for p in (stand.project, *stand.project.parents) if str(p).startswith("/tmp/")]  # noqa: S108  # below it
    modes = {p: p.stat().st_mode for p in opened}
    for path in opened[1:]:
        path.chmod(0o755)
    run = subprocess.run([sys.executable, "-c", script, str(stand.project)], cwd=ROOT, capture_output=True, text=True)
    for path, mode in modes.items():
        path.chmod(mode | 0o700)
    if "Permission denied" in run.stderr and "verity" in run.stderr.lower() and "Import" in run.stderr:
        pytest.skip("an account without rights cannot read the checkout here")
    assert run.stdout.startswith(WarehouseForbidden.__name__), run.stdout + run.stderr


FULL = textwrap.dedent(
    """
    import resource, signal, sys
    from pathlib import Path
    import pyarrow as pa
    from tests.conformance.engines.stands import LOADED_AT, MODELS, duckdb_stand, rows_of
    from verity.exceptions import VerityError
    from verity.warehouse.engine import ArrowScan
    stand = duckdb_stand(Path(sys.argv[1]))
    engine = stand.open()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    step = sys.argv[2]
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
    def batches():
        schema = pa.schema([("version", pa.int64()), ("place", pa.string())])
        import random
        chance = random.Random(1)
        def rows():
            for _ in range(30):
                words = [chance.randbytes(40).hex() for _ in range(5000)]
                yield pa.record_batch([[2] * 5000, words], schema=schema)
        return pa.RecordBatchReader.from_batches(schema, rows())
    try:
        with engine.writer() as writer:
            if step == "load":
                limit()
            writer.load("orders", ArrowScan(batches, "memory"), load_id="l2", loaded_at=LOADED_AT)
            writer.load("items", rows_of(2), load_id="l2", loaded_at=LOADED_AT)
            if step == "keep":
                limit()
            writer.keep_bronze()
            stand.build(writer, MODELS)
            if step == "publish":
                limit()
            writer.publish("b2")
    except VerityError as fault:
        print(type(fault).__name__, fault)
    """
)


@pytest.mark.parametrize(("step", "size"), [("load", "1000000"), ("keep", "100"), ("publish", "100")])
def test_a_full_disk_publishes_nothing_and_says_so(stand: Stand, engine: Engine, step: str, size: str) -> None:
    publish_version(stand, engine, 1)
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(stand.project), step, size], cwd=ROOT, capture_output=True, text=True
    )
    assert run.stdout.startswith(DiskFull.__name__), run.stdout + run.stderr
    assert is_whole(stand, engine)
    publish_version(stand, engine, 3)
    assert is_whole(stand, engine, 3)


def test_a_source_that_breaks_in_the_middle_leaves_the_table_as_it_was(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    schema = pa.schema([("version", pa.int64()), ("place", pa.int64())])

    def broken() -> pa.RecordBatchReader:
        def rows() -> Iterator[pa.RecordBatch]:
            yield pa.record_batch([[2], [2]], schema=schema)
            raise ConnectionError("the source went away")

        return pa.RecordBatchReader.from_batches(schema, rows())

    with engine.writer() as writer:
        with pytest.raises(DataError, match="shop"):
            writer.load("orders", ArrowScan(broken, "shop"), load_id="l2", loaded_at=LOADED_AT)
        stand.build(writer, MODELS)
        writer.publish("b2")
    assert is_whole(stand, engine)


def test_sixty_wide_columns_and_a_name_of_300_characters_land(stand: Stand, engine: Engine) -> None:
    table = pa.table({**{f"column {n}": [n] for n in range(60)}, "c" * 300: ["x"]})
    with engine.writer() as writer:
        writer.load("wide", arrow_scan(table), load_id="l", loaded_at=LOADED_AT)
        writer.publish("b")
    assert engine.read(f'select "{"c" * 300}" as c from bronze_db.bronze.wide').table.to_pylist() == [{"c": "x"}]


def test_two_engines_of_one_process_share_a_version(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    other = stand.open(memory_limit="2GB")
    assert is_whole(stand, engine)
    assert is_whole(stand, other)
    engine.close()
    assert is_whole(stand, other)
    other.close()


def test_an_ordinary_duckdb_reads_what_is_published(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with duckdb.connect(str(current_folder(stand) / "build.duckdb"), read_only=True) as shell:
        assert shell.execute("select count(*) from silver.orders").fetchall() == [(3,)]


def test_the_write_lock_is_free_again_after_a_failure(stand: Stand, engine: Engine) -> None:
    with pytest.raises(DataError), engine.writer() as writer:
        writer.load("x", ArrowScan(lambda: pa.table({"_verity_load_id": [1]}).to_reader(), "m"), load_id="l",
                    loaded_at=LOADED_AT)  # fmt: skip
    with engine.writer():
        pass
    assert (warehouse(stand) / "write.lock").read_bytes() == b""
    assert not (warehouse(stand) / "work").exists()


def test_spill_folders_of_dead_processes_are_removed_and_those_of_living_ones_stay(
    stand: Stand, engine: Engine
) -> None:
    publish_version(stand, engine, 1)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    spill = warehouse(stand) / "spill"
    names = {owner: spill / f"{socket.gethostname()}-{owner}-abc" for owner in (dead.pid, os.getpid())}
    for folder in names.values():
        folder.mkdir()
    publish_version(stand, engine, 2)
    assert (names[dead.pid].exists(), names[os.getpid()].exists()) == (False, True)


def test_two_processes_spill_without_meeting(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    script = (
        "import sys; from pathlib import Path; from tests.conformance.engines.stands import duckdb_stand; "
        "e = duckdb_stand(Path(sys.argv[1])).open(memory_limit='60MB', threads=1); "
        "q = 'select count(*) as n, sum(r) as s from (select md5(range::varchar) as m, max(range) as r "
        "from range(600000) group by 1)'; print(e.read(q).table.to_pylist())"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(stand.project)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in both:
        out, _ = process.communicate(timeout=60)
        assert "600000" in out
        assert str(sum(range(600000))) in out


def test_a_build_is_given_the_memory_and_threads_of_the_settings(stand: Stand) -> None:
    with stand.open(memory_limit="300MB", threads=1).writer() as writer:
        limits = dict(writer.build_target().limits)
    assert limits == {"memory_limit": "300MB", "threads": "1", "disabled_optimizers": "common_subplan"}
