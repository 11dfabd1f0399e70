"""dbt's open connections: end what they run, and close them all, so that the build file is free."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt.adapters.contracts.connection import Connection
    from dbt.adapters.duckdb.environments import Environment

_LOG = logging.getLogger(__name__)


def interrupt_adapters() -> None:
    """End the running statement of every open connection; from any thread.

    dbt's own cancel_open would open a connection that its thread is just about to open, and then interrupt the wrong
    one forever.
    """
    from dbt.adapters.base.impl import BaseAdapter
    from dbt.adapters.contracts.connection import ConnectionState
    from dbt.adapters.factory import FACTORY

    for adapter in tuple(FACTORY.adapters.values()):
        if isinstance(adapter, BaseAdapter):
            for connection in tuple(adapter.connections.thread_connections.values()):
                if connection.state == ConnectionState.OPEN:
                    _interrupt(connection)


def close_adapters() -> None:
    """Close every connection that dbt holds: dbt-duckdb keeps its file open behind the adapter's back."""
    from dbt.adapters.factory import FACTORY

    FACTORY.reset_adapters()  # type: ignore[no-untyped-call]  # dbt does not annotate it
    if "duckdb" in FACTORY.plugins:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        environment: Environment | None = DuckDBConnectionManager._ENV
        if environment is not None:
            environment.close()  # type: ignore[no-untyped-call]  # dbt-duckdb does not annotate it
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt does not annotate it


def _interrupt(connection: Connection) -> None:
    handle = connection.handle
    try:
        if connection.type == "duckdb":
            handle.cursor().interrupt()  # dbt-duckdb: each cursor is a connection of its own
        else:
            handle.cancel()  # psycopg2
    except Exception:  # noqa: BLE001  # of a vendor that this package does not import
        _LOG.debug("a connection was closed before it could be interrupted", exc_info=True)
