"""Bring an export to where Spark reads it: the Parquet files themselves, looked at by Spark, then swapped in."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from verity.contracts.dataset import DataState
from verity.warehouse.engines.spark import session
from verity.warehouse.engines.spark.engine import root_of
from verity.warehouse.engines.spark.faults import DRIVER_ERRORS, translated
from verity.warehouse.gold import Export, ExportedTable, write_current
from verity.warehouse.settings import WarehouseSettings


class SparkReceiver:
    """Receives an export for the Spark of a project. Every worker must see the project's folder."""

    engine = "spark"
    dialect = "spark"

    def __init__(self, project: Path, settings: WarehouseSettings) -> None:
        self._root = root_of(project)
        self._master = session.master_of(settings)

    @contextmanager
    def receiving(self, export: Export, folder: Path) -> Iterator[ReceivedBySpark]:
        """Copy the export beside what answers now, and name its tables. Raises `WarehouseUnavailable`."""
        spark = session.start(self._master)
        name = f"{export.state.data_version}-{uuid.uuid4().hex[:8]}"
        place = self._root / "versions" / name
        received = ReceivedBySpark(self._root, name, export, spark, self._master)
        try:
            shutil.copytree(folder, place)
            try:
                session.register(spark, place, export)
            except DRIVER_ERRORS as fault:
                raise translated(fault, "opening the moved tables", self._master) from None
            yield received
        finally:
            session.stop(self._master, spark)
            if not received.is_published:
                shutil.rmtree(place, ignore_errors=True)


class ReceivedBySpark:
    """Tables that Spark can read and that do not answer yet."""

    def __init__(self, root: Path, name: str, export: Export, spark: SparkSession, master: str) -> None:
        self._root = root
        self._name = name
        self._export = export
        self._spark = spark
        self._master = master
        self.is_published = False

    def place(self, table: ExportedTable) -> Sequence[str]:
        """The table's name."""
        return (table.schema_name, table.name)

    def run(self, sql: str) -> Sequence[Sequence[object]]:
        """Rows of a query over what was loaded."""
        try:
            return [tuple(row.values()) for row in self._spark.sql(sql).toArrow().to_pylist()]
        except DRIVER_ERRORS as fault:
            raise translated(fault, "reading what was moved", self._master) from None

    def publish(self) -> DataState:
        """Let these tables answer from now on; those moved before are removed."""
        write_current(self._root, self._name)
        self.is_published = True
        for other in (self._root / "versions").iterdir():
            if other.name != self._name:
                shutil.rmtree(other, ignore_errors=True)
        return self._export.state
