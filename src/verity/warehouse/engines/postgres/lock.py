"""The write lock: an advisory lock of the database, released by the server when its holder's connection ends."""

from __future__ import annotations

import time

import psycopg

from verity.exceptions import WarehouseBusy
from verity.warehouse.engines.postgres.layers import WRITE_LOCK

_POLL_SECONDS = 0.05


def take_write_lock(connection: psycopg.Connection, wait_seconds: float) -> None:
    """Hold the lock for as long as the connection lives. Raises `WarehouseBusy` naming the holder's process."""
    deadline = time.monotonic() + wait_seconds
    while True:
        row = connection.execute("select pg_try_advisory_lock(%s)", (WRITE_LOCK,)).fetchone()
        if row is not None and row[0]:
            return
        if time.monotonic() >= deadline:
            raise _busy(connection)
        time.sleep(_POLL_SECONDS)


def _busy(connection: psycopg.Connection) -> WarehouseBusy:
    row = connection.execute(
        "select a.application_name, a.pid from pg_locks l join pg_stat_activity a using (pid) "
        "where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
        "and (l.classid::bigint << 32 | l.objid::bigint) = %s and l.database = "
        "(select oid from pg_database where datname = current_database())",
        (WRITE_LOCK,),
    ).fetchone()
    who = "another process"
    if row is not None:
        words = str(row[0]).split()
        who = f"process {words[-1]}" if words[:1] == ["verity"] else f"the session {row[1]}"
    return WarehouseBusy(
        f"{who} is syncing or building this project",
        remedy="Wait for it to finish, or stop that process; its lock goes with it.",
    )
