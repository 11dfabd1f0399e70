"""Tables moved to another engine: the same counts and sums there, or nothing there at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb as duck
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conformance.semantic.stands import fill

from verity.cli.main import run
from verity.config import WarehouseSettings
from verity.exceptions import (
    EngineRefused,
    MoveDiffers,
    MoveImpossible,
    NothingPublished,
    OneProcessOnly,
    QueryEngineOnly,
    QueryTimedOut,
    SecretMissing,
    ValueUnstorable,
)
from verity.transform import move as moving
from verity.transform.move import address, move
from verity.warehouse import gold
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

NOW = datetime(2026, 1, 1)


@pytest.fixture
def duckdb(tmp_path: Path) -> Engine:
    (tmp_path / "verity.toml").write_text("", encoding="utf-8")
    return open_engine(WarehouseSettings(), tmp_path)


def publish(engine: Engine, table: pa.Table, name: str = "facts") -> None:
    with engine.writer() as writer:
        writer.load(name, ArrowScan(table.to_reader, "memory"), load_id="l1", loaded_at=NOW.astimezone())
        writer.build_target()
        writer.publish("b1")


def clickhouse(project: Path, **more: object) -> Engine:
    return open_engine(WarehouseSettings(engine="clickhouse", **more), project)  # type: ignore[arg-type]


def test_a_move_to_clickhouse_keeps_the_data_version_the_types_and_every_value(duckdb: Engine, tmp_path: Path) -> None:
    wide = pa.table(
        {
            "whole": pa.array([2**62, -5, None]),
            "exact": pa.array([Decimal("12345678901234567890.12"), None, Decimal("-0.01")], pa.decimal128(30, 2)),
            "loose": pa.array([0.1, None, -1e300]),
            "name": pa.array(["é\t'\\", "", None]),
            "day": pa.array([date(1900, 1, 1), date(2299, 12, 31), None]),
            "moment": pa.array(
                [datetime(1912, 5, 4, 3, 2, 1, 500001), None, datetime(2024, 2, 29)], pa.timestamp("us")
            ),
            "instant": pa.array([NOW, None, NOW], pa.timestamp("us", "UTC")),
            "yes": pa.array([True, False, None]),
        }
    )
    publish(duckdb, wide)
    verdict = move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    assert [line.status for line in verdict.lines] == ["ok"]
    other = clickhouse(tmp_path)
    assert other.state() == duckdb.state()
    names = ", ".join(wide.column_names)
    ours = duckdb.read(f"select {names} from bronze_db.bronze.facts order by day nulls last").table.to_pylist()
    theirs = other.read(f"select {names} from bronze.facts order by day nulls last").table.to_pylist()
    for one, two in zip(ours, theirs, strict=True):
        for name in wide.column_names:
            here, there = one[name], two[name]
            if isinstance(there, datetime) and there.tzinfo and not (isinstance(here, datetime) and here.tzinfo):
                there = there.replace(tzinfo=None)
            assert here == there, name
    assert [c.type for c in other.schema().tables[0].columns] == [c.type for c in duckdb.schema().tables[0].columns]
    other.close()


def test_a_second_move_replaces_what_was_moved_before(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    publish(duckdb, pa.table({"n": [1, 2]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    assert other.read("select count(*) as n from bronze.facts").table.to_pylist() == [{"n": 2}]
    other.close()
    assert len(list((tmp_path / ".verity" / "clickhouse" / "versions").iterdir())) == 1
    assert not (tmp_path / ".verity" / "clickhouse" / "work").exists()


@pytest.mark.parametrize("to", ["chdb:", "postgres"])
def test_a_move_that_loses_a_row_or_a_cent_is_refused_and_publishes_nothing(
    duckdb: Engine, tmp_path: Path, to: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("postgres_url") if to == "postgres" else to
    publish(duckdb, pa.table({"n": [1, 2], "money": pa.array([Decimal("1.10"), Decimal("2.20")])}))
    export = gold.export_tables

    def spoiled(money: list[str], rows: int):
        def made(engine: Engine, layers: tuple[str, ...], folder: Path, told=lambda _: None) -> gold.Export:
            whole = export(engine, layers, folder, told)
            path = folder / whole.tables[0].file
            table = pq.read_table(path)
            at = table.schema.get_field_index("money")
            field = table.schema.field(at)
            pq.write_table(table.set_column(at, field, pa.array(map(Decimal, money), field.type)).slice(0, rows), path)
            return whole

        return made

    monkeypatch.setattr(moving, "export_tables", spoiled(["1.10", "2.21"], 2))
    with pytest.raises(MoveDiffers, match=r"column 'money' of 'bronze\.facts' is \(2, 3\.30"):
        move(tmp_path, duckdb, url, layers=("bronze",))
    monkeypatch.setattr(moving, "export_tables", spoiled(["1.10", "2.20"], 1))
    with pytest.raises(MoveDiffers, match=r"the row count of 'bronze\.facts' is \(2\)"):
        move(tmp_path, duckdb, url, layers=("bronze",))
    settings = {"engine": "clickhouse"} if to == "chdb:" else {"engine": "postgres", "url": url}
    with pytest.raises(NothingPublished):
        open_engine(WarehouseSettings(**settings), tmp_path).state()  # type: ignore[arg-type]


@pytest.mark.postgres
def test_a_move_to_postgres_keeps_the_tables_that_lie_there(duckdb: Engine, tmp_path: Path, postgres_url: str) -> None:
    other = open_engine(WarehouseSettings(engine="postgres", url=postgres_url), tmp_path)
    publish(other, pa.table({"n": [7]}), "own")
    fill(duckdb)
    verdict = move(tmp_path, duckdb, postgres_url, layers=("bronze",))
    assert len(verdict.lines) == 6
    assert other.read('select count(*) as n, sum(total) as t from bronze."orders"').table.to_pylist() == [
        {"n": 6, "t": Decimal("50.50")}
    ]
    assert other.read("select n from bronze.own").table.to_pylist() == [{"n": 7}]
    other.close()


def test_the_first_and_the_last_day_of_the_calendar_keep_their_months(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"day": [date(1, 1, 1), date(1850, 5, 3), date(9999, 12, 31)]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    months = other.read("select dateTrunc('MONTH', day) as m from bronze.facts order by 1").table
    assert months.column("m").to_pylist() == [date(1, 1, 1), date(1850, 5, 1), date(9999, 12, 1)]
    other.close()


def test_a_column_without_a_place_in_parquet_is_named(duckdb: Engine, tmp_path: Path) -> None:
    with duckdb.writer() as writer:
        writer.load("facts", ArrowScan(pa.table({"n": [1]}).to_reader, "m"), load_id="l", loaded_at=NOW.astimezone())
        target = writer.build_target()
        with duck.connect(str(target.path)) as connection:
            connection.execute("create schema gold; create table gold.odd as select interval 1 day as span")
        writer.publish("b1")
    with pytest.raises(ValueUnstorable, match=r"'gold\.odd\.span' is other\(interval\)"):
        move(tmp_path, duckdb, "chdb:")


def test_where_tables_cannot_be_moved_is_said(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    with pytest.raises(MoveImpossible, match="no table is published in gold"):
        move(tmp_path, duckdb, "chdb:")
    with pytest.raises(MoveImpossible, match="'mysql' is no engine"):
        move(tmp_path, duckdb, "mysql://x", layers=("bronze",))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    with pytest.raises(MoveImpossible, match="moved to, not from"):
        move(tmp_path, clickhouse(tmp_path), "chdb:", layers=("bronze",))


def test_a_password_in_an_address_comes_from_the_environment() -> None:
    assert address("postgresql://u:${PW}@h/d", {"PW": "s3"}) == "postgresql://u:s3@h/d"
    with pytest.raises(MoveImpossible, match="holds a password"):
        address("postgresql://u:plain@h/d", {})
    with pytest.raises(SecretMissing, match="PW"):
        address("postgresql://u:${PW}@h/d", {})


def test_another_process_is_told_who_has_the_chdb_and_gets_it_afterwards(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    other.read("select 1 as one")
    asked = (
        "import sys\nfrom pathlib import Path\nfrom verity.config import WarehouseSettings\n"
        "from verity.exceptions import VerityError\nfrom verity.warehouse.registry import open_engine\n"
        "engine = open_engine(WarehouseSettings(engine='clickhouse'), Path(sys.argv[1]))\n"
        "try:\n    print(engine.read('select n from bronze.facts').table.to_pylist())\n"
        "except VerityError as error:\n    print(error)\n"
    )

    def elsewhere() -> str:
        done = subprocess.run([sys.executable, "-c", asked, str(tmp_path)], capture_output=True, text=True, check=True)
        return done.stdout

    assert f"VRT-512 process {os.getpid()} has this project's chDB open" in elsewhere()
    other.close()
    assert elsewhere().strip() == "[{'n': 1}]"


def test_two_folders_at_once_in_one_process_are_refused(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    for folder in ("a", "b"):
        move(tmp_path, duckdb, f"chdb://{tmp_path}/{folder}", layers=("bronze",))
    first, second = (clickhouse(tmp_path, url=f"chdb://{tmp_path}/{folder}") for folder in ("a", "b"))
    first.read("select 1 as one")
    with pytest.raises(OneProcessOnly, match="another folder's chDB"):
        second.read("select 1 as one")
    first.close()
    assert second.read("select n from bronze.facts").table.to_pylist() == [{"n": 1}]
    second.close()


def test_chdb_reads_and_nothing_else(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    for refused in (
        "drop table bronze.facts",
        "select 1; drop table bronze.facts",
        "insert into bronze.facts values (2)",
        f"select 1 into outfile '{tmp_path}/out.csv'",
        "select * from file('/etc/passwd', 'LineAsString')",
        "select * from url('http://127.0.0.1:1/', 'LineAsString')",
        "with 1 as x select * from remote('127.0.0.1', system.one)",
        "select nothing from bronze.facts where x = 'a secret'",
        "select 1 settings readonly = 0",
    ):
        with pytest.raises(EngineRefused) as caught:
            other.read(refused)
        assert "secret" not in str(caught.value)
    with pytest.raises(QueryEngineOnly, match="VERITY_WAREHOUSE_ENGINE=duckdb"):
        other.writer()
    assert other.read("select n from bronze.facts").table.to_pylist() == [{"n": 1}]
    assert not (tmp_path / "out.csv").exists()
    other.close()


def test_chdb_stops_at_the_deadline_when_cancelled_and_at_the_cap(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": list(range(100))}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    hog = "select count() as c from numbers(100000000000) where sipHash64(number) = 1"
    with pytest.raises(QueryTimedOut, match="longer than"):
        other.read(hog, seconds=0.3)
    with pytest.raises(QueryTimedOut, match="longer than"):
        other.read(hog, seconds=0.3, row_cap=10)
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(QueryTimedOut, match="cancelled"):
        other.read(hog, cancel=cancel)
    cut = other.read("select n from bronze.facts order by n", row_cap=3)
    assert (cut.table.column("n").to_pylist(), cut.truncated) == ([0, 1, 2], True)
    whole = other.read("select n from bronze.facts order by n", row_cap=100)
    assert (whole.table.num_rows, whole.truncated) == (100, False)
    none = other.read("select n from bronze.facts where n > 100", row_cap=3)
    assert (none.table.column_names, none.table.num_rows) == (["n"], 0)
    other.close()


@pytest.mark.parametrize("value", ["plain", "é\t\n\\'\"{p1}$1?\0\\N", "", "NULL", "' or 1 = 1 --"])
def test_a_parameter_is_never_read_as_sql(duckdb: Engine, tmp_path: Path, value: str) -> None:
    publish(duckdb, pa.table({"n": [1]}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    assert other.read("select {p1: String} as v", [value]).table.to_pylist() == [{"v": value}]
    other.close()


def test_many_threads_read_at_once(duckdb: Engine, tmp_path: Path) -> None:
    publish(duckdb, pa.table({"n": list(range(1000))}))
    move(tmp_path, duckdb, "chdb:", layers=("bronze",))
    other = clickhouse(tmp_path)
    found: list[int] = []

    def ask() -> None:
        reads = (other.read("select sum(n) as s from bronze.facts").table for _ in range(10))
        found.extend(table.to_pylist()[0]["s"] for table in reads)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [499500] * 40
    other.close()


def test_the_command_line_moves_and_tells(duckdb: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(duckdb, pa.table({"n": [1, 2]}))
    duckdb.close()
    assert run(["move", "--to", "chdb:", "--layer", "bronze", "--project", str(tmp_path), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verb"] == "move"
    assert told["lines"][0]["name"] == "bronze.facts"
    assert run(["move", "--to", "chdb:", "--project", str(tmp_path)]) == 1
    assert "VRT-515 no table is published in gold" in capsys.readouterr().err
