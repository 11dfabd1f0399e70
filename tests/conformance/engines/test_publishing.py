"""What is published is whole, unchanging and all that readers see."""

from __future__ import annotations

import os
import threading

import pyarrow as pa
import pytest

from tests.conformance.engines.stands import (
    EVERYWHERE,
    LOADED_AT,
    MODELS,
    ROWS_EVERYWHERE,
    Stand,
    arrow_scan,
    publish_version,
    rows_of,
    table_of,
)
from verity.exceptions import NothingPublished, WarehouseBusy
from verity.warehouse.engine import Engine


def versions_seen(stand: Stand, engine: Engine) -> set[int]:
    return set(engine.read(stand.sql(EVERYWHERE)).table.column("version").to_pylist())


def test_an_empty_warehouse_says_that_nothing_is_published(engine: Engine) -> None:
    for ask in (engine.state, engine.schema, lambda: engine.read("select 1")):
        with pytest.raises(NothingPublished):
            ask()


def test_a_publish_shows_bronze_and_the_build_together(stand: Stand, engine: Engine) -> None:
    version = publish_version(stand, engine, 1)
    assert engine.state().data_version == version
    rows = engine.read(stand.sql(EVERYWHERE))
    assert rows.table.column("version").to_pylist() == [1] * ROWS_EVERYWHERE
    assert rows.state.data_version == version
    assert [(t.table, t.load_id, t.rows) for t in rows.state.tables] == [
        ("items", "load-items-1", 3),
        ("orders", "load-orders-1", 3),
    ]


def test_readers_see_neither_loads_nor_builds_before_the_publish(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        for table in ("orders", "items"):
            writer.load(table, rows_of(2), load_id=f"load-{table}-2", loaded_at=LOADED_AT)
            assert versions_seen(stand, engine) == {1}
        writer.keep_bronze()
        assert versions_seen(stand, engine) == {1}
        stand.build(writer, MODELS)
        assert versions_seen(stand, engine) == {1}
        writer.publish("build-2")
        assert versions_seen(stand, engine) == {2}


def test_leaving_without_publish_leaves_everything_as_it_was(stand: Stand, engine: Engine) -> None:
    before = publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("orders", rows_of(2), load_id="lost", loaded_at=LOADED_AT)
    with engine.writer() as writer:
        stand.build(writer, MODELS)
        writer.publish("build-1b")
    assert versions_seen(stand, engine) == {1}
    assert engine.state().data_version != before
    assert {t.load_id for t in engine.state().tables} == {"load-orders-1", "load-items-1"}


def test_kept_bronze_waits_for_the_next_build(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("orders", rows_of(2), load_id="load-orders-2", loaded_at=LOADED_AT)
        writer.keep_bronze()
    assert versions_seen(stand, engine) == {1}
    with engine.writer() as writer:
        writer.load("items", rows_of(2), load_id="load-items-2", loaded_at=LOADED_AT)
        stand.build(writer, MODELS)
        writer.publish("build-2")
    assert versions_seen(stand, engine) == {2}


def test_a_build_reads_kept_and_unchanged_bronze_alike(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("orders", rows_of(2), load_id="load-orders-2", loaded_at=LOADED_AT)
        both = "select version from {bronze}.orders union all select version from {bronze}.items"
        stand.build(writer, {"gold.both": both, "view:gold.live": both})
        writer.publish("build-2")
    for table in ("gold.both", "gold.live"):
        assert sorted(engine.read(f"select version from {table}").table["version"].to_pylist()) == [1] * 3 + [2] * 3


def test_a_build_of_everything_drops_models_that_are_gone(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        stand.build(writer, {"gold.totals": MODELS["gold.totals"]})
        writer.publish("build-2")
    assert {(t.schema_name, t.name) for t in engine.schema().tables} == {
        ("bronze", "items"),
        ("bronze", "orders"),
        ("gold", "totals"),
    }


def test_a_build_of_a_part_carries_the_other_tables_along(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        stand.build(writer, {"gold.extra": "select 7 as version"}, carry=True)
        writer.publish("build-2")
    assert versions_seen(stand, engine) == {1}
    assert engine.read("select version from gold.extra").table.to_pylist() == [{"version": 7}]


def test_a_view_that_is_carried_reads_the_new_tables(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        stand.build(writer, {"silver.orders": "select 9 as version, 0 as place"}, carry=True)
        writer.publish("build-2")
    assert engine.read("select version from gold.latest").table.to_pylist() == [{"version": 9}]


def test_publishing_loads_without_a_build_keeps_the_build(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("other", rows_of(5), load_id="load-other", loaded_at=LOADED_AT)
        writer.publish("build-1")
    assert versions_seen(stand, engine) == {1}
    assert engine.read(stand.sql("select version from {bronze}.other")).table.num_rows == 3


def test_a_dropped_table_is_gone_after_the_publish(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("short_lived", rows_of(1), load_id="x", loaded_at=LOADED_AT)
        writer.drop("short_lived")
        writer.drop("items")
        stand.build(writer, {"silver.orders": MODELS["silver.orders"]})
        writer.publish("build-2")
    assert [t.table for t in engine.state().tables] == ["orders"]
    assert engine.schema().find("bronze.items") is None
    assert engine.schema().find("bronze.short_lived") is None


def test_a_table_can_change_its_columns(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        writer.load("orders", arrow_scan(pa.table({"fresh": ["a"]})), load_id="load-2", loaded_at=LOADED_AT)
        stand.build(writer, {"silver.orders": "select fresh from {bronze}.orders"})
        writer.publish("build-2")
    assert [c.name for c in table_of(engine, "silver.orders").columns] == ["fresh"]


def test_the_data_version_names_loads_and_build(stand: Stand, engine: Engine) -> None:
    first = publish_version(stand, engine, 1)
    with engine.writer() as writer:
        stand.build(writer, MODELS)
        assert writer.publish("build-1").data_version == first
    with engine.writer() as writer:
        stand.build(writer, MODELS)
        assert writer.publish("build-9").data_version != first
    assert len(first) == 16


def test_a_second_writer_is_told_who_holds_the_lock(stand: Stand, engine: Engine) -> None:
    other = stand.open()
    with engine.writer(), pytest.raises(WarehouseBusy, match=str(os.getpid())), other.writer():
        pass
    with other.writer():
        pass
    other.close()


def test_a_second_writer_may_wait_its_turn(stand: Stand, engine: Engine) -> None:
    other = stand.open()
    entered = threading.Event()

    def hold() -> None:
        with engine.writer():
            entered.set()
            threading.Event().wait(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(10)
    with other.writer(wait_seconds=30):
        pass
    holder.join()
    other.close()


def test_another_reader_sees_the_new_version_at_once(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    reader = stand.open()
    assert versions_seen(stand, reader) == {1}
    schema = reader.schema()
    publish_version(stand, engine, 2)
    assert versions_seen(stand, reader) == {2}
    assert reader.schema() == schema
    reader.close()
