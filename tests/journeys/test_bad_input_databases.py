"""A wrong URL, user, password or file of a database: a clear error that never shows the password."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from tests.journeys.bad_input import Here, copied, is_clear
from tests.postgres_server import GIVEN

SECRET = "s3cr3t-Hunter2"
NO_SERVER = "127.0.0.1:1"


def is_nowhere(folder: Path) -> bool:
    """The password stands in no file that was left."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return not any(SECRET.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"postgresql://me:{SECRET}@{NO_SERVER}/db", "VRT-525"),
        (f"postgresql://me:{SECRET}@@{NO_SERVER}/db", "VRT-525"),
        (f"postgresql://me:x/{SECRET}@{NO_SERVER}/db", "VRT-523"),
        (f"postgresql://me:x#{SECRET}@{NO_SERVER}/db", "VRT-523"),
        (f"postgresql://me:x?{SECRET}@{NO_SERVER}/db", "VRT-523"),
        (f"postgresql://me:{SECRET}@127.0.0.1:port/db", "VRT-523"),
        (f"postgresql://me:{SECRET}@[127.0.0.1/db", "VRT-523"),
        (f"postgresql://me:{SECRET}${{NOT_SET_ANYWHERE}}@{NO_SERVER}/db", "VRT-528"),
        (f"mysql://me:{SECRET}@{NO_SERVER}/db", "VRT-525"),
        (f"mariadb://me:{SECRET}@{NO_SERVER}/", "VRT-523"),
        (f"oracle://me:{SECRET}@{NO_SERVER}/db", "VRT-523"),
    ],
)
def test_a_wrong_url_is_an_error_without_its_password(verity_cli, tmp_path: Path, url: str, code: str):
    began = time.monotonic()
    done = verity_cli("init", tmp_path / "shop", "--from", url)
    is_clear(done, code)
    assert SECRET not in done.out + done.err
    assert not list(tmp_path.iterdir())
    assert time.monotonic() - began < 30, "it does not wait for ever"


@pytest.fixture
def with_password(postgres_url: str):
    """The URL of a user with a password, for whatever password and database are given. Where the server is our own,
    it is told to ask this user for one; others of this test run go on as before."""
    user = f"visitor_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        _ask_for_passwords(connection, user)
        connection.execute(f"create role {user} login password '{SECRET}'".encode())
        connection.execute(b"create table public.orders (id int primary key, total numeric(10,2))")
        connection.execute(b"insert into public.orders values (1, 2.50)")
        connection.execute(f"grant select on public.orders to {user}".encode())
    try:
        yield lambda password, database=None: _signed_in(postgres_url, user, password, database)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"drop owned by {user}".encode())
            connection.execute(f"drop role {user}".encode())


def _ask_for_passwords(connection: psycopg.Connection, user: str) -> None:
    rules = Path(connection.execute(b"show hba_file").fetchone()[0])
    if GIVEN in os.environ or not rules.is_file():
        return
    asked = f"local all {user} scram-sha-256\nhost all {user} all scram-sha-256\n"
    rules.write_text(asked + rules.read_text(encoding="utf-8"), encoding="utf-8")
    connection.execute(b"select pg_reload_conf()")


def _signed_in(url: str, user: str, password: str, database: str | None) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = f"/{database}" if database else parts.path
    return parts._replace(netloc=f"{user}:{quote(password)}@{host}", path=path).geturl()


def test_a_wrong_postgresql_database_or_user_is_told_and_the_password_is_not(with_password, verity_cli, tmp_path: Path):
    missing = verity_cli("init", tmp_path / "shop", "--from", with_password(SECRET, "no_such_database"))
    is_clear(missing, "VRT-525")
    stranger = with_password(SECRET).replace("visitor_", "nobody_")
    refused = verity_cli("init", tmp_path / "shop", "--from", stranger)
    is_clear(refused, "VRT-525")
    assert SECRET not in missing.out + missing.err + refused.out + refused.err
    assert not list(tmp_path.iterdir())


def test_a_wrong_postgresql_password_is_told_and_never_shown(with_password, verity_cli, tmp_path: Path):
    try:
        psycopg.connect(with_password("wrong")).close()
    except psycopg.OperationalError:
        pass
    else:
        pytest.skip("this server trusts everybody: no password is wrong")
    done = verity_cli("init", tmp_path / "shop", "--from", with_password(f"{SECRET}-wrong"))
    is_clear(done, "VRT-525", "password")
    assert SECRET not in done.out + done.err


def test_a_right_password_is_written_nowhere(with_password, verity_cli, tmp_path: Path, monkeypatch):
    project = tmp_path / "shop"
    done = verity_cli("init", project, "--from", with_password(SECRET))
    assert done.code == 0, done.err
    assert SECRET not in done.out + done.err
    assert is_nowhere(project)
    unset = verity_cli("sync", "--project", project)
    variable = next(
        word for word in done.out.replace("=", " ").replace("'", " ").split() if word.isupper() and "_" in word
    )
    is_clear(unset, "VRT-528", variable)
    monkeypatch.setenv(variable, SECRET)
    half = verity_cli("sync", "--project", project)
    assert (half.code, "VRT-523" in half.out + half.err) == (1, True), half.out + half.err
    assert SECRET.casefold() not in (half.out + half.err).casefold(), "a password where a URL should be"
    monkeypatch.setenv(variable, with_password(SECRET))
    synced = verity_cli("sync", "--project", project)
    assert synced.code == 0, synced.out + synced.err
    assert is_nowhere(project)


def test_mysql_with_a_wrong_password_is_told_and_never_shown(tmp_path: Path):
    given = os.environ.get("VERITY_TEST_MYSQL_URL")
    if not given:
        pytest.skip("no MySQL or MariaDB: VERITY_TEST_MYSQL_URL is not set")
    parts = urlsplit(given)
    host = parts.netloc.rpartition("@")[2]
    wrong = parts._replace(netloc=f"{parts.username}:{SECRET}@{host}").geturl()
    done = Here("init", tmp_path / "shop", "--from", wrong)
    is_clear(done, "VRT-525")
    assert SECRET not in done.out + done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_database_file_that_is_missing_broken_or_empty_is_named(tmp_path: Path, kind: str):
    is_clear(Here("init", "shop", "--from", f"{kind}:///gone.db", cwd=tmp_path), "VRT-520", "gone.db")
    (tmp_path / "bad.db").write_bytes(b"no database" * 1000)
    is_clear(Here("init", "shop", "--from", f"{kind}:///bad.db", cwd=tmp_path), "VRT-525", "bad.db")
    assert {entry.name for entry in tmp_path.iterdir()} == {"bad.db"}


def test_a_database_without_a_table_is_said(tmp_path: Path):
    sqlite3.connect(tmp_path / "empty.db").execute("pragma user_version = 1").connection.close()
    is_clear(Here("init", "shop", "--from", "sqlite:///empty.db", cwd=tmp_path), "VRT-521", "empty.db")
    assert {entry.name for entry in tmp_path.iterdir()} == {"empty.db"}


def test_a_warehouse_that_does_not_answer_is_told_without_its_password(own_files: Path, tmp_path: Path):
    project = copied(own_files, tmp_path)
    (project / "verity.toml").write_text('[warehouse]\nengine = "postgres"\nurl = "${WAREHOUSE_URL_OF_TEST}"\n')
    is_clear(Here("ask", "number of orders", "--project", project), "VRT-102", "WAREHOUSE_URL_OF_TEST")
    (project / "verity.toml").write_text(
        f'[warehouse]\nengine = "postgres"\nurl = "postgresql://me:{SECRET}@{NO_SERVER}/db"\n'
    )
    for verb in (("ask", "number of orders"), ("sync",), ("doctor",)):
        done = Here(*verb, "--project", project)
        is_clear(done, "VRT-503")
        assert SECRET not in done.out + done.err
