"""A full disk, a file that somebody else holds, a damaged file, Ctrl-C: a coded error or a clean stop, and the version
before still answers."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.journeys.bad_input import (
    Ended,
    Here,
    answers_as_before,
    copied,
    is_clear,
    limited,
    started,
    tree,
    version_of,
)

ENDLESS = "{{ config(schema='silver') }} select count(*) as n from range(1000000000000) as t(i) where i % 7 = 3\n"
MANY = 3_000_000
"""Rows enough that a load or a profile lasts a second or more."""
MADE_BY_ANY_WRITER = {".verity/warehouse/spill", ".verity/warehouse/staging"}


@pytest.fixture
def shop(own_files: Path, tmp_path: Path) -> Path:
    return copied(own_files, tmp_path)


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory) -> Path:
    """A large CSV of the form of orders.csv."""
    path = tmp_path_factory.mktemp("many") / "orders.csv"
    block = "".join(f"{n},10,2024-01-05,delivered,10.50\n" for n in range(1000))
    path.write_text("order_id,customer_id,order_date,status,total\n" + block * (MANY // 1000), encoding="utf-8")
    return path


def published(shop: Path, name: str) -> Path:
    """A file of the published version."""
    (found,) = (shop / ".verity" / "warehouse" / "versions").glob(f"*/{name}")
    return found


def no_file_over(size: int) -> Callable[[], None]:
    """A limit that makes the file system refuse more, as a full disk does; Python makes it an error, not a signal."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(
    ("verb", "size"),
    [(("sync",), 100_000), (("build",), 300_000), (("ask", "number of orders"), 8_000), (("sync",), 0)],
    ids=["sync", "build", "ask", "nothing at all fits"],
)
def test_a_full_disk_is_said_and_the_version_before_answers(shop: Path, verb: tuple[str, ...], size: int):
    before, version = tree(shop), version_of(shop)
    done = limited(no_file_over(size), *verb, "--project", shop)
    is_clear(done, "VRT-506")
    assert "Free some space" in done.out + done.err
    assert tree(shop) - MADE_BY_ANY_WRITER == before - MADE_BY_ANY_WRITER
    answers_as_before(shop, version=version)
    assert Here("sync", "--project", shop).code == 0
    assert Here("ask", "number of orders", "--project", shop).code == 0


@pytest.mark.parametrize("size", [0, 1_000, 8_000])
def test_a_full_disk_during_init_leaves_nothing(own_files: Path, tmp_path: Path, size: int):
    exports = own_files.parent / "exports"
    done = limited(no_file_over(size), "init", tmp_path / "shop", "--from", exports)
    is_clear(done, "VRT-506", "Free some space")
    assert not list(tmp_path.iterdir())


def test_a_warehouse_file_that_another_program_holds_names_it_until_it_lets_go(shop: Path):
    hold = f"import duckdb, sys; c = duckdb.connect({str(published(shop, 'build.duckdb'))!r}); print(1, flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{hold}; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        for verb in (("ask", "number of orders"), ("doctor",), ("query", "--list")):
            done = Here(*verb, "--project", shop)
            is_clear(done, "VRT-507", f"process {holder.pid}", "build.duckdb")
        holder.communicate()
    answers_as_before(shop)


def test_a_source_file_that_another_program_holds_is_named(tmp_path: Path):
    hold = "import duckdb, sys; c = duckdb.connect('x.duckdb'); c.execute('create table t as select 1 as a'); print(1)"
    with subprocess.Popen(
        [sys.executable, "-uc", f"{hold}; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        is_clear(Here("init", "shop", "--from", "duckdb:///x.duckdb", cwd=tmp_path), "VRT-525", "another program")
        holder.communicate()
    assert not (tmp_path / "shop").exists()
    assert not list(tmp_path.glob(".shop*"))


@pytest.mark.parametrize("name", ["build.duckdb", "bronze.duckdb"])
def test_a_damaged_published_file_is_told_by_ask_and_doctor(shop: Path, name: str):
    whole = published(shop, name).read_bytes()
    for content in (b"garbage", b"", whole[:8192] + os.urandom(len(whole) - 8192)):
        published(shop, name).write_bytes(content)
        done = Here("query", "--metrics", "number_of_orders", "--project", shop)
        doctor = Here("doctor", "--project", shop)
        for told in (done, doctor):
            if told is done and name == "bronze.duckdb" and told.code == 0:
                continue  # the damaged blocks are not the ones that this question reads
            is_clear(told, "VRT-508", name, ".verity/warehouse")
    published(shop, name).write_bytes(whole)
    answers_as_before(shop)


def test_a_published_version_that_is_gone_is_told_by_every_verb(shop: Path):
    gone = published(shop, "build.duckdb").parent
    gone.rename(shop / "elsewhere")
    for verb, code in ((("ask", "number of orders"), "VRT-503"), (("doctor",), "VRT-503"), (("build",), "VRT-508")):
        done = Here(*verb, "--project", shop)
        is_clear(done, code, gone.name, ".verity/warehouse")
    (shop / "elsewhere").rename(gone)
    answers_as_before(shop)


def test_a_damaged_pointer_or_record_is_told(shop: Path):
    pointer, record = shop / ".verity" / "warehouse" / "current.json", shop / ".verity" / "state.db"
    whole = pointer.read_bytes()
    pointer.write_bytes(b"{")
    for verb in (("ask", "number of orders"), ("doctor",), ("sync",), ("build",)):
        is_clear(Here(*verb, "--project", shop), "VRT-508", "current.json")
    pointer.write_bytes(whole)
    answers_as_before(shop)
    record.write_bytes(b"no database at all" * 100)
    for verb in (("ask", "number of orders"), ("doctor",), ("sync",), ("build",)):
        is_clear(Here(*verb, "--project", shop), "VRT-605", "state.db")


@contextmanager
def held_still(process: subprocess.Popen[str], until: Callable[[], bool], seconds: float = 60) -> Iterator[None]:
    """The process in the middle of its work: stopped as soon as `until` is true, going on after the block."""
    try:
        deadline = time.monotonic() + seconds
        while not until():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "it never came so far"
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGSTOP)
        yield
        os.killpg(process.pid, signal.SIGCONT)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise


def stopped_cleanly(process: subprocess.Popen[str]) -> None:
    """Ctrl-C, as a terminal sends it: to the whole group."""
    os.killpg(process.pid, signal.SIGINT)
    done = Ended(process)
    assert done.code == 130, (done.code, done.out, done.err)
    assert "stopped; nothing was left half-done" in done.err
    assert "Traceback" not in done.out + done.err
    assert "VRT-" not in done.out + done.err


def test_while_one_syncs_another_is_told_who_and_everybody_may_ask_and_ctrl_c_undoes_the_sync(
    shop: Path, many_rows: Path
):
    orders = shop.parent / "exports" / "orders.csv"
    few = orders.read_bytes()
    orders.unlink()
    orders.symlink_to(many_rows)
    before, version = tree(shop), version_of(shop)
    work = shop / ".verity" / "warehouse" / "work"
    process = started("sync", "--project", shop)
    with held_still(process, lambda: any(path.stat().st_size > 2_000_000 for path in work.glob("*.duckdb*"))):
        for verb in (("sync",), ("build",)):
            is_clear(Here(*verb, "--project", shop), "VRT-501", f"process {process.pid}")
        asked = Here("query", "--metrics", "number_of_orders", "--project", shop, "--format", "json")
        assert asked.json["table"]["rows"] == [[6]]
    stopped_cleanly(process)
    assert tree(shop) - MADE_BY_ANY_WRITER == before - MADE_BY_ANY_WRITER
    answers_as_before(shop, version=version)
    orders.unlink()
    orders.write_bytes(few)
    assert Here("sync", "--project", shop).code == 0


def test_ctrl_c_in_the_middle_of_a_build_is_a_clean_stop_and_the_next_build_works(shop: Path):
    slow = shop / "models" / "silver" / "slow.sql"
    slow.write_text(ENDLESS, encoding="utf-8")
    before, version = tree(shop), version_of(shop)
    process = started("build", "--project", shop)
    ran = shop / ".verity" / "build" / "target" / "run"
    with held_still(process, lambda: any(ran.rglob("slow.sql"))):
        is_clear(Here("build", "--project", shop), "VRT-501", f"process {process.pid}")
    stopped_cleanly(process)
    assert tree(shop) - MADE_BY_ANY_WRITER == before - MADE_BY_ANY_WRITER
    answers_as_before(shop, version=version)
    slow.unlink()
    built = Here("build", "--project", shop)
    assert built.code == 0, built.out + built.err
    answers_as_before(shop)
    assert version_of(shop) != version


def test_ctrl_c_in_the_middle_of_init_leaves_nothing(many_rows: Path, tmp_path: Path):
    room = tmp_path / "room"
    room.mkdir()
    process = started("init", tmp_path / "shop", "--from", many_rows.parent, TMPDIR=str(room))
    with held_still(process, lambda: any(path.stat().st_size > 2_000_000 for path in room.rglob("*.duckdb*"))):
        pass
    stopped_cleanly(process)
    assert {entry.name for entry in tmp_path.iterdir()} == {"room"}
    assert not list(room.iterdir())
