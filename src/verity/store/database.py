"""One connection pool to SQLite or PostgreSQL, with the settings that durability needs.

SQLite: WAL, synchronous=FULL, foreign keys, a busy timeout; writers take the lock at BEGIN, so none fails half-way.
PostgreSQL: the tables lie in a schema of their own, so the record may share a database with the warehouse.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from verity.exceptions import ConfigInvalid, MissingExtra, StateUnreadable
from verity.store.errors import translated

POSTGRES_SCHEMA = "verity_state"
BUSY_SECONDS = 15.0

_BEGIN = "verity_begin"


class Database:
    """Opens lazily, writes one at a time in a process on SQLite, and speaks only Verity's errors."""

    def __init__(self, url: URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.where = str(url.database) if self.is_sqlite else url.render_as_string(hide_password=True)
        self._engine = _sqlite(url, busy_seconds) if self.is_sqlite else _postgres(url, busy_seconds)
        self._writing = threading.Lock()
        """Threads queue here in order; SQLite's own waiting is by chance and can starve one."""

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write; committed, durably, when the block ends."""
        with translated(self.where):
            if not self.is_sqlite:
                with self._engine.begin() as connection:
                    yield connection
                return
            with self._writing, self._engine.connect() as connection:
                connection = connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
                with connection.begin():
                    yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one moment of the record."""
        with translated(self.where), self._engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def parse_location(location: str | Path) -> URL:
    """A file path, `sqlite:///path`, or a PostgreSQL URL (`postgres://`, `postgresql://`, `postgresql+psycopg://`).

    Raises `ConfigInvalid` for any other, and `MissingExtra` where the PostgreSQL driver is not installed.
    """
    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite", database=str(location))
    scheme, _, rest = location.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        location = f"postgresql+psycopg://{rest}"
    elif scheme != "sqlite":
        raise ConfigInvalid(
            f"the state store cannot be of the kind '{scheme}'", remedy="Use a file path or a postgresql:// URL."
        )
    try:
        return make_url(location)
    except (ArgumentError, ValueError):
        raise ConfigInvalid("the URL of the state store cannot be read", remedy="Mend [state] url.") from None


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigInvalid("the state store must be a file", remedy="Give it a path; memory keeps nothing.")
    _make_private(Path(url.database))
    engine = create_engine(
        url, connect_args={"timeout": busy_seconds, "check_same_thread": False}, pool_timeout=busy_seconds
    )

    @event.listens_for(engine, "connect")
    def _connected(driver: sqlite3.Connection, _record: object) -> None:
        driver.isolation_level = None  # BEGIN is ours to write
        driver.text_factory = _readable
        if driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            driver.execute("PRAGMA journal_mode = WAL")
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def _readable(data: bytes) -> str:
    """Text as it stands in the file, damaged bytes too: the audit must be able to look at them."""
    return data.decode(errors="surrogateescape")


def _make_private(path: Path) -> None:
    """Create the file for its owner alone: the record holds what people asked. An existing file is left as it is."""
    with translated(str(path)):
        if path.is_dir():
            raise StateUnreadable(f"{path} is a folder, not a state store", remedy="Give [state] url a file's path.")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _postgres(url: URL, busy_seconds: float) -> Engine:
    milliseconds = int(busy_seconds * 1000)
    options: dict[str, Any] = {
        "options": f"-csearch_path={POSTGRES_SCHEMA} -clock_timeout={milliseconds}",
        "connect_timeout": max(2, round(busy_seconds)),
        "application_name": "verity",
    }
    try:
        return create_engine(
            url,
            connect_args=options,
            pool_size=5,
            max_overflow=20,
            pool_timeout=busy_seconds,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
        )
    except ImportError:
        raise MissingExtra("postgres", "a state store in PostgreSQL") from None


def lock_for_migration(connection: Connection) -> None:
    """Let one process migrate at a time. SQLite holds its write lock since BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(8421376)"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {POSTGRES_SCHEMA}"))
