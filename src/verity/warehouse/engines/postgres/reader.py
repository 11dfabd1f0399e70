"""One read: a READ ONLY, READ COMMITTED transaction on one published version.

    begin; lock verity.data_version in access share mode; select its row; the statement; commit

The share lock keeps every publish out until the end, and it is taken before any snapshot. (ADBC reads through COPY,
whose snapshot is older than its table locks: without the lock a statement that waited for a swap would read the new
tables beside the old version row.) ADBC prepares the statement first, so the server refuses a second one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from verity.contracts.dataset import DataState
from verity.exceptions import EngineRefused, NothingPublished
from verity.warehouse.engine import Parameter, ReadResult
from verity.warehouse.engines.postgres.arrow import plain_table
from verity.warehouse.engines.postgres.faults import CANCELLED, DRIVER_ERRORS, state_of
from verity.warehouse.engines.postgres.swap import read_state
from verity.warehouse.rows import take_rows
from verity.warehouse.statement import is_query, timed_out
from verity.warehouse.watchdog import Watchdog

_STATE = "select data_version, published_at, tables from verity.data_version"


def read_statement(
    connection: dbapi.Connection,
    watchdog: Watchdog,
    sql: str,
    parameters: Sequence[Parameter],
    *,
    seconds: float,
    cancel: threading.Event | None,
    row_cap: int | None,
) -> ReadResult:
    """Run one statement. Raises `QueryTimedOut`, `EngineRefused`, `NothingPublished` and the driver's errors."""
    if not is_query(sql):
        raise EngineRefused("only one SELECT statement can be read", remedy="Changes go through sync and build.")
    with connection.cursor() as cursor, watchdog.watching(seconds, cancel, lambda: _interrupt(cursor)) as watch:
        try:
            state = begin(cursor, seconds)
            cursor.execute(_closable(sql), list(parameters) or None)
            table, truncated = take_rows(cursor.fetch_record_batch(), row_cap)
            if not truncated:
                cursor.execute("commit")
        except DRIVER_ERRORS as fault:
            if watch.fired or state_of(fault) == CANCELLED:
                raise timed_out(seconds, cancel) from None
            raise
    if truncated or watch.fired:
        connection.close()  # rows, or a cancel request, may still be on their way
    return ReadResult(plain_table(table), state, truncated)


def begin(cursor: dbapi.Cursor, seconds: float) -> DataState:
    """Open the transaction on the published version and return its state."""
    cursor.execute("begin isolation level read committed read only")
    cursor.execute(f"set local statement_timeout = {int(seconds * 1000) + 1000}")  # the watchdog comes first
    cursor.execute("lock table verity.data_version in access share mode")
    cursor.execute(_STATE)
    row = cursor.fetchone()
    if row is None:
        raise NothingPublished
    return read_state(row)


def _closable(sql: str) -> str:
    """The statement as ADBC can put it between parentheses: no last semicolon, and a remark at the end has ended."""
    return sql.rstrip().removesuffix(";") + "\n"


def _interrupt(cursor: dbapi.Cursor) -> None:
    try:
        cursor.adbc_cancel()
    except adbc_driver_manager.Error:
        return  # nothing runs yet or any more; the watchdog asks again
