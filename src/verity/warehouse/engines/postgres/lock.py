"""The write lock: an advisory lock of the database, released by the server when its holder's connection ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from verity.exceptions import WarehouseBusy
from verity.warehouse.engines.postgres.layers import WRITE_LOCK

_POLL_SECONDS = 0.05


@contextmanager
def write_lock(connection: psycopg.Connection, wait_seconds: float, key: int = WRITE_LOCK) -> Iterator[None]:
    """Hold the lock; a connection that dies gives it back too. Raises `WarehouseBusy` naming the holder's process.

    It is given back before the connection closes: the server notices a closed one a moment later, and a build right
    after a sync would find the sync still there.
    """
    _take(connection, wait_seconds, key)
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # a broken connection holds nothing any more
            connection.rollback()
            connection.execute("select pg_advisory_unlock(%s)", (key,))


def _take(connection: psycopg.Connection, wait_seconds: float, key: int) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        row = connection.execute("select pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row is not None and row[0]:
            return
        if time.monotonic() >= deadline:
            raise _busy(connection, key)
        time.sleep(_POLL_SECONDS)


def _busy(connection: psycopg.Connection, key: int) -> WarehouseBusy:
    row = connection.execute(
        "select a.application_name, a.pid from pg_locks l join pg_stat_activity a using (pid) "
        "where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
        "and (l.classid::bigint << 32 | l.objid::bigint) = %s and l.database = "
        "(select oid from pg_database where datname = current_database())",
        (key,),
    ).fetchone()
    who = "another process"
    if row is not None:
        words = str(row[0]).split()
        who = f"process {words[-1]}" if words[:1] == ["verity"] else f"the session {row[1]}"
    return WarehouseBusy(
        f"{who} is syncing or building this project",
        remedy="Wait for it to finish, or stop that process; its lock goes with it.",
    )
