"""What receives tables that are moved: loaded in private, looked at, then published at once and whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from verity.contracts.dataset import DataState
from verity.exceptions import MissingExtra, MoveImpossible
from verity.warehouse.gold import Export, ExportedTable
from verity.warehouse.settings import Settings

KINDS = "chdb: (or chdb:///folder), spark://host:7077, local[2], postgresql://user@host:5432/database"


class Received(Protocol):
    """Tables that are loaded and not yet published."""

    def place(self, table: ExportedTable) -> Sequence[str]:
        """The table's name in parts, where it lies now."""
        ...

    def run(self, sql: str) -> Sequence[Sequence[object]]:
        """Rows of a query over what was loaded."""
        ...

    def publish(self) -> DataState:
        """Let the tables answer from now on, in place of those moved before."""
        ...


class Receiver(Protocol):
    """One engine that tables can be moved to."""

    engine: str
    dialect: str

    def receiving(self, export: Export, folder: Path) -> AbstractContextManager[Received]:
        """Load the export of a folder. Leaving without `publish` leaves the engine as it was."""
        ...


def open_receiver(url: str, project: Path) -> Receiver:
    """The receiver behind an address. Raises `MoveImpossible`, `MissingExtra`."""
    scheme = urlsplit(url).scheme
    if scheme == "chdb":
        try:
            from verity.warehouse.engines.clickhouse.place import root_of
            from verity.warehouse.engines.clickhouse.receive import ChdbReceiver
        except ModuleNotFoundError as missing:
            raise MissingExtra("clickhouse", "ClickHouse") from missing
        return ChdbReceiver(root_of(project, url))
    if scheme == "spark" or url.startswith("local"):
        try:
            from verity.warehouse.engines.spark.receive import SparkReceiver
        except ModuleNotFoundError as missing:
            raise MissingExtra("spark", "Spark") from missing
        return SparkReceiver(project, Settings(engine="spark", url=url))
    if scheme in ("postgres", "postgresql"):
        try:
            from verity.warehouse.engines.postgres.receive import PostgresReceiver
        except ModuleNotFoundError as missing:
            raise MissingExtra("postgres", "The PostgreSQL warehouse") from missing
        return PostgresReceiver(project, Settings(engine="postgres", url=url))
    raise MoveImpossible(f"'{scheme or url}' is no engine that tables can be moved to", remedy=f"Write {KINDS}.")
