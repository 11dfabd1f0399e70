"""The same sync on the other engine: files land in PostgreSQL's bronze, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.ingest.test_origin import put

from verity.config import WarehouseSettings
from verity.ingest.origin import open_origin
from verity.ingest.profile import profile
from verity.ingest.sources import write_source
from verity.ingest.sync import sync
from verity.warehouse.registry import open_engine

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.postgres
def test_files_land_in_postgresql_or_leave_it_as_it_was(postgres_url: str, tmp_path: Path) -> None:
    put(tmp_path, {"data/orders.csv": "id,zip,price\n1,01234,1.50\n2,00099,\n", "data/notes.jsonl": '{"a":{"b":1}}\n'})
    origin = open_origin("data", tmp_path)
    write_source(tmp_path, origin, types=profile(origin).text_types)
    engine = open_engine(WarehouseSettings(engine="postgres", url=postgres_url), tmp_path)
    try:
        assert {line.rows for line in sync(tmp_path, engine, loaded_at=NOON).lines} == {1, 2}
        (tmp_path / "data" / "orders.csv").write_text("id,zip,price\n1\n")
        verdict = sync(tmp_path, engine, loaded_at=NOON)
        assert [line.code for line in verdict.lines if line.status == "failed"] == ["VRT-510"]
        with engine.writer() as writer:
            writer.publish("b1")
        kept = engine.read('select zip from bronze.orders order by "id"').table
        assert kept.column("zip").to_pylist() == ["01234", "00099"]
    finally:
        engine.close()
