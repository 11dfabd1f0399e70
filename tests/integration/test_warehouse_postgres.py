"""What is PostgreSQL's own: addresses and passwords, strangers' tables, grants, lost connections, long readers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from tests.conformance.engines.stands import (
    EVERYWHERE,
    LOADED_AT,
    MODELS,
    ROWS_EVERYWHERE,
    Stand,
    arrow_scan,
    postgres_stand,
    publish_version,
)
from tests.postgres_server import database_url

from verity.exceptions import ConfigInvalid, DataError, WarehouseBusy, WarehouseUnavailable
from verity.warehouse.engine import Engine
from verity.warehouse.registry import open_engine
from verity.warehouse.settings import Settings

pytestmark = pytest.mark.postgres


@pytest.fixture
def stand(tmp_path: Path, postgres_url: str) -> Stand:
    return postgres_stand(tmp_path, postgres_url)


@pytest.fixture
def engine(stand: Stand) -> Iterator[Engine]:
    opened = stand.open()
    yield opened
    opened.close()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def is_whole(engine: Engine, version: int) -> bool:
    rows = engine.read(EVERYWHERE.replace("{bronze}", "bronze")).table.column("version").to_pylist()
    return rows == [version] * ROWS_EVERYWHERE


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres:pass-word@127.0.0.1:9/shop",
        "postgresql://postgres:pass-word@127.0.0.1:9/shop?application_name=x",
        "host=127.0.0.1 port=9 dbname=shop user=postgres password=pass-word",
    ],
)
def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path, url: str) -> None:
    engine = open_engine(Settings(engine="postgres", url=url), tmp_path)
    for attempt in (engine.state, engine.schema, lambda: engine.writer().__enter__()):
        with pytest.raises(WarehouseUnavailable) as told:
            attempt()
        assert "pass-word" not in str(told.value)
        assert told.value.remedy


def test_a_wrong_password_or_database_is_told_without_the_password(tmp_path: Path, stand: Stand) -> None:
    assert stand.settings.url is not None
    for url, words in (
        (database_url(stand.settings.url, "no_such_database"), "no_such_database"),
        (stand.settings.url.replace("postgres:", "nobody:pass-word", 1), "refuses this user or password"),
    ):
        engine = open_engine(Settings(engine="postgres", url=url), tmp_path)
        for attempt in (engine.state, lambda engine=engine: engine.writer().__enter__()):
            with pytest.raises(WarehouseUnavailable, match=words) as told:
                attempt()
            assert "pass-word" not in str(told.value)


@pytest.mark.parametrize("url", [None, "", "postgresql://[broken:pass-word"])
def test_a_url_that_is_none_is_a_configuration_error(tmp_path: Path, url: str | None) -> None:
    with pytest.raises(ConfigInvalid) as told:
        open_engine(Settings(engine="postgres", url=url), tmp_path)
    assert "pass-word" not in str(told.value)


def test_a_table_that_verity_did_not_make_is_never_replaced(
    stand: Stand, engine: Engine, admin: psycopg.Connection
) -> None:
    publish_version(stand, engine, 1)
    admin.execute("create table gold.by_hand as select 42 as answer")
    publish_version(stand, engine, 2)
    assert engine.read("select answer from gold.by_hand").table.to_pylist() == [{"answer": 42}]
    with engine.writer() as writer:
        stand.build(writer, {**MODELS, "gold.by_hand": "select 1 as answer"})
        with pytest.raises(DataError, match=r"gold\.by_hand, which Verity did not make"):
            writer.publish("b")
    assert is_whole(engine, 2)
    assert engine.read("select answer from gold.by_hand").table.to_pylist() == [{"answer": 42}]


def test_a_strangers_view_on_a_published_table_refuses_the_publish_and_survives(
    stand: Stand, engine: Engine, admin: psycopg.Connection
) -> None:
    publish_version(stand, engine, 1)
    admin.execute("create view public.report as select * from silver.orders")
    with pytest.raises(DataError, match=r"view public\.report depends on table silver\.orders"):
        publish_version(stand, engine, 2)
    assert is_whole(engine, 1)
    admin.execute("drop view public.report")
    publish_version(stand, engine, 3)
    assert is_whole(engine, 3)


def test_grants_indexes_and_comments_outlive_a_publish(stand: Stand, engine: Engine, admin: psycopg.Connection) -> None:
    publish_version(stand, engine, 1)
    admin.execute("drop role if exists verity_test_reader")
    admin.execute("create role verity_test_reader")
    try:
        admin.execute("grant select on silver.orders, gold.latest, bronze.orders to verity_test_reader")
        admin.execute("grant select on gold.totals to public")
        with engine.writer() as writer:
            stand.build(writer, MODELS)
            admin.execute("create index on silver__next.orders (version)")
            admin.execute("comment on view gold__next.latest is 'the last orders'")
            writer.publish("b")
        granted = admin.execute(
            "select table_schema || '.' || table_name, grantee from information_schema.role_table_grants "
            "where grantee in ('verity_test_reader', 'PUBLIC') and table_schema in ('bronze', 'silver', 'gold') "
            "order by 1"
        ).fetchall()
        assert granted == [
            ("bronze.orders", "verity_test_reader"),
            ("gold.latest", "verity_test_reader"),
            ("gold.totals", "PUBLIC"),
            ("silver.orders", "verity_test_reader"),
        ]
        assert admin.execute("select count(*) from pg_indexes where schemaname = 'silver'").fetchall() == [(1,)]
        comments = {(t.schema_name, t.name): t.comment for t in engine.schema().tables}
        assert comments["gold", "latest"] == "the last orders"
    finally:
        admin.execute("drop owned by verity_test_reader")
        admin.execute("drop role verity_test_reader")


def test_views_on_views_are_published_in_the_order_of_their_use(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    chain = {"view:gold.z1": "select version, place from {bronze}.orders"}
    for number in range(2, 6):
        chain[f"view:gold.{'azby'[number - 2]}{number}"] = (
            f"select * from gold{{next}}.{'zazb'[number - 2]}{number - 1} as latest where 'silver__x.y' <> ''"
        )
    for build in ("b1", "b2"):
        with engine.writer() as writer:
            stand.build(writer, {**MODELS, **chain})
            writer.publish(build)
        assert engine.read("select count(*) as n from gold.y5").table.to_pylist() == [{"n": 3}]


def test_a_reader_reconnects_when_the_server_dropped_its_connections(
    stand: Stand, engine: Engine, admin: psycopg.Connection
) -> None:
    publish_version(stand, engine, 1)
    for _ in range(3):
        assert is_whole(engine, 1)
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'verity reader'")
        assert is_whole(engine, 1)


def test_a_publish_fails_when_its_lock_was_lost(stand: Stand, engine: Engine, admin: psycopg.Connection) -> None:
    publish_version(stand, engine, 1)
    with engine.writer() as writer:
        stand.build(writer, MODELS)
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'verity writer%'"
        )
        with pytest.raises(WarehouseUnavailable):
            writer.publish("b")
    assert is_whole(engine, 1)
    publish_version(stand, engine, 2)
    assert is_whole(engine, 2)


def test_readers_are_not_held_up_by_a_publish_that_waits_for_a_long_query(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(lambda: engine.read("select version, pg_sleep(1.5) from gold.totals"))
        time.sleep(0.3)
        publishing = pool.submit(lambda: publish_version(stand, engine, 2))
        waits = []
        while not publishing.done():
            began = time.monotonic()
            engine.read("select count(*) from silver.orders")
            waits.append(time.monotonic() - began)
        assert long.result().table.column("version").to_pylist() == [1]
        assert publishing.result()
    assert max(waits) < 1.3, waits
    assert is_whole(engine, 2)


def test_a_publish_gives_up_when_readers_leave_no_gap(stand: Stand, admin: psycopg.Connection) -> None:
    from verity.warehouse.engines.postgres import swap

    engine = stand.open()
    publish_version(stand, engine, 1)
    held = threading.Event()
    release = threading.Event()

    def hold() -> None:
        with admin.transaction():
            admin.execute("lock table verity.data_version in access share mode")
            held.set()
            release.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    assert stand.settings.url is not None
    with psycopg.connect(stand.settings.url, autocommit=True) as connection, pytest.raises(WarehouseBusy):
        swap.swap(connection, swap.Edition("b", engine.state()), {}, patience=0.3)
    release.set()
    holder.join()
    assert is_whole(engine, 1)
    engine.close()


def test_values_that_are_no_decimal_stay_text(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    read = engine.read(
        "select 'NaN'::numeric as a, sum(x) as b, 10.0::numeric / 4 as c from (values (1.25), (2.5)) v(x)"
    )
    row = read.table.to_pylist()[0]
    assert (row["a"].lower(), str(row["b"]), float(row["c"])) == ("nan", "3.75", 2.5)


def test_a_text_with_a_nul_is_refused_with_a_remedy(stand: Stand, engine: Engine) -> None:
    with engine.writer() as writer, pytest.raises(DataError, match="NUL") as told:
        writer.load("t", arrow_scan(pa.table({"a": ["x\x00y"]})), load_id="l", loaded_at=LOADED_AT)
    assert told.value.remedy


def test_a_database_that_verity_may_not_write_is_told(stand: Stand, admin: psycopg.Connection) -> None:
    admin.execute("drop role if exists verity_test_guest")
    admin.execute("create role verity_test_guest login")
    try:
        assert stand.settings.url is not None
        url = stand.settings.url.replace("postgres:", "verity_test_guest:", 1)
        engine = open_engine(Settings(engine="postgres", url=url), stand.project)
        with pytest.raises(WarehouseUnavailable, match="permission denied"), engine.writer():
            pass
    finally:
        admin.execute("drop role verity_test_guest")
