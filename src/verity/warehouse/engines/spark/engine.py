"""Spark as an engine: read-only statements on the Parquet files that were moved here last."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from verity.contracts.dataset import DataState, PhysicalSchema
from verity.exceptions import EngineRefused, QueryEngineOnly
from verity.warehouse.engine import Capabilities, Parameter, ReadResult, Writer
from verity.warehouse.engines.spark import session
from verity.warehouse.engines.spark.faults import DRIVER_ERRORS, translated, was_stopped
from verity.warehouse.gold import Export, read_current
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.statement import is_query, timed_out
from verity.warehouse.watchdog import Watchdog


class SparkEngine:
    """The tables of one project on Spark. Safe to use from many threads; one master a process."""

    name = "spark"
    dialect = "spark"
    capabilities = Capabilities(null_safe_full_join=True, collation=None)

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._root = root_of(project)
        self._master = session.master_of(settings)
        self._settings = settings
        self._watchdog = Watchdog()
        self._guard = threading.Lock()
        self._open: tuple[Path, Export, SparkSession] | None = None

    def state(self) -> DataState:
        """See `Engine.state`; starts nothing."""
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
        """See `Engine.read`. Placeholders are `:p1`, `:p2`..."""
        if not is_query(sql):
            raise EngineRefused("only one SELECT statement can be read", remedy="Changes go through sync and build.")
        limit = self._settings.query_seconds if seconds is None else seconds
        bound = {f"p{i}": value for i, value in enumerate(parameters, 1)}
        tag = f"verity-{uuid.uuid4().hex}"
        with self._current() as (export, spark):
            with self._watchdog.watching(limit, cancel, lambda: _interrupt(spark, tag)) as watch:
                try:
                    table = _run(spark, sql, bound, tag, row_cap)
                except DRIVER_ERRORS as fault:
                    if watch.fired or was_stopped(fault):
                        raise timed_out(limit, cancel) from None
                    raise translated(fault, "the query was refused", self._master) from None
            cut = row_cap is not None and table.num_rows > row_cap
            return ReadResult(table.slice(0, row_cap) if cut else table, export.state, cut)

    def writer(self, *, wait_seconds: float = 0.0) -> AbstractContextManager[Writer]:
        """Refused: raises `QueryEngineOnly`."""
        del wait_seconds
        raise QueryEngineOnly(self.name)

    def close(self) -> None:
        """See `Engine.close`; the last engine of the process ends its Spark application."""
        with self._guard:
            if self._open is not None:
                session.stop(self._master, self._open[2])
                self._open = None

    @contextmanager
    def _current(self) -> Iterator[tuple[Export, SparkSession]]:
        with self._guard:
            folder, export = read_current(self._root)
            if self._open is None or self._open[0] != folder:
                spark = self._open[2] if self._open else session.start(self._master)
                self._open = (folder, export, spark)
                try:
                    session.register(spark, folder, export)
                except DRIVER_ERRORS as fault:
                    raise translated(fault, "opening the moved tables", self._master) from None
            current = self._open
        yield current[1], current[2]


def root_of(project: Path) -> Path:
    """Where moved tables lie."""
    return project / ".verity" / "spark"


def _run(spark: SparkSession, sql: str, bound: dict[str, Parameter], tag: str, row_cap: int | None) -> pa.Table:
    """The rows; one more than the cap, so that a cut shows."""
    spark.addTag(tag)
    try:
        frame = spark.sql(sql, args=bound)
        return (frame if row_cap is None else frame.limit(row_cap + 1)).toArrow()
    finally:
        spark.removeTag(tag)


def _interrupt(spark: SparkSession, tag: str) -> None:
    with suppress(*DRIVER_ERRORS):
        spark.interruptTag(tag)
