"""What is off in DuckDB because it gives wrong rows: each is shown to be wrong still, and right where it is off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from verity.warehouse.engine import ArrowScan
from verity.warehouse.registry import open_engine
from verity.warehouse.settings import Settings, duckdb_limits

STAFF = pa.table({"id": pa.array([13, 15], pa.int64()), "boss_id": pa.array([13, 13], pa.int64())})
COUNTED = """
    SELECT per.value, SUM(staff.id)
    FROM {0} AS staff LEFT JOIN {0} AS boss ON staff.boss_id = boss.id LEFT JOIN {0} AS above ON boss.boss_id = above.id
    LEFT JOIN (
        SELECT boss.id AS key, COUNT(*) AS value
        FROM {0} AS staff LEFT JOIN {0} AS boss ON staff.boss_id = boss.id GROUP BY 1
    ) AS per ON per.key = above.id
    GROUP BY 1
"""
"""Staff by how many people the boss of their boss has: two."""


def counted(config: dict[str, str]) -> list[tuple[int, int]]:
    with duckdb.connect(config={"threads": "1", **config}) as connection:
        connection.register("rows", STAFF)
        connection.execute("CREATE TABLE staff AS FROM rows")
        return connection.execute(COUNTED.format("staff")).fetchall()


def test_a_self_join_beside_a_count_over_it_is_wrong_with_duckdbs_own_settings() -> None:
    assert counted({}) != [(2, 28)]  # when this fails, DuckDB is right: take it out of UNSOUND_OPTIMIZERS


def test_it_is_right_with_ours() -> None:
    assert counted({"disabled_optimizers": str(duckdb_limits(Settings())["disabled_optimizers"])}) == [(2, 28)]


def test_every_reader_has_it_off(tmp_path: Path) -> None:
    engine = open_engine(Settings(), tmp_path)
    try:
        with engine.writer() as writer:
            scan = ArrowScan(lambda: pa.RecordBatchReader.from_batches(STAFF.schema, STAFF.to_batches()), "test")
            writer.load("staff", scan, load_id="load-1", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
            writer.publish("build-1")
        found = engine.read("SELECT current_setting('disabled_optimizers') AS off").table
    finally:
        engine.close()
    assert found.to_pylist() == [{"off": "common_subplan"}]
