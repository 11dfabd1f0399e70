"""Spark sessions: one application a process, its settings the ones that make its SQL mean what the plan says."""

from __future__ import annotations

import threading
from pathlib import Path

from pyspark.sql import SparkSession

from verity.contracts.table import LogicalType
from verity.exceptions import ConfigInvalid
from verity.warehouse.engines.spark.faults import DRIVER_ERRORS, translated
from verity.warehouse.gold import Export
from verity.warehouse.settings import WarehouseSettings
from verity.warehouse.types import decimal_parts

LOCAL = "local[*]"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # integers overflow with an error, casts fail loudly
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # a bare TIMESTAMP is a wall clock
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.caseSensitive": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
}
_TYPES: dict[str, str] = {
    "boolean": "BOOLEAN",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "text": "STRING",
    "json": "STRING",
    "time": "STRING",
    "binary": "BINARY",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
    "timestamptz": "TIMESTAMP_LTZ",
}
_guard = threading.Lock()
_users: dict[str, int] = {}


def master_of(settings: WarehouseSettings) -> str:
    """The master's address. Raises `ConfigInvalid` for what is none."""
    url = settings.url or LOCAL
    if not url.startswith(("spark://", "local")):
        raise ConfigInvalid(
            "the warehouse url is no Spark master", remedy="Write spark://host:7077 or local[2], or leave it out."
        )
    return url


def start(master: str) -> SparkSession:
    """A session of this process's application, which is started where there is none; to be followed by `stop`.

    Raises `ConfigInvalid` where the process has an application on another master, `WarehouseUnavailable`."""
    with _guard:
        other = next((known for known in _users if known != master), None)
        if other is not None:
            raise ConfigInvalid(
                f"this process already runs Spark on {other}",
                remedy="Close that workbench first: one master a process.",
            )
        try:
            builder = SparkSession.builder.master(master).appName("verity")
            for name, value in {**SETTINGS, **_network(master)}.items():
                builder = builder.config(name, value)
            session = builder.getOrCreate().newSession()
            for name, value in SETTINGS.items():
                if session.conf.isModifiable(name):
                    session.conf.set(name, value)
        except DRIVER_ERRORS as fault:
            raise translated(fault, "starting Spark", master) from None
        _users[master] = _users.get(master, 0) + 1
        return session


def stop(master: str, session: SparkSession) -> None:
    """One user less; the last one ends the application."""
    with _guard:
        _users[master] -= 1
        if not _users[master]:
            del _users[master]
            session.stop()


def register(session: SparkSession, folder: Path, export: Export) -> None:
    """Name the export's Parquet files as tables of this session."""
    for schema in sorted({table.schema_name for table in export.tables}):
        session.sql(f"CREATE DATABASE IF NOT EXISTS {named(schema)}")
    for table in export.tables:
        name = named(table.schema_name, table.name)
        columns = ", ".join(f"{named(c.name)} {native(c.type)}" for c in table.columns)
        place = str((folder / table.file).resolve().parent).replace("\\", "\\\\").replace("'", "\\'")
        session.sql(f"DROP TABLE IF EXISTS {name}")
        session.sql(f"CREATE TABLE {name} ({columns}) USING parquet LOCATION '{place}'")


def named(*names: str) -> str:
    """A dotted, quoted name."""
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def native(logical: LogicalType) -> str:
    """The type that a column is read as."""
    parts = decimal_parts(logical)
    return f"DECIMAL({parts[0]}, {parts[1]})" if parts is not None else _TYPES[logical]


def _network(master: str) -> dict[str, str]:
    """The driver listens where the master does: on loopback for a master there."""
    near = master.startswith(("local", "spark://127.", "spark://localhost"))
    return {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"} if near else {}
