"""ClickHouse as an engine: read-only statements on the tables that were moved here last."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from verity.contracts.dataset import DataState, PhysicalSchema
from verity.exceptions import EngineRefused, QueryEngineOnly
from verity.warehouse.engine import Capabilities, Parameter, ReadResult, Writer
from verity.warehouse.engines.clickhouse import session
from verity.warehouse.engines.clickhouse.faults import DRIVER_ERRORS, translated, was_stopped
from verity.warehouse.engines.clickhouse.place import root_of
from verity.warehouse.gold import Export, read_current
from verity.warehouse.rows import take_rows
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.statement import is_query, timed_out
from verity.warehouse.watchdog import Watchdog

_BATCH_ROWS = 65_536
_OUT = re.compile(r"\binto\s+outfile\b", re.IGNORECASE)
_TEXT = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\0": "\\0"})


class ClickHouseEngine:
    """The tables of one project on chDB. Safe to use from many threads of one process."""

    name = "clickhouse"
    dialect = "clickhouse"
    capabilities = Capabilities(null_safe_full_join=True, collation=None)

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._root = root_of(project, settings.url)
        self._settings = settings
        self._watchdog = Watchdog()
        self._guard = threading.Lock()
        self._open: tuple[Path, Export, session.Sessions] | None = None

    def state(self) -> DataState:
        """See `Engine.state`; opens nothing."""
        return read_current(self._root)[1].state

    def schema(self) -> PhysicalSchema:
        """See `Engine.schema`: the types are those that the tables were moved with."""
        return read_current(self._root)[1].physical_schema()

    def read(
        self,
        sql: str,
        parameters: Sequence[Parameter] = (),
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
        row_cap: int | None = None,
    ) -> ReadResult:
        """See `Engine.read`. Placeholders are `{p1: String}`, `{p2: String}`...

        Raises `OneProcessOnly` too, where another process has this chDB."""
        if not is_query(sql) or _OUT.search(sql):
            raise EngineRefused("only one SELECT statement can be read", remedy="Changes go through sync and build.")
        limit = self._settings.query_seconds if seconds is None else seconds
        bound = {f"p{i}": encoded(value) for i, value in enumerate(parameters, 1)}
        with self._current() as (export, sessions), sessions.lend() as lent:
            with self._watchdog.watching(limit, cancel, lambda: sessions.stop(lent.name)) as watch:
                try:
                    table, truncated = _run(lent, sql, bound, row_cap)
                except DRIVER_ERRORS as fault:
                    if watch.fired or was_stopped(fault):
                        raise timed_out(limit, cancel) from None
                    raise translated(fault, "the query was refused") from None
            return ReadResult(table, export.state, truncated)

    def writer(self, *, wait_seconds: float = 0.0) -> AbstractContextManager[Writer]:
        """Refused: raises `QueryEngineOnly`."""
        del wait_seconds
        raise QueryEngineOnly(self.name)

    def close(self) -> None:
        """See `Engine.close`; other processes may have the chDB from now on."""
        with self._guard:
            self._shut()

    @contextmanager
    def _current(self) -> Iterator[tuple[Export, session.Sessions]]:
        with self._guard:
            folder, export = read_current(self._root)
            if self._open is not None and self._open[0] != folder:
                self._shut()
            if self._open is None:
                session.hold(self._root)
                self._open = (folder, export, session.Sessions(folder / "data"))
            current = self._open
        yield current[1], current[2]

    def _shut(self) -> None:
        if self._open is not None:
            self._open[2].close()
            session.release(self._root)
            self._open = None


def encoded(value: Parameter) -> str:
    """A value as the text that a `String` parameter is read from."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return "\\N" if value is None else str(value).translate(_TEXT)


def _run(lent: session.Lent, sql: str, bound: dict[str, str], row_cap: int | None) -> tuple[pa.Table, bool]:
    if row_cap is not None:
        stream = lent.connection.send_query(sql, "Arrow", params=bound)
        try:
            table, truncated = take_rows(stream.record_batch(_BATCH_ROWS), row_cap)
        finally:
            stream.close()
        if table.num_columns:
            return table, truncated
    return lent.connection.query(sql, "ArrowTable", params=bound), False  # a stream of no rows has no columns
