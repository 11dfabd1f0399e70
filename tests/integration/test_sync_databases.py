"""Databases as sources, against real servers: every type lands exactly, keys are known, counts agree."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pymysql
import pytest
from tests.integration.test_sync_files import bronze, opened

from verity.contracts.dataset import ForeignKey
from verity.data.drafts import draft
from verity.exceptions import SourceTableMissing, SourceUnreachable
from verity.ingest.databases import open_database
from verity.ingest.origin import open_origin
from verity.ingest.profile import profile
from verity.ingest.sources import write_source
from verity.ingest.sync import sync

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)

POSTGRES = """
create schema hr;
create table "Customers" (id serial primary key, name text, joined timestamptz, data jsonb, code uuid);
create table orders (
    id bigint primary key, customer_id int not null references "Customers"(id), total numeric(10,2), free numeric,
    paid money, tags text[], endless numeric, day date, moment timestamp, hour time, raw bytea, ok bool, small real);
create table hr.staff (emp_no int, dept text, primary key (emp_no, dept));
create view big_orders as select id, total from orders where total > 10;
insert into "Customers" values (1, 'Ána', '2024-01-02 03:04:05+02', '{"a": 1}', '9b2d8f4e-0000-4000-8000-000000000001'),
    (2, null, null, null, null);
insert into orders values
    (1, 1, 12.34, 0.123456789, 9.99, '{a,b}', 'NaN', '2024-01-01', '2024-01-01 10:00', '10:11:12', 'x', true, 1.5),
    (2, 2, null, null, null, null, null, null, null, null, null, null, null);
"""
MYSQL = """
create table customers (id int primary key auto_increment, name varchar(50));
create table orders (id bigint unsigned primary key, customer_id int not null, total decimal(10,2), small tinyint,
    placed timestamp null, note text, day date, ratio float, year_of year, hour time, raw blob, kind enum('a','b'),
    data json,
    foreign key (customer_id) references customers (id));
insert into customers (name) values ('Ána'), ('Bob');
insert into orders values
    (18446744073709551615, 1, 12.34, -3, '2024-02-02 10:00:00', '日本', '2024-02-02', 1.5, 2024, '10:11:12', 'xyz',
        'a', '{"a":1}'),
    (2, 2, null, null, null, null, null, null, null, null, null, null, null)
"""


@pytest.fixture
def postgres(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(POSTGRES)
    return postgres_url


@pytest.fixture
def mysql() -> Iterator[str]:
    """A database of this test's own on a server that runs already: VERITY_TEST_MYSQL_URL, or root on 127.0.0.1:3306."""
    given = os.environ.get("VERITY_TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql")
    host, _, port = given.split("@")[1].split("/")[0].partition(":")
    user, _, password = given.split("://")[1].split("@")[0].partition(":")
    try:
        server = pymysql.connect(host=host, port=int(port or 3306), user=user, password=password, connect_timeout=3)
    except pymysql.Error:
        pytest.skip("no MySQL or MariaDB answers; name one in VERITY_TEST_MYSQL_URL")
    name = f"verity_{uuid.uuid4().hex[:12]}"
    with server, server.cursor() as cursor:
        cursor.execute(f"create database {name} character set utf8mb4")
        try:
            cursor.execute(f"use {name}")
            for statement in MYSQL.split(";\n"):
                cursor.execute(statement)
            server.commit()
            yield given.rsplit("/", 1)[0] + f"/{name}"
        finally:
            cursor.execute(f"drop database {name}")


@pytest.mark.postgres
def test_every_type_of_postgresql_arrives_exactly(postgres: str) -> None:
    rows = open_database(postgres, Path.cwd()).read("orders").read_all().sort_by("id").to_pylist()
    assert rows[0] == {
        "id": 1, "customer_id": 1, "total": Decimal("12.34"), "free": Decimal("0.123456789"), "paid": Decimal("9.99"),
        "tags": '["a","b"]', "endless": "NaN", "day": dt.date(2024, 1, 1), "moment": dt.datetime(2024, 1, 1, 10),
        "hour": dt.time(10, 11, 12), "raw": b"x", "ok": True, "small": 1.5,
    }  # fmt: skip
    assert set(rows[1].values()) == {2, None}


@pytest.mark.postgres
def test_tables_views_and_declared_keys_of_postgresql_are_found(postgres: str) -> None:
    tables = {table.name: table for table in open_database(postgres, Path.cwd()).tables()}
    assert set(tables) == {"customers", "orders", "hr_staff", "big_orders"}
    assert tables["hr_staff"].primary_key == ("emp_no", "dept")
    assert tables["orders"].foreign_keys == (
        ForeignKey(columns=("customer_id",), target="customers", target_columns=("id",)),
    )


@pytest.mark.postgres
def test_a_postgresql_database_becomes_bronze_with_its_password_only_in_the_environment(
    postgres: str, tmp_path: Path
) -> None:
    check_database(postgres, tmp_path, {"customers": 2, "orders": 2, "hr_staff": 0, "big_orders": 1})


@pytest.mark.postgres
def test_wrong_passwords_hosts_and_databases_of_postgresql_are_told_apart(postgres: str, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="no such database"):
        open_origin(postgres.replace(postgres.split("?")[0].rsplit("/", 1)[1], "nowhere"), tmp_path)
    with pytest.raises(SourceUnreachable, match="user or password"):
        open_origin(signed_in(postgres, "nobody", "s3cret"), tmp_path)
    with pytest.raises(SourceTableMissing, match="gone"):
        open_database(postgres, tmp_path).read("gone")


def test_every_type_of_mysql_arrives_exactly(mysql: str) -> None:
    rows = open_database(mysql, Path.cwd()).read("orders").read_all().sort_by("customer_id").to_pylist()
    assert rows[0] == {
        "id": Decimal("18446744073709551615"), "customer_id": 1, "total": Decimal("12.34"), "small": -3,
        "placed": dt.datetime(2024, 2, 2, 10), "note": "日本", "day": dt.date(2024, 2, 2), "ratio": 1.5,
        "year_of": 2024, "hour": "10:11:12", "raw": b"xyz", "kind": "a", "data": '{"a":1}',
    }  # fmt: skip
    assert set(rows[1].values()) == {2, None}


def test_a_mysql_database_becomes_bronze(mysql: str, tmp_path: Path) -> None:
    check_database(mysql, tmp_path, {"customers": 2, "orders": 2})


def test_wrong_passwords_and_databases_of_mysql_are_told_apart(mysql: str, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="user or password"):
        open_origin(signed_in(mysql, "root", "s3cret"), tmp_path)
    with pytest.raises(SourceUnreachable, match="no such database"):
        open_origin(mysql.rsplit("/", 1)[0] + "/nowhere", tmp_path)
    with pytest.raises(SourceTableMissing, match="gone"):
        open_database(mysql, tmp_path).read("gone")


def check_database(url: str, tmp_path: Path, counts: dict[str, int]) -> None:
    """From URL to bronze: profile, draft, write the source, sync."""
    origin = open_origin(url, tmp_path)
    profiled = profile(origin)
    made = draft(profiled.tables, profiled.inclusions)
    orders = next(entry for entry in made.tables if entry.table == "orders")
    assert orders.primary_key == ("id",)
    assert orders.joins["customer"].table == "customers"
    written = write_source(tmp_path, origin, url=url)
    environment = {"VERITY_SOURCE_" + origin.name.upper() + "_URL": url}
    assert "s3cret" not in written.path.read_text()
    with opened(tmp_path) as engine:
        verdict = sync(tmp_path, engine, loaded_at=NOON, environment=environment)
        assert verdict.status == "ok", verdict.lines
        assert bronze(engine) == counts


def signed_in(url: str, user: str, password: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}:{password}@{rest.partition('@')[2]}"
