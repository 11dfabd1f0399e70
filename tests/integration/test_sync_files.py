"""A sync lands every row of every table or changes nothing, whatever interrupts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from verity.config import WarehouseSettings
from verity.contracts.run import Verdict
from verity.contracts.tool import Progress
from verity.exceptions import DiskFull, SourceEmpty, SourceUnknown, SyncStopped
from verity.ingest.origin import open_origin
from verity.ingest.profile import profile
from verity.ingest.sources import write_source
from verity.ingest.sync import sync
from verity.warehouse.engine import Engine
from verity.warehouse.engines.duckdb.bronze import BronzeFile
from verity.warehouse.registry import open_engine

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "orders.csv").write_text('id,zip,note\n1,01234,"two\nlines"\n2,00099,\n3,07000,x\n')
    (data / "people.jsonl").write_text('{"id":1,"tags":["a"]}\n\n{"id":2,"tags":[]}\n')
    pq.write_table(pa.table({"id": list(range(1000))}), data / "big.parquet")
    folder = tmp_path / "project"
    opened = open_origin(str(data), tmp_path)
    write_source(folder, opened, types=profile(opened).text_types)
    return folder


@pytest.fixture
def engine(project: Path) -> Iterator[Engine]:
    opened = open_engine(WarehouseSettings(), project)
    yield opened
    opened.close()


@contextmanager
def opened(project: Path) -> Iterator[Engine]:
    engine = open_engine(WarehouseSettings(), project)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def run(project: Path, engine: Engine) -> Callable[..., Verdict]:
    return lambda **options: sync(project, engine, loaded_at=NOON, **options)


def bronze(engine: Engine) -> dict[str, int]:
    """Rows of each bronze table that the next build would see."""
    with engine.writer() as writer:
        target = writer.build_target()
        (_, path) = target.attached[0]
        with duckdb.connect(str(path), read_only=True) as connection:
            names = [str(row[0]) for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
            return {
                name: connection.execute(f'select count(*) from bronze."{name}"').fetchall()[0][0] for name in names
            }


def test_every_row_lands_and_is_counted_against_the_source(run: Callable[..., Verdict], engine: Engine) -> None:
    verdict = run()
    assert verdict.status == "ok"
    assert {line.name: line.rows for line in verdict.lines} == {"big": 1000, "orders": 3, "people": 2}
    assert bronze(engine) == {"big": 1000, "orders": 3, "people": 2}


def test_codes_keep_their_zeros_and_every_row_knows_its_load(
    project: Path, run: Callable[..., Verdict], engine: Engine
) -> None:
    run(load_id=lambda: "load-7")
    with engine.writer() as writer:
        (_, path) = writer.build_target().attached[0]
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select zip, _verity_load_id, _verity_source from bronze.orders order by id"
            ).fetchall()
    assert [row[0] for row in rows] == ["01234", "00099", "07000"]
    assert {row[1] for row in rows} == {"load-7"}
    assert all(row[2].endswith("orders.csv") for row in rows)


def test_one_source_can_be_synced_alone(project: Path, run: Callable[..., Verdict], engine: Engine) -> None:
    (project / "sources" / "more.yml").write_text(
        "source: more\nkind: files\ntables: {again: {path: ../data/orders.csv}}\n"
    )
    assert [line.name for line in run(only="more").lines] == ["again"]
    assert set(bronze(engine)) == {"again"}
    with pytest.raises(SourceUnknown, match="Did you mean 'more'"):
        run(only="mor")


def test_one_bad_table_keeps_nothing_of_the_run_and_says_which(
    project: Path, run: Callable[..., Verdict], engine: Engine
) -> None:
    run()
    data = project.parent / "data"
    (data / "orders.csv").write_text("id,zip,note\n1,01234,x\n2,00099\n")
    pq.write_table(pa.table({"id": [1]}), data / "big.parquet")
    verdict = run()
    lines = {line.name: line for line in verdict.lines}
    assert verdict.status == "failed"
    assert (lines["orders"].status, lines["orders"].code) == ("failed", "VRT-510")
    assert "orders.csv:3" in lines["orders"].message
    assert lines["big"].status == "skipped"
    assert bronze(engine) == {"big": 1000, "orders": 3, "people": 2}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: (data / "orders.csv").unlink(), "VRT-520"),
        (lambda data: (data / "orders.csv").write_bytes(b""), "VRT-521"),
        (lambda data: (data / "orders.csv").write_bytes("id,zip,note\n1,2,Espa\xf1a\n".encode("latin-1")), "VRT-510"),
        (lambda data: (data / "orders.csv").write_text("id,zip,note\nnot-a-number,2,x\n"), "VRT-511"),
        (lambda data: (data / "orders.csv").write_text("id,postcode,note\n1,2,x\n"), "VRT-500"),
        (lambda data: (data / "big.parquet").write_bytes((data / "big.parquet").read_bytes()[:100]), "VRT-510"),
    ],
)
def test_a_source_that_went_bad_is_a_failed_line_with_code_and_remedy(
    change: Callable[[Path], object], code: str, project: Path, run: Callable[..., Verdict], engine: Engine
) -> None:
    run()
    change(project.parent / "data")
    verdict = run()
    (failed,) = [line for line in verdict.lines if line.status == "failed"]
    assert failed.code == code
    assert failed.remedy
    assert bronze(engine) == {"big": 1000, "orders": 3, "people": 2}


def test_rows_that_get_lost_on_the_way_fail_the_table(
    run: Callable[..., Verdict], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = BronzeFile.load
    monkeypatch.setattr(BronzeFile, "load", lambda self, table, *rest: load(self, table, *rest) - (table == "people"))
    verdict = run()
    (failed,) = [line for line in verdict.lines if line.status == "failed"]
    assert (failed.name, failed.code) == ("people", "VRT-529")
    assert "1 rows landed, its source has 2" in failed.message
    assert bronze(engine) == {}


def test_a_full_disk_ends_the_sync_and_keeps_what_was(
    project: Path, run: Callable[..., Verdict], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()

    def full(self: BronzeFile, *_: object) -> int:
        raise duckdb.IOException('IO Error: Could not write file "x": No space left on device')

    monkeypatch.setattr(BronzeFile, "load", _translated(full))
    with pytest.raises(DiskFull) as caught:
        run()
    assert caught.value.remedy
    monkeypatch.undo()
    assert bronze(engine) == {"big": 1000, "orders": 3, "people": 2}


def _translated(raising: Callable[..., int]) -> Callable[..., int]:
    from verity.warehouse.engines.duckdb.faults import translated

    def load(*arguments: object) -> int:
        with translated("loading"):
            return raising(*arguments)

    return load


def test_a_limit_on_file_size_is_a_full_disk_and_the_next_sync_heals(project: Path) -> None:
    """RLIMIT_FSIZE in a process of its own: what the operating system does when no room is left."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(project)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "VRT-506", done.stderr
    with opened(project) as engine:
        assert sync(project, engine, loaded_at=NOON).status == "ok"
        assert bronze(engine)["big"] == 1000


def test_a_cancel_between_two_tables_keeps_nothing(run: Callable[..., Verdict], engine: Engine) -> None:
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.done == 1:
            cancel.set()

    with pytest.raises(SyncStopped):
        run(progress=stop, cancel=cancel)
    assert bronze(engine) == {}


def test_a_project_without_sources_says_how_to_get_one(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(SourceEmpty, match="no source"):
        sync(tmp_path / "nothing", engine, loaded_at=NOON)


def test_ctrl_c_in_the_middle_leaves_no_trace_and_the_next_sync_works(project: Path, tmp_path: Path) -> None:
    many = project.parent / "data" / "many.csv"
    with many.open("w") as stream:
        stream.write("a,b,c\n")
        stream.writelines(f"{n},{n * 7},text {n}\n" for n in range(1_500_000))
    with (project / "sources" / "data.yml").open("a") as stream:
        stream.write("  many: {path: ../data/many.csv, format: csv}\n")
    started = tmp_path / "started"
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(project), str(started)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.15)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert out.decode().strip() == "stopped", error.decode()
    work = [path for path in (project / ".verity").rglob("*") if path.is_file() and "fresh" in path.name]
    assert work == [], "nothing half-written stays"
    with opened(project) as engine:
        assert bronze(engine) == {}
        verdict = sync(project, engine, loaded_at=NOON)
        assert verdict.status == "ok"
        assert bronze(engine)["many"] == 1_500_000


COMMON = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from verity.config import WarehouseSettings
    from verity.exceptions import VerityError
    from verity.ingest.sync import sync
    from verity.warehouse.registry import open_engine
    project = Path(sys.argv[1])
    """
)
LIMITED = COMMON + textwrap.dedent(
    """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    engine = open_engine(WarehouseSettings(), project)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        sync(project, engine, loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
    except VerityError as fault:
        print(fault.code)
    """
)
INTERRUPTED = COMMON + textwrap.dedent(
    """
    engine = open_engine(WarehouseSettings(), project)
    def told(progress):
        if progress.what == "many":
            Path(sys.argv[2]).touch()
    try:
        sync(project, engine, loaded_at=datetime(2026, 1, 1, tzinfo=UTC), progress=told)
        print("finished")
    except KeyboardInterrupt:
        print("stopped")
    """
)
