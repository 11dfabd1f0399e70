"""Data versions, pointers, locks and the words that refuse a statement."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verity.contracts.dataset import TableState
from verity.exceptions import ConfigInvalid, WarehouseBusy
from verity.warehouse.data_version import data_version
from verity.warehouse.engines.duckdb import lock
from verity.warehouse.engines.duckdb.layout import copy_file, replace_text
from verity.warehouse.engines.duckdb.pointer import signature
from verity.warehouse.registry import open_engine
from verity.warehouse.rows import take_rows
from verity.warehouse.settings import Settings
from verity.warehouse.sql_names import literal, quoted
from verity.warehouse.statement import is_query

AT = datetime(2026, 1, 1, tzinfo=UTC)


def states(**loads: str) -> tuple[TableState, ...]:
    return tuple(TableState(table=name, load_id=load, loaded_at=AT, rows=1) for name, load in loads.items())


def test_a_data_version_is_pinned() -> None:
    assert data_version("build-1", states(orders="l1", items="l2")) == "aad56c3e04f83eee"


def test_a_data_version_follows_ids_and_nothing_else() -> None:
    one = data_version("b", states(a="1", b="2"))
    assert one == data_version("b", states(b="2", a="1"))
    later = tuple(
        state.model_copy(update={"rows": 9, "loaded_at": datetime.now(UTC)}) for state in states(a="1", b="2")
    )
    assert one == data_version("b", later)
    assert len({one, data_version("c", states(a="1", b="2")), data_version("b", states(a="1", b="3"))}) == 3
    assert one != data_version("b", states(a="1"))


def test_a_swapped_file_has_another_signature_even_within_one_tick(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    assert signature(path) is None
    seen = set()
    for number in range(50):
        replace_text(path, f"{number:02d}")
        seen.add(signature(path))
    assert len(seen) >= 49


def test_a_copied_file_is_equal_and_never_overwrites(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(bytes(range(256)) * 50_000)
    copy_file(source, target)
    assert target.read_bytes() == source.read_bytes()
    with pytest.raises(FileExistsError):
        copy_file(source, target)


def test_a_version_in_use_is_not_sole_and_a_removed_one_cannot_be_shared(tmp_path: Path) -> None:
    path = tmp_path / "in-use"
    path.touch()
    hold = lock.share(path)
    assert hold is not None
    with lock.sole(path) as unused:
        assert not unused
    lock.release(hold)
    with lock.sole(path) as unused:
        assert unused
        assert lock.share(path) is None
    path.unlink()
    assert lock.share(path) is None


def test_the_write_lock_is_one_and_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "write.lock"
    with lock.write_lock(path, 0), pytest.raises(WarehouseBusy, match="process"), lock.write_lock(path, 0.1):
        pass
    with lock.write_lock(path, 0):
        pass


@given(st.text())
def test_quoting_never_lets_a_name_out(name: str) -> None:
    inside = quoted(name)[1:-1]
    assert inside.replace('""', "").count('"') == 0
    assert inside.replace('""', '"') == name
    assert literal(name)[1:-1].replace("''", "'") == name


@pytest.mark.parametrize(
    "sql", ["select 1", " (( select 1))", "WITH a AS (SELECT 1) SELECT 1", "/* x */ from t", "values (1)"]
)
def test_queries_are_let_through(sql: str) -> None:
    assert is_query(sql)


@pytest.mark.parametrize(
    "sql", ["", "drop table t", "pragma x", "selects 1", "-- select 1", "/* select */ drop table t", "set a=1"]
)
def test_everything_else_is_refused(sql: str) -> None:
    assert not is_query(sql)


def test_an_unknown_engine_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="Did you mean 'duckdb'"):
        open_engine(Settings(engine="duckbd"), tmp_path)


def test_rows_beyond_the_cap_are_not_even_fetched() -> None:
    import pyarrow as pa

    schema = pa.schema([("n", pa.int64())])
    fetched = []

    def batches():
        for number in range(10):
            fetched.append(number)
            yield pa.record_batch([[number] * 10], schema=schema)

    table, truncated = take_rows(pa.RecordBatchReader.from_batches(schema, batches()), 15)
    assert (table.num_rows, truncated, fetched) == (15, True, [0, 1])
