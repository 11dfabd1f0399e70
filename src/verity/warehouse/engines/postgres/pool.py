"""ADBC connections for readers: read-only sessions, kept warm, never shared by two statements at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from verity.warehouse.engines.postgres.address import Address
from verity.warehouse.engines.postgres.faults import translated

_KEPT = 8
_SESSION = (
    "set default_transaction_read_only = on",
    "set search_path = pg_catalog",
    "set timezone = 'UTC'",
    "set standard_conforming_strings = on",
    "set idle_in_transaction_session_timeout = '5min'",
)


class Pool:
    """Idle connections; `lend` opens another where none is idle and keeps at most eight."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[dbapi.Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[dbapi.Connection]:
        """A connection for one transaction; it is thrown away when the block raises."""
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        except BaseException:
            _close(connection)
            raise
        with self._guard:
            if len(self._idle) < _KEPT and not self._closed:
                self._idle.append(connection)
                return
        _close(connection)

    def drain(self) -> None:
        """Close what is idle: the server went away, or the engine is closed."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            _close(connection)

    def close(self) -> None:
        """Keep nothing from now on."""
        self._closed = True
        self.drain()

    def _connect(self) -> dbapi.Connection:
        with translated("connecting to the warehouse", self._address.shown):
            connection = dbapi.connect(_with_defaults(self._address.url), autocommit=True)
            with connection.cursor() as cursor:
                for setting in _SESSION:
                    cursor.execute(setting)
            return connection


def _with_defaults(url: str) -> str:
    """The URL with a connect timeout and a name in the server's lists, where it has none."""
    missing = {"connect_timeout": "10", "application_name": "verity reader"}
    added = "&".join(f"{name}={quote(value)}" for name, value in missing.items() if f"{name}=" not in url)
    if not added or "://" not in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}{added}"


def _close(connection: dbapi.Connection) -> None:
    with suppress(adbc_driver_manager.Error):  # a connection that is lost cannot be closed any further
        connection.close()
